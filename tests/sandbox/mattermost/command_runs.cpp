#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "tests/sandbox/mattermost/events.h"
#include "tests/sandbox/mattermost/integration_client.h"
#include "tests/sandbox/mattermost/interactions.h"
#include "tests/sandbox/mattermost/json_text.h"
#include "tests/sandbox/mattermost/posting.h"
#include "tests/sandbox/mattermost/refusal.h"
#include "tests/sandbox/mattermost/slack_text.h"
#include "tests/sandbox/web.h"

namespace belfry::sandbox::mattermost {

namespace {

constexpr std::string_view k_failed = "api.command.execute_command.failed.app_error";

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '-' || c == '_';
}

/// `@name` of people in the team, each once, as `user_mentions` and `user_mentions_ids`.
void add_mentions(const Server& server, const CommandLine& line, std::string_view text,
                  NameValues& form) {
  std::set<std::string> seen;
  for (auto at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1)) {
    if (at > 0 && is_name_character(text[at - 1])) continue;
    std::size_t end = at + 1;
    while (end < text.size() && is_name_character(text[end])) ++end;
    std::string name = lower_case(text.substr(at + 1, end - at - 1));
    UserPtr user = server.people.find_by_username(name);
    while (!user && !name.empty() &&
           std::string_view(".-_").find(name.back()) != std::string::npos) {
      name.pop_back();
      user = server.people.find_by_username(name);
    }
    if (!user || !server.teams.is_member(line.team_id, user->id) || !seen.insert(name).second)
      continue;
    form.emplace_back("user_mentions", name);
    form.emplace_back("user_mentions_ids", user->id);
  }
}

std::string shown_text(const Server& server, const ObjectPtr& response) {
  const std::string text = text_of(response, "text");
  if (boolean_of(response, "skip_slack_parsing")) return text;
  return convert_slack_text(text, [&](std::string_view id) {
    const auto user = server.people.find(id);
    return user ? user->username : std::string();
  });
}

/// Posts or shows one answer; a command's own settings come before the answer's.
void show_answer(Server& server, const Command& command, const CommandCall& call,
                 const ObjectPtr& response) {
  const auto settings = server.config.current();
  const auto user = server.people.find(call.user_id);
  if (!user) refuse(404, "app.user.missing_account.const");
  std::string channel_id = call.channel_id;
  if (const std::string other = text_of(response, "channel_id"); !other.empty()) {
    const auto channel = server.posts.find_channel(other);
    if (!channel || !is_member(server, *channel, user->id))
      refuse(403, "api.command.command_post.forbidden.app_error");
    channel_id = other;
  }
  ObjectPtr props = object_of(response, "props");
  if (props.isNull()) props = new Poco::JSON::Object;
  const auto override_prop = [&](const char* setting, const char* prop, const std::string& own,
                                 const char* given) {
    if (!settings->is_on(setting)) return;
    const std::string value = own.empty() ? text_of(response, given) : own;
    if (!value.empty()) props->set(prop, value);
  };
  override_prop("EnablePostUsernameOverride", "override_username", command.username, "username");
  override_prop("EnablePostIconOverride", "override_icon_url", command.icon_url, "icon_url");
  props->set("from_webhook", "true");
  const auto attachments = array_of(response, "attachments");
  if (!attachments.isNull()) props->set("attachments", attachments);
  const std::string text = shown_text(server, response);

  if (text_of(response, "response_type") == "in_channel") {
    (void)create_post(server, *user,
                      {.channel_id = channel_id,
                       .root_id = call.root_id,
                       .message = text,
                       .type = text_of(response, "type"),
                       .props = props},
                      SetOnline::yes);
  } else if (!text.empty() || !attachments.isNull()) {
    EphemeralPost post{.user_id = user->id,
                       .channel_id = channel_id,
                       .message = text,
                       .props_json = prepare_props(props).json,
                       .create_at = server.clock.now_ms()};
    server.ephemeral.add(post);
    announce_ephemeral(server, post);
  }
}

void show_answers(Server& server, const Command& command, const CommandCall& call,
                  const ObjectPtr& response) {
  show_answer(server, command, call, response);
  const auto extra = array_of(response, "extra_responses");
  if (extra.isNull()) return;
  for (const auto& value : *extra)
    if (value.type() == typeid(ObjectPtr))
      show_answer(server, command, call, value.extract<ObjectPtr>());
}

/// Only JSON is read as JSON; anything else is the text itself.
ObjectPtr read_answer(const std::string& content_type, const std::string& body) {
  if (lower_case(content_type).starts_with("application/json")) {
    auto response = parse_object(body);
    if (response.isNull()) refuse(500, std::string(k_failed));
    return response;
  }
  ObjectPtr response = new Poco::JSON::Object;
  response->set("text", body);
  return response;
}

ObjectPtr call_command(Server& server, const Command& command, const NameValues& form) {
  const bool get = command.method == "G";
  IntegrationRequest request{.url = command.url,
                             .method = get ? "GET" : "POST",
                             .headers = {{"Authorization", "Token " + command.token}},
                             .content_type = "application/x-www-form-urlencoded",
                             .body = get ? "" : encode_form(form)};
  if (get)
    request.url += (command.url.find('?') == std::string::npos ? "?" : "&") + encode_form(form);
  const auto answer = call_integration(request, *server.config.current());
  if (answer.status == 0) refuse(500, std::string(k_failed));
  if (answer.status != 200) refuse(500, "api.command.execute_command.failed_resp.app_error");
  return read_answer(answer.content_type, answer.body);
}

}  // namespace

std::string run_command(Server& server, const User& user, const CommandLine& line) {
  const auto settings = server.config.current();
  const auto channel = channel_for(server, user, line.channel_id);
  if (is_restricted(server, *channel))
    refuse(400, "api.command.execute_command.restricted_dm.error");
  const auto blank = line.text.find_first_of(" \t\n\r");
  const std::string word = lower_case(line.text.substr(0, blank));
  const std::string text = blank == std::string::npos ? "" : line.text.substr(blank + 1);
  if (!word.starts_with('/') || word.size() < 2)
    refuse(400, "api.command.execute_command.format.app_error");
  const std::string trigger = word.substr(1);
  const std::string trigger_id = make_trigger_id(server, user.id);

  // The order is plugin, custom, built-in.
  if (server.commands.is_plugins(trigger)) {
    ObjectPtr response = new Poco::JSON::Object;
    response->set("response_type", "ephemeral");
    response->set("text", "This is the plugin that owns /" + trigger + ".");
    response->set("trigger_id", trigger_id);
    show_answer(server, {}, {.user_id = user.id, .channel_id = channel->info().id}, response);
    return json_of(response);
  }
  if (!settings->is_on("EnableCommands")) refuse(501, "api.command.disabled.app_error");
  const auto team = server.teams.find(line.team_id);
  if (!team) refuse(404, "app.team.get.find.app_error");
  if (!server.teams.is_member(team->id, user.id) && !user.is_admin()) refuse_permission();
  const auto command = server.commands.find(team->id, trigger);
  if (!command) refuse(404, "api.command.execute_command.not_found.app_error");
  const std::string site_url = settings->text("SiteURL");
  if (site_url.empty()) refuse(400, "api.command.execute_command.site_url_required.app_error");

  const CommandCall call{.command_id = command->id,
                         .user_id = user.id,
                         .channel_id = channel->info().id,
                         .team_id = team->id,
                         .root_id = line.root_id};
  NameValues form{{"token", command->token},
                  {"team_id", team->id},
                  {"team_domain", team->name},
                  {"channel_id", channel->info().id},
                  {"channel_name", channel->info().name},
                  {"user_id", user.id},
                  {"user_name", user.username},
                  {"command", "/" + trigger},
                  {"text", text},
                  {"trigger_id", trigger_id},
                  {"root_id", line.root_id},
                  {"response_url", fmt::format("{}/hooks/commands/{}", site_url,
                                               server.commands.open_answer(call))}};
  add_mentions(server, line, text, form);
  ObjectPtr response = call_command(server, *command, form);
  response->set("trigger_id", trigger_id);
  try {
    show_answers(server, *command, call, response);
  } catch (const Refusal&) {
    refuse(500, "api.command.execute_command.create_post_failed.app_error");
  }
  return json_of(response);
}

void answer_later(Server& server, std::string_view answer_id, const std::string& body) {
  const CommandCall call = server.commands.use_answer(answer_id);
  const auto command = server.commands.find(call.command_id);
  if (!command) refuse(404, "app.command_webhook.handle_command_webhook.parse");
  const auto response = parse_object(body);
  if (response.isNull()) refuse(400, "app.command_webhook.handle_command_webhook.parse");
  show_answers(server, *command, call, response);
}

}  // namespace belfry::sandbox::mattermost
