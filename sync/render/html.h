#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "sync/base/id.h"

namespace belfry::render {

/// What the markup of a body refers to.
struct BodyContext {
  /// Markdown for `<at id="n">`: `@username` or the escaped name; the argument is the id and the
  /// text inside.
  std::function<std::string(int id, const std::string& text)> mention;
  /// Markdown for `<attachment id="…">`; empty: nothing is shown at its place.
  std::function<std::string(const std::string& id)> attachment;
  /// Where a picture can be seen: the message in Teams.
  std::string message_link;
};

struct HtmlPolicy {
  /// Deeper elements are read as their text: nobody nests so far by hand, and recursion must end.
  int most_depth = 40;
};

/// The HTML dialect of Teams' bodies as Mattermost Markdown, by walking the tree of an HTML5
/// parser. Malformed and unknown markup becomes the text that it shows; scripts and styles vanish.
/// Source: Graph, chatMessage body; reference "The HTML dialect of body.content".
[[nodiscard]] std::string html_to_markdown(std::string_view html, const BodyContext& context,
                                           const HtmlPolicy& policy = {});

}  // namespace belfry::render
