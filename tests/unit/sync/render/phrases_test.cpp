#include "sync/render/phrases.h"

#include <fstream>
#include <iterator>
#include <utility>

#include <boost/test/unit_test.hpp>

#include "sync/render/languages.h"

namespace belfry::render {
namespace {

BOOST_AUTO_TEST_SUITE(phrases)

BOOST_AUTO_TEST_CASE(five_languages_are_brought_along) {
  const Catalogue& catalogue = Catalogue::built_in();

  BOOST_TEST(catalogue.phrases_for("en")[Phrase::edited] == "edited");
  BOOST_TEST(catalogue.phrases_for("de")[Phrase::edited] == "bearbeitet");
  BOOST_TEST(catalogue.phrases_for("fr")[Phrase::edited] == "modifié");
  BOOST_TEST(catalogue.phrases_for("es")[Phrase::edited] == "editado");
  BOOST_TEST(catalogue.phrases_for("ja")[Phrase::edited] == "編集済み");
}

BOOST_AUTO_TEST_CASE(every_language_says_everything_itself) {
  for (const BuiltInLanguage& language : built_in_languages()) {
    Catalogue catalogue;  // without another language that could help out

    BOOST_TEST(catalogue.add(language.name, language.file, language.name).has_value());

    const Phrases& phrases = catalogue.phrases_for(language.name);
    for (std::size_t i = 0; i < k_phrase_count; ++i)
      BOOST_TEST(!phrases[static_cast<Phrase>(i)].empty(), language.name << " " << i);
  }
}

BOOST_AUTO_TEST_CASE(what_is_compiled_in_are_the_files_of_the_package) {
  BOOST_TEST(built_in_languages().size() == 5U);
  for (const BuiltInLanguage& language : built_in_languages()) {
    std::ifstream in(std::string(BELFRY_SOURCE_DIR) + "/packaging/languages/" +
                     std::string(language.name) + ".txt");
    const std::string file(std::istreambuf_iterator<char>(in), {});
    BOOST_TEST(file == language.file);
  }
}

BOOST_AUTO_TEST_CASE(a_region_without_phrases_has_those_of_its_language) {
  BOOST_TEST(&Catalogue::built_in().phrases_for("en-AU") ==
             &Catalogue::built_in().phrases_for("en"));
  BOOST_TEST(&Catalogue::built_in().phrases_for("DE_at") ==
             &Catalogue::built_in().phrases_for("de"));
  BOOST_TEST(&Catalogue::built_in().phrases_for("") == &Catalogue::built_in().phrases_for("en"));
}

BOOST_AUTO_TEST_CASE(an_administrator_adds_a_language_line_by_line) {
  Catalogue catalogue = Catalogue::built_in();

  const auto added = catalogue.add("nl",
                                   "\xEF\xBB\xBF# Nederlands\r\n\r\nedited = bewerkt\r\n"
                                   "messaged = {sender} stuurde een bericht\r\n",
                                   "nl.txt");

  BOOST_TEST(added.has_value());
  BOOST_TEST(catalogue.phrases_for("nl")[Phrase::edited] == "bewerkt");
  BOOST_TEST(catalogue.phrases_for("nl-BE")[Phrase::edited] == "bewerkt");
  BOOST_TEST(catalogue.phrases_for("nl")[Phrase::urgent] == "Urgent");
  BOOST_TEST(
      catalogue.languages() == (std::vector<std::string>{"de", "en", "es", "fr", "ja", "nl"}),
      boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_a_region_leaves_out_is_said_as_in_its_language_whichever_comes_first) {
  Catalogue catalogue = Catalogue::built_in();

  BOOST_TEST(catalogue.add("pt-BR", "edited = editada", "").has_value());
  BOOST_TEST(catalogue.add("de-AT", "meeting = Sitzung", "").has_value());
  BOOST_TEST(catalogue.add("pt_PT", "# nothing", "").has_value());
  BOOST_TEST(catalogue.add("pt", "edited = editado\nurgent = Urgente", "").has_value());
  BOOST_TEST(catalogue.add("en", "important = Weighty", "").has_value());

  BOOST_TEST(catalogue.phrases_for("pt-BR")[Phrase::edited] == "editada");
  BOOST_TEST(catalogue.phrases_for("pt-BR")[Phrase::urgent] == "Urgente");
  BOOST_TEST(catalogue.phrases_for("pt-BR")[Phrase::important] == "Weighty");
  BOOST_TEST(catalogue.phrases_for("pt-PT")[Phrase::edited] == "editado");
  BOOST_TEST(catalogue.phrases_for("zh-CN")[Phrase::important] == "Weighty");
  BOOST_TEST(catalogue.phrases_for("de-AT")[Phrase::meeting] == "Sitzung");
  BOOST_TEST(catalogue.phrases_for("de-AT")[Phrase::edited] == "bearbeitet");
  BOOST_TEST(catalogue.phrases_for("de")[Phrase::meeting] == "Besprechung");
}

BOOST_AUTO_TEST_CASE(a_line_that_cannot_be_used_is_named_with_its_reason) {
  const std::pair<const char*, const char*> wrong[] = {
      {"edited", "is not `name = text`"},
      {"nonsense = x", "`nonsense` is no phrase of Belfry's"},
      {"messaged = no sender", "`messaged` lacks {sender}"},
      {"date = {month} first", "`date` lacks {day}"},
      {"edited = {sender}", "`edited` has no place for {sender}"},
      {"messaged = {sender} {sender}", "`messaged` has no place for {sender}"},
      {"edited =", "`edited` says nothing"},
      {"months = Jan Feb", "`months` has to be twelve words"},
      {"edited = \xFF\xFE", "is not UTF-8"},
  };
  for (const auto& [line, reason] : wrong) {
    Catalogue catalogue = Catalogue::built_in();
    const auto added = catalogue.add("nl", std::string("# one\n") + line, "/etc/nl.txt");
    BOOST_REQUIRE(!added.has_value());
    BOOST_TEST((added.error().kind == ErrorKind::refused));
    BOOST_TEST(added.error().text == std::string("/etc/nl.txt:2: ") + reason);
    BOOST_TEST(catalogue.phrases_for("nl")[Phrase::edited] == "edited");
  }
}

BOOST_AUTO_TEST_CASE(all_faults_of_a_file_are_named_and_nothing_of_it_counts) {
  Catalogue catalogue = Catalogue::built_in();

  const auto added = catalogue.add(
      "nl", "edited = bewerkt\nwhat\nedited = again\nurgent = " + std::string(201, 'u'), "nl");

  BOOST_REQUIRE(!added.has_value());
  BOOST_TEST(added.error().text ==
             "nl:2: is not `name = text`\nnl:3: `edited` is there twice\n"
             "nl:4: `urgent` is longer than 200 characters");
  BOOST_TEST(catalogue.phrases_for("nl")[Phrase::edited] == "edited");
}

BOOST_AUTO_TEST_CASE(the_reason_of_a_missing_file_is_short_for_ten_may_stand_in_one_post) {
  Catalogue catalogue = Catalogue::built_in();

  BOOST_TEST(catalogue.add("nl", "file_gone = " + std::string(80, 'x'), "").has_value());
  BOOST_TEST(!catalogue.add("nl", "file_gone = " + std::string(81, 'x'), "").has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::render
