#include "sync/render/json_value.h"

#include <string>

#include <boost/test/unit_test.hpp>

namespace belfry::render {
namespace {

bool is_json(const std::string& text) {
  return JsonValue::parse(text).has_value();
}

BOOST_AUTO_TEST_SUITE(json_value)

BOOST_AUTO_TEST_CASE(values_are_read_by_name) {
  const auto json = JsonValue::parse(
      R"( {"a":"x","n":-1.5e+3,"t":true,"f":false,"z":null,"l":[1,"2",{}],"a":"later"} )");

  BOOST_REQUIRE(json.has_value());
  BOOST_TEST((*json)["a"].text() == "x");
  BOOST_TEST((*json)["n"].text() == "-1.5e+3");
  BOOST_TEST((*json)["t"].text() == "true");
  BOOST_TEST((*json)["f"].is_false());
  BOOST_TEST((*json)["z"].text() == "");
  BOOST_TEST((*json)["l"].elements().size() == 3U);
  BOOST_TEST((*json)["l"].elements()[1].text() == "2");
  BOOST_TEST((*json)["l"].elements()[2].is_object());
}

BOOST_AUTO_TEST_CASE(what_is_missing_reads_as_nothing) {
  const auto json = JsonValue::parse("{}");

  BOOST_TEST((*json)["a"]["b"].text() == "");
  BOOST_TEST((*json)["a"].elements().empty());
}

BOOST_AUTO_TEST_CASE(escapes_become_letters) {
  BOOST_TEST(JsonValue::parse(R"("\"\\\/\b\f\n\r\t\u00e9\ud83d\ude80")")->text() ==
             "\"\\/\b\f\n\r\té🚀");
  BOOST_TEST(JsonValue::parse(R"("\ud83dx")")->text() == "\xEF\xBF\xBDx");
  BOOST_TEST(JsonValue::parse(R"("\ud83d\u0041")")->text() ==
             "\xEF\xBF\xBD"
             "A");
}

BOOST_AUTO_TEST_CASE(what_is_no_json_is_refused) {
  for (const char* text :
       {"", " ", "not json", "{", "[1,]", "{\"a\"}", "{\"a\":1,}", "01", "1.", "+1", "\"\n\"",
        "\"\\x\"", "\"\\u12\"", "\"", "[1] 2", "nul", "{a:1}", "-", "1e"})
    BOOST_TEST(!is_json(text), text);
}

BOOST_AUTO_TEST_CASE(depth_number_and_size_are_bounded) {
  BOOST_TEST(is_json(std::string(60, '[') + std::string(60, ']')));
  BOOST_TEST(!is_json(std::string(100'000, '[')));
  BOOST_TEST(!is_json(std::string(70, '[') + std::string(70, ']')));
  JsonBounds few;
  few.most_values = 3;
  BOOST_TEST(!JsonValue::parse("[1,2,3]", few).has_value());
  few.most_bytes = 3;
  BOOST_TEST(!JsonValue::parse("[  ]", few).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::render
