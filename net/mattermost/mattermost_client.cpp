#include "net/mattermost/mattermost_client.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "net/http/outcome.h"
#include "net/http/url.h"

namespace belfry::net {
namespace {

/// The server cuts larger pages to this.
constexpr std::size_t k_page_size = 200;
/// Code of the answer to a post whose first try still runs on that node.
constexpr std::string_view k_pending = "api.post.deduplicate_create_post.pending";
constexpr Duration k_pending_wait{1'000};
/// Lists of a cluster are read from replicas, which may lag behind.
constexpr Duration k_replica_wait{2'000};

std::string api_base(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url + "/api/v4";
}

/// A success whose body is something else came from somebody else, a proxy's log-in page perhaps.
template <class T>
Result<T> or_foreign(Result<T> read, const char* operation) {
  if (read) return read;
  Error error = std::move(read.error());
  if (error.kind == ErrorKind::refused) error.kind = ErrorKind::transient;
  error.text = std::string(operation) + ": " + error.text;
  return fail(std::move(error));
}

}  // namespace

MattermostClient::MattermostClient(HttpClient& http, const sync::Clock& clock,
                                   RequestObserver& observer, MattermostOptions options)
    : http_(http),
      clock_(clock),
      observer_(observer),
      options_(std::move(options)),
      base_(api_base(options_.url)) {}

Result<HttpAnswer> MattermostClient::exchange(Call call) {
  HttpRequest request;
  request.method = call.method;
  request.url = base_ + call.path;
  request.headers = {{"Authorization", "Bearer " + options_.token.reveal()},
                     {"Accept", "application/json"}};
  if (!call.body.empty()) request.content_type = call.content_type;
  request.body = std::move(call.body);
  request.timeout = call.timeout.value_or(options_.timeout);
  request.repetition = call.repetition;
  const Instant began = clock_.now().steady;
  auto answer = http_.send(request);
  observer_.observed("mattermost", call.operation, answer ? answer->status : 0,
                     clock_.now().steady - began);
  if (!answer) answer.error().text = std::string(call.operation) + ": " + answer.error().text;
  return answer;
}

Result<HttpAnswer> MattermostClient::perform(Call call) {
  const char* const operation = call.operation;
  auto answer = exchange(std::move(call));
  if (answer && answer->status / 100 != 2) return fail(classify(*answer, operation));
  return answer;
}

Result<sync::MattermostUser> MattermostClient::bot() {
  const auto answer = perform({"bot", "GET", "/users/me", {}});
  if (!answer) return fail(answer.error());
  auto bot = or_foreign(read_user(answer->body), "bot");
  if (bot) {
    const MutexLock lock(mutex_);
    bot_ = bot->id;
  }
  return bot;
}

Result<MattermostUserId> MattermostClient::bot_id() {
  {
    const MutexLock lock(mutex_);
    if (!bot_.empty()) return bot_;
  }
  const auto known = bot();
  if (!known) return fail(known.error());
  return known->id;
}

Result<sync::MattermostServer> MattermostClient::server() {
  // Needed before 11.0, ignored since.
  const auto answer = perform({"server", "GET", "/config/client?format=old", {}});
  if (!answer) return fail(answer.error());
  const auto facts = or_foreign(read_server(answer->body), "server");
  if (!facts) return fail(facts.error());
  is_cluster_.store(facts->is_cluster);
  return facts->server;
}

Result<sync::MattermostUser> MattermostClient::user(const MattermostUserId& id) {
  // An empty id would name another route.
  if (id.empty()) return fail(ErrorKind::refused, "user: no id");
  const auto answer = perform({"user", "GET", "/users/" + percent_encode(id.text()), {}});
  if (!answer) return fail(answer.error());
  return or_foreign(read_user(answer->body), "user");
}

Result<std::vector<sync::MattermostUser>> MattermostClient::users(
    std::span<const MattermostUserId> ids) {
  // The server refuses an empty list.
  if (ids.empty()) return std::vector<sync::MattermostUser>{};
  std::vector<std::string> names;
  for (const MattermostUserId& id : ids) names.push_back(json_string(id.text()));
  const auto answer =
      perform({"users", "POST", "/users/ids", "[" + fmt::format("{}", fmt::join(names, ",")) + "]",
               Repetition::harmless});
  if (!answer) return fail(answer.error());
  return or_foreign(read_users(answer->body), "users");
}

Result<sync::MattermostUser> MattermostClient::user_by_name(const std::string& username) {
  if (username.empty()) return fail(ErrorKind::refused, "user by name: no name");
  const auto answer =
      perform({"user_by_name", "GET", "/users/username/" + percent_encode(username), {}});
  if (!answer) return fail(answer.error());
  return or_foreign(read_user(answer->body), "user by name");
}

Result<ChannelId> MattermostClient::direct_channel(const MattermostUserId& user) {
  const auto bot = bot_id();
  if (!bot) return fail(bot.error());
  // Made or found: asking twice gives the same channel.
  const auto answer =
      perform({"direct_channel", "POST", "/channels/direct",
               fmt::format("[{},{}]", json_string(bot->text()), json_string(user.text())),
               Repetition::harmless});
  if (!answer) return fail(answer.error());
  return or_foreign(read_channel(answer->body), "direct channel");
}

Error MattermostClient::post_in_doubt(Error error) const {
  error.kind = ErrorKind::in_doubt;
  Duration least{0};
  if (error.code == k_pending) least = k_pending_wait;
  if (is_cluster_.load()) least = std::max(least, k_replica_wait);
  if (least > Duration::zero()) {
    error.retry_after = std::max(error.retry_after.value_or(Duration::zero()), least);
  }
  return error;
}

Result<sync::CreatedPost> MattermostClient::create_post(const sync::PostRequest& request) {
  const auto bot = bot_id();
  if (!bot) {
    return fail(bot.error());  // nothing of the post left: never in doubt
  }
  // Without set_online=false the bot would be shown as online.
  constexpr const char* operation = "create_post";
  Call call{operation, "POST", "/posts?set_online=false",
            write_post(request, *bot, options_.action_url)};
  const auto answer = exchange(std::move(call));
  if (!answer) {
    const bool may_stand = answer.error().kind == ErrorKind::in_doubt;
    return fail(may_stand ? post_in_doubt(answer.error()) : answer.error());
  }
  if (answer->status / 100 != 2) {
    const Error error = classify_in_doubt(*answer, operation);
    return fail(error.kind == ErrorKind::in_doubt ? post_in_doubt(error) : error);
  }
  // A duplicate that the server recognised comes as 201 too, with the first post.
  auto created = read_post(answer->body);
  if (!created) {
    Error error = created.error();
    error.text = "create_post: " + error.text;
    error.status = answer->status;
    return fail(post_in_doubt(std::move(error)));
  }
  return sync::CreatedPost{created->summary.id, std::move(created->summary.files)};
}

Result<> MattermostClient::patch(const PostId& id, std::string body) {
  if (id.empty()) return fail(ErrorKind::refused, "patch_post: no id");
  const auto answer = perform(
      {"patch_post", "PUT", "/posts/" + percent_encode(id.text()) + "/patch", std::move(body)});
  if (!answer) return fail(answer.error());
  return {};
}

Result<> MattermostClient::patch_post(const PostId& id, const Content& text) {
  return patch(id, write_patch(text));
}

Result<> MattermostClient::patch_files(const PostId& id, const Content& text,
                                       const std::vector<FileId>& kept) {
  return patch(id, write_patch(text, kept));
}

Result<> MattermostClient::delete_post(const PostId& id) {
  if (id.empty()) return fail(ErrorKind::refused, "delete_post: no id");
  const auto answer = perform({"delete_post", "DELETE", "/posts/" + percent_encode(id.text()), {}});
  if (!answer) return fail(answer.error());
  return {};
}

Result<sync::PostSummary> MattermostClient::post(const PostId& id) {
  if (id.empty()) return fail(ErrorKind::refused, "post: no id");
  const auto answer = perform({"post", "GET", "/posts/" + percent_encode(id.text()), {}});
  if (!answer) return fail(answer.error());
  const auto read = or_foreign(read_post(answer->body), "post");
  if (!read) return fail(read.error());
  return read->summary;
}

Result<sync::PostPage> MattermostClient::posts_page(const ChannelId& channel, int page) {
  const auto bot = bot_id();
  if (!bot) return fail(bot.error());
  const auto answer = perform({"posts_page",
                               "GET",
                               fmt::format("/channels/{}/posts?page={}&per_page={}",
                                           percent_encode(channel.text()), page, k_page_size),
                               {}});
  if (!answer) return fail(answer.error());
  return or_foreign(read_post_page(answer->body, *bot, k_page_size), "posts page");
}

}  // namespace belfry::net
