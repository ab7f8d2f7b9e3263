#include "tests/sandbox/mattermost/events.h"
#include "tests/sandbox/mattermost/handlers.h"
#include "tests/sandbox/mattermost/interactions.h"
#include "tests/sandbox/mattermost/json_text.h"
#include "tests/sandbox/mattermost/refusal.h"
#include "tests/sandbox/mattermost/render.h"

namespace belfry::sandbox::mattermost {

WebReply ping(const Call& call) {
  JsonObject out;
  out.text("ActiveSearchBackend", "database")
      .text("AndroidLatestVersion", "")
      .text("AndroidMinVersion", "")
      .text("IosLatestVersion", "")
      .text("IosMinVersion", "");
  const bool thorough = call.request.query_value("get_server_status") == "true";
  const bool healthy = !thorough || !call.server.unhealthy;
  out.text("status", healthy ? "OK" : "UNHEALTHY");
  if (thorough)
    out.text("database_status", healthy ? "OK" : "UNHEALTHY").text("filestore_status", "OK");
  const bool failed = !healthy && call.request.query_value("use_rest_semantics") != "true";
  WebReply reply = json_text_reply(failed ? 500 : 200, out.take());
  if (thorough) {
    reply.headers.emplace_back("status", healthy ? "OK" : "UNHEALTHY");
    reply.headers.emplace_back("database_status", healthy ? "OK" : "UNHEALTHY");
    reply.headers.emplace_back("filestore_status", "OK");
  }
  return reply;
}

WebReply client_config(const Call& call) {
  return json_text_reply(
      200, call.user ? call.settings->client_json() : call.settings->anonymous_json());
}

WebReply list_teams(const Call& call) {
  std::vector<std::string> out;
  for (const auto& team : call.server.teams.all())
    if (call.is_admin() || team.open) out.push_back(team_json(team));
  return json_text_reply(200, json_array(out));
}

WebReply add_team_member(const Call& call) {
  const std::string team_id = call.id(0);
  const auto body = object_body(call.request.body, "team_member");
  const std::string user_id = text_of(body, "user_id");
  if (text_of(body, "team_id") != team_id) refuse_body("team_id");
  const auto team = call.server.teams.find(team_id);
  const auto user = call.server.people.find(user_id);
  if (!user) refuse(404, "app.user.missing_account.const");
  if (!team) refuse(404, "app.team.get.find.app_error");
  const bool joins = user_id == call.user->id && team->open;
  if (!joins && !call.is_admin() && !call.server.teams.is_admin(team_id, call.user->id))
    refuse_permission();
  call.server.teams.join(team_id, user_id);
  announce_user_added(call.server, *team, user_id);
  return json_text_reply(201, team_member_json(call.server.teams, team_id, user_id));
}

WebReply answer_command_later(const Call& call) {
  answer_later(call.server, call.arguments.at(0), call.request.body);
  return text_reply(200, "ok");
}

}  // namespace belfry::sandbox::mattermost
