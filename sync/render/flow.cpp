#include "sync/render/flow.h"

#include <utility>

#include "sync/render/text.h"

namespace belfry::render {

void Flow::add_text(std::string_view raw, const Style& style) {
  const std::string text = clean_text(raw);
  std::size_t at = 0;
  while (at < text.size()) {
    if (is_blank(text[at])) {
      if (!is_blank_due_) blank_style_ = style;
      is_blank_due_ = true;
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && !is_blank(text[end])) ++end;
    add_run(text.substr(at, end - at), style);
    at = end;
  }
}

void Flow::add_run(std::string text, const Style& style) {
  add_due_blank();
  append(text, style);
}

void Flow::add_mention(const Mentioned& who, const Style& style) {
  if (join_mention(who)) return;
  add_due_blank();
  runs_.push_back({who.text, style, who.person, who.is_username});
}

bool Flow::join_mention(const Mentioned& who) {
  if (who.person.empty()) return false;
  auto last = runs_.rbegin();
  while (last != runs_.rend() && is_empty({*last}) && last->text.find('\n') == std::string::npos)
    ++last;
  const bool is_same =
      last != runs_.rend() && last->person == who.person && last->is_username == who.is_username;
  if (!is_same) return false;
  runs_.erase(last.base(), runs_.end());
  is_blank_due_ = false;
  if (!who.is_username) runs_.back().text += " " + who.text;
  return true;
}

void Flow::break_line() {
  if (!runs_.empty() || is_line_open_) append("\n", Style{});
  is_line_open_ = false;
  is_blank_due_ = false;
}

void Flow::end_line() {
  if (is_line_open_) break_line();
  is_blank_due_ = false;
}

Runs Flow::take() {
  is_line_open_ = false;
  is_blank_due_ = false;
  return std::exchange(runs_, {});
}

void Flow::add_due_blank() {
  if (is_blank_due_ && is_line_open_) append(" ", blank_style_);
  is_blank_due_ = false;
  is_line_open_ = true;
}

void Flow::append(std::string_view text, const Style& style) {
  const bool continues =
      !runs_.empty() && runs_.back().style == style && runs_.back().person.empty();
  if (continues) {
    runs_.back().text += text;
  } else {
    runs_.push_back({std::string(text), style, {}, false});
  }
}

}  // namespace belfry::render
