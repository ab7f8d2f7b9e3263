#include "tests/sandbox/mattermost/ids.h"

#include <algorithm>
#include <random>

namespace belfry::sandbox::mattermost {

namespace {

constexpr std::string_view k_alphabet = "ybndrfg8ejkmcpqxot1uwisza345h769";
constexpr std::size_t k_id_length = 26;

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::size_t rune_length(std::string_view rest) {
  const auto first = static_cast<unsigned char>(rest.front());
  const std::size_t wanted = first < 0x80U   ? 1
                             : first < 0xC2U ? 0
                             : first < 0xE0U ? 2
                             : first < 0xF0U ? 3
                             : first < 0xF5U ? 4
                                             : 0;
  if (wanted == 0 || wanted > rest.size()) return 1;
  for (std::size_t i = 1; i < wanted; ++i)
    if ((static_cast<unsigned char>(rest[i]) & 0xC0U) != 0x80U) return 1;
  return wanted;
}

}  // namespace

std::string make_id() {
  thread_local std::mt19937_64 dice{std::random_device{}() ^
                                    (static_cast<std::uint64_t>(std::random_device{}()) << 32U)};
  std::string id(k_id_length, ' ');
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < k_id_length; ++i) {
    if (i % 12 == 0) bits = dice();
    id[i] = k_alphabet[bits & 31U];
    bits >>= 5U;
  }
  return id;
}

bool is_id(std::string_view text) {
  return text.size() == k_id_length && std::all_of(text.begin(), text.end(), is_letter_or_digit);
}

std::size_t count_runes(std::string_view text) {
  std::size_t count = 0;
  for (; !text.empty(); ++count) text.remove_prefix(rune_length(text));
  return count;
}

}  // namespace belfry::sandbox::mattermost
