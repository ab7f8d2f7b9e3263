#pragma once

#include <string>
#include <string_view>

namespace belfry::render {

/// Where a piece of text stands.
struct TextPlace {
  bool is_line_start = false;   ///< nothing before it that a parser would see
  bool is_marked = false;       ///< between marks of bold, italic or strike
  bool is_label = false;        ///< inside a link: another one cannot begin
  bool is_single_line = false;  ///< a cell or heading: its end is no end of a line
  bool is_cell = false;         ///< between pipes, where the web client knows no escape of them
  /// More than one `$` in the paragraph that could be a formula's.
  bool has_formula = false;
  char32_t before = 0;  ///< the rune in front of it, 0 at the line's start
  char32_t after = 0;   ///< the rune behind it, 0 at the line's end
};

/// Text for Mattermost's Markdown as it stands: nothing in it formats, quotes, pings, links to what
/// it does not show, or loads anything. `text` is clean and one line.
///
/// Addresses become links that show where they lead; each costs one of `links_left`, after which
/// they stay text.
///
/// Source: Mattermost's web client, its fork of marked 0.3 (backslashes do not stop `@ # ~ :`, the
/// ends of emphasis are looked for without regard to escapes), and CommonMark, which the mobile
/// apps follow. What is written holds for both.
[[nodiscard]] std::string escape(std::string_view text, const TextPlace& place, int& links_left);

/// `text` between backticks, more of them than any run inside has.
[[nodiscard]] std::string inline_code(std::string_view text);

/// The fence of a code block: longer than any run of backticks inside, three at least.
[[nodiscard]] std::string fence_for(std::string_view code);

/// Name of a code block's language as highlighters know it; empty for what is no plain word, and
/// for LaTeX, which clients would render.
[[nodiscard]] std::string code_language(std::string_view name);

}  // namespace belfry::render
