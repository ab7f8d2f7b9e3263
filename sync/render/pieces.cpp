#include "sync/render/pieces.h"

#include "sync/render/text.h"

namespace belfry::render {
namespace {

std::size_t blank_at(std::string_view text) {
  if (text.starts_with(' ')) return 1;
  return text.starts_with(k_no_break_space) ? k_no_break_space.size() : 0;
}

std::size_t leading_blanks(std::string_view text) {
  std::size_t end = 0;
  while (const std::size_t length = blank_at(text.substr(end))) end += length;
  return end;
}

std::size_t without_trailing_blanks(std::string_view text) {
  for (;;) {
    if (text.ends_with(' ')) {
      text.remove_suffix(1);
    } else if (text.ends_with(k_no_break_space)) {
      text.remove_suffix(k_no_break_space.size());
    } else {
      return text.size();
    }
  }
}

void append_piece(Pieces& line, std::string_view text, const Run& run, bool is_blank) {
  if (text.empty()) return;
  const bool continues = !line.empty() && line.back().is_blank == is_blank &&
                         !line.back().is_username && !run.is_username &&
                         (is_blank || line.back().style == run.style);
  if (continues) {
    line.back().text += text;
  } else {
    line.push_back({std::string(text), run.style, is_blank, run.is_username});
  }
}

}  // namespace

void append_run(Pieces& line, const Run& run, std::string_view text) {
  const std::size_t begin = leading_blanks(text);
  append_piece(line, text.substr(0, begin), run, true);
  text.remove_prefix(begin);
  const std::size_t end = without_trailing_blanks(text);
  append_piece(line, text.substr(0, end), run, false);
  append_piece(line, text.substr(end), run, true);
}

Runs merged(const Runs& runs) {
  Runs out;
  for (const Run& run : runs) {
    const bool continues = !out.empty() && out.back().style == run.style &&
                           !out.back().is_username && !run.is_username;
    if (continues) {
      out.back().text += run.text;
    } else {
      out.push_back(run);
    }
  }
  return out;
}

}  // namespace belfry::render
