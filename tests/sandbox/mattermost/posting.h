#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <Poco/JSON/Object.h>

#include "tests/sandbox/mattermost/events.h"
#include "tests/sandbox/mattermost/server.h"

/// Making, changing and deleting posts, with the checks in the server's order.
/// All functions may be called from any thread; they throw Refusal.
/// Source  Mattermost, api4/post.go and app/post.go.
namespace belfry::sandbox::mattermost {

/// A post as somebody wants it.
struct Draft {
  std::string id{};  ///< refused when given
  std::string channel_id{};
  std::string root_id{};
  std::string message{};
  std::string type{};
  std::string pending_post_id{};
  Poco::JSON::Object::Ptr props{};
  std::vector<std::string> file_ids{};
  std::int64_t create_at = 0;  ///< heeded for administrators only
  std::string priority{};
  bool requested_ack = false;
  bool persistent_notifications = false;
};

struct MadePost {
  PostPtr post;
  bool duplicate = false;  ///< found by `pending_post_id`: nothing was made
};

[[nodiscard]] MadePost create_post(Server& server, const User& author, Draft draft,
                                   SetOnline set_online);

/// What is left out is kept, what is given replaces.
struct PostPatch {
  std::optional<std::string> message{};
  std::optional<Poco::JSON::Object::Ptr> props{};
  std::optional<std::vector<std::string>> file_ids{};
  std::optional<bool> is_pinned{};
};

/// 403 also when the post is missing or deleted.
[[nodiscard]] PostPtr patch_post(Server& server, const User& caller, std::string_view post_id,
                                 const PostPatch& patch);
/// As `update` in the answer to a click does it: no rights asked, no time limit. Null when the post
/// is gone.
PostPtr replace_post(Server& server, std::string_view post_id, const PostPatch& patch);
void delete_post(Server& server, const User& caller, std::string_view post_id);
/// Refuses with 404 when missing or deleted, with 403 when `caller` may not read it.
[[nodiscard]] PostPtr readable_post(const Server& server, const User& caller,
                                    std::string_view post_id);

}  // namespace belfry::sandbox::mattermost
