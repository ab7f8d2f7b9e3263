#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/json/json_view.h"
#include "sync/base/id.h"
#include "sync/base/result.h"
#include "sync/port/mattermost.h"

/// Mattermost's JSON, read and written. Source: Mattermost REST API v4 and the server's code.
/// Errors of the readers: refused, when the answer is not what was asked for.
namespace belfry::net {

/// Member of a button's `context` that brings PostButton::context back with a click.
inline constexpr const char* k_button_context = "k";

[[nodiscard]] Result<sync::MattermostUser> read_user(std::string_view body);
[[nodiscard]] std::optional<sync::MattermostUser> read_user(const JsonView& user);
[[nodiscard]] Result<std::vector<sync::MattermostUser>> read_users(std::string_view body);
/// The keys of `/config/client`: all values are text; what is missing keeps its default. Errors:
/// unauthorized as well, for the shorter list that strangers get.
struct ServerFacts {
  sync::MattermostServer server;
  bool is_cluster = false;  ///< lists may come from a database replica that lags
};
[[nodiscard]] Result<ServerFacts> read_server(std::string_view body);
[[nodiscard]] Result<ChannelId> read_channel(std::string_view body);

/// A post as far as we need it.
struct PostView {
  sync::PostSummary summary;
  MattermostUserId author;
  ChannelId channel;
  std::string type;  ///< empty for what people and bots write
  Content text;
};
[[nodiscard]] Result<PostView> read_post(std::string_view body);
[[nodiscard]] std::optional<PostView> read_post(const JsonView& post);

/// A page of at most `page_size`; only posts of `author`.
[[nodiscard]] Result<sync::PostPage> read_post_page(std::string_view body,
                                                    const MattermostUserId& author,
                                                    std::size_t page_size);

/// Body of POST /posts. `action_url` is where Mattermost sends clicks.
[[nodiscard]] std::string write_post(const sync::PostRequest& request, const MattermostUserId& bot,
                                     std::string_view action_url);
/// Body of PUT /posts/{id}/patch that replaces the text and nothing else.
[[nodiscard]] std::string write_patch(const Content& text);
/// The same, and of the files only these are left.
[[nodiscard]] std::string write_patch(const Content& text, const std::vector<FileId>& files);

}  // namespace belfry::net
