#include "sync/render/escape.h"

#include <algorithm>
#include <array>
#include <utility>

#include "sync/render/link.h"
#include "sync/render/text.h"

namespace belfry::render {
namespace {

/// Longer addresses are no use to a browser either.
constexpr std::size_t k_most_address_bytes = 2048;

bool is_blank_code(char32_t code) {
  return code == 0 || code == ' ' || code == 0xA0;
}
bool is_ascii_punctuation(char32_t code) {
  return code > 0x20 && code < 0x7F && !is_alphanumeric(static_cast<char>(code));
}

/// In pairs, one behind the other, and none that could be a link's.
bool has_plain_brackets(std::string_view text) {
  bool is_open = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '[' && text[i] != ']') continue;
    if (is_open == (text[i] == '[') || text.substr(i).starts_with("](")) return false;
    is_open = !is_open;
  }
  return !is_open;
}

class Escaper {
 public:
  Escaper(std::string_view text, const TextPlace& place, int& links_left)
      : text_(text),
        place_(place),
        links_left_(links_left),
        has_plain_brackets_(has_plain_brackets(text)) {
    out_.reserve(text.size() + text.size() / 8);
  }

  std::string run() {
    if (place_.is_line_start) escape_beginning();
    while (at_ < text_.size()) escape_next();
    return std::move(out_);
  }

 private:
  [[nodiscard]] char32_t before() const {
    return at_ == 0 ? place_.before : last_code(text_.substr(0, at_));
  }
  [[nodiscard]] char32_t after() const {
    if (at_ + 1 < text_.size()) return first_rune(text_.substr(at_ + 1)).code;
    return place_.is_single_line && place_.after == 0 ? '|' : place_.after;
  }
  [[nodiscard]] bool follows_word() const {
    const char32_t code = before();
    return code < 0x80 && is_alphanumeric(static_cast<char>(code));
  }

  void put_joined(std::string_view mark) {
    out_ += mark;
    out_ += k_word_joiner;
    ++at_;
  }
  void put_escaped(char c) {
    out_ += '\\';
    out_ += c;
    ++at_;
  }

  /// What a line's first letters could begin: lists, headings, quotes.
  void escape_beginning() {
    if (text_.empty()) return;
    const char c = text_.front();
    const char32_t next = after();
    if (((c == '-' || c == '+') && is_blank_code(next)) || (c == '-' && next == '-') || c == '>') {
      put_escaped(c);
    } else if (c == '#') {
      put_escaped(c);
      if (!is_blank_code(next) && next != '#') out_ += k_word_joiner;
    } else if (c == '=') {
      out_ += k_word_joiner;  // a line of `=` makes a heading of the one above
    } else if (is_digit(c)) {
      while (at_ < text_.size() && is_digit(text_[at_])) out_ += text_[at_++];
      const bool has_dot = at_ < text_.size() && (text_[at_] == '.' || text_[at_] == ')');
      if (has_dot && is_blank_code(after())) put_escaped(text_[at_]);
    }
  }

  void escape_next() {
    const char c = text_[at_];
    switch (c) {
      case '*':
        // The web client looks for the end of emphasis without regard to backslashes.
        if (!place_.is_marked) return put_escaped(c);
        out_ += "&#42;";
        break;
      case '`':
      case '_':
        return put_escaped(c);
      case '[':
      case ']':
        if (!may_end_label(c)) return put_escaped(c);
        out_ += c == '[' ? "&#91;" : "&#93;";
        break;
      case '|':
        if (!place_.is_cell) return put_escaped(c);
        out_ += "&#124;";
        break;
      case '!':
        // Before a link it would make a picture of it.
        if (at_ + 1 == text_.size() && !is_blank_code(after())) return put_escaped(c);
        out_ += c;
        break;
      case '~':
        put_escaped(c);
        if (at_ == text_.size() || !is_blank(text_[at_])) out_ += k_word_joiner;
        return;
      case '\\':
        // Before a letter the web client shows both of two backslashes: `C:\new` needs no escape.
        out_ += is_ascii_punctuation(after()) || is_blank_code(after()) || precedes_address()
                    ? "\\\\"
                    : "\\";
        break;
      case '<':
        return escape_less();
      case '&':
        out_ += begins_entity() ? "&amp;" : "&";
        break;
      case '@':
        if (!is_blank_code(after()) && !follows_word()) return put_joined("@");
        out_ += c;
        break;
      case '#':
        if (!is_blank_code(after()) && after() != '#' && !follows_word()) return put_joined("#");
        out_ += c;
        break;
      case ':':
        return escape_colon();
      case ';':
        if (after() == ')' || after() == '-') return put_joined(";");
        out_ += c;
        break;
      case '$':
        out_ += place_.has_formula && !follows_word() ? "&#36;" : "$";
        break;
      case ' ':
      case '\xC2':
        return escape_blanks();
      case 'h':
      case 'H':
      case 'w':
      case 'W':
        if (escape_address()) return;
        out_ += c;
        break;
      default:
        if (text_.substr(at_).starts_with("＠")) {
          at_ += std::string_view("＠").size() - 1;
          return put_joined("＠");
        }
        out_ += c;
    }
    ++at_;
  }

  /// The web client finds a label's end by counting brackets, escaped or not, and then looks for
  /// `](`, even far behind the link: text could take the link over.
  [[nodiscard]] bool may_end_label(char c) const {
    return place_.is_label ? !has_plain_brackets_ : c == ']' && after() == '(';
  }

  void escape_less() {
    const char32_t next = after();
    const bool is_harmless = is_blank_code(next) || next == '=' || next == '-' ||
                             (next < 0x80 && is_digit(static_cast<char>(next)) && next != '3');
    out_ += is_harmless ? "<" : "&lt;";
    const bool is_heart = next == '3' || text_.substr(at_).starts_with("</3");
    if (is_heart) out_ += k_word_joiner;
    ++at_;
  }

  void escape_colon() {
    const char32_t next = after();
    const char32_t last = before();
    const bool is_time = next < 0x80 && is_digit(static_cast<char>(next)) && last < 0x80 &&
                         is_digit(static_cast<char>(last));
    if (!is_blank_code(next) && !is_time) return put_joined(":");
    out_ += ':';
    ++at_;
  }

  /// A single blank may break a line; more are kept.
  void escape_blanks() {
    std::size_t count = 0;
    while (at_ < text_.size()) {
      if (text_[at_] == ' ') {
        ++at_;
      } else if (text_.substr(at_).starts_with(k_no_break_space)) {
        at_ += k_no_break_space.size();
      } else {
        break;
      }
      ++count;
    }
    if (count == 0) {
      out_ += text_[at_++];
      return;
    }
    for (std::size_t i = 1; i < count; ++i) out_ += k_no_break_space;
    out_ += ' ';
  }

  [[nodiscard]] bool precedes_address() const {
    return !place_.is_label && address_length(text_.substr(at_ + 1)) > 0;
  }

  bool escape_address() {
    const std::string_view rest = text_.substr(at_);
    const std::size_t length = place_.is_label ? 0 : address_length(rest);
    if (length == 0) return false;
    const std::string_view shown = rest.substr(0, length);
    const bool is_www = shown[3] == '.';
    const std::string target = link_address(
        is_www ? "http://" + std::string(shown) : std::string(shown), k_most_address_bytes);
    if (follows_word() || target.empty() || links_left_ <= 0) {
      // `www.` is no link with a joiner in it; `://` gets one from its colon.
      if (is_www) out_ += std::string(shown.substr(0, 3)) + std::string(k_word_joiner);
      if (is_www) at_ += 3;
      return is_www;
    }
    --links_left_;
    if (!place_.is_marked && before() != '\\' && is_plain_address(shown) &&
        ends_cleanly(rest.substr(length))) {
      out_ += shown;
    } else {
      TextPlace label;
      label.is_label = true;
      label.is_cell = place_.is_cell;
      label.is_marked = place_.is_marked;
      label.has_formula = place_.has_formula;
      label.before = '[';
      label.after = ']';
      if (out_.ends_with('!')) out_.insert(out_.size() - 1, "\\");
      out_ += "[" + escape(shown, label, links_left_) + "](" + target + ")";
    }
    at_ += length;
    return true;
  }

  /// Clients agree on the end of an address where a blank follows, or punctuation and a blank. Not
  /// so with `;`, which may make an entity of the address' last part.
  [[nodiscard]] bool ends_cleanly(std::string_view rest) const {
    while (!rest.empty() && std::string_view(".,:!?)").find(rest.front()) != std::string_view::npos)
      rest.remove_prefix(1);
    return rest.empty() ? is_blank_code(place_.after)
                        : rest.front() == ' ' || rest.starts_with(k_no_break_space);
  }

  [[nodiscard]] bool begins_entity() const {
    std::size_t i = at_ + 1;
    if (i < text_.size() && text_[i] == '#') ++i;
    const std::size_t begin = i;
    while (i < text_.size() && (is_alphanumeric(text_[i]) || text_[i] == '_')) ++i;
    return i > begin && i < text_.size() && text_[i] == ';';
  }

  std::string_view text_;
  const TextPlace& place_;
  int& links_left_;
  const bool has_plain_brackets_;
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

}  // namespace

std::string escape(std::string_view text, const TextPlace& place, int& links_left) {
  return Escaper(text, place, links_left).run();
}

std::string inline_code(std::string_view text) {
  const std::string fence(longest_run(text, '`') + 1, '`');
  const char* pad = text.starts_with('`') || text.ends_with('`') ? " " : "";
  return fence + pad + std::string(text) + pad + fence;
}

std::string fence_for(std::string_view code) {
  return std::string(std::max<std::size_t>(longest_run(code, '`') + 1, 3), '`');
}

std::string code_language(std::string_view name) {
  struct Alias {
    std::string_view teams;
    std::string_view known;
  };
  static constexpr std::array<Alias, 9> k_aliases = {{{"c#", "csharp"},
                                                      {"c++", "cpp"},
                                                      {"f#", "fsharp"},
                                                      {"objective-c", "objectivec"},
                                                      {"visual basic .net", "vbnet"},
                                                      {"plaintext", ""},
                                                      {"plain text", ""},
                                                      {"tex", ""},
                                                      {"latex", ""}}};
  std::string language = lower_case(trimmed(name));
  if (language.starts_with("language-")) language.erase(0, std::string("language-").size());
  for (const Alias& alias : k_aliases) {
    if (language == alias.teams) return std::string(alias.known);
  }
  constexpr std::size_t k_longest = 20;
  const bool is_word = std::all_of(language.begin(), language.end(), [](char c) {
    return is_alphanumeric(c) || c == '+' || c == '#' || c == '-';
  });
  return is_word && language.size() <= k_longest ? language : "";
}

}  // namespace belfry::render
