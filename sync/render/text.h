#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace belfry::render {

/// Invisible, and neither blank nor punctuation to any Markdown parser: parts what must not be
/// read together (`@` and a name), and stands between marks and punctuation.
inline constexpr std::string_view k_word_joiner = "\xE2\x81\xA0";
inline constexpr std::string_view k_no_break_space = "\xC2\xA0";

/// What a stranger wrote, made fit for a post: valid UTF-8 (U+FFFD for what is not), every break
/// that clients know (CR, LF, VT, FF, NEL, LS, PS and U+2424, which Mattermost's web client turns
/// into line feeds) as `\n`, without control characters, zero-width blanks and the overrides of
/// writing direction by which text can be shown in another order than it is read.
[[nodiscard]] std::string clean_text(std::string_view text);

/// The same for names, topics and labels: one line, blanks single and trimmed, cut to `most_runes`
/// with an ellipsis, no directional embedding that could reach beyond its end.
[[nodiscard]] std::string clean_line(std::string_view text, std::size_t most_runes);

/// Number of Unicode code points; Mattermost counts its limits in them.
[[nodiscard]] std::size_t count_runes(std::string_view text);

/// Bytes of the longest beginning of at most `most` runes that does not part a letter from its
/// accents or an emoji from its modifiers, and ends at a blank where one is near.
[[nodiscard]] std::size_t cut_position(std::string_view text, std::size_t most);

struct Rune {
  char32_t code = 0;
  std::size_t bytes = 0;  ///< taken from the text; 0 at its end
  bool is_valid = true;
};
/// Reads one code point. A byte that cannot be read is taken alone, as U+FFFD.
[[nodiscard]] Rune first_rune(std::string_view text);
/// The last code point of valid UTF-8; 0 when empty.
[[nodiscard]] char32_t last_code(std::string_view text);

/// ASCII only, whatever the locale.
[[nodiscard]] constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
[[nodiscard]] constexpr bool is_alphanumeric(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
[[nodiscard]] constexpr bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}
[[nodiscard]] std::string lower_case(std::string_view text);
[[nodiscard]] std::string_view trimmed(std::string_view text);

/// Calls `each(std::string_view)` with every line, the last one too.
template <class Each>
void for_each_line(std::string_view text, Each&& each) {
  for (;;) {
    const auto end = text.find('\n');
    each(text.substr(0, end));
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

}  // namespace belfry::render
