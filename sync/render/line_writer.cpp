#include "sync/render/line_writer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "sync/render/escape.h"
#include "sync/render/link.h"
#include "sync/render/pieces.h"
#include "sync/render/text.h"

namespace belfry::render {
namespace {

/// As wide as a no-break space, and no blank to any Markdown parser: four of those would make code
/// of a line.
constexpr std::string_view k_indent = "\xE2\x80\x85";
constexpr std::size_t k_most_indent = 40;

/// The style of a blank between two pieces: marks go on over it, code spans stay apart.
Style common(const Style& a, const Style& b) {
  return {a.is_bold && b.is_bold, a.is_italic && b.is_italic, a.is_struck && b.is_struck, false,
          a.link == b.link ? a.link : -1};
}

enum class Mark { bold, italic, strike, link };
constexpr std::array<Mark, 4> k_marks = {Mark::bold, Mark::italic, Mark::strike, Mark::link};

std::string_view sign_of(Mark mark) {
  switch (mark) {
    case Mark::bold:
      return "**";
    case Mark::italic:
      return "*";
    case Mark::strike:
      return "~~";
    case Mark::link:
      return "[";
  }
  return {};
}

bool has(const Style& style, Mark mark) {
  switch (mark) {
    case Mark::bold:
      return style.is_bold;
    case Mark::italic:
      return style.is_italic;
    case Mark::strike:
      return style.is_struck;
    case Mark::link:
      return style.link >= 0;
  }
  return false;
}

/// Both styles have the mark, and it is the same one.
bool shares(const Style& a, const Style& b, Mark mark) {
  return has(a, mark) && has(b, mark) && (mark != Mark::link || a.link == b.link);
}

bool is_letter_like(char32_t code) {
  return (code < 0x80 && is_alphanumeric(static_cast<char>(code))) ||
         (code >= 0xC0 && code < 0x530 && code != 0xD7 && code != 0xF7) ||
         (code >= 0x3041 && code <= 0x30FA) || (code >= 0x3400 && code <= 0x9FFF) ||
         (code >= 0xAC00 && code <= 0xD7A3) || code == 0x2060;
}
/// Whether a parser may take the rune for punctuation, which decides what a mark beside it means.
bool may_be_punctuation(char32_t code) {
  return !is_letter_like(code);
}
/// Blank or punctuation to every parser; 0 is the line's end. Not `~`, which cmark-gfm looks past.
bool is_gap(char32_t code) {
  return code == 0 || code == ' ' || code == 0x2005 ||
         (code > 0x20 && code < 0x7F && code != '~' && !is_alphanumeric(static_cast<char>(code)));
}

/// Puts the pieces of one line together.
class LineBuilder {
 public:
  LineBuilder(const std::vector<std::string>& links, int& links_left, Line line)
      : links_(links), links_left_(links_left), line_(line) {}

  std::string build(Pieces pieces) {
    prepare(pieces);
    has_formula_ = may_hold_formula(pieces);
    std::size_t begin = 0;
    if (!pieces.empty() && pieces.front().is_blank) {
      indent(pieces.front().text);
      begin = 1;
    }
    for (std::size_t i = begin; i < pieces.size(); ++i) {
      const std::string text = markdown_of(pieces, i);
      change_style(pieces, i, first_rune(text).code);
      out_ += text;
    }
    close_until(Style{}, 0);
    return std::move(out_);
  }

 private:
  void prepare_code(Piece& piece) const {
    std::string plain;
    for (std::string_view rest = piece.text; !rest.empty();) {
      if (rest.starts_with(k_no_break_space)) {
        plain += ' ';
        rest.remove_prefix(k_no_break_space.size());
      } else {
        plain += rest.front();
        rest.remove_prefix(1);
      }
    }
    // The web client parts cells at pipes in code too, and looks for the ends of emphasis and
    // labels in it.
    const bool is_marked = piece.style.is_bold || piece.style.is_italic || piece.style.is_struck;
    std::string harmful = is_marked ? "*~" : "";
    if (piece.style.link >= 0) harmful += "[]";
    if ((line_ == Line::of_cell && plain.find('|') != std::string::npos) ||
        (has_link_ && plain.find("](") != std::string::npos) ||
        plain.find_first_of(harmful) != std::string::npos) {
      piece.style.is_code = false;
    } else {
      piece.text = std::move(plain);
    }
  }

  void prepare(Pieces& pieces) {
    has_link_ = std::any_of(pieces.begin(), pieces.end(), [](const Piece& piece) {
      return piece.style.link >= 0 || piece.text.find("//") != std::string::npos ||
             lower_case(piece.text).find("www.") != std::string::npos;
    });
    while (!pieces.empty() && pieces.back().is_blank) pieces.pop_back();
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      Piece& piece = pieces[i];
      if (piece.is_blank && i == 0) piece.style = {};
      if (piece.is_blank && i > 0 && i + 1 < pieces.size()) {
        const bool is_code = piece.style.is_code && pieces[i - 1].style == piece.style &&
                             pieces[i + 1].style == piece.style;
        piece.style = common(pieces[i - 1].style, pieces[i + 1].style);
        piece.style.is_code = is_code;
      }
      if (piece.style.link >= 0 && shows_its_address(pieces, i)) piece.style.link = -1;
    }
    Pieces joined;
    for (Piece& piece : pieces) {
      const bool continues =
          !joined.empty() && joined.back().style.is_code && joined.back().style == piece.style;
      if (continues) {
        joined.back().text += piece.text;
        joined.back().is_blank = false;
      } else {
        joined.push_back(std::move(piece));
      }
    }
    pieces = std::move(joined);
    for (Piece& piece : pieces) {
      if (piece.is_blank) piece.style.is_code = false;
      if (piece.style.is_code) prepare_code(piece);
    }
  }

  /// An address that is its own label needs no link around it: clients make one.
  [[nodiscard]] bool shows_its_address(const Pieces& pieces, std::size_t i) const {
    const Piece& piece = pieces[i];
    const bool is_alone = (i == 0 || pieces[i - 1].style.link != piece.style.link) &&
                          (i + 1 == pieces.size() || pieces[i + 1].style.link != piece.style.link);
    if (!is_alone || piece.style.is_code) return false;
    const std::string& address = links_[static_cast<std::size_t>(piece.style.link)];
    if (address == "mailto:" + piece.text) return true;
    const bool is_same =
        address == piece.text || address == piece.text + "/" || address == "http://" + piece.text;
    return is_same && address_length(piece.text) == piece.text.size();
  }

  /// `$5 and $6` is none.
  static bool may_hold_formula(const Pieces& pieces) {
    std::size_t count = 0;
    bool has_other = false;
    for (const Piece& piece : pieces) {
      if (piece.style.is_code) continue;
      const std::string& text = piece.text;
      for (std::size_t i = text.find('$'); i != std::string::npos; i = text.find('$', i + 1)) {
        const bool is_price = i + 1 < text.size() && is_digit(text[i + 1]) &&
                              (i == 0 || text[i - 1] == ' ' || text[i - 1] == '(');
        has_other = has_other || !is_price;
        ++count;
      }
    }
    return count > 1 && has_other;
  }

  void indent(std::string_view blanks) {
    if (line_ != Line::of_paragraph) return;
    const std::size_t width = std::min(count_runes(blanks), k_most_indent);
    for (std::size_t i = 0; i < width; ++i) out_ += k_indent;
    indent_bytes_ = out_.size();
  }

  /// What a parser sees beside a piece: a mark where the style changes.
  static char32_t rune_before(const Pieces& pieces, std::size_t i) {
    if (i == 0) return 0;
    return pieces[i - 1].is_blank || pieces[i - 1].style == pieces[i].style
               ? last_code(pieces[i - 1].text)
               : U'*';
  }
  static char32_t rune_after(const Pieces& pieces, std::size_t i) {
    if (i + 1 == pieces.size()) return 0;
    return pieces[i + 1].is_blank || pieces[i + 1].style == pieces[i].style
               ? first_rune(pieces[i + 1].text).code
               : U'*';
  }

  std::string markdown_of(const Pieces& pieces, std::size_t i) {
    const Piece& piece = pieces[i];
    const bool is_line_start =
        out_.size() == indent_bytes_ && line_ == Line::of_paragraph && piece.style == Style{};
    if (piece.is_username) {
      const char32_t before = rune_before(pieces, i);
      const char32_t after = rune_after(pieces, i);
      std::string mention = is_letter_like(before) ? std::string(k_word_joiner) : std::string();
      mention += piece.text;
      if (is_letter_like(after) || after == '.' || after == '-' || after == '_')
        mention += k_word_joiner;
      return mention;
    }
    if (piece.style.is_code && !piece.is_blank) {
      std::string code = inline_code(piece.text);
      // Three backticks at a line's start open a block.
      return is_empty_so_far() && code.starts_with("```") ? std::string(k_word_joiner) + code
                                                          : code;
    }
    TextPlace place;
    place.is_line_start = is_line_start;
    place.is_marked = piece.style.is_bold || piece.style.is_italic || piece.style.is_struck;
    place.is_label = piece.style.link >= 0;
    place.is_single_line = line_ != Line::of_paragraph;
    place.is_cell = line_ == Line::of_cell;
    place.has_formula = has_formula_;
    place.before = rune_before(pieces, i);
    place.after = rune_after(pieces, i);
    std::string text = escape(piece.text, place, links_left_);
    // Parsers that link mail addresses take the stars in front for a part of them.
    const auto at = piece.text.find('@');
    const bool begins_mail = place.is_marked && at < piece.text.find(' ');
    return begins_mail ? std::string(k_word_joiner) + text : text;
  }

  [[nodiscard]] bool is_empty_so_far() const {
    return out_.size() == indent_bytes_ && line_ == Line::of_paragraph;
  }

  /// How many pieces from `i` on keep the mark: what lasts longest is opened first.
  static std::size_t reach(const Pieces& pieces, std::size_t i, Mark mark) {
    std::size_t end = i;
    while (end < pieces.size() && shares(pieces[i].style, pieces[end].style, mark)) ++end;
    return end - i;
  }

  void change_style(const Pieces& pieces, std::size_t i, char32_t next) {
    const Style& wanted = pieces[i].style;
    std::vector<Mark> missing;
    for (const Mark mark : k_marks) {
      // Never in front of a blank: the next piece will do it.
      const bool opens = !pieces[i].is_blank && has(wanted, mark);
      if (opens && !stays_open(wanted, mark)) missing.push_back(mark);
    }
    std::stable_sort(missing.begin(), missing.end(),
                     [&](Mark a, Mark b) { return reach(pieces, i, a) > reach(pieces, i, b); });
    // Stars of a closing and an opening mark would be read as one: a joiner parts them.
    const bool opens_star = !missing.empty() && sign_of(missing.front()).front() == '*';
    const char32_t joiner = first_rune(k_word_joiner).code;
    const char32_t behind = missing.empty() ? next
                            : opens_star    ? joiner
                                            : first_rune(sign_of(missing.front())).code;
    const bool has_closed = close_until(wanted, behind);
    if (has_closed && opens_star && out_.ends_with('*')) out_ += k_word_joiner;
    if (has_star_open() && !is_gap(last_code(out_))) std::erase_if(missing, is_star);
    open(missing, next);
    open_style_ = wanted;
  }

  /// Open, wanted, and nothing below it in the stack has to be closed.
  [[nodiscard]] bool stays_open(const Style& wanted, Mark mark) const {
    for (const Mark open : open_) {
      if (!shares(open_style_, wanted, open)) return false;
      if (open == mark) return true;
    }
    return false;
  }

  /// The rune behind marks[from]. Other closing marks do not count: a joiner may come between.
  static char32_t rune_behind(const std::vector<Mark>& marks, std::size_t from, char32_t behind) {
    const auto begin = marks.begin() + static_cast<std::ptrdiff_t>(from);
    return std::find(begin, marks.end(), Mark::link) == marks.end() ? behind : U']';
  }

  /// A closing mark must not stand between punctuation and a letter.
  bool close_until(const Style& wanted, char32_t behind) {
    std::size_t kept = 0;
    while (kept < open_.size() && shares(open_style_, wanted, open_[kept])) ++kept;
    const std::vector<Mark> closing(open_.rbegin(),
                                    open_.rend() - static_cast<std::ptrdiff_t>(kept));
    open_.resize(kept);
    char last_sign = 0;
    for (std::size_t i = 0; i < closing.size(); ++i) {
      if (closing[i] == Mark::link) {
        out_ += "](" + links_[static_cast<std::size_t>(open_style_.link)] + ")";
        last_sign = 0;
        continue;
      }
      const std::string_view sign = sign_of(closing[i]);
      const bool continues = last_sign == sign.front();
      if (!continues && may_be_punctuation(last_code(out_)) &&
          !is_gap(rune_behind(closing, i, behind)))
        out_ += k_word_joiner;
      out_ += sign;
      last_sign = sign.front();
    }
    return !closing.empty();
  }

  static bool is_star(Mark mark) { return sign_of(mark).front() == '*'; }
  /// Behind a letter, one more mark of stars could also be read as the end of the open one: its
  /// text goes without.
  [[nodiscard]] bool has_star_open() const {
    return std::any_of(open_.begin(), open_.end(), is_star);
  }

  /// An opening mark must not stand between a letter and punctuation; nor, where it could close
  /// another, between punctuation on both sides.
  void open(const std::vector<Mark>& opening, char32_t next) {
    char32_t before = last_code(out_);
    const bool could_close = has_star_open() && before != 0 && before != ' ';
    for (std::size_t i = 0; i < opening.size(); ++i) {
      const std::string_view sign = sign_of(opening[i]);
      out_ += sign;
      open_.push_back(opening[i]);
      if (opening[i] == Mark::link) {
        before = '[';
        continue;
      }
      const bool has_next = i + 1 < opening.size();
      if (has_next && opening[i] == Mark::italic && opening[i + 1] == Mark::bold) {
        out_ += k_word_joiner;  // the web client takes `***` for bold first
      } else if (!has_next || sign_of(opening[i + 1]).front() != sign.front()) {
        const char32_t behind = has_next ? first_rune(sign_of(opening[i + 1])).code : next;
        if (may_be_punctuation(behind) && (could_close || !is_gap(before))) out_ += k_word_joiner;
      } else {
        continue;
      }
      before = last_code(out_);
    }
  }

  const std::vector<std::string>& links_;
  int& links_left_;
  Line line_;
  bool has_formula_ = false;
  bool has_link_ = false;
  std::string out_;
  std::size_t indent_bytes_ = 0;
  std::vector<Mark> open_;
  Style open_style_;
};

}  // namespace

std::vector<std::string> LineWriter::lines(const Runs& runs) {
  std::vector<std::string> lines;
  Pieces line;
  const auto end_line = [&] {
    lines.push_back(LineBuilder(links_, links_left_, Line::of_paragraph).build(std::move(line)));
    line.clear();
  };
  for (const Run& run : merged(runs)) {
    bool is_first = true;
    for_each_line(run.text, [&](std::string_view text) {
      if (!is_first) end_line();
      is_first = false;
      append_run(line, run, text);
    });
  }
  end_line();
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  const auto first =
      std::find_if(lines.begin(), lines.end(), [](const std::string& one) { return !one.empty(); });
  lines.erase(lines.begin(), first);
  return lines;
}

std::string LineWriter::single(const Runs& runs, Line line) {
  Pieces pieces;
  for (Run run : merged(runs)) {
    std::replace(run.text.begin(), run.text.end(), '\n', ' ');
    append_run(pieces, run, run.text);
  }
  if (!pieces.empty() && pieces.front().is_blank) pieces.erase(pieces.begin());
  return LineBuilder(links_, links_left_, line).build(std::move(pieces));
}

}  // namespace belfry::render
