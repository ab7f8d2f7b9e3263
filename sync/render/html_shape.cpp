#include "sync/render/html_shape.h"

#include <algorithm>
#include <charconv>

#include "sync/render/dom.h"
#include "sync/render/text.h"

namespace belfry::render {

Shape shape_of(const GumboElement& element, std::string_view name) {
  switch (element.tag) {
    case GUMBO_TAG_P:
      return Shape::paragraph;
    case GUMBO_TAG_DIV:
    case GUMBO_TAG_CENTER:
    case GUMBO_TAG_SECTION:
    case GUMBO_TAG_ARTICLE:
    case GUMBO_TAG_HEADER:
    case GUMBO_TAG_FOOTER:
    case GUMBO_TAG_ADDRESS:
    case GUMBO_TAG_FIGURE:
    case GUMBO_TAG_FIGCAPTION:
    case GUMBO_TAG_MAIN:
    case GUMBO_TAG_NAV:
    case GUMBO_TAG_ASIDE:
    case GUMBO_TAG_DETAILS:
    case GUMBO_TAG_SUMMARY:
    case GUMBO_TAG_DL:
    case GUMBO_TAG_DT:
    case GUMBO_TAG_DD:
    case GUMBO_TAG_FORM:
    case GUMBO_TAG_FIELDSET:
    case GUMBO_TAG_LEGEND:
    case GUMBO_TAG_CAPTION:
    case GUMBO_TAG_OPTION:
    case GUMBO_TAG_LI:  // outside a list
    case GUMBO_TAG_TR:
      return Shape::line;
    case GUMBO_TAG_UL:
    case GUMBO_TAG_OL:
    case GUMBO_TAG_BLOCKQUOTE:
    case GUMBO_TAG_PRE:
    case GUMBO_TAG_LISTING:
    case GUMBO_TAG_XMP:
    case GUMBO_TAG_PLAINTEXT:
    case GUMBO_TAG_TABLE:
    case GUMBO_TAG_HR:
    case GUMBO_TAG_H1:
    case GUMBO_TAG_H2:
    case GUMBO_TAG_H3:
    case GUMBO_TAG_H4:
    case GUMBO_TAG_H5:
    case GUMBO_TAG_H6:
      return Shape::block;
    case GUMBO_TAG_UNKNOWN:
      return name == "codeblock" || name == "attachment" ? Shape::block : Shape::inline_text;
    default:
      return is_unseen(element.tag) ? Shape::unseen : Shape::inline_text;
  }
}

int number_of(std::string_view text, int otherwise) {
  int number = otherwise;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  (void)end;
  return error == std::errc{} ? number : otherwise;
}

std::string code_text(const GumboNode& node) {
  const std::string clean = clean_text(text_below(node));
  std::string code;
  for (std::string_view rest = clean; !rest.empty();) {
    const bool is_blank_kept = rest.starts_with(k_no_break_space);
    code += is_blank_kept ? ' ' : rest.front();
    rest.remove_prefix(is_blank_kept ? k_no_break_space.size() : 1);
  }
  while (code.ends_with('\n')) code.pop_back();
  if (code.starts_with('\n')) code.erase(0, 1);
  return code;
}

std::string_view language_in(const GumboNode& node) {
  for (const GumboNode* child : children_of(node)) {
    if (!is_element(*child) || child->v.element.tag != GUMBO_TAG_CODE) continue;
    const std::string_view name = attribute(child->v.element, "class");
    return name.starts_with("language-") ? name : std::string_view();
  }
  return {};
}

std::string raised_digits(const GumboNode& node) {
  static constexpr std::string_view k_raised[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  static constexpr std::string_view k_lowered[] = {"₀", "₁", "₂", "₃", "₄",
                                                   "₅", "₆", "₇", "₈", "₉"};
  const std::string text = clean_text(text_below(node));
  constexpr std::size_t k_most_digits = 20;
  if (text.size() > k_most_digits || !std::all_of(text.begin(), text.end(), is_digit)) return {};
  std::string signs;
  for (const char digit : text) {
    const auto value = static_cast<std::size_t>(digit - '0');
    signs += node.v.element.tag == GUMBO_TAG_SUP ? k_raised[value] : k_lowered[value];
  }
  return signs;
}

}  // namespace belfry::render
