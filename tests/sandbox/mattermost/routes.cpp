#include "tests/sandbox/mattermost/routes.h"

#include <array>

#include "tests/sandbox/mattermost/handlers.h"
#include "tests/sandbox/mattermost/ids.h"
#include "tests/sandbox/mattermost/refusal.h"

namespace belfry::sandbox::mattermost {

namespace {

constexpr std::string_view k_api = "/api/v4/";
constexpr std::string_view k_placeholder = "{}";

WebReply taken_over(const Call& /*call*/) {
  refuse(404, "api.context.404.app_error");
}

// The first that matches counts: fixed words stand before placeholders.
constexpr std::array k_routes{
    Route{"GET", "system/ping", "mattermost.ping", ping, Access::anybody},
    Route{"GET", "config/client", "mattermost.client_config", client_config, Access::anybody},
    Route{"GET", "websocket", "mattermost.websocket", taken_over, Access::anybody, Body::streamed},

    Route{"POST", "posts", "mattermost.create_post", create_post_route},
    Route{"PUT", "posts/{}/patch", "mattermost.patch_post", patch_post_route},
    Route{"GET", "channels/{}/posts", "mattermost.list_posts", list_channel_posts},
    Route{"POST", "channels/direct", "mattermost.create_direct_channel", create_direct_channel},
    Route{"GET", "channels/{}", "mattermost.get_channel", get_channel},
    Route{"POST", "posts/ephemeral", "mattermost.create_ephemeral_post", create_ephemeral_post},
    Route{"GET", "posts/{}", "mattermost.get_post", get_post},
    Route{"DELETE", "posts/{}", "mattermost.delete_post", delete_post_route},
    Route{"POST", "posts/{}/actions/{}", "mattermost.click_action", click_action},
    Route{"POST", "actions/dialogs/open", "mattermost.open_dialog", open_dialog_route,
          Access::anybody},

    Route{"POST", "users/login", "mattermost.log_in", log_in, Access::anybody},
    Route{"POST", "users/ids", "mattermost.get_users_by_ids", get_users_by_ids},
    Route{"POST", "users/status/ids", "mattermost.get_statuses_by_ids", get_statuses_by_ids},
    Route{"GET", "users/username/{}", "mattermost.get_user_by_username", get_user_by_username},
    Route{"GET", "users/email/{}", "mattermost.get_user_by_email", get_user_by_email},
    Route{"GET", "users/{}", "mattermost.get_user", get_user},
    Route{"GET", "users/{}/status", "mattermost.get_status", get_status},
    Route{"GET", "users/{}/teams", "mattermost.get_teams_of_user", get_teams_of_user},
    Route{"GET", "users/{}/preferences", "mattermost.get_preferences", get_preferences},
    Route{"PUT", "users/{}/preferences", "mattermost.save_preferences", save_preferences},
    Route{"GET", "users/{}/preferences/{}/name/{}", "mattermost.get_preference", get_preference},
    Route{"POST", "users/{}/tokens", "mattermost.create_token", create_token},
    Route{"GET", "users/{}/tokens", "mattermost.list_tokens", list_tokens},
    Route{"POST", "users/{}/image", "mattermost.set_image", set_image, Access::token, Body::file},

    Route{"POST", "bots", "mattermost.create_bot", create_bot},
    Route{"GET", "bots", "mattermost.list_bots", list_bots},
    Route{"GET", "bots/{}", "mattermost.get_bot", get_bot},
    Route{"PUT", "bots/{}", "mattermost.patch_bot", patch_bot},
    Route{"POST", "bots/{}/enable", "mattermost.enable_bot", enable_bot},
    Route{"POST", "bots/{}/disable", "mattermost.disable_bot", disable_bot},

    Route{"GET", "teams", "mattermost.list_teams", list_teams},
    Route{"POST", "teams/{}/members", "mattermost.add_team_member", add_team_member},

    Route{"POST", "files", "mattermost.upload_file", taken_over, Access::token, Body::streamed},
    Route{"GET", "files/{}", "mattermost.get_file", get_file},
    Route{"GET", "files/{}/info", "mattermost.get_file_info", get_file_info},
    Route{"POST", "uploads", "mattermost.create_upload", create_upload},
    Route{"GET", "uploads/{}", "mattermost.get_upload", get_upload},
    Route{"POST", "uploads/{}", "mattermost.upload_data", taken_over, Access::token,
          Body::streamed},

    Route{"POST", "commands", "mattermost.create_command", create_command},
    Route{"GET", "commands", "mattermost.list_commands", list_commands},
    Route{"POST", "commands/execute", "mattermost.execute_command", execute_command},
    Route{"GET", "commands/{}", "mattermost.get_command", get_command},
    Route{"PUT", "commands/{}", "mattermost.update_command", update_command},
    Route{"DELETE", "commands/{}", "mattermost.delete_command", delete_command},
    Route{"PUT", "commands/{}/regen_token", "mattermost.regenerate_command_token",
          regenerate_command_token},
};

constexpr Route k_response_url{"POST", "hooks/commands/{}", "mattermost.answer_command",
                               answer_command_later, Access::anybody};

std::string_view next_part(std::string_view& rest) {
  const auto slash = rest.find('/');
  const auto part = rest.substr(0, slash);
  rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
  return part;
}

bool matches(const Route& route, std::string_view path, std::vector<std::string>& arguments) {
  std::string_view pattern = route.pattern;
  arguments.clear();
  while (!pattern.empty() && !path.empty()) {
    const auto wanted = next_part(pattern);
    const auto part = next_part(path);
    if (wanted == k_placeholder && !part.empty())
      arguments.push_back(percent_decode(part));
    else if (wanted != part)
      return false;
  }
  return pattern.empty() && path.empty();
}

}  // namespace

std::string Call::id(std::size_t n) const {
  const std::string& argument = arguments.at(n);
  if (argument == "me" && user) return user->id;
  if (!is_id(argument)) refuse_url("id");
  return argument;
}

void Call::require_admin() const {
  if (!is_admin()) refuse_permission();
}

RouteMatch match_route(std::string_view method, std::string_view path, std::string_view base_path) {
  RouteMatch match;
  if (!path.starts_with(base_path)) return match;
  path.remove_prefix(base_path.size());
  if (path.starts_with("/hooks/")) {
    if (method == k_response_url.method && matches(k_response_url, path.substr(1), match.arguments))
      match.route = &k_response_url;
    return match;
  }
  if (!path.starts_with(k_api)) return match;
  path.remove_prefix(k_api.size());
  if (path.ends_with('/')) path.remove_suffix(1);
  for (const Route& route : k_routes)
    if (route.method == method && matches(route, path, match.arguments)) {
      match.route = &route;
      return match;
    }
  return match;
}

WebReply status_ok() {
  return json_text_reply(200, R"({"status":"OK"})");
}

}  // namespace belfry::sandbox::mattermost
