#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace belfry::render {

/// What was written, freed of the language it came in (HTML, cards, plain text) and not yet in the
/// one it goes out in. Texts are clean (sync/render/text.h) and not escaped.

/// How a piece of text looks. `link` is a place in Document::links, -1 = none.
struct Style {
  bool is_bold = false;
  bool is_italic = false;
  bool is_struck = false;
  bool is_code = false;
  int link = -1;

  friend bool operator==(const Style&, const Style&) = default;
};

/// Text of one style. `\n` breaks the line; U+00A0 is a blank that is kept.
struct Run {
  std::string text;
  Style style;
  /// Set: this is a mention of that person, `text` is `@username` as it stands or a name.
  std::string person;
  bool is_username = false;
};
using Runs = std::vector<Run>;

struct Block;
using Blocks = std::vector<Block>;

struct Paragraph {
  Runs runs;
};
struct Heading {
  int level = 1;
  Runs runs;
};
struct CodeBlock {
  std::string text;
  std::string language;
};
struct Rule {};
struct Quote {
  Blocks blocks;
};
struct List {
  bool is_ordered = false;
  int first_number = 1;
  std::vector<Blocks> items;
};
struct Table {
  std::vector<std::vector<Runs>> rows;  ///< the first is the head
};

using AnyBlock = std::variant<Paragraph, Heading, CodeBlock, Rule, Quote, List, Table>;
struct Block {
  template <class Kind>
  requires std::constructible_from<AnyBlock, Kind&&>
  // The constraint keeps it away from copies, which the linter cannot see.
  explicit Block(Kind&& kind)  // NOLINT(bugprone-forwarding-reference-overload)
      : is(std::forward<Kind>(kind)) {}

  AnyBlock is;
};

struct Document {
  Blocks blocks;
  std::vector<std::string> links;  ///< addresses, percent-encoded (sync/render/link.h)
};

void add_paragraph(Blocks& blocks, Runs runs);

/// Whether something can be seen of it.
[[nodiscard]] bool is_empty(const Runs& runs);

/// All blocks in one line, for cells and headings: items get a bullet, breaks become blanks.
[[nodiscard]] Runs flattened(const Blocks& blocks);

/// Runes of text in it.
[[nodiscard]] std::size_t count_text(const Blocks& blocks);

/// Keeps the first `most` runes of text and ends with an ellipsis where something was left out.
/// Cutting here, and not the Markdown, leaves no mark, link or fence open.
[[nodiscard]] Blocks cut_to(const Blocks& blocks, std::size_t most);

}  // namespace belfry::render
