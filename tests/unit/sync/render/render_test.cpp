#include "sync/render/render.h"

#include <boost/test/unit_test.hpp>

#include "sync/render/escape.h"
#include "sync/render/html.h"

namespace belfry::render {
namespace {

const std::string k_joiner = "\xE2\x81\xA0";

std::string convert(const std::string& html) {
  return html_to_markdown(html, BodyContext{});
}

BOOST_AUTO_TEST_SUITE(escaping)

BOOST_AUTO_TEST_CASE(nothing_in_plain_text_formats) {
  BOOST_TEST(escape_text("*a* _b_ `c` [d](e) |f|") == "\\*a\\* \\_b\\_ \\`c\\` \\[d\\](e) \\|f\\|");
  BOOST_TEST(escape_text("- item") == "\\- item");
  BOOST_TEST(escape_text("1. item") == "1\\. item");
  BOOST_TEST(escape_text("> quote") == "\\> quote");
  BOOST_TEST(escape_text("    code") == "code");
  BOOST_TEST(escape_text("title\n==") == "title\n" + k_joiner + "==");
  BOOST_TEST(escape_text("-- \nsignature") == "\\-- \nsignature");
}

BOOST_AUTO_TEST_CASE(nothing_in_plain_text_pings) {
  BOOST_TEST(escape_text("@all @here") == "@" + k_joiner + "all @" + k_joiner + "here");
  BOOST_TEST(escape_text("#tag") == "\\#" + k_joiner + "tag");
  BOOST_TEST(escape_text("~town") == "\\~" + k_joiner + "town");
  BOOST_TEST(escape_text(":smile:") == ":" + k_joiner + "smile:");
  BOOST_TEST(escape_text("at 10:30") == "at 10:30");
}

BOOST_AUTO_TEST_CASE(every_line_break_that_a_client_knows_becomes_one) {
  BOOST_TEST(escape_text("a\r\nb\rc\xE2\x90\xA4"
                         "d\xE2\x80\xA8"
                         "e") == "a\nb\nc\nd\ne");
}

BOOST_AUTO_TEST_CASE(addresses_stay_links_and_show_where_they_lead) {
  BOOST_TEST(escape_text("see https://example.com/a_b?c=1 now") ==
             "see https://example.com/a_b?c=1 now");
  BOOST_TEST(link("x", "javascript:alert(1)") == "x");
  BOOST_TEST(link("x", "https://a.example/(b) c") == "[x](https://a.example/%28b%29%20c)");
}

BOOST_AUTO_TEST_CASE(code_cannot_leave_its_fence) {
  BOOST_TEST(code_block("a ``` b", "Python") == "````python\na ``` b\n````");
  BOOST_TEST(code_block("x", "latex") == "```\nx\n```");
  BOOST_TEST(inline_code("a`b") == "``a`b``");
}

BOOST_AUTO_TEST_CASE(a_cut_ends_at_a_line_and_closes_its_fence) {
  const Cut cut =
      cut_to_runes("> text\n> ```\n> aaaa\n> bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\n> ```", 40);

  BOOST_TEST(cut.was_cut);
  BOOST_TEST(cut.text == "> text\n> ```\n> aaaa\n> ```");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(html)

BOOST_AUTO_TEST_CASE(common_markup_reads_as_it_looks) {
  BOOST_TEST(convert("<p>Standup moves to <strong>10:30</strong>&nbsp;<emoji id=\"1f680\" "
                     "alt=\"🚀\"></emoji></p>") == "Standup moves to **10:30** 🚀");
  BOOST_TEST(convert("<p>a<br>b</p><p>c</p>") == "a\nb\n\nc");
  BOOST_TEST(convert("<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>") == "- a\n- b\n  - c");
  BOOST_TEST(convert("<ol start=\"3\"><li>a</li><li>b</li></ol>") == "3. a\n4. b");
  BOOST_TEST(convert("<blockquote><p>q</p></blockquote>") == "> q");
  BOOST_TEST(convert("<h2>t</h2><hr>x") == "## t\n\n---\n\nx");
  BOOST_TEST(convert("<codeblock class=\"Python\"><code>a<br>&nbsp;b</code></codeblock>") ==
             "```python\na\n b\n```");
  BOOST_TEST(convert("<table><tr><td>a|b</td><td>c<br>d</td></tr></table>") ==
             "| a\\|b | c d |\n|---|---|");
}

BOOST_AUTO_TEST_CASE(a_link_that_lies_shows_where_it_leads) {
  BOOST_TEST(convert("<a href=\"https://evil.example/\">https://bank.example/</a>") ==
             "https://evil.example/");
  BOOST_TEST(convert("<a href=\"https://a.example/\">here</a>") == "[here](https://a.example/)");
  BOOST_TEST(convert("<a href=\"javascript:x\">here</a>") == "here");
}

BOOST_AUTO_TEST_CASE(broken_and_deep_markup_ends_as_its_text) {
  std::string deep;
  for (int i = 0; i < 20'000; ++i) deep += "<div>";

  BOOST_TEST(convert(deep + "x") == "x");
  BOOST_TEST(convert("<b>a<i>b") == "**a*b***");
  BOOST_TEST(convert("<script>alert(1)</script>x") == "x");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(rendering)

Message message_of(const std::string& html) {
  Message message;
  message.ref = {ChatId{"19:a@thread.v2"}, MessageId{"1"}};
  message.sender = Sender{Sender::Kind::user, TeamsUserId{"mira"}, "Mira *L*"};
  message.body = {MessageBody::Type::html, Content{html}};
  return message;
}

Chat chat_of() {
  Chat chat;
  chat.topic = Content{"Plan\n@all"};
  for (const char* user : {"mira", "tomas", "yuna"}) {
    Member member;
    member.user = TeamsUserId{user};
    chat.members.push_back(member);
  }
  return chat;
}

BOOST_AUTO_TEST_CASE(a_post_says_who_where_and_what) {
  RenderContext context;
  context.message_link = "https://teams.microsoft.com/l/message/x";
  context.reader = TeamsUserId{"tomas"};

  const std::string text = render_message(message_of("<p>hi</p>"), chat_of(), context).reveal();

  BOOST_TEST(text == "**Mira \\*L\\*** messaged you and 1 other · [Teams chat: Plan @" + k_joiner +
                         "all](https://teams.microsoft.com/l/message/x)\n> hi");
}

BOOST_AUTO_TEST_CASE(a_known_person_is_mentioned_by_username_once) {
  RenderContext context;
  context.usernames[TeamsUserId{"yuna"}] = "yuna.p";
  Message message =
      message_of("<at id=\"0\">Yuna</at>&nbsp;<at id=\"1\">Park</at> and <at id=\"2\">Bob</at>");
  message.mentions = {{0, Content{"Yuna"}, Mention::Target::user, TeamsUserId{"yuna"}},
                      {1, Content{"Park"}, Mention::Target::user, TeamsUserId{"yuna"}},
                      {2, Content{"Bob"}, Mention::Target::user, TeamsUserId{"bob"}}};

  const std::string text = render_message(message, chat_of(), context).reveal();

  BOOST_TEST(text.find("> @yuna.p and **Bob**") != std::string::npos, text);
}

BOOST_AUTO_TEST_CASE(a_long_message_is_cut_at_the_servers_limit) {
  RenderContext context;
  context.message_link = "https://teams.microsoft.com/l/message/x";
  context.max_post_runes = 4000;
  std::string html;
  for (int i = 0; i < 2000; ++i) html += "<p>line ä</p>";

  const std::string text = render_message(message_of(html), chat_of(), context).reveal();

  BOOST_TEST(count_runes(text) <= 4000U);
  BOOST_TEST(text.ends_with("[… continue in Teams](https://teams.microsoft.com/l/message/x)"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::render
