#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace belfry::net {

/// 32 bytes.
[[nodiscard]] std::string sha256(std::string_view bytes);

/// Compares in constant time by the length of `given`.
[[nodiscard]] bool is_hmac_sha256(std::string_view key, std::string_view bytes,
                                  std::string_view given);

/// AES-256-CBC with PKCS#7 padding; nothing when key (32 bytes), IV (16), length or padding is
/// wrong. Only for text whose HMAC was found right, so that the padding tells a stranger nothing.
[[nodiscard]] std::optional<std::string> aes256_cbc_decrypt(std::string_view key,
                                                            std::string_view iv,
                                                            std::string_view cipher);

}  // namespace belfry::net
