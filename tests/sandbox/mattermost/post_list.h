#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/sandbox/mattermost/post_store.h"

namespace belfry::sandbox::mattermost {

/// `GET /channels/{id}/posts`, after its parameters were read.
struct PostListQuery {
  std::int64_t page = 0;
  std::int64_t per_page = 60;
  std::int64_t since = 0;  ///< wins over the others when above 0
  std::string before{};
  std::string after{};
  bool include_deleted = false;
};

struct PostList {
  std::vector<PostPtr> order{};  ///< newest first; by `since` in no order
  std::vector<PostPtr> roots{};  ///< of replies in `order`, where not in it themselves
  std::string next_post_id{};    ///< newer
  std::string prev_post_id{};    ///< older
};

/// Source  Mattermost, store/sqlstore/post_store.go: GetPosts, getPostsAround, GetPostsSince (at
///         most 1,000 rows); app/post.go: AddCursorIdsForPostList.
[[nodiscard]] PostList list_posts(const Channel& channel, const PostListQuery& query);

}  // namespace belfry::sandbox::mattermost
