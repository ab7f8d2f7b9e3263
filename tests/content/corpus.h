#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace belfry::content {

/// A body as Teams has it, and the Markdown that is to come of it.
struct Case {
  enum class Kind { html, text, adaptive, classic };
  Kind kind = Kind::html;
  std::string name;  ///< file and title
  std::string body;
  std::string expected;
};

/// All cases of tests/content/*.txt. A case is
///
///     === html: title
///     the body
///     --->
///     the Markdown
///
/// with `html`, `text`, `adaptive` or `classic` (the JSON of a card) in front of the colon. What
/// cannot be seen is written visibly: `¦` for a word joiner, `⍽` for a no-break space, `⎵` for a
/// blank as wide, and in bodies `\u{…}` for any code point.
[[nodiscard]] std::vector<Case> read_corpus();

/// The Markdown of the case's body, inside no post.
[[nodiscard]] std::string markdown_of(const Case& one);

/// With signs in place of what cannot be seen.
[[nodiscard]] std::string made_visible(std::string_view markdown);

}  // namespace belfry::content
