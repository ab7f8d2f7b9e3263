#pragma once

#include <string>
#include <string_view>

#include <gumbo.h>

namespace belfry::render {

/// What an element does to the flow of text.
enum class Shape {
  inline_text,
  line,       ///< begins and ends a line
  paragraph,  ///< is parted from its neighbours
  block,      ///< has a form of its own: a list, a table, code
  unseen,
};

/// `name` is that of an element unknown to gumbo, else empty.
[[nodiscard]] Shape shape_of(const GumboElement& element, std::string_view name);

/// A number in an attribute.
[[nodiscard]] int number_of(std::string_view text, int otherwise);

/// The text below, as a browser shows it in code: no-break spaces are blanks.
[[nodiscard]] std::string code_text(const GumboNode& node);

/// Language of `<pre><code class="language-…">`.
[[nodiscard]] std::string_view language_in(const GumboNode& node);

/// Digits raised or lowered, for `<sup>` and `<sub>`; empty unless all of the text is digits.
[[nodiscard]] std::string raised_digits(const GumboNode& node);

}  // namespace belfry::render
