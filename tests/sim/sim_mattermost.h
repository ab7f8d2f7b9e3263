#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sync/port/mattermost.h"
#include "tests/sim/faults.h"

namespace belfry::sim {

/// Mattermost as the engine sees it: remembers a `pending_post_id` for 30 s in memory, answers 201
/// with the first post to a repeated one, 403 to a patch of what is gone, and 400 to one that comes
/// too late.
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
    PostId root;  ///< the post that it answers; empty: none
  };
  /// Told of each request for a post before anything comes of it.
  std::function<void(const sync::PostRequest&)> asked;

  SimMattermost(const sync::Clock& clock, Turbulence& turbulence)
      : clock_(clock), turbulence_(turbulence) {}

  Result<sync::MattermostUser> bot() override;
  Result<sync::MattermostServer> server() override;
  Result<sync::MattermostUser> user(const MattermostUserId& id) override;
  Result<std::vector<sync::MattermostUser>> users(std::span<const MattermostUserId> ids) override;
  Result<sync::MattermostUser> user_by_name(const std::string& username) override;
  Result<ChannelId> direct_channel(const MattermostUserId& user) override;
  Result<sync::CreatedPost> create_post(const sync::PostRequest& request) override;
  Result<> patch_post(const PostId& id, const Content& text) override;
  Result<> patch_files(const PostId& id, const Content& text,
                       const std::vector<FileId>& kept) override;
  Result<> delete_post(const PostId& id) override;
  Result<sync::PostSummary> post(const PostId& id) override;
  Result<sync::PostPage> posts_page(const ChannelId& channel, int page) override;

  /// PostEditTimeLimit.
  void limit_edits(std::optional<Duration> limit) { edit_limit_ = limit; }
  /// A post whose text holds this is refused for good.
  void refuse(const std::string& words) { refused_.insert(words); }
  /// The node restarts: its memory of pending ids is gone.
  void forget_pending() { pending_.clear(); }
  [[nodiscard]] const std::vector<Post>& posts() const { return posts_; }

 private:
  [[nodiscard]] Post* standing(const PostId& id);
  /// The post, when its text may be changed now.
  [[nodiscard]] Result<Post*> editable(const PostId& id);
  struct Pending {
    PostId post;
    Instant until;
  };

  const sync::Clock& clock_;
  Turbulence& turbulence_;
  std::vector<Post> posts_;
  std::map<BelfryRef, Pending> pending_;
  std::map<PostId, std::size_t> places_;
  std::map<ChannelId, std::vector<std::size_t>> channels_;
  std::set<std::string> refused_;
  std::optional<Duration> edit_limit_;
};

}  // namespace belfry::sim
