#pragma once

#include <gumbo.h>

#include "sync/render/document.h"

namespace belfry::render {

/// The style inside an element: by its tag and by the CSS that office programs write into `style`
/// (weight, slant and strike; nothing else has a counterpart in Markdown).
[[nodiscard]] Style styled(const GumboElement& element, Style outer);

}  // namespace belfry::render
