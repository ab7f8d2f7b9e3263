#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "sync/base/id.h"
#include "sync/base/secret.h"
#include "sync/base/time.h"
#include "sync/model/chat.h"
#include "sync/model/message.h"
#include "sync/render/phrases.h"

namespace belfry::render {

/// What a post's text needs to know beside the message and its chat.
struct RenderContext {
  std::string message_link;                      ///< opens the message in Teams
  TeamsUserId reader;                            ///< left out when the other members are counted
  std::map<TeamsUserId, std::string> usernames;  ///< Mattermost's, of the members with an account
  std::size_t max_post_runes = 16383;            ///< the server's MaxPostSize
  std::string language = "en";                   ///< the reader's locale in Mattermost
  const Catalogue* catalogue = &Catalogue::built_in();  ///< outlives the call
  /// What the reader's clock is ahead of UTC at a time, for "sent 14:05". Empty, or without an
  /// answer: the time is told in UTC, and as such.
  std::function<std::optional<std::chrono::seconds>(WallTime)> utc_offset;
  /// Set: a message older than RenderPolicy::late_after at that time says when it was sent.
  std::optional<WallTime> now;
  /// Ids of attachments and addresses of pictures that the post carries as files: they are not
  /// named in its text.
  std::set<std::string> carried;
  /// Code of snippets that was fetched, by attachment id.
  std::map<std::string, Content> snippets;
};

/// Limits of a post's text.
struct RenderPolicy {
  std::size_t most_name_runes = 80;      ///< a name fills no more than a line
  std::size_t most_topic_runes = 120;    ///< Teams allows 250; the first line should stay one
  std::size_t most_preview_runes = 400;  ///< what a reply quotes is a reminder
  int most_links = 500;  ///< Mattermost shows text with more than 1,000 links and mentions raw
  Duration late_after = std::chrono::minutes(10);  ///< design: "sent 14:05" when older
};

/// The whole text of a post: who wrote, where, a link to the message, then the message as a quote.
///
/// Cut at the server's limit with a link to the rest. Nothing in it can ping, format beyond its
/// quote or lie about where a link leads; it reads alike in Mattermost's web client and mobile
/// apps.
[[nodiscard]] Content render_message(const Message& message, const Chat& chat,
                                     const RenderContext& context, const RenderPolicy& policy = {});

/// What replaces the text of a post whose message was deleted. Of a bare message the sender is not
/// told.
[[nodiscard]] Content render_deletion(const Message& message, const Chat& chat,
                                      const RenderContext& context,
                                      const RenderPolicy& policy = {});
[[nodiscard]] Content render_deletion(const Chat& chat, const RenderContext& context);

/// Tells of messages that were found too late to be posted one by one; the link leads to the
/// newest.
[[nodiscard]] Content render_summary(const MissedMessages& missed, const Chat& chat,
                                     const RenderContext& context, const RenderPolicy& policy = {});

/// The link that opens a message in Teams. `host` = the cloud's, e.g. teams.microsoft.com.
/// Source: Teams, "deep links".
[[nodiscard]] std::string message_link(const std::string& host, const MessageRef& ref,
                                       const TenantId& tenant);

}  // namespace belfry::render
