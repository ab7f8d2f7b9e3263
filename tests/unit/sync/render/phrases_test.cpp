#include "sync/render/phrases.h"

#include <boost/test/unit_test.hpp>

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

BOOST_AUTO_TEST_CASE(every_language_says_everything) {
  for (const char* language : {"en", "de", "fr", "es", "ja"}) {
    const Phrases& phrases = Catalogue::built_in().phrases_for(language);
    for (std::size_t i = 0; i < k_phrase_count; ++i)
      BOOST_TEST(!phrases[static_cast<Phrase>(i)].empty(), language << " " << i);
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

  const auto added = catalogue.add(
      "nl", "# Nederlands\n\nedited = bewerkt\nmessaged = {sender} stuurde een bericht\n");

  BOOST_TEST(added.has_value());
  BOOST_TEST(catalogue.phrases_for("nl")[Phrase::edited] == "bewerkt");
  BOOST_TEST(catalogue.phrases_for("nl-BE")[Phrase::edited] == "bewerkt");
  BOOST_TEST(catalogue.phrases_for("nl")[Phrase::urgent] == "Urgent");
}

BOOST_AUTO_TEST_CASE(a_line_that_cannot_be_used_is_named) {
  Catalogue catalogue = Catalogue::built_in();

  for (const char* file : {"edited", "nonsense = x", "messaged = no sender", "edited = {sender}",
                           "messaged = {sender} {sender}"}) {
    const auto added = catalogue.add("nl", std::string("# one\n") + file);
    BOOST_REQUIRE(!added.has_value());
    BOOST_TEST(added.error().text.find("line 2") != std::string::npos, added.error().text);
  }
  BOOST_TEST(catalogue.phrases_for("nl")[Phrase::edited] == "edited");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::render
