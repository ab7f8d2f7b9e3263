#pragma once

#include <string>

#include "sync/render/document.h"

namespace belfry::render {

/// A document as Mattermost shows it alike in its web client (marked 0.3) and mobile apps
/// (CommonMark): at most `links_left` links are made of it.
[[nodiscard]] std::string write_markdown(const Document& document, int links_left);

}  // namespace belfry::render
