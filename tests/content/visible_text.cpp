#include "tests/content/visible_text.h"

#include <array>
#include <memory>
#include <utility>

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>
#include <gumbo.h>

#include "sync/render/dom.h"
#include "sync/render/text.h"

namespace belfry::content {
namespace {

using render::first_rune;

/// Letters for the signs that stand in for raised and lowered digits; nothing for what is not seen.
std::string comparable(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, char>, 20> k_digits = {
      {{"⁰", '0'}, {"¹", '1'}, {"²", '2'}, {"³", '3'}, {"⁴", '4'}, {"⁵", '5'}, {"⁶", '6'},
       {"⁷", '7'}, {"⁸", '8'}, {"⁹", '9'}, {"₀", '0'}, {"₁", '1'}, {"₂", '2'}, {"₃", '3'},
       {"₄", '4'}, {"₅", '5'}, {"₆", '6'}, {"₇", '7'}, {"₈", '8'}, {"₉", '9'}}};
  std::string out;
  while (!text.empty()) {
    const auto rune = first_rune(text);
    const std::string_view bytes = text.substr(0, rune.bytes);
    const char32_t code = rune.code;
    text.remove_prefix(rune.bytes);
    const bool is_unseen = code <= 0x20 || (code >= 0x7F && code <= 0xA0) || code == 0x2005 ||
                           code == 0x200B || code == 0x2060 || code == 0xFEFF || code == 0x2424 ||
                           code == 0x2028 || code == 0x2029 || code == 0x202D || code == 0x202E;
    if (is_unseen || bytes == "•" || bytes == "·") continue;  // signs of lists and rows in one line
    char digit = 0;
    for (const auto& [sign, letter] : k_digits) {
      if (bytes == sign) digit = letter;
    }
    digit == 0 ? out += bytes : out += digit;
  }
  return out;
}

void walk(const GumboNode& root, std::string& out) {
  std::vector<const GumboNode*> waiting{&root};
  while (!waiting.empty()) {
    const GumboNode& node = *waiting.back();
    waiting.pop_back();
    if (render::is_text(node)) out += node.v.text.text;
    if (!render::is_element(node) || render::is_unseen(node.v.element.tag)) continue;
    const GumboElement& element = node.v.element;
    const std::string name =
        element.tag == GUMBO_TAG_UNKNOWN ? render::unknown_name(element) : std::string();
    const std::string alt(render::attribute(element, "alt"));
    if (name == "emoji") out += alt;
    if (name == "customemoji" && !alt.empty()) out += "(" + alt + ")";
    const auto children = render::children_of(node);
    waiting.insert(waiting.end(), children.rbegin(), children.rend());
  }
}

struct FreeNode {
  void operator()(cmark_node* node) const { cmark_node_free(node); }
};
struct FreeParser {
  void operator()(cmark_parser* parser) const { cmark_parser_free(parser); }
};

}  // namespace

std::string visible_in_html(std::string_view html) {
  const render::Dom dom(html);
  std::string text;
  walk(dom.root(), text);
  return comparable(text);
}

ReadMarkdown read_markdown(const std::string& markdown) {
  cmark_gfm_core_extensions_ensure_registered();
  const std::unique_ptr<cmark_parser, FreeParser> parser(cmark_parser_new(CMARK_OPT_DEFAULT));
  for (const char* name : {"table", "strikethrough", "autolink"})
    cmark_parser_attach_syntax_extension(parser.get(), cmark_find_syntax_extension(name));
  cmark_parser_feed(parser.get(), markdown.data(), markdown.size());
  const std::unique_ptr<cmark_node, FreeNode> root(cmark_parser_finish(parser.get()));

  ReadMarkdown read;
  for (cmark_node* top = cmark_node_first_child(root.get()); top != nullptr;
       top = cmark_node_next(top))
    read.outline.emplace_back(cmark_node_get_type_string(top));
  cmark_iter* walk = cmark_iter_new(root.get());
  for (auto event = cmark_iter_next(walk); event != CMARK_EVENT_DONE;
       event = cmark_iter_next(walk)) {
    if (event != CMARK_EVENT_ENTER) continue;
    cmark_node* node = cmark_iter_get_node(walk);
    const auto type = cmark_node_get_type(node);
    if (type == CMARK_NODE_TEXT || type == CMARK_NODE_CODE || type == CMARK_NODE_CODE_BLOCK)
      read.visible += cmark_node_get_literal(node);
    if (type == CMARK_NODE_HTML_BLOCK || type == CMARK_NODE_HTML_INLINE) ++read.raw_html;
    if (type == CMARK_NODE_IMAGE) ++read.pictures;
    if (type == CMARK_NODE_HEADING) ++read.headings;
    if (type == CMARK_NODE_LINK) read.links.emplace_back(cmark_node_get_url(node));
  }
  cmark_iter_free(walk);
  read.visible = comparable(read.visible);
  return read;
}

}  // namespace belfry::content
