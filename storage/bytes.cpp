#include "storage/bytes.h"

#include "sync/base/invariant.h"

namespace belfry::storage {
namespace {

constexpr std::string_view k_digits = "0123456789abcdef";

template <class Number>
void append(std::string& bytes, Number value) {
  for (int shift = static_cast<int>(sizeof(Number) - 1) * 8; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<char>((value >> shift) & 0xFF));
  }
}

template <class Number>
Number read(std::string_view bytes) {
  invariant(bytes.size() >= sizeof(Number), "a number is read from enough bytes");
  Number value = 0;
  for (std::size_t i = 0; i < sizeof(Number); ++i) {
    value = static_cast<Number>((value << 8) | static_cast<unsigned char>(bytes[i]));
  }
  return value;
}

}  // namespace

void append_u32(std::string& bytes, std::uint32_t value) {
  append(bytes, value);
}
void append_u64(std::string& bytes, std::uint64_t value) {
  append(bytes, value);
}
std::uint32_t read_u32(std::string_view bytes) {
  return read<std::uint32_t>(bytes);
}
std::uint64_t read_u64(std::string_view bytes) {
  return read<std::uint64_t>(bytes);
}

std::string to_hex(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text.push_back(k_digits[byte >> 4U]);
    text.push_back(k_digits[byte & 0xFU]);
  }
  return text;
}

std::optional<std::string> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const auto high = k_digits.find(text[i]);
    const auto low = k_digits.find(text[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    bytes.push_back(static_cast<char>(high << 4U | low));
  }
  return bytes;
}

}  // namespace belfry::storage
