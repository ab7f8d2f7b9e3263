#include "sync/render/html.h"

#include <string>

#include <boost/test/unit_test.hpp>

#include "sync/render/card.h"
#include "sync/render/dom.h"
#include "sync/render/markdown.h"
#include "sync/render/text.h"

namespace belfry::render {
namespace {

std::string repeated(const std::string& part, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += part;
  return all;
}

std::string convert(const std::string& html) {
  return html_to_markdown(html, BodyContext{});
}

BOOST_AUTO_TEST_SUITE(html)

BOOST_AUTO_TEST_CASE(a_hundred_kilobytes_of_nested_elements_end_as_their_text) {
  for (const std::string tag : {"<div>", "<b>", "<blockquote>", "<ul><li>", "<table><tr><td>",
                                "<span>", "<a href=\"https://a.example\">", "<codeblock>", "<x>"}) {
    const std::string text = convert(repeated(tag, 100'000 / static_cast<int>(tag.size())) + "end");
    BOOST_TEST(text.find("end") != std::string::npos, tag);
    BOOST_TEST(text.size() < 1'000U, tag);
  }
}

BOOST_AUTO_TEST_CASE(closing_tags_of_others_do_not_make_room_for_more_open_ones) {
  DomPolicy policy;
  policy.most_open_elements = 10;

  const Dom dom(repeated("<b></p>", 100), policy);

  int depth = 0;
  for (const GumboNode* node = &dom.root();; ++depth) {
    const auto children = children_of(*node);
    if (children.empty()) break;
    node = children.back();
  }
  BOOST_TEST(depth <= 13);
}

BOOST_AUTO_TEST_CASE(a_body_beyond_its_limit_is_cut_between_letters_and_tags) {
  DomPolicy policy;
  policy.most_bytes = 10;

  const Dom dom("<p>ab</p><b title=\"x\">c</b>", policy);
  BOOST_TEST(dom.was_cut());
  BOOST_TEST(text_below(dom.root()) == "ab");

  const Dom letters("<p>aaaaaaé</p>", policy);
  BOOST_TEST(text_below(letters.root()) == "aaaaaa");

  const Dom whole("<p>ab</p>", policy);
  BOOST_TEST(!whole.was_cut());
}

BOOST_AUTO_TEST_CASE(many_breaks_are_no_nesting) {
  BOOST_TEST(count_runes(convert(repeated("a<br>", 5'000))) == 9'999U);
}

BOOST_AUTO_TEST_CASE(clients_get_no_more_links_than_they_take) {
  const std::string text = convert(repeated("https://a.example/(x) ", 1'000));

  std::size_t links = 0;
  for (auto at = text.find("]("); at != std::string::npos; at = text.find("](", at + 1)) ++links;
  BOOST_TEST(links == 500U);
}

BOOST_AUTO_TEST_CASE(cards_in_cards_end) {
  std::string json = R"({"type":"TextBlock","text":"deep"})";
  for (int i = 0; i < 30; ++i) json = R"({"type":"Container","items":[)" + json + "]}";
  const auto card =
      JsonValue::parse(R"({"body":[{"type":"TextBlock","text":"top"},)" + json + "]}");
  BOOST_REQUIRE(card.has_value());
  Document document;

  read_adaptive_card(*card, BodyContext{}, document, document.blocks);

  BOOST_TEST(write_markdown(document, 10) == "top");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::render
