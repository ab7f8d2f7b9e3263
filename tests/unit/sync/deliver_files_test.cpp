#include "sync/deliver_files.h"

#include <boost/test/unit_test.hpp>

namespace belfry::sync {
namespace {

OutboxEntry entry_in(const std::string& language) {
  OutboxEntry entry;
  entry.planned.text = Content{"text"};
  entry.planned.language = language;
  entry.planned.files.resize(1);
  entry.planned.files[0].notice = Content{"📎 plan.docx"};
  entry.files.resize(1);
  entry.files[0].progress = FileMissing{FileTrouble::gone};
  return entry;
}

BOOST_AUTO_TEST_SUITE(deliver_files)

BOOST_AUTO_TEST_CASE(why_a_file_is_missing_is_told_in_the_readers_language) {
  render::Catalogue catalogue = render::Catalogue::built_in();
  BOOST_REQUIRE(catalogue.add("nl", "file_gone = bestaat niet meer", "").has_value());
  const auto told = [&](const char* language) {
    return text_of_post(entry_in(language), catalogue).reveal();
  };

  BOOST_TEST(told("de") == "text\n\n📎 plan.docx (nicht mehr vorhanden)");
  BOOST_TEST(told("nl-BE") == "text\n\n📎 plan.docx (bestaat niet meer)");
  BOOST_TEST(told("") == "text\n\n📎 plan.docx (it is no longer there)");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
