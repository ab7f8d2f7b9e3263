#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sandbox/clock.h"

namespace belfry::sandbox::mattermost {

/// A custom slash command; it belongs to one team.
struct Command {
  std::string id{};
  std::string token{};
  std::string creator_id{};
  std::string team_id{};
  std::string trigger{};
  std::string method = "P";
  std::string url{};
  std::string username{};
  std::string icon_url{};
  std::string display_name{};
  std::string description{};
  bool auto_complete = false;
  std::string auto_complete_desc{};
  std::string auto_complete_hint{};
  std::int64_t create_at = 0;
  std::int64_t update_at = 0;
};

/// Who typed a command, and where: what a later answer needs.
struct CommandCall {
  std::string command_id{};
  std::string user_id{};
  std::string channel_id{};
  std::string team_id{};
  std::string root_id{};
};

/// Custom commands and the addresses for later answers.
/// Threads  All functions from any thread.
/// Source   Mattermost, app/command.go; app/webhook.go: CommandWebhook, 5 uses within 30 min.
class Commands {
 public:
  explicit Commands(SandboxClock& clock) : clock_(clock) {}

  /// False when the team has one of that trigger, other than this one. Triggers are lower case.
  bool save(Command command);
  [[nodiscard]] std::optional<Command> find(std::string_view id) const;
  [[nodiscard]] std::optional<Command> find(std::string_view team_id,
                                            std::string_view trigger) const;
  [[nodiscard]] std::vector<Command> of_team(std::string_view team_id) const;
  void remove(std::string_view id);

  /// A plugin that owns a trigger silently beats the custom command of that name.
  void give_to_plugin(std::string_view trigger);
  [[nodiscard]] bool is_plugins(std::string_view trigger) const;

  /// The id at the end of a `response_url`.
  std::string open_answer(CommandCall call);
  /// Refuses when it is unknown, too old or used too often.
  CommandCall use_answer(std::string_view id);

 private:
  struct Answer {
    CommandCall call;
    std::int64_t create_at = 0;
    int uses = 0;
  };

  SandboxClock& clock_;
  mutable std::mutex mutex_;
  std::map<std::string, Command, std::less<>> commands_;  // guarded by mutex_
  std::set<std::string, std::less<>> plugin_triggers_;    // guarded by mutex_
  std::map<std::string, Answer, std::less<>> answers_;    // guarded by mutex_
};

}  // namespace belfry::sandbox::mattermost
