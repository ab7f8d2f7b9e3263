#include <algorithm>
#include <array>

#include "tests/sandbox/mattermost/handlers.h"
#include "tests/sandbox/mattermost/ids.h"
#include "tests/sandbox/mattermost/image_size.h"
#include "tests/sandbox/mattermost/json_text.h"
#include "tests/sandbox/mattermost/posting.h"
#include "tests/sandbox/mattermost/refusal.h"
#include "tests/sandbox/mattermost/render.h"

namespace belfry::sandbox::mattermost {

namespace {

constexpr std::array<std::string_view, 4> k_reserved_names{"all", "channel", "matterbot", "system"};
constexpr std::string_view k_greeting =
    "Please add me to teams and channels you want me to interact in. To do this, use the browser "
    "or Mattermost Desktop App.";

bool is_username(std::string_view name) {
  return !name.empty() && name.size() <= 64 &&
         std::find(k_reserved_names.begin(), k_reserved_names.end(), name) ==
             k_reserved_names.end() &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
                  c == '_';
         });
}

void check_bot_texts(const ObjectPtr& body) {
  if (has(body, "username") && !is_username(text_of(body, "username")))
    refuse(400, "model.bot.is_valid.username.app_error");
  if (count_runes(text_of(body, "display_name")) > 64)
    refuse(400, "model.bot.is_valid.user_id.app_error");
  if (count_runes(text_of(body, "description")) > 1'024)
    refuse(400, "model.bot.is_valid.description.app_error");
}

/// A bot that `caller` may manage; to everybody else it does not exist, itself included.
UserPtr managed_bot(const Call& call) {
  const auto bot = call.server.people.find(call.id(0));
  if (!bot || !bot->is_bot || (!call.is_admin() && bot->owner_id != call.user->id))
    refuse(404, "store.sql_bot.get.missing.app_error");
  return bot;
}

void greet(Server& server, const User& bot, const User& creator) {
  const auto direct = server.posts.direct_channel(bot.id, creator.id);
  if (is_restricted(server, *direct.channel)) return;
  (void)create_post(server, bot,
                    {.channel_id = direct.channel->info().id,
                     .message = std::string(k_greeting),
                     .type = "add_bot_teams_channels"},
                    SetOnline::no);
}

WebReply switch_bot(const Call& call, std::int64_t delete_at) {
  const auto bot = managed_bot(call);
  const auto changed = call.server.people.modify(bot->id, [&](User& user) {
    user.delete_at = delete_at;
    user.update_at = call.server.clock.now_ms();
  });
  announce_user_updated(call.server, *changed);
  return json_text_reply(200, bot_json(*changed));
}

/// The content of the part named `image`; empty when there is none.
std::string_view image_part(std::string_view content_type, std::string_view body) {
  const auto at = content_type.find("boundary=");
  if (!content_type.starts_with("multipart/form-data") || at == std::string_view::npos) return {};
  std::string_view boundary = content_type.substr(at + 9);
  boundary = boundary.substr(0, boundary.find(';'));
  if (boundary.size() > 1 && boundary.front() == '"')
    boundary = boundary.substr(1, boundary.size() - 2);
  const auto name = body.find("name=\"image\"");
  const auto begin = name == std::string_view::npos ? name : body.find("\r\n\r\n", name);
  if (begin == std::string_view::npos) return {};
  const auto end = body.find("\r\n--" + std::string(boundary), begin);
  if (end == std::string_view::npos) return {};
  return body.substr(begin + 4, end - begin - 4);
}

}  // namespace

WebReply create_bot(const Call& call) {
  const auto body = object_body(call.request.body, "bot");
  if (!call.is_admin() || call.user->is_bot) refuse_permission();
  if (!call.settings->is_on("EnableBotAccountCreation")) refuse(403, "api.bot.create_disabled");
  if (!has(body, "username")) refuse(400, "model.bot.is_valid.username.app_error");
  check_bot_texts(body);
  const std::int64_t now = call.server.clock.now_ms();
  User bot{.id = make_id(),
           .username = text_of(body, "username"),
           .email = text_of(body, "username") + "@localhost",
           .first_name = text_of(body, "display_name"),
           .create_at = now,
           .update_at = now,
           .is_bot = true,
           .owner_id = call.user->id,
           .display_name = text_of(body, "display_name"),
           .description = text_of(body, "description")};
  if (!call.server.people.add(bot)) refuse(400, "app.user.save.username_exists.app_error");
  greet(call.server, bot, *call.user);
  return json_text_reply(201, bot_json(bot));
}

WebReply list_bots(const Call& call) {
  const bool deleted = call.request.query_value("include_deleted") == "true";
  std::vector<std::string> out;
  for (const auto& user : call.server.people.all())
    if (user->is_bot && (deleted || user->delete_at == 0) &&
        (call.is_admin() || user->owner_id == call.user->id))
      out.push_back(bot_json(*user));
  return json_text_reply(200, json_array(out));
}

WebReply get_bot(const Call& call) {
  const auto bot = managed_bot(call);
  if (bot->delete_at > 0 && call.request.query_value("include_deleted") != "true")
    refuse(404, "store.sql_bot.get.missing.app_error");
  return json_text_reply(200, bot_json(*bot));
}

WebReply patch_bot(const Call& call) {
  const auto body = object_body(call.request.body, "bot");
  const auto bot = managed_bot(call);
  check_bot_texts(body);
  if (has(body, "username") && !call.server.people.rename(bot->id, text_of(body, "username")))
    refuse(400, "app.user.save.username_exists.app_error");
  const auto changed = call.server.people.modify(bot->id, [&](User& user) {
    if (has(body, "display_name"))
      user.display_name = user.first_name = text_of(body, "display_name");
    if (has(body, "description")) user.description = text_of(body, "description");
    user.update_at = call.server.clock.now_ms();
  });
  announce_user_updated(call.server, *changed);
  return json_text_reply(200, bot_json(*changed));
}

WebReply enable_bot(const Call& call) {
  return switch_bot(call, 0);
}

WebReply disable_bot(const Call& call) {
  return switch_bot(call, call.server.clock.now_ms());
}

WebReply create_token(const Call& call) {
  const auto body = object_body(call.request.body, "user_access_token");
  const auto user = call.server.people.find(call.id(0));
  if (!user) refuse(404, "app.user.missing_account.const");
  const std::string description = text_of(body, "description");
  if (description.empty()) refuse_body("description");
  call.require_admin();
  if (!user->is_bot && !call.settings->is_on("EnableUserAccessTokens"))
    refuse(501, "app.user_access_token.disabled");
  return json_text_reply(
      200, new_token_json(call.server.tokens.issue(
               user->id, user->is_bot ? TokenKind::bot : TokenKind::personal, description)));
}

WebReply list_tokens(const Call& call) {
  const std::string id = call.id(0);
  call.require_admin();
  std::vector<std::string> out;
  for (const auto& token : call.server.tokens.of_user(id)) out.push_back(token_json(token));
  return json_text_reply(200, json_array(out));
}

WebReply set_image(const Call& call) {
  const std::string id = call.id(0);
  const auto user = call.server.people.find(id);
  if (!user) refuse(404, "app.user.missing_account.const");
  const bool own = id == call.user->id && !user->is_bot;
  if (!own && !call.is_admin() && user->owner_id != call.user->id) refuse_permission();
  const auto image = image_part(call.request.header("Content-Type"), call.request.body);
  if (image.empty()) refuse(400, "api.user.upload_profile_user.no_file.app_error");
  if (!image_size(image)) refuse(400, "api.user.upload_profile_user.decode.app_error");
  const auto changed = call.server.people.modify(id, [&](User& target) {
    target.last_icon_update = target.update_at = call.server.clock.now_ms();
  });
  announce_user_updated(call.server, *changed);
  return status_ok();
}

}  // namespace belfry::sandbox::mattermost
