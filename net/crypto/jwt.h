#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace belfry::net {

/// A JWT in compact form, taken apart and decoded, nothing verified. Source: RFC 7515 §3.1, RFC
/// 7519.
struct Jwt {
  std::string header;  ///< JSON, perhaps
  std::string claims;  ///< JSON, perhaps
  std::string signature;
  std::string_view signed_bytes;  ///< looks into the token given
};

/// Nothing when it has not three parts of base64url.
[[nodiscard]] std::optional<Jwt> split_jwt(std::string_view token);

}  // namespace belfry::net
