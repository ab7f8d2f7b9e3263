#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sync/render/document.h"

namespace belfry::render {

/// A part of one line: blanks only, or text without blanks at its ends. So marks need not touch
/// blanks, where parsers would not take them for marks.
struct Piece {
  std::string text;
  Style style;
  bool is_blank = false;
  bool is_username = false;
};
using Pieces = std::vector<Piece>;

/// Adds a part of `run` that lies in one line.
void append_run(Pieces& line, const Run& run, std::string_view text);

/// Neighbours of one style become one run: then nothing parts letters that are read together.
[[nodiscard]] Runs merged(const Runs& runs);

}  // namespace belfry::render
