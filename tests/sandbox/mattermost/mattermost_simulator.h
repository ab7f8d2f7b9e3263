#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <Poco/JSON/Object.h>

#include "tests/sandbox/clock.h"
#include "tests/sandbox/mattermost/files.h"
#include "tests/sandbox/mattermost/post.h"
#include "tests/sandbox/request_log.h"
#include "tests/sandbox/simulator_server.h"

namespace belfry::sandbox {

namespace mattermost {
struct Server;
}

/// A Mattermost server 11.6: the API below `/api/v4` as far as an integration uses it, its
/// WebSocket, and the clients of its people, who type commands and click buttons.
///
/// Promises  Statuses, error ids, limits and times are those of the server; where they can be
///           configured, set_config() does. It begins with an open team `staff` and nobody in it.
/// Threads   All functions from any thread. Functions that stand for a person's click or command
///           wait for the integration's answer.
/// Source    The server's code at 11.6; samples in tests/fixtures/mattermost.
class MattermostSimulator : public Simulator {
 public:
  MattermostSimulator(SandboxClock& clock, RequestLog& log);
  ~MattermostSimulator() override;

  WebReply answer(const WebRequest& request) override;
  [[nodiscard]] std::string operation(const WebRequest& request) const override;
  bool take_over(Poco::Net::HTTPServerRequest& request,
                 Poco::Net::HTTPServerResponse& response) override;

  /// The keys of `/config/client`, and those of mattermost::ServerConfig. Commands need `SiteURL`.
  void set_config(std::string_view key, std::string_view value);
  [[nodiscard]] std::string config(std::string_view key) const;

  // People, bots, teams. Ids are empty where something is taken or unknown.
  struct NewUser {
    std::string username{};
    std::string email{};
    std::string first{};
    std::string last{};
    std::string locale = "en";
    std::string password{};  ///< empty: no log-in over HTTP
    std::string time_zone = "Europe/Berlin";
  };
  /// Joins the team `staff`.
  std::string add_user(const NewUser& user);
  std::string add_admin(const NewUser& user);
  struct NewBot {
    std::string user_id{};
    std::string token{};
  };
  /// In no team, owned by nobody unless `owner` names an administrator.
  NewBot create_bot(std::string_view username, std::string_view owner = {});
  /// A session of that person, for requests over HTTP.
  [[nodiscard]] std::string token_of(std::string_view user);
  void revoke_tokens_of(std::string_view user);
  /// Also disables the bots that this person owns, as the server does by default.
  void deactivate_user(std::string_view user);
  void activate_user(std::string_view user);
  struct Display {
    std::string locale{};     ///< empty: as it was
    std::string time_zone{};  ///< empty: as it was
  };
  /// In the person's own settings.
  void set_display(std::string_view user, const Display& display);
  /// `online`, `away`, `dnd`, `offline`
  void set_status(std::string_view user, std::string_view status);
  [[nodiscard]] std::string user_by_name(std::string_view username) const;
  std::string add_team(std::string_view name);
  [[nodiscard]] std::string team_by_name(std::string_view name) const;
  void join_team(std::string_view team, std::string_view user);
  void leave_team(std::string_view team, std::string_view user);

  // What stands in channels. Copies, in the order of creation, deleted ones included.
  using Post = mattermost::Post;
  /// Of the direct channels between this person and bots.
  [[nodiscard]] std::vector<Post> posts_in_direct_channel(std::string_view user) const;
  [[nodiscard]] std::vector<Post> all_posts() const;
  [[nodiscard]] std::optional<Post> post(std::string_view id) const;
  [[nodiscard]] std::vector<mattermost::FileRecord> files() const;
  /// The present messages that only this person sees, oldest first.
  [[nodiscard]] std::vector<std::string> ephemeral_messages(std::string_view user) const;
  [[nodiscard]] std::uint64_t posts_created() const;
  /// `pending_post_id`s that are remembered, also of posts that are being made.
  [[nodiscard]] std::size_t pending_posts() const;

  // What people do in their clients.
  /// The channel of both, made when there is none.
  std::string direct_channel(std::string_view user, std::string_view other);
  /// `to` is a channel or a person or bot; the post's id, or nothing when it was refused.
  std::string write_as(std::string_view user, std::string_view to, std::string_view text);
  /// What the client is told: `status` 200 and the integration's answer, or the error.
  struct Answer {
    int status = 200;
    std::string error_id{};
    std::string json{};  ///< of the answer, with the trigger id
    std::string text{};
    std::string goto_location{};
  };
  std::string add_command(std::string_view team, std::string_view trigger, std::string_view url,
                          std::string* token = nullptr);
  /// `text` with its slash. In the channel given, else in the team's town square.
  Answer run_command(std::string_view user, std::string_view team, std::string_view text,
                     std::string_view channel = {});
  /// `text` of the answer is what was shown to the person alone.
  Answer click(std::string_view user, std::string_view post, std::string_view action,
               std::string_view selected = {});
  /// Sends the dialog on the person's screen; `submission_json` `null` closes it.
  Answer submit_dialog(std::string_view user, const std::string& submission_json);
  [[nodiscard]] bool has_dialog(std::string_view user) const;
  /// From now on the official plugin, or another, owns that trigger.
  void give_command_to_plugin(std::string_view trigger);

  // What happens to servers.
  /// A restart: pending ids, connections and counted requests are forgotten, sockets are cut.
  void restart();
  /// 503 with HTML from the proxy in front, sockets are cut, until it is up again.
  void set_down(bool down);
  /// The database cannot be written: `ping?get_server_status=true` says so.
  void set_unhealthy(bool unhealthy);
  /// How long saving a post takes, before and after it can be read. Real time.
  void set_post_delays(std::chrono::milliseconds before_save, std::chrono::milliseconds after_save);
  /// The next so many posts end in 500: unsaved, or although saved.
  void fail_posts_before_save(int count);
  void fail_posts_after_save(int count);
  /// The next so many files of posts cannot be attached, as if they were gone.
  void leave_out_files(int count);
  /// Sockets that are connected now.
  [[nodiscard]] std::size_t sockets() const;
  void cut_sockets();

  /// The control API below `/control/mattermost`, see control.cpp for its routes. An answer with
  /// `error` says what was wrong.
  Poco::JSON::Object::Ptr control(const std::string& method, const std::string& path,
                                  const Poco::JSON::Object::Ptr& body);

 private:
  std::string add(const NewUser& user, std::string_view roles);

  std::unique_ptr<mattermost::Server> server_;
  std::string staff_;
};

}  // namespace belfry::sandbox
