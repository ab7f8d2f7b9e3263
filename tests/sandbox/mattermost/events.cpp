#include "tests/sandbox/mattermost/events.h"

#include <algorithm>

#include "tests/sandbox/mattermost/json_text.h"
#include "tests/sandbox/mattermost/render.h"

namespace belfry::sandbox::mattermost {

namespace {

struct Audience {
  std::string_view user_id{};
  std::string_view channel_id{};
  bool sanitized = false;
};

std::string broadcast_json(const Audience& audience) {
  JsonObject out;
  out.null("omit_users")
      .text("user_id", audience.user_id)
      .text("channel_id", audience.channel_id)
      .text("team_id", "")
      .text("connection_id", "")
      .text("omit_connection_id", "");
  if (audience.sanitized) out.boolean("contains_sanitized_data", true);
  return out.take();
}

std::vector<std::string> connected_members(const Server& server, const Channel& channel) {
  if (server.hub.is_idle()) return {};
  auto members = members_of(server, channel);
  std::erase_if(members, [&](const std::string& id) { return !server.hub.is_connected(id); });
  return members;
}

void announce_changed_post(Server& server, const Channel& channel, const std::string& event,
                           const Post& post, bool sanitized) {
  if (server.hub.is_idle()) return;
  server.hub.publish(
      members_of(server, channel),
      {.name = event,
       .data_json = JsonObject().text("post", post_json(post, PostView::read, server.files)).take(),
       .broadcast_json =
           broadcast_json({.channel_id = channel.info().id, .sanitized = sanitized})});
}

}  // namespace

void announce_posted(Server& server, const Channel& channel, const Post& post,
                     SetOnline set_online) {
  if (server.hub.is_idle()) return;
  const auto author = server.people.find(post.user_id);
  const std::string sender = author ? "@" + author->username : std::string();
  const std::string rendered = post_json(post, PostView::fresh, server.files);
  const bool from_webhook = post.prop("from_webhook") == "true";
  const auto infos = server.files.find_all(post.file_ids);
  const bool image = std::any_of(infos.begin(), infos.end(),
                                 [](const FileRecord& file) { return file.is_image(); });
  for (const auto& member : members_of(server, channel)) {
    JsonObject data;
    data.text("channel_display_name", channel.is_direct() ? sender : channel.info().display_name)
        .text("channel_name", channel.info().name)
        .text("channel_type", channel.info().type);
    // In a direct channel the other person always gets exactly one mention, whatever is said.
    if (channel.is_direct() && (member != post.user_id || from_webhook))
      data.text("mentions", json_texts({member}));
    data.text("post", rendered)
        .text("sender_name", sender)
        .boolean("set_online", set_online == SetOnline::yes)
        .text("team_id", channel.info().team_id);
    if (!infos.empty()) data.text("otherFile", "true");
    if (image) data.text("image", "true");
    server.hub.publish({member},
                       {.name = "posted",
                        .data_json = data.take(),
                        .broadcast_json = broadcast_json({.channel_id = channel.info().id})});
  }
}

void announce_edited(Server& server, const Channel& channel, const Post& post) {
  announce_changed_post(server, channel, "post_edited", post, false);
}

void announce_deleted(Server& server, const Channel& channel, const Post& post) {
  announce_changed_post(server, channel, "post_deleted", post, true);
}

void announce_ephemeral(Server& server, const EphemeralPost& post) {
  if (server.hub.is_idle()) return;
  const std::string rendered = JsonObject()
                                   .text("id", "")
                                   .number("create_at", post.create_at)
                                   .text("user_id", post.user_id)
                                   .text("channel_id", post.channel_id)
                                   .text("message", post.message)
                                   .text("type", "system_ephemeral")
                                   .raw("props", post.props_json)
                                   .take();
  server.hub.publish(
      {post.user_id},
      {.name = "ephemeral_message",
       .data_json = JsonObject().text("post", rendered).take(),
       .broadcast_json = broadcast_json({.user_id = post.user_id, .channel_id = post.channel_id})});
}

void announce_direct_added(Server& server, const Channel& channel) {
  if (server.hub.is_idle()) return;
  const auto& info = channel.info();
  std::string teammate = info.creator_id;
  for (const auto& member : info.members)
    if (member != info.creator_id) teammate = member;
  server.hub.publish(
      info.members,
      {.name = "direct_added",
       .data_json =
           JsonObject().text("creator_id", info.creator_id).text("teammate_id", teammate).take(),
       .broadcast_json = broadcast_json({.channel_id = info.id})});
}

void announce_status(Server& server, std::string_view user_id, const Status& status) {
  if (server.hub.is_idle()) return;
  server.hub.publish(
      {std::string(user_id)},
      {.name = "status_change",
       .data_json = JsonObject().text("status", status.status).text("user_id", user_id).take(),
       .broadcast_json = broadcast_json({.user_id = user_id})});
}

void announce_user_updated(Server& server, const User& user) {
  if (server.hub.is_idle()) return;
  const std::string rendered = user_json(user, UserView::other, *server.config.current());
  server.hub.publish_to_all({.name = "user_updated",
                             .data_json = JsonObject().raw("user", rendered).take(),
                             .broadcast_json = broadcast_json({.sanitized = true})});
}

void announce_user_added(Server& server, const Team& team, std::string_view user_id) {
  if (server.hub.is_idle()) return;
  const auto town_square = server.posts.find_channel(team.town_square);
  if (!town_square) return;
  server.hub.publish(
      connected_members(server, *town_square),
      {.name = "user_added",
       .data_json = JsonObject().text("team_id", team.id).text("user_id", user_id).take(),
       .broadcast_json = broadcast_json({.user_id = user_id, .channel_id = team.town_square})});
}

void announce_config_changed(Server& server) {
  if (server.hub.is_idle()) return;
  server.hub.publish_to_all(
      {.name = "config_changed",
       .data_json = JsonObject().raw("config", server.config.current()->client_json()).take(),
       .broadcast_json = broadcast_json({})});
}

void announce_dialog(Server& server, std::string_view user_id, std::string_view trigger_id,
                     const OpenDialog& dialog) {
  if (server.hub.is_idle()) return;
  const std::string request = JsonObject()
                                  .text("trigger_id", trigger_id)
                                  .text("url", dialog.url)
                                  .raw("dialog", dialog.dialog_json)
                                  .take();
  server.hub.publish({std::string(user_id)},
                     {.name = "open_dialog",
                      .data_json = JsonObject().text("dialog", request).take(),
                      .broadcast_json = broadcast_json({.user_id = user_id})});
}

}  // namespace belfry::sandbox::mattermost
