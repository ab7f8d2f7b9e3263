#include "app/languages.h"

#include <filesystem>

#include <boost/test/unit_test.hpp>

#include "tests/unit/app/temporary_folder.h"

namespace belfry::app {
namespace {

using render::Phrase;

BOOST_AUTO_TEST_SUITE(languages)

BOOST_AUTO_TEST_CASE(without_a_folder_there_are_the_five_of_the_program) {
  const auto catalogue = load_languages("");

  BOOST_REQUIRE(catalogue.has_value());
  BOOST_TEST(catalogue->languages().size() == 5U);
}

BOOST_AUTO_TEST_CASE(the_files_of_the_folder_add_languages_and_amend_those_that_are_there) {
  const tests::TemporaryFolder folder;
  folder.put("nl.txt", "edited = bewerkt\n");
  folder.put("pt-BR.txt", "edited = editada\n");
  folder.put("de.txt", "messaged = {sender} hat dir geschrieben\n");
  folder.put("README.md", "no language");

  const auto catalogue = load_languages(folder.path());

  BOOST_REQUIRE_MESSAGE(catalogue.has_value(), catalogue.error().text);
  BOOST_TEST(catalogue->languages().size() == 7U);
  BOOST_TEST(catalogue->phrases_for("nl")[Phrase::edited] == "bewerkt");
  BOOST_TEST(catalogue->phrases_for("pt-BR")[Phrase::edited] == "editada");
  BOOST_TEST(catalogue->phrases_for("pt")[Phrase::edited] == "edited");
  BOOST_TEST(catalogue->phrases_for("de")[Phrase::messaged] == "{sender} hat dir geschrieben");
  BOOST_TEST(catalogue->phrases_for("de")[Phrase::edited] == "bearbeitet");
}

BOOST_AUTO_TEST_CASE(every_fault_is_named_with_its_file_and_line) {
  const tests::TemporaryFolder folder;
  folder.put("nl.txt", "# Nederlands\nedited = bewerkt\nedit = fout\n");
  folder.put("da.txt", "messaged = skrev til dig\n");
  folder.put("dutch.txt", "edited = bewerkt\n");
  folder.put("sv.txt", std::string(65 * 1024, '#'));
  folder.put("fi.txt", "edited = muokattu\n");

  const auto catalogue = load_languages(folder.path());

  BOOST_REQUIRE(!catalogue.has_value());
  BOOST_TEST((catalogue.error().kind == ErrorKind::refused));
  const std::string& why = catalogue.error().text;
  BOOST_TEST(why == folder / "da.txt" + ":1: `messaged` lacks {sender}\n" + folder / "dutch.txt" +
                        ": has to be named like a language of Mattermost, nl.txt or pt-BR.txt\n" +
                        folder / "nl.txt" + ":3: `edit` is no phrase of Belfry's\n" +
                        folder / "sv.txt" + ": is larger than 64 KiB");
}

BOOST_AUTO_TEST_CASE(a_folder_that_is_not_there_is_named_with_its_setting) {
  const tests::TemporaryFolder folder;

  const auto catalogue = load_languages(folder / "nowhere");

  BOOST_REQUIRE(!catalogue.has_value());
  BOOST_TEST(catalogue.error().text.starts_with(folder / "nowhere"), catalogue.error().text);
  BOOST_TEST(catalogue.error().text.find("render.languages") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_files_of_the_package_may_be_copied_as_they_are) {
  const auto catalogue = load_languages(std::string(BELFRY_SOURCE_DIR) + "/packaging/languages");

  BOOST_REQUIRE_MESSAGE(catalogue.has_value(), catalogue.error().text);
  BOOST_TEST(catalogue->languages().size() == 5U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::app
