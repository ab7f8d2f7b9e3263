#include "sync/render/card_text.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "sync/base/time.h"
#include "sync/render/link.h"
#include "sync/render/text.h"

namespace belfry::render {
namespace {

/// `List<int>` is no HTML.
bool has_tags(std::string_view text) {
  static constexpr std::array<std::string_view, 22> k_tags = {
      "a", "b",  "blockquote", "br", "code", "div", "em",   "h1",     "h2",     "h3",    "hr",
      "i", "li", "ol",         "p",  "pre",  "s",   "span", "strike", "strong", "table", "ul"};
  for (auto at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1)) {
    std::size_t begin = at + 1;
    if (begin < text.size() && text[begin] == '/') ++begin;
    std::size_t end = begin;
    while (end < text.size() && is_alphanumeric(text[end])) ++end;
    const std::string name = lower_case(text.substr(begin, end - begin));
    const bool is_tag = std::find(k_tags.begin(), k_tags.end(), name) != k_tags.end();
    if (is_tag && text.find('>', end) != std::string_view::npos) return true;
  }
  return false;
}

/// `{{DATE(2026-03-02T08:15:30Z, SHORT)}}` says its argument, if that is a time.
std::string without_functions(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto open = text.find("{{");
    const auto close = open == std::string_view::npos ? open : text.find("}}", open);
    if (close == std::string_view::npos) break;
    out += text.substr(0, open);
    const std::string_view call = text.substr(open + 2, close - open - 2);
    const bool is_function = call.starts_with("DATE(") || call.starts_with("TIME(");
    const std::string_view argument =
        is_function ? trimmed(call.substr(5, call.find_first_of(",)") - 5)) : std::string_view();
    if (parse_iso8601(argument)) {
      std::string shown(argument.substr(0, 16));
      std::replace(shown.begin(), shown.end(), 'T', ' ');
      const auto blank = std::min(shown.find(' '), shown.size());
      if (call.starts_with("DATE(")) shown.resize(blank);
      if (call.starts_with("TIME(")) shown.erase(0, std::min(blank + 1, shown.size()));
      out += shown;
    } else {
      out += text.substr(open, close + 2 - open);
    }
    text.remove_prefix(close + 2);
  }
  return out + std::string(text);
}

/// One line with marks of bold, italic and links.
class CardLine {
 public:
  CardLine(std::string_view line, const Style& style, Document& document, Runs& runs)
      : rest_(line), style_(style), document_(document), runs_(runs) {}

  void read() {
    while (!rest_.empty()) {
      const bool is_mark = read_emphasis("**", &Style::is_bold) ||
                           read_emphasis("__", &Style::is_bold) ||
                           read_emphasis("*", &Style::is_italic) ||
                           read_emphasis("_", &Style::is_italic) || read_link() || read_mention();
      if (!is_mark) take_letter();
    }
    flush();
  }

 private:
  void flush() {
    if (!plain_.empty()) runs_.push_back({std::exchange(plain_, {}), style_, {}, false});
  }

  void take_letter() {
    const bool is_escape = rest_[0] == '\\' && rest_.size() > 1 && !is_alphanumeric(rest_[1]) &&
                           static_cast<unsigned char>(rest_[1]) < 0x80 && rest_[1] != ' ';
    if (is_escape) rest_.remove_prefix(1);
    last_ = rest_.front();
    plain_ += last_;
    rest_.remove_prefix(1);
  }

  /// A mark begins in front of a letter and behind none, and needs its partner in the same line.
  bool read_emphasis(std::string_view mark, bool Style::*set) {
    if (!rest_.starts_with(mark) || rest_.size() <= 2 * mark.size()) return false;
    if (mark[0] == '_' && is_alphanumeric(last_)) return false;
    const std::string_view inner = rest_.substr(mark.size());
    if (inner.front() == ' ' || inner.front() == mark[0]) return false;
    std::size_t end = inner.find(mark);
    while (end != std::string_view::npos && (inner[end - 1] == ' ' || inner[end - 1] == '\\' ||
                                             inner.substr(end + mark.size()).starts_with(mark[0])))
      end = inner.find(mark, end + 1);
    if (end == std::string_view::npos || depth_ >= k_most_depth) return false;
    flush();
    Style style = style_;
    style.*set = true;
    CardLine line(inner.substr(0, end), style, document_, runs_);
    line.depth_ = depth_ + 1;
    line.read();
    rest_ = inner.substr(end + mark.size());
    last_ = mark[0];
    return true;
  }

  bool read_link() {
    if (!rest_.starts_with('[')) return false;
    const auto close = rest_.find("](");
    const auto end = close == std::string_view::npos ? close : rest_.find(')', close);
    if (end == std::string_view::npos) return false;
    const std::string_view label = rest_.substr(1, close - 1);
    if (label.empty() || label.find('[') != std::string_view::npos) return false;
    std::string_view url = trimmed(rest_.substr(close + 2, end - close - 2));
    url = url.substr(0, url.find(' '));  // a title follows
    flush();
    append_link(label, url);
    rest_.remove_prefix(end + 1);
    last_ = ')';
    return true;
  }

  bool read_mention() {
    constexpr std::string_view k_begin = "<at>";
    constexpr std::string_view k_end = "</at>";
    const auto end = rest_.starts_with(k_begin) ? rest_.find(k_end) : std::string_view::npos;
    if (end == std::string_view::npos) return false;
    flush();
    Style style = style_;
    style.is_bold = true;
    const std::string_view name = rest_.substr(k_begin.size(), end - k_begin.size());
    runs_.push_back({std::string(name), style, {}, false});
    rest_.remove_prefix(end + k_end.size());
    last_ = '>';
    return true;
  }

  void append_link(std::string_view label, std::string_view url) {
    Style style = style_;
    style.link = add_link(document_, url);
    if (style.link < 0) {
      runs_.push_back({std::string(label), style_, {}, false});
      return;
    }
    const std::string& address = document_.links[static_cast<std::size_t>(style.link)];
    if (!lies_about(label, address)) {
      runs_.push_back({std::string(label), style, {}, false});
      return;
    }
    runs_.push_back({std::string(label) + " (", style_, {}, false});
    runs_.push_back({host_of(address), style, {}, false});
    runs_.push_back({")", style_, {}, false});
  }

  static constexpr int k_most_depth = 4;

  std::string_view rest_;
  Style style_;
  Document& document_;
  Runs& runs_;
  std::string plain_;
  char last_ = 0;
  int depth_ = 0;
};

struct Item {
  std::size_t marker = 0;  ///< bytes to skip; 0: no item
  int number = 0;          ///< 0: a bullet
};

Item item_of(std::string_view line) {
  if (line.size() > 2 && (line[0] == '-' || line[0] == '*' || line[0] == '+') && line[1] == ' ')
    return {2, 0};
  std::size_t digits = 0;
  while (digits < line.size() && digits < 4 && is_digit(line[digits])) ++digits;
  if (digits == 0 || !line.substr(digits).starts_with(". ")) return {};
  int number = 0;
  for (const char c : line.substr(0, digits)) number = number * 10 + (c - '0');
  return {digits + 2, number};
}

}  // namespace

void read_card_text(std::string_view text, CardMarkup markup, const BodyContext& context,
                    Document& document, Blocks& blocks, const Style& style) {
  if (markup == CardMarkup::markdown_or_html && has_tags(text)) {
    read_html(text, context, {}, document, blocks);
    return;
  }
  Paragraph paragraph;
  const auto end_paragraph = [&] {
    if (!is_empty(paragraph.runs)) blocks.emplace_back(std::move(paragraph));
    paragraph = {};
  };
  bool continues_list = false;
  for_each_line(without_functions(clean_text(text)), [&](std::string_view line) {
    line = trimmed(line);
    const Item item = item_of(line);
    if (item.marker == 0) {
      continues_list = false;
      if (line.empty()) return end_paragraph();
      if (!paragraph.runs.empty()) paragraph.runs.push_back({"\n", {}, {}, false});
      return CardLine(line, style, document, paragraph.runs).read();
    }
    end_paragraph();
    const bool is_ordered = item.number > 0;
    auto* list = continues_list ? std::get_if<List>(&blocks.back().is) : nullptr;
    if (list == nullptr || list->is_ordered != is_ordered) {
      blocks.emplace_back(List{is_ordered, is_ordered ? item.number : 1, {}});
      list = std::get_if<List>(&blocks.back().is);
    }
    Paragraph words;
    CardLine(line.substr(item.marker), style, document, words.runs).read();
    list->items.push_back({Block{std::move(words)}});
    continues_list = true;
  });
  end_paragraph();
}

}  // namespace belfry::render
