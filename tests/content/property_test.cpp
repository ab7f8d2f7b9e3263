#include <array>
#include <random>
#include <string>
#include <string_view>

#include <boost/test/unit_test.hpp>

#include "sync/render/html.h"
#include "sync/render/render.h"
#include "sync/render/text.h"
#include "tests/content/visible_text.h"

namespace belfry::content {
namespace {

constexpr std::string_view k_link = "https://teams.example/m";
constexpr int k_bodies = 3'000;

/// Random bodies: elements of the dialect nested without regard to sense, closed or not, around
/// text that is made of what formats.
class Bodies {
 public:
  explicit Bodies(unsigned seed) : random_(seed) {}

  std::string next() {
    std::string html;
    const int parts = pick(1, 6);
    for (int i = 0; i < parts; ++i) html += element(0);
    return html;
  }

  /// Marks, words and blanks as people and attackers put them.
  std::string text() {
    static constexpr std::array<std::string_view, 66> k_words = {"word",
                                                                 "*",
                                                                 "**",
                                                                 "_",
                                                                 "__",
                                                                 "~",
                                                                 "~~",
                                                                 "`",
                                                                 "```",
                                                                 "@all",
                                                                 "@tom",
                                                                 "#tag",
                                                                 "#",
                                                                 "##",
                                                                 "-",
                                                                 "--",
                                                                 "---",
                                                                 "+",
                                                                 "=",
                                                                 "==",
                                                                 "1.",
                                                                 "2)",
                                                                 "&gt;",
                                                                 "&lt;",
                                                                 "&amp;",
                                                                 "&amp;lt;",
                                                                 "|",
                                                                 "||",
                                                                 "[",
                                                                 "]",
                                                                 "](",
                                                                 "(x)",
                                                                 ")",
                                                                 "!",
                                                                 "![",
                                                                 "\\",
                                                                 "\\\\",
                                                                 "$x$",
                                                                 "$5",
                                                                 ":smile:",
                                                                 ":",
                                                                 ":)",
                                                                 ";)",
                                                                 "&lt;3",
                                                                 "\xE2\x90\xA4",
                                                                 "\xE2\x80\xA8",
                                                                 "\xE2\x80\x8B",
                                                                 "🚀",
                                                                 "👩\xE2\x80\x8D💻",
                                                                 "é",
                                                                 "「x」",
                                                                 "“q”",
                                                                 "שלום",
                                                                 ".",
                                                                 ",",
                                                                 "https://example.com/a",
                                                                 "https://example.com/a_b",
                                                                 "https://example.com/*a*(b)",
                                                                 "www.example.com",
                                                                 "a@b.example",
                                                                 "C:\\new",
                                                                 "snake_case",
                                                                 "/away",
                                                                 "\"",
                                                                 "'",
                                                                 "10:30"};
    static constexpr std::array<std::string_view, 5> k_gaps = {" ", " ", "", "&nbsp;",
                                                               "&nbsp;&nbsp; "};
    std::string text;
    const int words = pick(0, 6);
    for (int i = 0; i < words; ++i) {
      text += k_words[index(k_words.size())];
      text += k_gaps[index(k_gaps.size())];
    }
    return text;
  }

 private:
  int pick(int least, int most) {
    return least + static_cast<int>(random_() % static_cast<unsigned>(most - least + 1));
  }
  std::size_t index(std::size_t size) { return random_() % size; }

  std::string element(int depth) {
    static constexpr std::array<std::string_view, 26> k_names = {
        "p",  "p",  "div", "div",       "span", "b",   "b",  "strong",     "i",
        "i",  "em", "s",   "code",      "ul",   "ol",  "li", "blockquote", "table",
        "tr", "td", "pre", "codeblock", "u",    "sub", "a",  "at"};
    constexpr int k_most_depth = 6;
    if (depth >= k_most_depth || pick(0, 3) == 0) return text();
    if (pick(0, 9) == 0) return "<br>";
    const std::string_view name = k_names[index(k_names.size())];
    std::string html = "<" + std::string(name);
    if (name == "a") html += " href=\"https://example.com/x\"";
    if (name == "at") return html + " id=\"0\">Jane Doe</at>";
    html += ">";
    const int parts = pick(0, 3);
    for (int i = 0; i < parts; ++i) html += element(depth + 1);
    if (pick(0, 19) != 0) html += "</" + std::string(name) + ">";
    return html;
  }

  std::mt19937 random_;
};

std::string markdown_of(const std::string& html) {
  render::BodyContext context;
  context.message_link = k_link;
  return render::html_to_markdown(html, context);
}

/// What Belfry adds where a label lies or a cell holds a numbered list is not in the body.
bool has_additions(const std::string& html, const std::string& markdown) {
  const bool has_numbers_in_cells =
      html.find("<ol") != std::string::npos && html.find("<table") != std::string::npos;
  return has_numbers_in_cells || markdown.find("[example.com](") != std::string::npos;
}

/// Where links lead is not looked at for names.
std::string without_targets(std::string markdown) {
  for (auto at = markdown.find("]("); at != std::string::npos; at = markdown.find("](", at + 1)) {
    if (at > 0 && markdown[at - 1] == '\\') continue;
    markdown.erase(at, markdown.find(')', at) + 1 - at);
  }
  return markdown;
}

BOOST_AUTO_TEST_SUITE(random_bodies)

BOOST_AUTO_TEST_CASE(another_parser_reads_the_same_text_out_of_them) {
  Bodies bodies(1);
  int compared = 0;

  for (int i = 0; i < k_bodies; ++i) {
    const std::string html = bodies.next();
    const std::string markdown = markdown_of(html);
    if (has_additions(html, markdown)) continue;
    ++compared;
    const std::string after = read_markdown(markdown).visible;
    const std::string before = visible_in_html(html);

    BOOST_REQUIRE_MESSAGE(after == before, "body " << i << ": " << html << "\n"
                                                   << markdown << "\n"
                                                   << after << "\n"
                                                   << before);
  }
  BOOST_TEST(compared > k_bodies / 2);
}

BOOST_AUTO_TEST_CASE(they_bring_no_heading_picture_or_markup) {
  Bodies bodies(2);

  for (int i = 0; i < k_bodies; ++i) {
    const std::string html = bodies.next();
    const auto read = read_markdown(markdown_of(html));

    BOOST_REQUIRE_MESSAGE(read.headings == 0 && read.pictures == 0 && read.raw_html == 0, html);
  }
}

BOOST_AUTO_TEST_CASE(they_link_only_where_they_say) {
  Bodies bodies(3);

  for (int i = 0; i < k_bodies; ++i) {
    const std::string html = bodies.next();

    for (const std::string& link : read_markdown(markdown_of(html)).links) {
      const bool is_said =
          link.starts_with("https://example.com/") || link.starts_with("http://www.example.com") ||
          (link.starts_with("mailto:") && link.find("@b.example") != std::string::npos) ||
          link.starts_with("https://example.com");
      BOOST_REQUIRE_MESSAGE(is_said, link << " from " << html);
    }
  }
}

BOOST_AUTO_TEST_CASE(they_stay_in_the_quote) {
  Bodies bodies(4);
  render::RenderContext context;
  context.message_link = k_link;

  for (int i = 0; i < k_bodies; ++i) {
    Message message;
    message.sender = Sender{Sender::Kind::user, TeamsUserId{"x"}, bodies.text()};
    message.body = {MessageBody::Type::html, Content{bodies.next()}};
    context.max_post_runes = i % 2 == 0 ? 16383 : 1500;
    const std::string post = render_message(message, Chat{}, context).reveal();
    const auto outline = read_markdown(post).outline;

    const bool is_whole = !post.ends_with(" …](" + std::string(k_link) + ")");
    const bool is_sound = !outline.empty() && outline[0] == "paragraph" &&
                          (outline.size() < 2 || outline[1] == "block_quote" || !is_whole) &&
                          (outline.size() < 3 || (outline[2] == "paragraph" && !is_whole)) &&
                          outline.size() <= 3;
    BOOST_REQUIRE_MESSAGE(is_sound, message.body.content.reveal() << "\n" << post);
    BOOST_REQUIRE(render::count_runes(post) <= context.max_post_runes);
  }
}

BOOST_AUTO_TEST_CASE(they_ping_nobody) {
  Bodies bodies(5);

  for (int i = 0; i < k_bodies; ++i) {
    const std::string text = bodies.text() + " <@all> x@all @" + bodies.text();
    const std::string markdown = without_targets(markdown_of("<p>" + text + "</p>"));

    for (auto at = markdown.find('@'); at != std::string::npos; at = markdown.find('@', at + 1)) {
      const bool is_mail = at > 0 && render::is_alphanumeric(markdown[at - 1]);
      const bool is_name = at + 1 < markdown.size() && render::is_alphanumeric(markdown[at + 1]);
      BOOST_REQUIRE_MESSAGE(is_mail || !is_name, markdown);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::content
