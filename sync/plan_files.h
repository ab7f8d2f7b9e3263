#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sync/model/file.h"
#include "sync/model/message.h"
#include "sync/render/render.h"

namespace belfry::sync {

/// Mattermost refuses posts with more.
inline constexpr std::size_t k_most_post_files = 10;

/// What a post has to carry beside its text.
struct FilePlan {
  std::vector<PlannedFile> files;  ///< the first k_most_post_files; the text names the others
  /// Left free in the text, so that the notices of files that cannot be had find room.
  std::size_t notice_runes = 0;
};

/// Decides which of a message's files its post carries. Pure.
[[nodiscard]] FilePlan plan_files(const Message& message, const render::RenderContext& context);

/// Content that Teams keeps beside a message.
struct HostedContent {
  MessageRef message;
  Content id;

  friend bool operator==(const HostedContent&, const HostedContent&) = default;
};

/// Which content an address means that stands in `message`. Only its ids are taken from it: where
/// it is asked for, and with whose right, is not the sender's to say. None for what is no such
/// address.
/// Source: Graph, "get chatMessageHostedContent".
[[nodiscard]] std::optional<HostedContent> hosted_content(std::string_view address,
                                                          const MessageRef& message);

/// The code of a snippet, which Teams keeps beside its message.
struct Snippet {
  std::string attachment;
  Content content;  ///< HostedContent::id, of the message itself
};

/// At most k_most_snippets of `message`. Code that another message holds is not among them: the one
/// who reads it may see more than those who are told.
[[nodiscard]] std::vector<Snippet> snippets_of(const Message& message);
inline constexpr std::size_t k_most_snippets = 5;

}  // namespace belfry::sync
