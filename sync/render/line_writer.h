#pragma once

#include <string>
#include <vector>

#include "sync/render/document.h"

namespace belfry::render {

/// Where runs are written.
enum class Line {
  of_paragraph,
  of_heading,  ///< one line behind `# `
  of_cell,     ///< one line between pipes
};

/// Writes styled text as Markdown.
///
/// Promises  Marks are closed at each line's end and opened again on the next, never touch a blank,
///           and count as marks for marked 0.3 and CommonMark alike; where a letter and punctuation
///           around a mark would prevent it, a word joiner stands between.
class LineWriter {
 public:
  /// `links_left` is shared by the whole post: clients show text with too many links raw.
  LineWriter(const std::vector<std::string>& links, int& links_left)
      : links_(links), links_left_(links_left) {}

  /// One entry a line, without line feeds; an empty one parts paragraphs. None: nothing to see.
  [[nodiscard]] std::vector<std::string> lines(const Runs& runs);

  /// Breaks become blanks.
  [[nodiscard]] std::string single(const Runs& runs, Line line);

 private:
  const std::vector<std::string>& links_;
  int& links_left_;
};

}  // namespace belfry::render
