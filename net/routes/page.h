#pragma once

#include <string>
#include <string_view>

#include "net/http/router.h"

namespace belfry::net {

[[nodiscard]] std::string escape_html(std::string_view text);

enum class PageTone { good, bad };

/// A small page of our own with a title and one paragraph, both plain text. Loads nothing, runs
/// nothing.
[[nodiscard]] HttpReply page(int status, PageTone tone, std::string_view title,
                             std::string_view text);

}  // namespace belfry::net
