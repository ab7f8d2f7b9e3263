#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sync/base/id.h"
#include "sync/base/result.h"
#include "sync/base/secret.h"
#include "sync/base/time.h"
#include "sync/model/account.h"

namespace belfry::sync {

/// Error::code of a patch that came after the server's PostEditTimeLimit; its kind is `refused`.
inline constexpr const char* k_edit_time_over =
    "api.post.update_post.permissions_time_limit.app_error";

/// Of one request for many users. Source: reference page "Mattermost REST API v4", users.
inline constexpr std::size_t k_most_users_asked = 200;

struct MattermostUser {
  MattermostUserId id;
  std::string username;
  std::string mail;  ///< empty when the server hides addresses
  Reading reading;
  bool is_active = true;
  bool is_bot = false;
};

/// A button under a post. Its click comes back to POST /action with `context`.
struct PostButton {
  std::string id;  ///< letters and digits only
  std::string name;
  std::string context;  ///< opaque, unguessable, bound to the user
};

struct PostRequest {
  ChannelId channel;
  Content text;
  BelfryRef mark;  ///< empty: none (texts of our own that may come twice)
  std::vector<PostButton> buttons;
  std::vector<FileId> files{};  ///< uploaded by us, at most 10; shown in this order
  PostId root{};                ///< the post that this one answers; empty: it stands for itself
};

struct CreatedPost {
  PostId id;
  /// Those that it shows: the server leaves out what it cannot attach, without a word.
  std::vector<FileId> files{};
};

/// What the engine needs of a post read back.
struct PostSummary {
  PostId id;
  BelfryRef mark;
  WallTime created;  ///< the server's clock
  std::vector<FileId> files{};
};

/// One page of a channel's posts, newest first.
struct PostPage {
  std::vector<PostSummary> posts;  ///< the bot's own only
  bool is_last = true;
  std::optional<WallTime> oldest;  ///< creation of the oldest post of the page, whoever wrote it
};

/// Limits and facts of the server, from `GET /config/client`.
struct MattermostServer {
  std::string version;
  std::string database;  ///< SQLDriverName
  std::uint64_t max_post_runes = 16383;
  std::uint64_t max_file_bytes = 104857600;
  bool restricts_direct_messages = false;  ///< RestrictDirectMessage = team
  bool shows_mail_addresses = true;
  std::string site_url;
};

/// Mattermost REST API v4 with the bot's token. Each call is one request with a deadline of 15 s
/// and blocks. Safe from any thread. Errors: transient, throttled, unauthorized (401: the bot's
/// token or the bot itself), forbidden (403), gone (404), refused (400, 413), and for create_post
/// in_doubt (any 5xx, or an answer that never came). Source: reference page "Mattermost REST API
/// v4".
class MattermostApi {
 public:
  virtual ~MattermostApi() = default;
  virtual Result<MattermostUser> bot() = 0;
  virtual Result<MattermostServer> server() = 0;
  virtual Result<MattermostUser> user(const MattermostUserId& id) = 0;
  /// Those of `ids` that exist, in any order; at most k_most_users_asked, none asks nothing.
  virtual Result<std::vector<MattermostUser>> users(std::span<const MattermostUserId> ids) = 0;
  virtual Result<MattermostUser> user_by_name(const std::string& username) = 0;
  /// The channel between the bot and `user`, made or found.
  virtual Result<ChannelId> direct_channel(const MattermostUserId& user) = 0;

  virtual Result<CreatedPost> create_post(const PostRequest& request) = 0;
  /// Replaces the text; props, files and buttons stay as they are.
  virtual Result<> patch_post(const PostId& id, const Content& text) = 0;
  /// Replaces the text and leaves of the post's files only `kept`; servers before 10.5 leave all.
  /// Props and buttons stay. Errors: forbidden also where the bot may change texts only.
  virtual Result<> patch_files(const PostId& id, const Content& text,
                               const std::vector<FileId>& kept) = 0;
  virtual Result<> delete_post(const PostId& id) = 0;
  virtual Result<PostSummary> post(const PostId& id) = 0;
  /// 200 posts a page, page 0 the newest.
  virtual Result<PostPage> posts_page(const ChannelId& channel, int page) = 0;
};

}  // namespace belfry::sync
