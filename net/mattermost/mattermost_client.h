#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "net/http/http_client.h"
#include "net/http/observer.h"
#include "net/mattermost/mattermost_json.h"
#include "sync/base/mutex.h"
#include "sync/base/secret.h"
#include "sync/port/clock.h"
#include "sync/port/files.h"
#include "sync/port/mattermost.h"

namespace belfry::net {

struct MattermostOptions {
  std::string url;         ///< as `mattermost.url`: with a sub-path, if there is one
  Secret token;            ///< the bot's
  std::string action_url;  ///< where clicks on buttons go: `{public_url}/action`
  Duration timeout{15'000};
};

/// So long a part of an upload may take that ends a file of `completes` bytes, or, for 0, none.
[[nodiscard]] Duration upload_timeout(std::uint64_t completes);

/// Mattermost's REST API v4 with the bot's token.
///
/// Promises  One request for each call; the first that needs the bot's own id asks for it before.
///           Requests hold nothing but what the API's description names.
/// Threads   Safe from any thread.
/// Errors    As sync::MattermostApi and sync::FileSink say. An answer that is no JSON where it
/// should be (a proxy's
///           page) is transient, for create_post in_doubt. create_post in doubt on a cluster asks
///           for 2 s, since its lists may lag; while the first try still runs, for 1 s.
/// Source    Mattermost REST API v4; server code app/post.go for pending_post_id.
class MattermostClient : public sync::MattermostApi, public sync::FileSink {
 public:
  /// All outlive this. `observer` hears of each request as upstream "mattermost".
  MattermostClient(HttpClient& http, const sync::Clock& clock, RequestObserver& observer,
                   MattermostOptions options);

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

  // sync::FileSink
  Result<FileId> upload_file(const ChannelId& channel, const Content& name, Content bytes) override;
  Result<UploadId> begin_upload(const sync::FileUpload& upload) override;
  Result<std::uint64_t> upload_offset(const UploadId& upload) override;
  Result<std::optional<FileId>> continue_upload(sync::UploadPart part) override;

 private:
  struct Call {
    const char* operation;
    const char* method;
    std::string path;
    std::string body;
    Repetition repetition = Repetition::by_method;
    const char* content_type = "application/json";
    std::optional<Duration> timeout{};  ///< unset: that of the options
  };
  /// The answer with a status of success, whatever its body.
  Result<HttpAnswer> perform(Call call);
  Result<HttpAnswer> exchange(Call call);
  Result<> patch(const PostId& id, std::string body);
  Result<MattermostUserId> bot_id();
  [[nodiscard]] Error post_in_doubt(Error error) const;

  HttpClient& http_;
  const sync::Clock& clock_;
  RequestObserver& observer_;
  const MattermostOptions options_;
  const std::string base_;  ///< `{url}/api/v4`
  std::atomic<bool> is_cluster_{false};
  Mutex mutex_;
  MattermostUserId bot_ GUARDED_BY(mutex_);
};

}  // namespace belfry::net
