#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "sync/base/secret.h"

/// AES-256-GCM and the operating system's random bytes, through Crypto++. Safe from any thread.
namespace belfry::storage {

/// Random nonce (96 bits), ciphertext and tag (128 bits) in one.
[[nodiscard]] std::string encrypt(const Secret& key, std::string_view plain,
                                  std::string_view bound_to);
/// None when anything differs from what encrypt() was given and made.
[[nodiscard]] std::optional<std::string> decrypt(const Secret& key, std::string_view sealed,
                                                 std::string_view bound_to);

[[nodiscard]] std::string random_bytes(std::size_t count);

}  // namespace belfry::storage
