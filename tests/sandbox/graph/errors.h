#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tests/sandbox/web.h"

namespace belfry::sandbox {

/// `{error:{code, message, innerError}}`. Source: Graph, "error responses and resource types".
[[nodiscard]] WebReply graph_error(int status, std::string_view code, std::string_view message,
                                   std::int64_t now_ms = 0);
[[nodiscard]] std::string graph_error_body(std::string_view code, std::string_view message,
                                           std::int64_t now_ms);
/// 429 with a Retry-After in seconds.
[[nodiscard]] WebReply graph_throttled(double retry_after_s, std::int64_t now_ms);

}  // namespace belfry::sandbox
