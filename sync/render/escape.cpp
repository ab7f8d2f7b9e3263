#include "sync/render/escape.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace belfry::render {
namespace {

constexpr std::string_view k_word_joiner = "\xE2\x81\xA0";
constexpr std::string_view k_full_width_at = "\xEF\xBC\xA0";

bool is_word(unsigned char c) {
  return std::isalnum(c) != 0 || c == '_' || c >= 0x80;
}

struct Replacement {
  std::string_view from;
  std::string_view to;
};

/// All that clients take for the end of a line.
constexpr std::array<Replacement, 8> k_breaks = {{{"\r\n", "\n"},
                                                  {"\r", "\n"},
                                                  {"\v", "\n"},
                                                  {"\f", "\n"},
                                                  {"\xC2\x85", "\n"},
                                                  {"\xE2\x80\xA8", "\n"},
                                                  {"\xE2\x80\xA9", "\n"},
                                                  {"\xE2\x90\xA4", "\n"}}};

std::string with_plain_breaks(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  while (!text.empty()) {
    const auto found =
        std::find_if(k_breaks.begin(), k_breaks.end(),
                     [text](const Replacement& one) { return text.starts_with(one.from); });
    if (found != k_breaks.end()) {
      plain += found->to;
      text.remove_prefix(found->from.size());
    } else {
      if (text.front() != '\0') plain += text.front();
      text.remove_prefix(1);
    }
  }
  return plain;
}

bool starts_address(std::string_view rest) {
  return rest.starts_with("http://") || rest.starts_with("https://");
}

std::string percent_encoded(std::string_view url) {
  static constexpr char k_digits[] = "0123456789ABCDEF";
  static constexpr std::string_view k_unsafe = "()<>[]\"'`*~|\\{}^";
  std::string encoded;
  for (std::size_t i = 0; i < url.size(); ++i) {
    const auto c = static_cast<unsigned char>(url[i]);
    const bool opens_emphasis = c == '_' && (i == 0 || i + 1 == url.size() ||
                                             !is_word(static_cast<unsigned char>(url[i - 1])) ||
                                             !is_word(static_cast<unsigned char>(url[i + 1])));
    if (c <= 0x20 || c == 0x7F || opens_emphasis ||
        k_unsafe.find(url[i]) != std::string_view::npos) {
      encoded += '%';
      encoded += k_digits[c >> 4U];
      encoded += k_digits[c & 15U];
    } else {
      encoded += url[i];
    }
  }
  return encoded;
}

/// Escapes one line; knows what a line's beginning may start.
class LineEscaper {
 public:
  explicit LineEscaper(std::string_view line) : line_(line) {}

  std::string escape_whole() {
    skip_indentation();
    escape_beginning();
    return escape_rest();
  }
  std::string escape_rest() {
    while (at_ < line_.size()) escape_next();
    return std::move(out_);
  }

 private:
  /// Four blanks or a tab would make code of a line.
  void skip_indentation() {
    while (at_ < line_.size()) {
      if (line_[at_] == ' ' || line_[at_] == '\t') {
        ++at_;
      } else if (line_.substr(at_).starts_with("\xC2\xA0")) {
        at_ += 2;
      } else {
        break;
      }
    }
  }

  void escape_beginning() {
    if (at_ >= line_.size()) return;
    const char c = line_[at_];
    if (c == '-' || c == '+' || c == '#' || c == '>') {
      out_ += '\\';
      out_ += c;
      ++at_;
      if (c == '#') out_ += k_word_joiner;
    } else if (c == '=') {
      out_ += k_word_joiner;  // `==` under text makes a heading of it
    } else if (std::isdigit(static_cast<unsigned char>(c)) != 0) {
      std::size_t end = at_;
      while (end < line_.size() && std::isdigit(static_cast<unsigned char>(line_[end])) != 0) ++end;
      if (end < line_.size() && (line_[end] == '.' || line_[end] == ')')) {
        out_ += line_.substr(at_, end - at_);
        out_ += '\\';
        out_ += line_[end];
        at_ = end + 1;
      }
    }
  }

  void escape_next() {
    const std::string_view rest = line_.substr(at_);
    if (starts_address(rest) && !follows_word()) return copy_address(rest);
    const char c = rest.front();
    switch (c) {
      case '`':
      case '*':
      case '_':
      case '[':
      case ']':
      case '|':
      case '{':
      case '}':
      case '!':
        out_ += '\\';
        out_ += c;
        break;
      case '~':
        out_ += "\\~";
        if (next_is_word(rest)) out_ += k_word_joiner;
        break;
      case '\\':
        // Before a letter the client shows one of two backslashes as it stands: `C:\new` needs no
        // escape.
        out_ += next_is_word(rest) ? "\\" : "\\\\";
        break;
      case '<':
        out_ += "&lt;";
        break;
      case '&':
        out_ += is_entity(rest) ? "&amp;" : "&";
        break;
      case '@':
      case '#':
        out_ += c;
        if (next_is_word(rest)) out_ += k_word_joiner;
        break;
      case ':':
        out_ += c;
        if (rest.size() > 1 && rest[1] != ' ' &&
            std::isdigit(static_cast<unsigned char>(rest[1])) == 0) {
          out_ += k_word_joiner;
        }
        break;
      case '$':
        out_ += follows_word() ? "$" : "&#36;";
        break;
      default:
        if (rest.starts_with(k_full_width_at)) {
          out_ += k_full_width_at;
          out_ += k_word_joiner;
          at_ += k_full_width_at.size();
          return;
        }
        // `www.` becomes a link to whatever follows; as text it says the same.
        out_ += c;
    }
    ++at_;
  }

  void copy_address(std::string_view rest) {
    std::size_t end = 0;
    while (end < rest.size() && static_cast<unsigned char>(rest[end]) > 0x20 && rest[end] != '<')
      ++end;
    out_ += percent_encoded(rest.substr(0, end));
    at_ += end;
  }

  [[nodiscard]] bool follows_word() const {
    return at_ > 0 && is_word(static_cast<unsigned char>(line_[at_ - 1]));
  }
  static bool next_is_word(std::string_view rest) {
    return rest.size() > 1 && is_word(static_cast<unsigned char>(rest[1]));
  }
  static bool is_entity(std::string_view rest) {
    std::size_t i = 1;
    if (i < rest.size() && rest[i] == '#') ++i;
    const std::size_t begin = i;
    while (i < rest.size() && std::isalnum(static_cast<unsigned char>(rest[i])) != 0) ++i;
    return i > begin && i < rest.size() && rest[i] == ';';
  }

  std::string_view line_;
  std::size_t at_ = 0;
  std::string out_;
};

std::size_t longest_run(std::string_view text, char mark) {
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const char c : text) {
    run = c == mark ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

bool is_plain_language(std::string_view language) {
  constexpr std::size_t k_longest = 20;
  if (language.empty() || language.size() > k_longest || language == "tex" || language == "latex")
    return false;
  return std::all_of(language.begin(), language.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '+' || c == '#' || c == '-';
  });
}

template <class Each>
void for_each_line(std::string_view text, Each&& each) {
  for (;;) {
    const auto end = text.find('\n');
    each(text.substr(0, end));
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

bool starts_rune(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

}  // namespace

std::string escape_text(std::string_view text) {
  const std::string plain = with_plain_breaks(text);
  std::string escaped;
  escaped.reserve(plain.size() + plain.size() / 8);
  bool is_first = true;
  for_each_line(plain, [&](std::string_view line) {
    if (!is_first) escaped += '\n';
    is_first = false;
    escaped += LineEscaper(line).escape_whole();
  });
  return escaped;
}

std::string escape_inline(std::string_view text) {
  const std::string plain = with_plain_breaks(text);
  const auto first_break = plain.find('\n');
  std::string escaped = LineEscaper(std::string_view(plain).substr(0, first_break)).escape_rest();
  if (first_break != std::string::npos) {
    escaped += '\n' + escape_text(std::string_view(plain).substr(first_break + 1));
  }
  return escaped;
}

std::string link(std::string_view label, std::string_view url) {
  const bool is_linkable = starts_address(url) || url.starts_with("mailto:");
  if (!is_linkable) return std::string(label);
  return "[" + std::string(label) + "](" + percent_encoded(url) + ")";
}

std::string inline_code(std::string_view text) {
  const std::string plain = with_plain_breaks(text);
  const std::string fence(longest_run(plain, '`') + 1, '`');
  const char* pad = plain.starts_with('`') || plain.ends_with('`') ? " " : "";
  std::string code = fence + pad + plain + pad + fence;
  std::replace(code.begin(), code.end(), '\n', ' ');
  return code;
}

std::string code_block(std::string_view text, std::string_view language) {
  const std::string plain = with_plain_breaks(text);
  std::string name(language);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const std::string fence(std::max<std::size_t>(longest_run(plain, '`') + 1, 3), '`');
  return fence + (is_plain_language(name) ? name : "") + "\n" + plain + "\n" + fence;
}

std::string quote(std::string_view markdown) {
  std::string quoted;
  for_each_line(markdown, [&](std::string_view line) {
    if (!quoted.empty()) quoted += '\n';
    quoted += "> ";
    quoted += line;
  });
  return quoted;
}

std::size_t count_runes(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts_rune));
}

Cut cut_to_runes(std::string_view markdown, std::size_t most) {
  if (count_runes(markdown) <= most) return {std::string(markdown), false};
  std::string kept;
  std::string open_fence;
  std::size_t runes = 0;
  // Room for closing a fence of usual length; a longer one is cut in front of its block.
  constexpr std::size_t k_reserve = 16;
  const std::size_t limit = most > k_reserve ? most - k_reserve : most;
  bool is_full = false;
  for_each_line(markdown, [&](std::string_view line) {
    if (is_full) return;
    const std::size_t length = count_runes(line) + (kept.empty() ? 0 : 1);
    if (runes + length > limit) {
      is_full = true;
      if (!kept.empty() || !open_fence.empty()) return;
      std::size_t bytes = 0;
      for (std::size_t taken = 0; bytes < line.size(); ++bytes) {
        if (starts_rune(line[bytes]) && ++taken > limit) break;
      }
      kept = line.substr(0, bytes);
      return;
    }
    runes += length;
    if (!kept.empty()) kept += '\n';
    kept += line;
    std::string_view bare = line;
    while (bare.starts_with("> ")) bare.remove_prefix(2);
    if (!open_fence.empty() && bare == open_fence) {
      open_fence.clear();
    } else if (open_fence.empty() && bare.starts_with("```")) {
      open_fence = bare.substr(0, bare.find_first_not_of('`'));
    }
  });
  if (!open_fence.empty()) kept += "\n> " + open_fence;
  return {kept, true};
}

}  // namespace belfry::render
