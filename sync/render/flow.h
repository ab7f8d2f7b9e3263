#pragma once

#include <string>
#include <string_view>

#include "sync/render/document.h"

namespace belfry::render {

/// How somebody who is mentioned is shown.
struct Mentioned {
  std::string text;    ///< `@username`, or a name
  std::string person;  ///< the same for all mentions of one person
  bool is_username = false;
};

/// A paragraph while it is read from HTML, with its rules for blanks: runs of them are one, there
/// are none at a line's ends, and no-break spaces stay.
class Flow {
 public:
  /// Text as it stands in the source.
  void add_text(std::string_view raw, const Style& style);
  /// Text without blanks to be judged.
  void add_run(std::string text, const Style& style);
  /// One person may come as several mentions, a word of the name each: they become one.
  void add_mention(const Mentioned& who, const Style& style);

  void break_line();
  /// Only if something stands in the line.
  void end_line();

  /// What was read; the flow begins anew.
  [[nodiscard]] Runs take();

 private:
  void add_due_blank();
  void append(std::string_view text, const Style& style);
  bool join_mention(const Mentioned& who);

  Runs runs_;
  bool is_line_open_ = false;
  bool is_blank_due_ = false;
  Style blank_style_;
};

}  // namespace belfry::render
