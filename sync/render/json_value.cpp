#include "sync/render/json_value.h"

#include "sync/render/text.h"

namespace belfry::render {
namespace {

void append_code(std::string& out, char32_t code) {
  const auto tail = [code](unsigned shift) {
    return static_cast<char>(0x80U | ((code >> shift) & 0x3FU));
  };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0U | (code >> 6U));
    out += tail(0);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0U | (code >> 12U));
    out += tail(6);
    out += tail(0);
  } else {
    out += static_cast<char>(0xF0U | (code >> 18U));
    out += tail(12);
    out += tail(6);
    out += tail(0);
  }
}

}  // namespace

/// Sets a sticky failure; asked once at the end.
class JsonReader {
 public:
  JsonReader(std::string_view text, const JsonBounds& bounds) : rest_(text), bounds_(bounds) {
    has_failed_ = text.size() > bounds.most_bytes;
  }

  std::optional<JsonValue> read() {
    JsonValue value = value_at(0);
    skip_blanks();
    if (has_failed_ || !rest_.empty()) return std::nullopt;
    return value;
  }

 private:
  void fail() {
    has_failed_ = true;
    rest_ = {};
  }
  void skip_blanks() {
    while (!rest_.empty() &&
           std::string_view(" \t\r\n").find(rest_.front()) != std::string_view::npos)
      rest_.remove_prefix(1);
  }
  bool take(char c) {
    skip_blanks();
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!take(c)) fail();
  }

  JsonValue value_at(int depth) {
    skip_blanks();
    if (has_failed_ || rest_.empty() || depth > bounds_.most_depth ||
        ++values_ > bounds_.most_values) {
      fail();
      return {};
    }
    JsonValue value;
    switch (rest_.front()) {
      case '{':
        value.value_ = members(depth);
        break;
      case '[':
        value.value_ = elements(depth);
        break;
      case '"':
        value.value_ = string();
        break;
      default:
        read_word(value);
    }
    return value;
  }

  JsonValue::Members members(int depth) {
    JsonValue::Members members;
    expect('{');
    if (take('}')) return members;
    do {
      skip_blanks();
      std::string name = string();
      expect(':');
      members.emplace_back(std::move(name), value_at(depth + 1));
    } while (take(','));
    expect('}');
    return members;
  }

  JsonValue::Elements elements(int depth) {
    JsonValue::Elements elements;
    expect('[');
    if (take(']')) return elements;
    do elements.push_back(value_at(depth + 1));
    while (take(','));
    expect(']');
    return elements;
  }

  void read_word(JsonValue& value) {
    std::size_t end = 0;
    while (end < rest_.size() &&
           (is_alphanumeric(rest_[end]) ||
            std::string_view("+-.").find(rest_[end]) != std::string_view::npos))
      ++end;
    const std::string_view word = rest_.substr(0, end);
    rest_.remove_prefix(end);
    if (word == "null") return;
    if (word != "true" && word != "false" && !is_number(word)) return fail();
    value.value_ = JsonValue::Word{std::string(word)};
  }

  static bool is_number(std::string_view word) {
    const auto skip_digits = [&word] {
      const std::size_t before = word.size();
      while (!word.empty() && is_digit(word.front())) word.remove_prefix(1);
      return before - word.size();
    };
    if (word.starts_with('-')) word.remove_prefix(1);
    const bool has_zero = word.starts_with('0');
    const std::size_t digits = skip_digits();
    if (digits == 0 || (has_zero && digits > 1)) return false;
    if (word.starts_with('.')) {
      word.remove_prefix(1);
      if (skip_digits() == 0) return false;
    }
    if (word.starts_with('e') || word.starts_with('E')) {
      word.remove_prefix(1);
      if (word.starts_with('+') || word.starts_with('-')) word.remove_prefix(1);
      if (skip_digits() == 0) return false;
    }
    return word.empty();
  }

  std::string string() {
    std::string text;
    if (!rest_.starts_with('"')) {
      fail();
      return text;
    }
    rest_.remove_prefix(1);
    while (!rest_.empty() && rest_.front() != '"') {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (static_cast<unsigned char>(c) < 0x20) {
        fail();
      } else if (c == '\\') {
        read_escape(text);
      } else {
        text += c;
      }
    }
    if (rest_.empty()) {
      fail();
    } else {
      rest_.remove_prefix(1);
    }
    return text;
  }

  void read_escape(std::string& text) {
    if (rest_.empty()) return fail();
    const char c = rest_.front();
    rest_.remove_prefix(1);
    static constexpr std::string_view k_names = "\"\\/bfnrt";
    static constexpr std::string_view k_meanings = "\"\\/\b\f\n\r\t";
    if (c != 'u') {
      const auto found = k_names.find(c);
      if (found == std::string_view::npos) return fail();
      text += k_meanings[found];
      return;
    }
    char32_t code = four_digits();
    if (code >= 0xD800 && code < 0xDC00 && rest_.starts_with("\\u")) {
      rest_.remove_prefix(2);
      const char32_t low = four_digits();
      const bool is_pair = low >= 0xDC00 && low < 0xE000;
      if (!is_pair) append_code(text, 0xFFFD);
      code = is_pair ? 0x10000 + ((code - 0xD800) << 10U) + (low - 0xDC00) : low;
    }
    append_code(text, code >= 0xD800 && code < 0xE000 ? 0xFFFD : code);
  }

  char32_t four_digits() {
    char32_t code = 0;
    for (int i = 0; i < 4; ++i) {
      const char c = rest_.empty() ? ' ' : lower_case(rest_.substr(0, 1))[0];
      if (is_digit(c)) {
        code = code * 16 + static_cast<char32_t>(c - '0');
      } else if (c >= 'a' && c <= 'f') {
        code = code * 16 + static_cast<char32_t>(c - 'a') + 10;
      } else {
        fail();
        return 0;
      }
      rest_.remove_prefix(1);
    }
    return code;
  }

  std::string_view rest_;
  const JsonBounds& bounds_;
  std::size_t values_ = 0;
  bool has_failed_ = false;
};

std::optional<JsonValue> JsonValue::parse(std::string_view text, const JsonBounds& bounds) {
  return JsonReader(text, bounds).read();
}

const JsonValue& JsonValue::operator[](std::string_view name) const {
  static const JsonValue null;
  for (const auto& [key, value] : members()) {
    if (key == name) return value;
  }
  return null;
}

const JsonValue::Elements& JsonValue::elements() const {
  static const Elements none;
  const auto* elements = std::get_if<Elements>(&value_);
  return elements == nullptr ? none : *elements;
}

const JsonValue::Members& JsonValue::members() const {
  static const Members none;
  const auto* members = std::get_if<Members>(&value_);
  return members == nullptr ? none : *members;
}

bool JsonValue::is_false() const {
  const auto* word = std::get_if<Word>(&value_);
  return word != nullptr && word->letters == "false";
}

const std::string& JsonValue::text() const {
  static const std::string none;
  if (const auto* text = std::get_if<std::string>(&value_)) return *text;
  const auto* word = std::get_if<Word>(&value_);
  return word == nullptr ? none : word->letters;
}

}  // namespace belfry::render
