#include "sync/render/text.h"

#include <algorithm>

namespace belfry::render {
namespace {

constexpr char32_t k_replacement = 0xFFFD;

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

/// `\n` for what ends a line, 0 for what is left out, else the code itself.
char32_t cleaned(char32_t code) {
  switch (code) {
    case '\n':
    case '\v':
    case '\f':
    case 0x85:    // NEXT LINE
    case 0x2028:  // LINE SEPARATOR
    case 0x2029:  // PARAGRAPH SEPARATOR
    case 0x2424:  // SYMBOL FOR NEWLINE
      return '\n';
    case '\t':
      return code;
    case 0x200B:  // ZERO WIDTH SPACE
    case 0x2060:  // WORD JOINER: ours
    case 0xFEFF:  // ZERO WIDTH NO-BREAK SPACE
    case 0x202D:  // LEFT-TO-RIGHT OVERRIDE
    case 0x202E:  // RIGHT-TO-LEFT OVERRIDE
      return 0;
    default:
      return code < 0x20 || (code >= 0x7F && code < 0xA0) ? 0 : code;
  }
}

bool is_directional(char32_t code) {
  return (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

/// Belongs to the letter before it.
bool continues_letter(char32_t code) {
  return code == 0x200D || (code >= 0x0300 && code <= 0x036F) ||
         (code >= 0x20D0 && code <= 0x20FF) || (code >= 0xFE00 && code <= 0xFE0F) ||
         (code >= 0x1F3FB && code <= 0x1F3FF) || (code >= 0xE0020 && code <= 0xE007F);
}

void append(std::string& out, char32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0U | (code >> 6U));
    out += static_cast<char>(0x80U | (code & 0x3FU));
  } else {
    out += static_cast<char>(0xE0U | (code >> 12U));
    out += static_cast<char>(0x80U | ((code >> 6U) & 0x3FU));
    out += static_cast<char>(0x80U | (code & 0x3FU));
  }
}

}  // namespace

Rune first_rune(std::string_view text) {
  if (text.empty()) return {};
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  constexpr Rune broken{k_replacement, 1, false};
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return broken;
  char32_t code = lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if (!is_continuation(text[i])) return broken;
    code = (code << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  }
  const bool is_overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  const bool is_surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (is_overlong || is_surrogate || code > 0x10FFFF) return broken;
  return {code, length};
}

char32_t last_code(std::string_view text) {
  if (text.empty()) return 0;
  std::size_t begin = text.size() - 1;
  while (begin > 0 && is_continuation(text[begin])) --begin;
  return first_rune(text.substr(begin)).code;
}

std::string clean_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    if (text.front() >= 0x20 && text.front() < 0x7F) {
      out += text.front();
      text.remove_prefix(1);
      continue;
    }
    if (text.front() == '\r') {
      if (!text.substr(1).starts_with('\n')) out += '\n';
      text.remove_prefix(1);
      continue;
    }
    const Rune rune = first_rune(text);
    const char32_t code = cleaned(rune.code);
    if (code != 0 && code == rune.code && rune.is_valid) {
      out += text.substr(0, rune.bytes);
    } else if (code != 0) {
      append(out, code);
    }
    text.remove_prefix(rune.bytes);
  }
  return out;
}

std::string clean_line(std::string_view text, std::size_t most_runes) {
  const std::string cleaned_text = clean_text(text);
  std::string_view rest = cleaned_text;
  std::string line;
  while (!rest.empty()) {
    const Rune rune = first_rune(rest);
    if (rune.code == 0xA0 || rune.code == 0x3000 || is_blank(rest.front())) {
      if (!line.empty() && line.back() != ' ') line += ' ';
    } else if (!is_directional(rune.code)) {
      line += rest.substr(0, rune.bytes);
    }
    rest.remove_prefix(rune.bytes);
  }
  while (line.ends_with(' ')) line.pop_back();
  if (count_runes(line) > most_runes) {
    line.resize(cut_position(line, most_runes - 1));
    line += "…";
  }
  return line;
}

std::size_t count_runes(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !is_continuation(c); }));
}

std::size_t cut_position(std::string_view text, std::size_t most) {
  std::size_t bytes = 0;
  for (std::size_t runes = 0; bytes < text.size(); ++bytes) {
    if (!is_continuation(text[bytes]) && ++runes > most) break;
  }
  if (bytes == text.size()) return bytes;
  // A joined emoji has ten parts at most; whoever piles up more may lose some.
  for (int parts = 0; parts < 10 && bytes > 0; ++parts) {
    const bool is_joined = text.substr(0, bytes).ends_with("\xE2\x80\x8D");
    if (!is_joined && !continues_letter(first_rune(text.substr(bytes)).code)) break;
    do --bytes;
    while (bytes > 0 && is_continuation(text[bytes]));
  }
  constexpr std::size_t k_near = 40;
  const auto blank = text.substr(0, bytes).find_last_of(" \n");
  return blank != std::string_view::npos && blank > 0 && bytes - blank <= k_near ? blank : bytes;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace belfry::render
