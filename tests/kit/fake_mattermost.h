#pragma once

#include <map>
#include <string>
#include <vector>

#include "sync/port/clock.h"
#include "sync/port/mattermost.h"
#include "tests/kit/script.h"

namespace belfry::kit {

/// Mattermost with people, direct channels and posts. Not for several threads at once.
class FakeMattermost : public sync::MattermostApi {
 public:
  struct Post {
    PostId id;
    sync::PostRequest request;
    WallTime created;
    bool is_deleted = false;
  };

  explicit FakeMattermost(const sync::Clock& clock) : clock_(clock) {}

  Script script;
  std::map<MattermostUserId, sync::MattermostUser> people;
  std::vector<Post> posts;
  std::size_t page_size = 200;
  std::vector<FileId> unattachable;  ///< left out of posts without a word

  /// A person of this name, with the address name@example.com.
  MattermostUserId hire(const std::string& name);
  /// Texts of the posts to this person, in order.
  [[nodiscard]] std::vector<std::string> texts_to(const MattermostUserId& user) const;
  [[nodiscard]] static ChannelId channel_of(const MattermostUserId& user) {
    return ChannelId{"dm-" + user.text()};
  }

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

 private:
  [[nodiscard]] Post* find(const PostId& id);

  const sync::Clock& clock_;
};

}  // namespace belfry::kit
