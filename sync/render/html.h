#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "sync/render/document.h"
#include "sync/render/flow.h"
#include "sync/render/phrases.h"

namespace belfry::render {

/// What the markup of a body refers to.
struct BodyContext {
  /// For `<at id="n">`; the argument is the id and the text inside. Unset: the text.
  std::function<Mentioned(int id, const std::string& text)> mention;
  /// For `<attachment id="…">`: adds blocks, with their links to the document's.
  std::function<void(const std::string& id, Document& document, Blocks& blocks)> attachment;
  /// Whether a picture comes as a file of the post: then it is not named in the text. Unset: no.
  std::function<bool(std::string_view url)> is_carried;
  std::string message_link;  ///< where pictures can be seen
  const Phrases* phrases = &Catalogue::built_in().phrases_for("en");
};

struct HtmlPolicy {
  /// Deeper elements are read as their text: nobody nests so far, and recursion must end.
  int most_depth = 200;
  /// Deeper quotes and lists go on at the depth reached: clients give up at some.
  int most_quotes = 6;
  int most_lists = 8;
  /// Browsers and proxies take little more.
  std::size_t most_address_bytes = 2048;
  std::size_t most_table_cells = 4'000;
};

/// Reads the HTML dialect of Teams' bodies. Malformed and unknown markup becomes the text that it
/// shows; scripts and styles vanish. False when something was left out for its size.
/// Source: Graph, chatMessage body; reference "The HTML dialect of body.content".
bool read_html(std::string_view html, const BodyContext& context, const HtmlPolicy& policy,
               Document& document, Blocks& blocks);

/// Reads a literal body, line by line, with its blanks.
void read_text(std::string_view text, Blocks& blocks);

/// An address as a place in the document's links; -1 for one that must not be linked.
[[nodiscard]] int add_link(Document& document, std::string_view url, const HtmlPolicy& policy = {});

/// HTML alone, for what has no message around it.
[[nodiscard]] std::string html_to_markdown(std::string_view html, const BodyContext& context,
                                           const HtmlPolicy& policy = {});

}  // namespace belfry::render
