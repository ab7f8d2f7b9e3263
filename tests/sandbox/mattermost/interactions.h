#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <Poco/JSON/Object.h>

#include "tests/sandbox/mattermost/server.h"

/// What people set off and an integration answers: slash commands, buttons and menus, dialogs.
/// Each calls the integration's address and waits for it. All functions may be called from any
/// thread; they throw Refusal.
namespace belfry::sandbox::mattermost {

struct CommandLine {
  std::string channel_id{};
  std::string team_id{};
  std::string text{};  ///< with its slash
  std::string root_id{};
};

/// Runs a command as `user`; the JSON that the user's client gets. What the answer says is shown:
/// as an ephemeral post, or as a post in the user's name.
/// Source  Mattermost, app/command.go: ExecuteCommand, HandleCommandResponse.
[[nodiscard]] std::string run_command(Server& server, const User& user, const CommandLine& line);

/// A later answer, sent to `response_url`.
void answer_later(Server& server, std::string_view answer_id, const std::string& body);

/// Clicks a button, or chooses `selected` in a menu; returns the trigger id.
/// Source  Mattermost, app/integration_action.go: DoPostActionWithCookie.
std::string click(Server& server, const User& user, std::string_view post_id,
                  std::string_view action_id, const std::string& selected);

/// `POST /actions/dialogs/open`
void open_dialog(Server& server, const Poco::JSON::Object::Ptr& request);
/// Sends the dialog on `user`'s screen, or closes it when `submission_json` is `null`; what the
/// integration answered, `{}` closes it.
[[nodiscard]] std::string submit_dialog(Server& server, const User& user,
                                        std::string_view channel_id, std::string_view team_id,
                                        const std::string& submission_json);

}  // namespace belfry::sandbox::mattermost
