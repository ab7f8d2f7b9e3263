#include "sync/render/html.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include <gumbo.h>

#include "sync/render/escape.h"

namespace belfry::render {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
}

/// Runs of blanks and no-break spaces become one blank, as a browser shows them.
std::string collapsed(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const bool is_no_break = text.starts_with("\xC2\xA0");
    if (is_no_break || is_blank(text.front())) {
      if (out.empty() || out.back() != ' ') out += ' ';
      text.remove_prefix(is_no_break ? 2 : 1);
    } else {
      out += text.front();
      text.remove_prefix(1);
    }
  }
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (is_blank(text.front()))) text.remove_prefix(1);
  while (!text.empty() && (is_blank(text.back()))) text.remove_suffix(1);
  return text;
}

std::string attribute(const GumboElement& element, const char* name) {
  const GumboAttribute* found = gumbo_get_attribute(&element.attributes, name);
  return found == nullptr ? std::string{} : std::string(found->value);
}

/// gumbo knows no `<at>` or `<emoji>`: their names stand in the original text only.
std::string name_of(const GumboElement& element) {
  if (element.tag != GUMBO_TAG_UNKNOWN) return gumbo_normalized_tagname(element.tag);
  GumboStringPiece piece = element.original_tag;
  gumbo_tag_from_original_text(&piece);
  std::string name(piece.data == nullptr ? "" : piece.data,
                   piece.data == nullptr ? 0 : piece.length);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name;
}

std::string host_of(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  url.remove_prefix(scheme + 3);
  return std::string(url.substr(0, url.find_first_of("/?#")));
}

/// A label that looks like an address of another host lies about where the link leads.
bool lies(std::string_view label, std::string_view url) {
  const std::string shown = host_of(label);
  if (!shown.empty()) return shown != host_of(url);
  const bool looks_like_host = label.find(' ') == std::string_view::npos &&
                               label.find('.') != std::string_view::npos &&
                               !url.starts_with("mailto:");
  return looks_like_host && std::string_view(host_of(url)).find(label.substr(0, label.find('/'))) ==
                                std::string_view::npos;
}

class Converter {
 public:
  Converter(const BodyContext& context, const HtmlPolicy& policy)
      : context_(context), policy_(policy) {}

  /// The children of `node` as blocks, parted by empty lines.
  std::string blocks(const GumboNode& node, int depth) {
    std::vector<std::string> done;
    std::string line;
    gather(node, depth, done, line);
    flush(done, line);
    std::string all;
    for (const std::string& block : done) {
      if (!all.empty()) all += "\n\n";
      all += block;
    }
    return all;
  }

 private:
  static const GumboVector& children_of(const GumboNode& node) {
    return node.type == GUMBO_NODE_DOCUMENT ? node.v.document.children : node.v.element.children;
  }

  static void flush(std::vector<std::string>& done, std::string& line) {
    const std::string_view text = trimmed(line);
    if (!text.empty()) done.emplace_back(text);
    line.clear();
  }

  void gather(const GumboNode& node, int depth, std::vector<std::string>& done, std::string& line) {
    const GumboVector& children = children_of(node);
    for (unsigned i = 0; i < children.length; ++i) {
      const auto& child = *static_cast<const GumboNode*>(children.data[i]);
      if (child.type != GUMBO_NODE_ELEMENT && child.type != GUMBO_NODE_TEMPLATE) {
        append(line, child, depth);
        continue;
      }
      if (depth >= policy_.most_depth) {
        append_text(line, text_of(child));
        continue;
      }
      std::string block;
      switch (form_of(child)) {
        case Form::inline_text:
          append(line, child, depth);
          continue;
        case Form::transparent:
          gather(child, depth + 1, done, line);
          continue;
        case Form::paragraph:
          flush(done, line);
          gather(child, depth + 1, done, line);
          flush(done, line);
          continue;
        case Form::block:
          block = block_of(child, depth);
          break;
        case Form::nothing:
          continue;
      }
      flush(done, line);
      if (!block.empty()) done.push_back(std::move(block));
    }
  }

  enum class Form { inline_text, transparent, paragraph, block, nothing };
  static Form form_of(const GumboNode& node) {
    const std::string name = name_of(node.v.element);
    switch (node.v.element.tag) {
      case GUMBO_TAG_P:
      case GUMBO_TAG_DIV:
        return Form::paragraph;
      case GUMBO_TAG_UL:
      case GUMBO_TAG_OL:
      case GUMBO_TAG_BLOCKQUOTE:
      case GUMBO_TAG_PRE:
      case GUMBO_TAG_TABLE:
      case GUMBO_TAG_HR:
      case GUMBO_TAG_H1:
      case GUMBO_TAG_H2:
      case GUMBO_TAG_H3:
      case GUMBO_TAG_H4:
      case GUMBO_TAG_H5:
      case GUMBO_TAG_H6:
        return Form::block;
      case GUMBO_TAG_SCRIPT:
      case GUMBO_TAG_STYLE:
      case GUMBO_TAG_HEAD:
      case GUMBO_TAG_TITLE:
        return Form::nothing;
      case GUMBO_TAG_HTML:
      case GUMBO_TAG_BODY:
      case GUMBO_TAG_SPAN:
        return Form::transparent;
      default:
        break;
    }
    if (name == "codeblock") return Form::block;
    if (name == "systemeventmessage") return Form::transparent;
    return Form::inline_text;
  }

  std::string block_of(const GumboNode& node, int depth) {
    const GumboElement& element = node.v.element;
    switch (element.tag) {
      case GUMBO_TAG_HR:
        return "---";
      case GUMBO_TAG_PRE:
        return code_block(code_text(node), "");
      case GUMBO_TAG_BLOCKQUOTE: {
        const std::string inner = blocks(node, depth + 1);
        return inner.empty() ? inner : quote(inner);
      }
      case GUMBO_TAG_UL:
      case GUMBO_TAG_OL:
        return list(node, depth);
      case GUMBO_TAG_TABLE:
        return table(node, depth);
      default:
        break;
    }
    if (name_of(element) == "codeblock")
      return code_block(code_text(node), attribute(element, "class"));
    const int level = element.tag - GUMBO_TAG_H1 + 1;
    const std::string title = one_line(node, depth);
    return title.empty() ? title : std::string(static_cast<std::size_t>(level), '#') + " " + title;
  }

  std::string list(const GumboNode& node, int depth) {
    const bool is_ordered = node.v.element.tag == GUMBO_TAG_OL;
    int number = 1;
    const std::string start = attribute(node.v.element, "start");
    std::from_chars(start.data(), start.data() + start.size(), number);
    std::string out;
    const GumboVector& children = children_of(node);
    for (unsigned i = 0; i < children.length; ++i) {
      const auto& child = *static_cast<const GumboNode*>(children.data[i]);
      if (child.type != GUMBO_NODE_ELEMENT) continue;
      const std::string marker = is_ordered ? std::to_string(number++) + ". " : "- ";
      const std::string item = blocks(child, depth + 1);
      if (!out.empty()) out += '\n';
      // A list right in a list, as Word writes it, is an item without a mark of its own.
      const bool is_nested =
          child.v.element.tag == GUMBO_TAG_UL || child.v.element.tag == GUMBO_TAG_OL;
      const std::string body = is_nested ? list(child, depth + 1) : item;
      out += is_nested ? indented(body, marker.size(), marker.size())
                       : marker + indented(body, 0, marker.size());
    }
    return out;
  }

  static std::string indented(std::string_view text, std::size_t first, std::size_t rest) {
    std::string out(first, ' ');
    for (std::size_t i = 0; i < text.size(); ++i) {
      const bool is_empty_line = text[i] == '\n' && i + 1 < text.size() && text[i + 1] == '\n';
      if (is_empty_line) continue;  // items stay together
      out += text[i];
      if (text[i] == '\n') out.append(rest, ' ');
    }
    return out;
  }

  std::string table(const GumboNode& node, int depth) {
    std::vector<std::vector<std::string>> rows;
    collect_rows(node, depth, rows);
    std::size_t columns = 0;
    for (const auto& row : rows) columns = std::max(columns, row.size());
    if (columns == 0) return {};
    std::string out;
    for (std::size_t r = 0; r < rows.size(); ++r) {
      rows[r].resize(columns);
      out += r == 0 ? "|" : "\n|";
      for (const std::string& cell : rows[r]) out += " " + cell + " |";
      if (r != 0) continue;
      out += "\n|";
      for (std::size_t c = 0; c < columns; ++c) out += "---|";
    }
    return out;
  }

  void collect_rows(const GumboNode& node, int depth, std::vector<std::vector<std::string>>& rows) {
    if (depth > policy_.most_depth) return;
    const GumboVector& children = children_of(node);
    for (unsigned i = 0; i < children.length; ++i) {
      const auto& child = *static_cast<const GumboNode*>(children.data[i]);
      if (child.type != GUMBO_NODE_ELEMENT) continue;
      const GumboTag tag = child.v.element.tag;
      if (tag == GUMBO_TAG_TR) rows.emplace_back();
      if (tag == GUMBO_TAG_TD || tag == GUMBO_TAG_TH) {
        if (rows.empty()) rows.emplace_back();
        rows.back().push_back(one_line(child, depth));
      } else {
        collect_rows(child, depth + 1, rows);
      }
    }
  }

  /// The blocks inside as one line: for cells and headings.
  std::string one_line(const GumboNode& node, int depth) {
    std::string line = blocks(node, depth + 1);
    std::string out;
    for (const char c : line) {
      if (c != '\n') {
        out += c;
      } else if (!out.empty() && out.back() != ' ') {
        out += ' ';
      }
    }
    return out;
  }

  void append(std::string& line, const GumboNode& node, int depth) {
    switch (node.type) {
      case GUMBO_NODE_TEXT:
      case GUMBO_NODE_WHITESPACE:
      case GUMBO_NODE_CDATA:
        append_text(line, node.v.text.text);
        return;
      case GUMBO_NODE_ELEMENT:
      case GUMBO_NODE_TEMPLATE:
        append_element(line, node, depth);
        return;
      case GUMBO_NODE_DOCUMENT:
      case GUMBO_NODE_COMMENT:
        return;
    }
  }

  void append_text(std::string& line, std::string_view raw) {
    std::string text = collapsed(raw);
    const bool at_line_start = line.empty() || line.back() == '\n';
    if (text.starts_with(' ') && (at_line_start || line.back() == ' ')) text.erase(0, 1);
    line += at_line_start ? escape_text(text) : escape_inline(text);
  }

  void append_element(std::string& line, const GumboNode& node, int depth) {
    const GumboElement& element = node.v.element;
    switch (element.tag) {
      case GUMBO_TAG_BR:
        line += '\n';
        return;
      case GUMBO_TAG_B:
      case GUMBO_TAG_STRONG:
        wrap(line, node, depth, "**");
        return;
      case GUMBO_TAG_I:
      case GUMBO_TAG_EM:
        wrap(line, node, depth, "*");
        return;
      case GUMBO_TAG_S:
      case GUMBO_TAG_STRIKE:
      case GUMBO_TAG_DEL:
        wrap(line, node, depth, "~~");
        return;
      case GUMBO_TAG_CODE:
        if (const std::string code = code_text(node); !code.empty()) line += inline_code(code);
        return;
      case GUMBO_TAG_A:
        append_link(line, node, depth);
        return;
      case GUMBO_TAG_IMG:
        append_picture(line, element);
        return;
      default:
        break;
    }
    const std::string name = name_of(element);
    if (name == "at") {
      int id = -1;
      const std::string number = attribute(element, "id");
      std::from_chars(number.data(), number.data() + number.size(), id);
      line += context_.mention ? context_.mention(id, text_of(node)) : escape_inline(text_of(node));
    } else if (name == "emoji") {
      line += escape_inline(attribute(element, "alt"));
    } else if (name == "customemoji") {
      if (const std::string alt = attribute(element, "alt"); !alt.empty())
        line += "(" + escape_inline(alt) + ")";
    } else if (name == "attachment") {
      if (context_.attachment) line += context_.attachment(attribute(element, "id"));
    } else {
      // Unknown inline markup is transparent; a block inside ends the line.
      line += blocks(node, depth + 1);
    }
  }

  void wrap(std::string& line, const GumboNode& node, int depth, std::string_view mark) {
    const std::string inner = inline_of(node, depth);
    const std::string_view text = trimmed(inner);
    if (text.empty()) {
      line += inner;
      return;
    }
    // Marks stick to words, not to blanks, and do not reach over an empty line.
    if (text.find("\n\n") != std::string_view::npos) {
      line += text;
      return;
    }
    if (inner.starts_with(' ') && !line.ends_with(' ')) line += ' ';
    line += mark;
    line += text;
    line += mark;
    if (inner.ends_with(' ')) line += ' ';
  }

  std::string inline_of(const GumboNode& node, int depth) {
    if (depth >= policy_.most_depth) return escape_inline(collapsed(text_of(node)));
    std::string line;
    const GumboVector& children = children_of(node);
    for (unsigned i = 0; i < children.length; ++i) {
      append(line, *static_cast<const GumboNode*>(children.data[i]), depth + 1);
    }
    return line;
  }

  void append_link(std::string& line, const GumboNode& node, int depth) {
    const std::string url = attribute(node.v.element, "href");
    const std::string plain = std::string(trimmed(collapsed(text_of(node))));
    const std::string label = std::string(trimmed(inline_of(node, depth)));
    if (label.empty()) {
      line += link(escape_inline(url), url);
    } else if (plain == url) {
      line += escape_inline(url);
    } else if (lies(plain, url)) {
      line += escape_inline(url);
    } else {
      line += link(label.find('\n') == std::string::npos ? label : escape_inline(plain), url);
    }
  }

  void append_picture(std::string& line, const GumboElement& element) {
    const std::string alt = attribute(element, "alt");
    if (attribute(element, "itemtype") == "http://schema.skype.com/Emoji") {
      line += escape_inline(alt);
      return;
    }
    const std::string label =
        alt.empty() || alt == "image" ? "picture" : "picture: " + escape_inline(alt);
    line += link(label, context_.message_link);
  }

  /// The text inside as a browser would show it in code: `<br>` breaks lines, no-break spaces are
  /// blanks.
  static std::string code_text(const GumboNode& node) {
    std::string raw = text_of(node);
    std::string out;
    for (std::size_t i = 0; i < raw.size(); ++i) {
      if (raw[i] == '\xC2' && i + 1 < raw.size() && raw[i + 1] == '\xA0') {
        out += ' ';
        ++i;
      } else {
        out += raw[i];
      }
    }
    while (out.ends_with('\n')) out.pop_back();
    return out;
  }

  /// All text below `node`, without recursion.
  static std::string text_of(const GumboNode& root) {
    std::string text;
    std::vector<const GumboNode*> open{&root};
    while (!open.empty()) {
      const GumboNode* node = open.back();
      open.pop_back();
      if (node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_WHITESPACE ||
          node->type == GUMBO_NODE_CDATA) {
        text += node->v.text.text;
      }
      if (node->type != GUMBO_NODE_ELEMENT && node->type != GUMBO_NODE_TEMPLATE) continue;
      if (node->v.element.tag == GUMBO_TAG_BR) text += '\n';
      if (node->v.element.tag == GUMBO_TAG_SCRIPT || node->v.element.tag == GUMBO_TAG_STYLE)
        continue;
      const GumboVector& children = node->v.element.children;
      for (unsigned i = children.length; i > 0; --i) {
        open.push_back(static_cast<const GumboNode*>(children.data[i - 1]));
      }
    }
    return text;
  }

  const BodyContext& context_;
  const HtmlPolicy& policy_;
};

}  // namespace

std::string html_to_markdown(std::string_view html, const BodyContext& context,
                             const HtmlPolicy& policy) {
  GumboOptions options = kGumboDefaultOptions;
  GumboOutput* tree = gumbo_parse_with_options(&options, html.data(), html.size());
  std::string markdown = Converter(context, policy).blocks(*tree->root, 0);
  gumbo_destroy_output(&options, tree);
  return markdown;
}

}  // namespace belfry::render
