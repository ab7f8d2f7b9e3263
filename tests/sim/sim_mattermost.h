#pragma once

#include <map>
#include <string>
#include <vector>

#include "sync/port/mattermost.h"
#include "tests/sim/faults.h"

namespace belfry::sim {

/// Mattermost as the engine sees it: remembers a `pending_post_id` for 30 s in memory, answers 201
/// with the first post to a repeated one, and 403 to a patch of what is gone.
class SimMattermost : public sync::MattermostApi {
 public:
  struct Post {
    PostId id;
    ChannelId channel;
    std::string text;
    BelfryRef mark;
    WallTime created;
    bool is_deleted = false;
    int edits = 0;
    std::vector<FileId> files;
  };

  SimMattermost(const sync::Clock& clock, Turbulence& turbulence)
      : clock_(clock), turbulence_(turbulence) {}

  Result<sync::MattermostUser> bot() override;
  Result<sync::MattermostServer> server() override;
  Result<sync::MattermostUser> user(const MattermostUserId& id) override;
  Result<sync::MattermostUser> user_by_name(const std::string& username) override;
  Result<ChannelId> direct_channel(const MattermostUserId& user) override;
  Result<sync::CreatedPost> create_post(const sync::PostRequest& request) override;
  Result<> patch_post(const PostId& id, const Content& text) override;
  Result<> clear_post(const PostId& id, const Content& text) override;
  Result<> delete_post(const PostId& id) override;
  Result<sync::PostSummary> post(const PostId& id) override;
  Result<sync::PostPage> posts_page(const ChannelId& channel, int page) override;

  /// The node restarts: its memory of pending ids is gone.
  void forget_pending() { pending_.clear(); }
  [[nodiscard]] const std::vector<Post>& posts() const { return posts_; }

 private:
  struct Pending {
    PostId post;
    Instant until;
  };

  const sync::Clock& clock_;
  Turbulence& turbulence_;
  std::vector<Post> posts_;
  std::map<BelfryRef, Pending> pending_;
};

}  // namespace belfry::sim
