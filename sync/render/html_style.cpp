#include "sync/render/html_style.h"

#include <string>
#include <string_view>

#include "sync/render/dom.h"
#include "sync/render/text.h"

namespace belfry::render {
namespace {

bool is_bold_weight(std::string_view weight) {
  return weight == "bold" || weight == "bolder" ||
         (weight.size() == 3 && weight[0] >= '6' && weight[0] <= '9' && weight.ends_with("00"));
}

void apply(std::string_view property, std::string_view value, Style& style) {
  if (property == "font-weight") {
    if (is_bold_weight(value)) style.is_bold = true;
    if (value == "normal" || value == "400") style.is_bold = false;
  } else if (property == "font-style") {
    if (value == "italic" || value == "oblique") style.is_italic = true;
    if (value == "normal") style.is_italic = false;
  } else if (property == "text-decoration" || property == "text-decoration-line") {
    if (value.find("line-through") != std::string_view::npos) style.is_struck = true;
  }
}

void apply_css(std::string_view css, Style& style) {
  const std::string lower = lower_case(css);
  for (std::string_view rest = lower; !rest.empty();) {
    const auto end = std::min(rest.find(';'), rest.size());
    const std::string_view declaration = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const auto colon = declaration.find(':');
    if (colon == std::string_view::npos) continue;
    std::string_view value = trimmed(declaration.substr(colon + 1));
    if (const auto mark = value.find('!'); mark != std::string_view::npos)
      value = trimmed(value.substr(0, mark));
    apply(trimmed(declaration.substr(0, colon)), value, style);
  }
}

}  // namespace

Style styled(const GumboElement& element, Style outer) {
  switch (element.tag) {
    case GUMBO_TAG_B:
    case GUMBO_TAG_STRONG:
      outer.is_bold = true;
      break;
    case GUMBO_TAG_I:
    case GUMBO_TAG_EM:
    case GUMBO_TAG_CITE:
    case GUMBO_TAG_DFN:
      outer.is_italic = true;
      break;
    case GUMBO_TAG_S:
    case GUMBO_TAG_STRIKE:
    case GUMBO_TAG_DEL:
      outer.is_struck = true;
      break;
    case GUMBO_TAG_CODE:
    case GUMBO_TAG_TT:
    case GUMBO_TAG_KBD:
    case GUMBO_TAG_SAMP:
      outer.is_code = true;
      break;
    default:
      break;
  }
  if (const std::string_view css = attribute(element, "style"); !css.empty()) apply_css(css, outer);
  return outer;
}

}  // namespace belfry::render
