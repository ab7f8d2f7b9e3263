#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "tests/sandbox/mattermost/handlers.h"
#include "tests/sandbox/mattermost/ids.h"
#include "tests/sandbox/mattermost/json_text.h"
#include "tests/sandbox/mattermost/refusal.h"
#include "tests/sandbox/mattermost/render.h"

namespace belfry::sandbox::mattermost {

namespace {

constexpr std::size_t k_preferences_a_call = 100;
constexpr std::size_t k_preference_name_runes = 32;
constexpr std::size_t k_preference_value_runes = 20'000;

UserView view_for(const Call& call, const User& user) {
  if (call.user->id == user.id) return UserView::own;
  return call.is_admin() ? UserView::administrator : UserView::other;
}

WebReply user_reply(const Call& call, const UserPtr& user) {
  if (!user) refuse(404, "app.user.missing_account.const");
  const std::string etag =
      fmt::format("\"{}.{}.{}.{}.{}\"", call.settings->text("Version"), user->id, user->update_at,
                  call.settings->text("ShowFullName"), call.settings->text("ShowEmailAddress"));
  if (call.request.header("If-None-Match") == etag) return empty_reply(304);
  WebReply reply = json_text_reply(200, user_json(*user, view_for(call, *user), *call.settings));
  reply.headers.emplace_back("ETag", etag);
  return reply;
}

/// Preferences are one's own business; an administrator's as well.
std::string preference_owner(const Call& call) {
  const std::string owner = call.id(0);
  if (owner != call.user->id && !call.is_admin()) refuse_permission();
  return owner;
}

}  // namespace

WebReply log_in(const Call& call) {
  constexpr const char* k_wrong = "api.user.login.invalid_credentials_email_username";
  const auto body = object_body(call.request.body, "login");
  const std::string login = text_of(body, "login_id");
  auto user = call.server.people.find_by_username(login);
  if (!user) user = call.server.people.find_by_email(login);
  if (!user || user->is_bot || user->password.empty() ||
      user->password != text_of(body, "password"))
    refuse(401, k_wrong);
  if (user->delete_at > 0) refuse(401, "api.user.login.inactive.app_error");
  const auto token = call.server.tokens.issue(user->id, TokenKind::session, "");
  WebReply reply = json_text_reply(200, user_json(*user, UserView::own, *call.settings));
  reply.headers.emplace_back("Token", token.token);
  return reply;
}

WebReply get_user(const Call& call) {
  return user_reply(call, call.server.people.find(call.id(0)));
}

WebReply get_user_by_username(const Call& call) {
  return user_reply(call, call.server.people.find_by_username(call.arguments.at(0)));
}

WebReply get_user_by_email(const Call& call) {
  if (!call.settings->is_on("ShowEmailAddress") && !call.is_admin())
    refuse(403, "api.user.get_user_by_email.permissions.app_error");
  return user_reply(call, call.server.people.find_by_email(call.arguments.at(0)));
}

WebReply get_users_by_ids(const Call& call) {
  const auto ids = texts_body(call.request.body, "user_ids");
  if (ids.empty()) refuse_body("user_ids");
  std::int64_t since = 0;
  const std::string since_text = call.request.query_value("since");
  std::from_chars(since_text.data(), since_text.data() + since_text.size(), since);
  std::vector<UserPtr> found;
  for (const auto& id : ids)
    if (auto user = call.server.people.find(id); user && user->update_at > since)
      found.push_back(std::move(user));
  // The order of the request is not kept.
  std::sort(found.begin(), found.end(),
            [](const UserPtr& a, const UserPtr& b) { return a->username < b->username; });
  found.erase(std::unique(found.begin(), found.end()), found.end());
  std::vector<std::string> out;
  out.reserve(found.size());
  for (const auto& user : found)
    out.push_back(user_json(*user, view_for(call, *user), *call.settings));
  return json_text_reply(200, json_array(out));
}

WebReply get_statuses_by_ids(const Call& call) {
  const auto ids = texts_body(call.request.body, "user_ids");
  if (ids.empty()) refuse_body("user_ids");
  for (const auto& id : ids)
    if (id.size() != 26) refuse_body("user_ids");
  std::vector<std::string> out;
  if (call.settings->is_on("EnableUserStatuses"))
    for (const auto& id : ids)
      if (call.server.people.find(id))
        out.push_back(status_json(id, call.server.people.status(id)));
  return json_text_reply(200, json_array(out));
}

WebReply get_status(const Call& call) {
  const std::string id = call.id(0);
  if (!call.server.people.find(id)) refuse(404, "app.user.missing_account.const");
  return json_text_reply(200, status_json(id, call.server.people.status(id)));
}

WebReply get_teams_of_user(const Call& call) {
  const std::string id = call.id(0);
  if (id != call.user->id && !call.is_admin()) refuse_permission();
  std::vector<std::string> out;
  for (const auto& team : call.server.teams.of_user(id)) out.push_back(team_json(team));
  return json_text_reply(200, json_array(out));
}

WebReply get_preferences(const Call& call) {
  std::vector<std::string> out;
  for (const auto& preference : call.server.preferences.of_user(preference_owner(call)))
    out.push_back(preference_json(preference));
  return json_text_reply(200, json_array(out));
}

WebReply save_preferences(const Call& call) {
  const std::string owner = preference_owner(call);
  const auto body = array_body(call.request.body, "preferences");
  if (body->size() == 0 || body->size() > k_preferences_a_call) refuse_body("preferences");
  std::vector<Preference> preferences;
  for (const auto& value : *body) {
    if (value.type() != typeid(ObjectPtr)) refuse_body("preferences");
    const auto entry = value.extract<ObjectPtr>();
    preferences.push_back({text_of(entry, "user_id"), text_of(entry, "category"),
                           text_of(entry, "name"), text_of(entry, "value")});
    const auto& read = preferences.back();
    if (read.user_id != owner) refuse(403, "api.preference.update_preferences.set.app_error");
    if (read.category.empty() || count_runes(read.category) > k_preference_name_runes)
      refuse(400, "model.preference.is_valid.category.app_error");
    if (count_runes(read.name) > k_preference_name_runes)
      refuse(400, "model.preference.is_valid.name.app_error");
    if (count_runes(read.value) > k_preference_value_runes)
      refuse(400, "model.preference.is_valid.value.app_error");
  }
  call.server.preferences.save(preferences);
  return status_ok();
}

WebReply get_preference(const Call& call) {
  const auto found = call.server.preferences.find(preference_owner(call), call.arguments.at(1),
                                                  call.arguments.at(2));
  if (!found) refuse(400, "app.preference.get.app_error");
  return json_text_reply(200, preference_json(*found));
}

}  // namespace belfry::sandbox::mattermost
