#include "net/json/json_view.h"

#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

using belfry::ErrorKind;
using belfry::net::json_string;
using belfry::net::JsonView;

namespace {

JsonView parsed(const std::string& text) {
  const auto json = JsonView::parse(text);
  BOOST_REQUIRE_MESSAGE(json, text);
  return *json;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(json_view)

BOOST_AUTO_TEST_CASE(values_are_found_by_name_and_place) {
  const std::string text =
      R"( { "a" : [1, -2.5e+3 ,{"b":"x"}], "c":true ,"d":null,"e":{} , "f": [] } )";

  const JsonView json = parsed(text);

  BOOST_TEST(json["a"].is_array());
  std::vector<std::string> raw;
  for (const JsonView each : json["a"]) raw.emplace_back(each.raw());
  BOOST_TEST(raw == (std::vector<std::string>{"1", "-2.5e+3", R"({"b":"x"})"}),
             boost::test_tools::per_element());
  BOOST_TEST(json["c"].boolean().value());
  BOOST_TEST((json["d"].type() == JsonView::Type::null));
  BOOST_TEST(json["e"].is_object());
  BOOST_TEST((json["f"].begin() == json["f"].end()));
}

BOOST_AUTO_TEST_CASE(absent_null_and_other_types_are_alike) {
  const std::string text = R"({"n":null,"s":"7","i":7})";

  const JsonView json = parsed(text);

  BOOST_TEST(json["nothing"].is_missing());
  BOOST_TEST(json["n"].is_missing());
  BOOST_TEST(json["nothing"]["below"]["it"].text().empty());
  BOOST_TEST(json["i"].text().empty());
  BOOST_TEST(!json["s"].integer());
  BOOST_TEST(json["i"].integer().value() == 7);
  BOOST_TEST((json["i"].begin() == json["i"].end()));
}

BOOST_AUTO_TEST_CASE(whole_numbers_must_fit_and_be_whole) {
  BOOST_TEST(parsed("9223372036854775807").integer().value() == 9223372036854775807);
  BOOST_TEST(!parsed("9223372036854775808").integer());
  BOOST_TEST(!parsed("1.0").integer());
  BOOST_TEST(!parsed("1e3").integer());
}

BOOST_AUTO_TEST_CASE(escapes_are_decoded_in_values_and_names) {
  const std::string text = R"({"\u0061\/b":"\"\\\/\b\f\n\r\t\u00e9\u20ac\ud83d\ude80"})";

  const JsonView json = parsed(text);

  BOOST_TEST(json["a/b"].text() == "\"\\/\b\f\n\r\t\u00e9\u20ac\U0001F680");
}

BOOST_AUTO_TEST_CASE(what_is_no_sound_text_becomes_the_replacement_character) {
  const std::string mark = "\uFFFD";
  BOOST_TEST(parsed(R"("\ud83dx")").text() == mark + "x");
  BOOST_TEST(parsed(R"("\ude80")").text() == mark);
  BOOST_TEST(parsed(R"("\ud83d\ud83d\ude80")").text() == mark + "\U0001F680");
  BOOST_TEST(parsed("\"a\xFF\x62\"").text() == "a" + mark + "b");
  BOOST_TEST(parsed("\"\xC0\xAF\"").text() == mark + mark);
  BOOST_TEST(parsed("\"\xED\xA0\x80\"").text() == mark + mark + mark);
  BOOST_TEST(parsed("\"\xE2\x82\"").text() == mark + mark);
  BOOST_TEST(parsed("\"\xF4\x90\x80\x80\"").text() == mark + mark + mark + mark);
  BOOST_TEST(parsed("\"\xF0\x9F\x9A\x80 \xC3\xA9\"").text() == "\U0001F680 \u00e9");
}

BOOST_AUTO_TEST_CASE(what_is_no_json_is_refused) {
  for (const std::string text : {"",
                                 " ",
                                 "{",
                                 "}",
                                 "[1,]",
                                 "[1 2]",
                                 R"({"a"})",
                                 R"({"a":})",
                                 R"({"a":1,})",
                                 R"({a:1})",
                                 "{'a':1}",
                                 "01",
                                 "-",
                                 "1.",
                                 ".5",
                                 "1e",
                                 "+1",
                                 "tru",
                                 "nul",
                                 "True",
                                 R"("abc)",
                                 R"("\x")",
                                 R"("\u12g4")",
                                 "\"a\nb\"",
                                 "\"a\tb\"",
                                 "1 2",
                                 "{}{}",
                                 "[",
                                 R"(["\)",
                                 R"({"a":"\u00)",
                                 "\xEF\xBB\xBF{}",
                                 "NaN",
                                 "// x\n1"}) {
    const auto json = JsonView::parse(text);

    BOOST_TEST(!json, text);
    if (!json) BOOST_TEST((json.error().kind == ErrorKind::refused));
  }
}

BOOST_AUTO_TEST_CASE(every_cut_of_a_text_is_refused_and_read_safely) {
  const std::string text = R"({"a":[1,{"b":"\ud83d\ude80\n"},true,null],"c":-1.5e-3})";
  for (std::size_t length = 0; length < text.size(); ++length)
    BOOST_TEST(!JsonView::parse(std::string_view(text).substr(0, length)), length);
  BOOST_TEST(JsonView::parse(text).has_value());
}

BOOST_AUTO_TEST_CASE(deep_nesting_is_refused_and_harms_nobody) {
  const std::size_t deep = std::size_t{4} * 1024 * 1024;
  std::string objects;
  while (objects.size() < deep) objects += R"({"a":)";

  BOOST_TEST(!JsonView::parse(std::string(deep, '[')));
  BOOST_TEST(!JsonView::parse(objects));
  BOOST_TEST(JsonView::parse("[[[]]]", {.max_depth = 3}).has_value());
  BOOST_TEST(!JsonView::parse("[[[[]]]]", {.max_depth = 3}));
}

BOOST_AUTO_TEST_CASE(an_error_tells_the_place_and_not_the_text) {
  const auto json = JsonView::parse(R"({"a":"private thing",})");

  BOOST_REQUIRE(!json);
  BOOST_TEST(json.error().text.find("private") == std::string::npos);
  BOOST_TEST(json.error().text.find("byte 21") != std::string::npos, json.error().text);
}

BOOST_AUTO_TEST_CASE(strings_are_written_so_that_they_can_be_read_back) {
  const std::string text = std::string("a\"b\\c\n\t\x01") + '\0' + "\u00e9\U0001F680/";

  BOOST_TEST(parsed(json_string(text)).text() == text);
  BOOST_TEST(json_string("\xFF") == "\"\uFFFD\"");
}

BOOST_AUTO_TEST_SUITE_END()
