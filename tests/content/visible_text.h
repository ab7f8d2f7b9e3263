#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace belfry::content {

/// The text that a browser shows of a body, by a walk of its own over gumbo's tree: without blanks,
/// joiners and what else nobody sees, so that two of them can be compared.
[[nodiscard]] std::string visible_in_html(std::string_view html);

/// What a parser that Belfry does not use (cmark-gfm) makes of Markdown.
struct ReadMarkdown {
  std::string visible;  ///< as above
  std::vector<std::string> links;
  int headings = 0;
  int pictures = 0;
  int raw_html = 0;
  std::vector<std::string> outline;  ///< kinds of the blocks at the top
};
[[nodiscard]] ReadMarkdown read_markdown(const std::string& markdown);

}  // namespace belfry::content
