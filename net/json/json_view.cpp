#include "net/json/json_view.h"

#include <array>
#include <charconv>
#include <cstring>

#include <fmt/format.h>

#include "net/json/utf8.h"
#include "sync/base/invariant.h"

namespace belfry::net {
namespace {

constexpr bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string_view after_blanks(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size() && is_blank(text[at])) ++at;
  return text.substr(at);
}

/// Bytes that end the plain part of a string: quote, backslash, control characters.
constexpr std::array<bool, 256> k_special = [] {
  std::array<bool, 256> special{};
  for (std::size_t c = 0; c < 0x20; ++c) special[c] = true;
  special['"'] = special['\\'] = true;
  return special;
}();

/// True when one of eight bytes is special. (Exact: the classic tests for "a byte is zero" and "a
/// byte is less than".)
bool has_special(std::uint64_t bytes) {
  constexpr std::uint64_t ones = 0x0101'0101'0101'0101;
  constexpr std::uint64_t high = ones * 0x80;
  const auto zero_in = [](std::uint64_t word) { return (word - ones) & ~word & high; };
  const std::uint64_t control = (bytes - ones * 0x20) & ~bytes & high;
  return (control | zero_in(bytes ^ (ones * '"')) | zero_in(bytes ^ (ones * '\\'))) != 0;
}

/// Length up to the first special byte. Ciphertext and tokens make this the loop that counts.
std::size_t plain_length(std::string_view text) {
  std::size_t at = 0;
  std::uint64_t bytes = 0;
  for (; at + sizeof bytes <= text.size(); at += sizeof bytes) {
    std::memcpy(&bytes, text.data() + at, sizeof bytes);
    if (has_special(bytes)) break;
  }
  while (at < text.size() && !k_special[static_cast<unsigned char>(text[at])]) ++at;
  return at;
}

std::optional<unsigned> hex4(std::string_view text) {
  if (text.size() < 4) return std::nullopt;
  unsigned value = 0;
  for (const char c : text.substr(0, 4)) {
    const char lower = static_cast<char>(c | 0x20);
    if (is_digit(c)) {
      value = value * 16 + static_cast<unsigned>(c - '0');
    } else if (lower >= 'a' && lower <= 'f') {
      value = value * 16 + static_cast<unsigned>(lower - 'a') + 10;
    } else {
      return std::nullopt;
    }
  }
  return value;
}

/// Finds out whether a text is JSON. Recursion is bounded by the policy's depth.
class Checker {
 public:
  Checker(std::string_view text, const JsonPolicy& policy) : rest_(text), policy_(policy) {}

  bool document() {
    rest_ = after_blanks(rest_);
    if (!value(0)) return false;
    rest_ = after_blanks(rest_);
    return rest_.empty();
  }

  [[nodiscard]] std::size_t left() const { return rest_.size(); }

 private:
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool take(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  bool value(int depth) {
    if (rest_.empty()) return false;
    switch (rest_.front()) {
      case '{':
        return depth < policy_.max_depth && object(depth + 1);
      case '[':
        return depth < policy_.max_depth && array(depth + 1);
      case '"':
        return string();
      case 't':
        return take("true");
      case 'f':
        return take("false");
      case 'n':
        return take("null");
      default:
        return number();
    }
  }

  bool object(int depth) {
    rest_.remove_prefix(1);
    rest_ = after_blanks(rest_);
    if (take('}')) return true;
    while (true) {
      rest_ = after_blanks(rest_);
      if (rest_.empty() || rest_.front() != '"' || !string()) return false;
      rest_ = after_blanks(rest_);
      if (!take(':')) return false;
      rest_ = after_blanks(rest_);
      if (!value(depth)) return false;
      rest_ = after_blanks(rest_);
      if (take('}')) return true;
      if (!take(',')) return false;
    }
  }

  bool array(int depth) {
    rest_.remove_prefix(1);
    rest_ = after_blanks(rest_);
    if (take(']')) return true;
    while (true) {
      rest_ = after_blanks(rest_);
      if (!value(depth)) return false;
      rest_ = after_blanks(rest_);
      if (take(']')) return true;
      if (!take(',')) return false;
    }
  }

  bool string() {
    rest_.remove_prefix(1);
    while (true) {
      rest_.remove_prefix(plain_length(rest_));
      if (take('"')) return true;
      if (!take('\\') || !escape()) return false;
    }
  }

  bool escape() {
    if (rest_.empty()) return false;
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (c != 'u') return std::string_view("\"\\/bfnrt").find(c) != std::string_view::npos;
    if (!hex4(rest_)) return false;
    rest_.remove_prefix(4);
    return true;
  }

  bool digits() {
    std::size_t count = 0;
    while (count < rest_.size() && is_digit(rest_[count])) ++count;
    rest_.remove_prefix(count);
    return count > 0;
  }

  bool number() {
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      if (!digits()) return false;
    }
    return true;
  }

  std::string_view rest_;
  const JsonPolicy& policy_;
};

// From here on the text is known to be sound, so nothing can end too early.

/// Length of the string at the beginning of `text`, quotes included.
std::size_t string_length(std::string_view text) {
  std::size_t quote = 0;
  std::size_t backslashes = 0;
  do {
    quote = text.find('"', quote + 1);
    backslashes = 0;
    while (text[quote - 1 - backslashes] == '\\') ++backslashes;
  } while (backslashes % 2 == 1);
  return quote + 1;
}

/// Length of the value at the beginning of `text`.
std::size_t value_length(std::string_view text) {
  std::size_t at = 0;
  std::size_t open = 0;
  do {
    switch (text[at]) {
      case '"':
        at += string_length(text.substr(at));
        break;
      case '{':
      case '[':
        ++open;
        ++at;
        break;
      case '}':
      case ']':
        --open;
        ++at;
        break;
      default:
        if (open > 0) {
          ++at;  // blanks, commas and colons, and a number or word byte by byte
        } else {
          while (at < text.size() && text[at] != ',' && text[at] != ']' && text[at] != '}' &&
                 !is_blank(text[at]))
            ++at;
        }
    }
  } while (open > 0);
  return at;
}

/// The text of a string given without its quotes.
std::string decoded(std::string_view inside) {
  std::string out;
  out.reserve(inside.size());
  while (true) {
    const std::size_t plain = plain_length(inside);
    append_sound_utf8(out, inside.substr(0, plain));
    inside.remove_prefix(plain);
    if (inside.empty()) return out;
    const char c = inside[1];
    inside.remove_prefix(2);
    switch (c) {
      case 'b':
        out += '\b';
        break;
      case 'f':
        out += '\f';
        break;
      case 'n':
        out += '\n';
        break;
      case 'r':
        out += '\r';
        break;
      case 't':
        out += '\t';
        break;
      case 'u': {
        char32_t point = *hex4(inside);
        inside.remove_prefix(4);
        const bool is_high = point >= 0xD800 && point < 0xDC00;
        if (is_high && inside.starts_with("\\u")) {
          const char32_t low = *hex4(inside.substr(2));
          if (low >= 0xDC00 && low < 0xE000) {
            point = 0x10000 + ((point - 0xD800) << 10U) + (low - 0xDC00);
            inside.remove_prefix(6);
          }
        }
        append_utf8(out, point);
        break;
      }
      default:
        out += c;
    }
  }
}

bool names(std::string_view quoted, std::string_view name) {
  const std::string_view inside = quoted.substr(1, quoted.size() - 2);
  if (inside == name) return true;
  return inside.find('\\') != std::string_view::npos && decoded(inside) == name;
}

}  // namespace

Result<JsonView> JsonView::parse(std::string_view text, const JsonPolicy& policy) {
  Checker checker(text, policy);
  if (!checker.document())
    return fail(ErrorKind::refused, fmt::format("no JSON, or nested too deep: byte {} of {}",
                                                text.size() - checker.left(), text.size()));
  return JsonView(after_blanks(text));
}

JsonView::Type JsonView::type() const {
  if (from_.empty()) return Type::absent;
  switch (from_.front()) {
    case '{':
      return Type::object;
    case '[':
      return Type::array;
    case '"':
      return Type::string;
    case 't':
    case 'f':
      return Type::boolean;
    case 'n':
      return Type::null;
    default:
      return Type::number;
  }
}

JsonView JsonView::operator[](std::string_view name) const {
  if (!is_object()) return {};
  std::string_view rest = after_blanks(from_.substr(1));
  while (rest.front() == '"') {
    const std::size_t key = string_length(rest);
    const bool found = names(rest.substr(0, key), name);
    rest = after_blanks(rest.substr(key));
    rest = after_blanks(rest.substr(1));
    if (found) return JsonView(rest);
    rest = after_blanks(rest.substr(value_length(rest)));
    if (rest.front() == ',') rest = after_blanks(rest.substr(1));
  }
  invariant(rest.front() == '}', "an object ends with its brace");
  return {};
}

std::vector<std::pair<std::string, JsonView>> JsonView::members() const {
  std::vector<std::pair<std::string, JsonView>> all;
  if (!is_object()) return all;
  std::string_view rest = after_blanks(from_.substr(1));
  while (rest.front() == '"') {
    const std::size_t key = string_length(rest);
    const std::string_view name = rest.substr(1, key - 2);
    rest = after_blanks(rest.substr(key));
    rest = after_blanks(rest.substr(1));
    all.emplace_back(decoded(name), JsonView(rest));
    rest = after_blanks(rest.substr(value_length(rest)));
    if (rest.front() == ',') rest = after_blanks(rest.substr(1));
  }
  return all;
}

std::string JsonView::text() const {
  if (type() != Type::string) return {};
  return decoded(from_.substr(1, string_length(from_) - 2));
}

std::optional<bool> JsonView::boolean() const {
  if (type() != Type::boolean) return std::nullopt;
  return from_.front() == 't';
}

std::optional<std::int64_t> JsonView::integer() const {
  if (type() != Type::number) return std::nullopt;
  const std::string_view digits = raw();
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

std::string_view JsonView::raw() const {
  return from_.empty() ? from_ : from_.substr(0, value_length(from_));
}

JsonView::Iterator JsonView::begin() const {
  if (!is_array()) return end();
  const std::string_view first = after_blanks(from_.substr(1));
  return Iterator(first.front() == ']' ? std::string_view{} : first);
}

JsonView::Iterator& JsonView::Iterator::operator++() {
  rest_ = after_blanks(rest_.substr(value_length(rest_)));
  rest_ = rest_.front() == ',' ? after_blanks(rest_.substr(1)) : std::string_view{};
  return *this;
}

std::string json_string(std::string_view text) {
  std::string sound;
  append_sound_utf8(sound, text);
  std::string out = "\"";
  for (const char c : sound) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out += '"';
}

}  // namespace belfry::net
