#include <algorithm>

#include "tests/sandbox/mattermost/handlers.h"
#include "tests/sandbox/mattermost/ids.h"
#include "tests/sandbox/mattermost/interactions.h"
#include "tests/sandbox/mattermost/json_text.h"
#include "tests/sandbox/mattermost/refusal.h"
#include "tests/sandbox/mattermost/render.h"

namespace belfry::sandbox::mattermost {

namespace {

bool may_manage(const Call& call, std::string_view team_id) {
  return call.is_admin() || call.server.teams.is_admin(team_id, call.user->id);
}

bool is_url(std::string_view text) {
  return (text.starts_with("http://") || text.starts_with("https://")) && text.size() <= 1'024;
}

bool is_trigger(std::string_view text) {
  return !text.empty() && text.size() <= 128 && text.front() != '/' &&
         text.find(' ') == std::string_view::npos;
}

Command read_command(const ObjectPtr& body) {
  Command command{.team_id = text_of(body, "team_id"),
                  .trigger = text_of(body, "trigger"),
                  .method = text_of(body, "method"),
                  .url = text_of(body, "url"),
                  .username = text_of(body, "username"),
                  .icon_url = text_of(body, "icon_url"),
                  .display_name = text_of(body, "display_name"),
                  .description = text_of(body, "description"),
                  .auto_complete = boolean_of(body, "auto_complete"),
                  .auto_complete_desc = text_of(body, "auto_complete_desc"),
                  .auto_complete_hint = text_of(body, "auto_complete_hint")};
  if (!is_trigger(command.trigger)) refuse(400, "model.command.is_valid.trigger.app_error");
  if (!is_url(command.url)) refuse(400, "model.command.is_valid.url.app_error");
  if (command.method != "P" && command.method != "G")
    refuse(400, "model.command.is_valid.method.app_error");
  if (count_runes(command.display_name) > 64)
    refuse(400, "model.command.is_valid.display_name.app_error");
  if (count_runes(command.description) > 128)
    refuse(400, "model.command.is_valid.description.app_error");
  return command;
}

void require_commands(const Call& call) {
  if (!call.settings->is_on("EnableCommands")) refuse(501, "api.command.disabled.app_error");
}

/// The command named in the path, if the caller may manage it; to others it does not exist.
Command managed_command(const Call& call) {
  require_commands(call);
  const auto command = call.server.commands.find(call.id(0));
  if (!command || !may_manage(call, command->team_id))
    refuse(404, "store.sql_command.get.missing.app_error");
  return *command;
}

}  // namespace

WebReply create_command(const Call& call) {
  const auto body = object_body(call.request.body, "command");
  if (!may_manage(call, text_of(body, "team_id"))) refuse_permission();
  require_commands(call);
  if (!call.server.teams.find(text_of(body, "team_id")))
    refuse(400, "model.command.is_valid.team_id.app_error");
  Command command = read_command(body);
  command.id = make_id();
  command.token = make_id();
  command.creator_id = call.user->id;
  command.create_at = command.update_at = call.server.clock.now_ms();
  if (!call.server.commands.save(command)) refuse(400, "api.command.duplicate_trigger.app_error");
  return json_text_reply(201, command_json(*call.server.commands.find(command.id), true));
}

WebReply list_commands(const Call& call) {
  const std::string team_id = call.request.query_value("team_id");
  if (!is_id(team_id)) refuse_url("team_id");
  if (!call.is_admin() && !call.server.teams.is_member(team_id, call.user->id)) refuse_permission();
  require_commands(call);
  const bool manages = may_manage(call, team_id);
  if (call.request.query_value("custom_only") == "true" && !manages) refuse_permission();
  std::vector<std::string> out;
  for (const auto& command : call.server.commands.of_team(team_id))
    if (manages || command.auto_complete) out.push_back(command_json(command, manages));
  return json_text_reply(200, json_array(out));
}

WebReply get_command(const Call& call) {
  return json_text_reply(200, command_json(managed_command(call), true));
}

WebReply update_command(const Call& call) {
  const auto body = object_body(call.request.body, "command");
  const Command old = managed_command(call);
  if (text_of(body, "id") != old.id) refuse_body("command");
  Command command = read_command(body);
  command.id = old.id;
  command.token = old.token;
  command.creator_id = old.creator_id;
  command.team_id = old.team_id;
  command.create_at = old.create_at;
  command.update_at = call.server.clock.now_ms();
  if (!call.server.commands.save(command)) refuse(400, "api.command.duplicate_trigger.app_error");
  return json_text_reply(200, command_json(*call.server.commands.find(command.id), true));
}

WebReply delete_command(const Call& call) {
  call.server.commands.remove(managed_command(call).id);
  return status_ok();
}

WebReply regenerate_command_token(const Call& call) {
  Command command = managed_command(call);
  command.token = make_id();
  call.server.commands.save(command);
  return json_text_reply(200, JsonObject().text("token", command.token).take());
}

WebReply execute_command(const Call& call) {
  const auto body = object_body(call.request.body, "command_args");
  const CommandLine line{.channel_id = text_of(body, "channel_id"),
                         .team_id = text_of(body, "team_id"),
                         .text = text_of(body, "command"),
                         .root_id = text_of(body, "root_id")};
  if (line.text.size() < 2 || line.text.front() != '/')
    refuse(400, "api.command.execute_command.start.app_error");
  if (!is_id(line.channel_id)) refuse_body("channel_id");
  return json_text_reply(200, run_command(call.server, *call.user, line));
}

}  // namespace belfry::sandbox::mattermost
