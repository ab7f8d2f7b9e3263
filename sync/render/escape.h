#pragma once

#include <string>
#include <string_view>

namespace belfry::render {

/// Text as it stands, for Mattermost's Markdown: nothing in it can format, quote, ping, link or
/// load anything.
///
/// Bare http and https addresses stay links, since they show where they lead. `\n` breaks lines;
/// the other breaks that clients know (CR, VT, FF, NEL, LS, PS, U+2424) become one. Source:
/// Mattermost's web client, its fork of marked 0.3: backslashes do not stop `@ # ~ :`, a WORD
/// JOINER behind them does.
[[nodiscard]] std::string escape_text(std::string_view text);
/// The same for a piece from the middle of a line: blanks at its beginning stay.
[[nodiscard]] std::string escape_inline(std::string_view text);

/// A link that leads to `url`, or only the label when the URL is neither http, https nor mailto.
/// `label` is Markdown already, without links.
[[nodiscard]] std::string link(std::string_view label, std::string_view url);

/// `text` between backticks, longer than any run of them inside.
[[nodiscard]] std::string inline_code(std::string_view text);
/// A fenced block; `language` is dropped unless it is a plain word, and for LaTeX, which would be
/// rendered.
[[nodiscard]] std::string code_block(std::string_view text, std::string_view language);

/// Each line behind `> `.
[[nodiscard]] std::string quote(std::string_view markdown);

/// Number of Unicode code points; Mattermost counts its limits in them.
[[nodiscard]] std::size_t count_runes(std::string_view text);

/// At most `most` runes, whole lines as far as possible; a fence that was open is closed. True in
/// `was_cut` when something is missing.
struct Cut {
  std::string text;
  bool was_cut = false;
};
[[nodiscard]] Cut cut_to_runes(std::string_view markdown, std::size_t most);

}  // namespace belfry::render
