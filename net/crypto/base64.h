#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace belfry::net {

/// Standard alphabet with padding, as Graph writes ciphertext and certificates.
[[nodiscard]] std::string base64(std::string_view bytes);
/// URL alphabet without padding, as JWT and PKCE have it.
[[nodiscard]] std::string base64url(std::string_view bytes);

/// Nothing when a byte is foreign to the alphabet, or the length or the unused bits are wrong. The
/// standard form demands its padding, the URL form refuses any: each content has one spelling only.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);
[[nodiscard]] std::optional<std::string> decode_base64url(std::string_view text);

}  // namespace belfry::net
