#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "sync/base/id.h"
#include "sync/base/secret.h"
#include "sync/model/chat.h"
#include "sync/model/message.h"

namespace belfry::render {

/// What a post's text needs to know beside the message and its chat.
struct RenderContext {
  std::string message_link;                      ///< opens the message in Teams
  TeamsUserId reader;                            ///< left out when the other members are counted
  std::map<TeamsUserId, std::string> usernames;  ///< Mattermost's, of the members with an account
  std::size_t max_post_runes = 16383;            ///< the server's MaxPostSize
};

/// The whole text of a post: who wrote, where, a link to the message, then the message as a quote.
/// Cut at the server's limit with a link to the rest. Nothing in it can ping, format beyond its
/// quote or lie about where a link leads.
[[nodiscard]] Content render_message(const Message& message, const Chat& chat,
                                     const RenderContext& context);

/// What replaces the text of a post whose message was deleted.
[[nodiscard]] Content render_deletion(const Chat& chat, const RenderContext& context);

/// The link that opens a message in Teams. `host` = the cloud's, e.g. teams.microsoft.com.
/// Source: Teams, "deep links".
[[nodiscard]] std::string message_link(const std::string& host, const MessageRef& ref,
                                       const TenantId& tenant);

}  // namespace belfry::render
