#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sandbox/web.h"

namespace belfry::sandbox {

/// An error of the token endpoint, by the name that the control API uses for it.
/// Source  Microsoft identity platform, "authentication and authorization error codes".
struct TokenError {
  std::string_view name;
  int status;
  std::string_view error;
  int code;
  std::string_view text;
  std::string_view suberror = {};
};

[[nodiscard]] const std::vector<TokenError>& token_errors();
[[nodiscard]] std::optional<TokenError> token_error(std::string_view name);
[[nodiscard]] WebReply token_error_reply(const TokenError& error, std::int64_t now_ms);

}  // namespace belfry::sandbox
