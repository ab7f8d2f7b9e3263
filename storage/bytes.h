#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Numbers as bytes, big endian; and bytes as hexadecimal. The readers want at least as many bytes
/// as the number has.
namespace belfry::storage {

void append_u32(std::string& bytes, std::uint32_t value);
void append_u64(std::string& bytes, std::uint64_t value);
[[nodiscard]] std::uint32_t read_u32(std::string_view bytes);
[[nodiscard]] std::uint64_t read_u64(std::string_view bytes);

[[nodiscard]] std::string to_hex(std::string_view bytes);
/// None for anything but pairs of lower-case digits.
[[nodiscard]] std::optional<std::string> from_hex(std::string_view text);

}  // namespace belfry::storage
