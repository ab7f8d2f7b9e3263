#include "net/crypto/base64.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace belfry::net {
namespace {

using Alphabet = std::string_view;
constexpr Alphabet k_standard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr Alphabet k_url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

using Values = std::array<std::uint8_t, 256>;
constexpr std::uint8_t k_foreign = 64;

constexpr Values values_of(Alphabet alphabet) {
  Values values{};
  for (auto& value : values) value = k_foreign;
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  return values;
}
constexpr Values k_standard_values = values_of(k_standard);
constexpr Values k_url_values = values_of(k_url);

/// Without padding.
std::string encode(std::string_view bytes, Alphabet alphabet) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : bytes) {
    bits = (bits << 8U) | static_cast<unsigned char>(c);
    count += 8;
    while (count >= 6) {
      count -= 6;
      out += alphabet[(bits >> count) & 0x3FU];
    }
  }
  if (count > 0) out += alphabet[(bits << (6 - count)) & 0x3FU];
  return out;
}

std::optional<std::string> decode(std::string_view text, const Values& values) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::string out;
  out.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const std::uint8_t value = values[static_cast<unsigned char>(c)];
    if (value == k_foreign) return std::nullopt;
    bits = (bits << 6U) | value;
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>((bits >> count) & 0xFFU);
    }
  }
  if ((bits & ((1U << count) - 1U)) != 0) return std::nullopt;
  return out;
}

}  // namespace

std::string base64(std::string_view bytes) {
  std::string out = encode(bytes, k_standard);
  while (out.size() % 4 != 0) out += '=';
  return out;
}

std::string base64url(std::string_view bytes) {
  return encode(bytes, k_url);
}

std::optional<std::string> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  return decode(text, k_standard_values);
}

std::optional<std::string> decode_base64url(std::string_view text) {
  return decode(text, k_url_values);
}

}  // namespace belfry::net
