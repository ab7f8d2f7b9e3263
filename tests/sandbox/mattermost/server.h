#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sandbox/clock.h"
#include "tests/sandbox/mattermost/commands.h"
#include "tests/sandbox/mattermost/files.h"
#include "tests/sandbox/mattermost/pending_posts.h"
#include "tests/sandbox/mattermost/people.h"
#include "tests/sandbox/mattermost/post_store.h"
#include "tests/sandbox/mattermost/preferences.h"
#include "tests/sandbox/mattermost/request_rate.h"
#include "tests/sandbox/mattermost/server_config.h"
#include "tests/sandbox/mattermost/socket_hub.h"
#include "tests/sandbox/mattermost/teams.h"
#include "tests/sandbox/mattermost/tokens.h"
#include "tests/sandbox/mattermost/uploads.h"
#include "tests/sandbox/request_log.h"

namespace belfry::sandbox::mattermost {

/// What goes wrong while a post is made. Delays are real time.
struct PostTrouble {
  std::atomic<std::int64_t> delay_before_save_ms{0};
  std::atomic<std::int64_t> delay_after_save_ms{0};
  std::atomic<int> fail_before_save{0};  ///< so many posts end in 500, unsaved
  std::atomic<int> fail_after_save{0};   ///< so many posts end in 500 although they are saved
  std::atomic<int> leave_out_files{0};   ///< so many files of posts cannot be attached
};

/// A message only one person sees, and only in the client: the server does not keep it.
struct EphemeralPost {
  std::string user_id{};
  std::string channel_id{};
  std::string message{};
  std::string props_json = "{}";
  std::int64_t create_at = 0;
};

/// The newest ephemeral posts of each person, as that person's client would show them.
class EphemeralPosts {
 public:
  void add(EphemeralPost post);
  [[nodiscard]] std::vector<EphemeralPost> of_user(std::string_view user_id) const;
  /// Takes the newest one of that text off the screen.
  void dismiss(std::string_view user_id, std::string_view message);

 private:
  static constexpr std::size_t k_per_user = 100;

  mutable std::mutex mutex_;
  std::map<std::string, std::vector<EphemeralPost>, std::less<>> posts_;  // guarded by mutex_
};

/// A dialog that an integration opened on a person's screen.
struct OpenDialog {
  std::string url{};
  std::string dialog_json{};
  std::string callback_id{};
  std::string state{};
  bool notify_on_cancel = false;
};

class OpenDialogs {
 public:
  void open(std::string_view user_id, OpenDialog dialog);
  /// Takes the newest one off the screen.
  [[nodiscard]] std::optional<OpenDialog> close(std::string_view user_id);
  [[nodiscard]] std::optional<OpenDialog> shown(std::string_view user_id) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, OpenDialog, std::less<>> dialogs_;  // guarded by mutex_
};

/// The state of one Mattermost server. Every part guards itself; there is no lock around them.
struct Server {
  Server(SandboxClock& the_clock, RequestLog& the_log)
      : clock(the_clock),
        log(the_log),
        pending(the_clock),
        posts(the_clock),
        commands(the_clock),
        hub(the_clock) {}

  SandboxClock& clock;
  RequestLog& log;
  ServerConfig config;
  People people;
  Tokens tokens;
  Teams teams;
  Preferences preferences;
  PendingPosts pending;
  PostStore posts;
  Files files;
  Uploads uploads;
  Commands commands;
  EphemeralPosts ephemeral;
  OpenDialogs dialogs;
  SocketHub hub;
  RequestRate rate;
  PostTrouble trouble;
  std::atomic<bool> down{false};
  std::atomic<bool> unhealthy{false};
};

/// Who may be in a channel: both people of a direct one, the team of an open one.
[[nodiscard]] std::vector<std::string> members_of(const Server& server, const Channel& channel);
[[nodiscard]] bool is_member(const Server& server, const Channel& channel,
                             std::string_view user_id);
/// Refuses with 403 when there is no such channel or `user` may not use it.
[[nodiscard]] ChannelPtr channel_for(const Server& server, const User& user,
                                     std::string_view channel_id);
/// `RestrictDirectMessage = team`, and these two people share none.
[[nodiscard]] bool is_restricted(const Server& server, const Channel& channel);

enum class Presence { online, offline };
/// The dot beside a name. Tells the person's own connections.
void set_presence(Server& server, std::string_view user_id, Presence presence);

/// The identifier of an interaction, good for opening one dialog soon.
/// Source  Mattermost, model/integration_action.go: GenerateTriggerId, DecodeAndVerifyTriggerId.
[[nodiscard]] std::string make_trigger_id(const Server& server, std::string_view user_id);
/// The user; refuses when it is malformed or too old.
[[nodiscard]] std::string read_trigger_id(const Server& server, const std::string& trigger_id);

}  // namespace belfry::sandbox::mattermost
