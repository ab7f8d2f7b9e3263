#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gumbo.h>

namespace belfry::render {

struct DomPolicy {
  /// Teams takes about 100 KB a message; whoever sends more gets the beginning shown.
  std::size_t most_bytes = std::size_t{128} * 1024;
  /// gumbo's time grows with the square of what stands open: 20,000 nested <div> take a second.
  /// Opening tags beyond this many are left out, their text stays.
  std::size_t most_open_elements = 1'000;
};

/// An HTML5 tree of a fragment, with all that belongs to it.
///
/// Memory comes from blocks that are dropped at once: gumbo's own way of freeing walks the tree by
/// recursion, so that a deep one could end the process.
class Dom {
 public:
  explicit Dom(std::string_view html, const DomPolicy& policy = {});
  Dom(const Dom&) = delete;
  Dom& operator=(const Dom&) = delete;

  [[nodiscard]] const GumboNode& root() const { return *tree_->root; }
  /// Something was left out, for its size.
  [[nodiscard]] bool was_cut() const { return was_cut_; }

 private:
  static void* allocate(void* dom, std::size_t bytes);
  static void deallocate(void*, void*) {}

  std::string html_;  ///< the tree's names point into it
  bool was_cut_ = false;
  std::vector<std::unique_ptr<std::byte[]>> chunks_;
  std::size_t chunk_bytes_;
  std::byte* free_ = nullptr;
  std::size_t free_bytes_ = 0;
  GumboOutput* tree_ = nullptr;
};

[[nodiscard]] bool is_element(const GumboNode& node);
[[nodiscard]] bool is_text(const GumboNode& node);

/// Children of an element; empty for anything else.
[[nodiscard]] std::vector<const GumboNode*> children_of(const GumboNode& node);

/// Value, empty when it is missing.
[[nodiscard]] std::string_view attribute(const GumboElement& element, const char* name);

/// Lower-case name of an element that gumbo does not know, such as `at` or `o:p`.
[[nodiscard]] std::string unknown_name(const GumboElement& element);

/// All text below, breaks as `\n`, without scripts and styles. Takes any depth.
[[nodiscard]] std::string text_below(const GumboNode& node);

/// Neither shown nor read: scripts, styles, templates and the like.
[[nodiscard]] bool is_unseen(GumboTag tag);

}  // namespace belfry::render
