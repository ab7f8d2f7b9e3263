#include "tests/sandbox/mattermost/render.h"

#include "tests/sandbox/mattermost/json_text.h"

namespace belfry::sandbox::mattermost {

namespace {

std::string time_zone_json(const User& user) {
  return JsonObject()
      .text("automaticTimezone", user.is_bot ? "" : user.time_zone)
      .text("manualTimezone", "")
      .text("useAutomaticTimezone", "true")
      .take();
}

std::string notify_props_json() {
  return JsonObject()
      .text("channel", "true")
      .text("comments", "never")
      .text("desktop", "mention")
      .text("desktop_sound", "true")
      .text("email", "true")
      .text("first_name", "false")
      .text("mention_keys", "")
      .text("push", "mention")
      .text("push_status", "away")
      .take();
}

std::string metadata_json(const Post& post, const Files& files) {
  JsonObject out;
  if (post.has_attachments)
    out.raw("embeds", json_array({JsonObject().text("type", "message_attachment").take()}));
  if (!post.file_ids.empty()) {
    std::vector<std::string> infos;
    for (const auto& file : files.find_all(post.file_ids)) infos.push_back(file_json(file));
    out.raw("files", json_array(infos));
  }
  if (!post.priority.empty())
    out.raw("priority", JsonObject().text("priority", post.priority).take());
  return out.take();
}

}  // namespace

std::string user_json(const User& user, UserView view, const Settings& settings) {
  const bool mail = view != UserView::other || settings.is_on("ShowEmailAddress");
  const bool name = view != UserView::other || settings.is_on("ShowFullName");
  JsonObject out;
  out.text("id", user.id)
      .number("create_at", user.create_at)
      .number("update_at", user.update_at)
      .number("delete_at", user.delete_at)
      .text("username", user.username)
      .text("auth_data", "")
      .text("auth_service", "")
      .text("email", mail ? user.email : "")
      .text("nickname", user.nickname)
      .text("first_name", name ? user.first_name : "")
      .text("last_name", name ? user.last_name : "")
      .text("position", user.position)
      .text("roles", user.roles)
      .text("locale", user.locale)
      .raw("timezone", time_zone_json(user))
      .boolean("disable_welcome_email", false);
  if (user.is_bot) {
    out.boolean("is_bot", true).text("bot_description", user.description);
    if (user.last_icon_update > 0) out.number("bot_last_icon_update", user.last_icon_update);
  }
  if (view == UserView::own)
    out.boolean("email_verified", true)
        .raw("notify_props", notify_props_json())
        .number("last_password_update", user.create_at);
  return out.take();
}

std::string status_json(std::string_view user_id, const Status& status) {
  return JsonObject()
      .text("user_id", user_id)
      .text("status", status.status)
      .boolean("manual", status.manual)
      .number("last_activity_at", status.last_activity_at)
      .number("dnd_end_time", 0)
      .take();
}

std::string bot_json(const User& bot) {
  JsonObject out;
  out.text("user_id", bot.id).text("username", bot.username);
  if (!bot.display_name.empty()) out.text("display_name", bot.display_name);
  if (!bot.description.empty()) out.text("description", bot.description);
  out.text("owner_id", bot.owner_id);
  if (bot.last_icon_update > 0) out.number("last_icon_update", bot.last_icon_update);
  return out.number("create_at", bot.create_at)
      .number("update_at", bot.update_at)
      .number("delete_at", bot.delete_at)
      .take();
}

std::string new_token_json(const AccessToken& token) {
  return JsonObject()
      .text("id", token.id)
      .text("token", token.token)
      .text("user_id", token.user_id)
      .text("description", token.description)
      .boolean("is_active", true)
      .take();
}

std::string token_json(const AccessToken& token) {
  return JsonObject()
      .text("id", token.id)
      .text("user_id", token.user_id)
      .text("description", token.description)
      .boolean("is_active", true)
      .take();
}

std::string team_json(const Team& team) {
  return JsonObject()
      .text("id", team.id)
      .number("create_at", team.create_at)
      .number("update_at", team.create_at)
      .number("delete_at", 0)
      .text("display_name", team.display_name)
      .text("name", team.name)
      .text("description", "")
      .text("email", "")
      .text("type", team.open ? "O" : "I")
      .text("company_name", "")
      .text("allowed_domains", "")
      .text("invite_id", "")
      .boolean("allow_open_invite", team.open)
      .null("scheme_id")
      .null("policy_id")
      .null("group_constrained")
      .take();
}

std::string team_member_json(const Teams& teams, std::string_view team_id,
                             std::string_view user_id) {
  const bool admin = teams.is_admin(team_id, user_id);
  return JsonObject()
      .text("team_id", team_id)
      .text("user_id", user_id)
      .text("roles", admin ? "team_user team_admin" : "team_user")
      .number("delete_at", 0)
      .boolean("scheme_guest", false)
      .boolean("scheme_user", true)
      .boolean("scheme_admin", admin)
      .text("explicit_roles", "")
      .take();
}

std::string preference_json(const Preference& preference) {
  return JsonObject()
      .text("user_id", preference.user_id)
      .text("category", preference.category)
      .text("name", preference.name)
      .text("value", preference.value)
      .take();
}

std::string channel_json(const Channel& channel) {
  const ChannelInfo& info = channel.info();
  return JsonObject()
      .text("id", info.id)
      .number("create_at", info.create_at)
      .number("update_at", info.create_at)
      .number("delete_at", 0)
      .text("team_id", info.team_id)
      .text("type", info.type)
      .text("display_name", info.display_name)
      .text("name", info.name)
      .text("header", "")
      .text("purpose", "")
      .number("last_post_at", channel.last_post_at())
      .number("total_msg_count", channel.message_count())
      .number("extra_update_at", 0)
      .text("creator_id", info.creator_id)
      .null("scheme_id")
      .null("props")
      .null("group_constrained")
      .boolean("autotranslation", false)
      .null("shared")
      .number("total_msg_count_root", channel.message_count())
      .null("policy_id")
      .number("last_root_post_at", channel.last_post_at())
      .null("banner_info")
      .boolean("policy_enforced", false)
      .boolean("policy_is_active", false)
      .text("default_category_name", "")
      .take();
}

std::string file_json(const FileRecord& file) {
  JsonObject out;
  out.text("id", file.id).text("user_id", file.user_id);
  if (!file.post_id.empty()) out.text("post_id", file.post_id);
  out.text("channel_id", file.channel_id)
      .number("create_at", file.create_at)
      .number("update_at", file.create_at)
      .number("delete_at", file.delete_at)
      .text("name", file.name)
      .text("extension", file.extension)
      .number("size", file.size)
      .text("mime_type", file.mime_type)
      .null("mini_preview")
      .text("remote_id", "")
      .boolean("archived", false);
  if (file.width > 0)
    out.number("width", file.width)
        .number("height", file.height)
        .boolean("has_preview_image", true);
  return out.take();
}

std::string upload_json(const UploadInfo& upload) {
  return JsonObject()
      .text("id", upload.id)
      .text("type", "attachment")
      .number("create_at", upload.create_at)
      .text("user_id", upload.user_id)
      .text("channel_id", upload.channel_id)
      .text("filename", upload.filename)
      .number("file_size", upload.file_size)
      .number("file_offset", upload.file_offset)
      .text("remote_id", "")
      .text("req_file_id", "")
      .take();
}

std::string command_json(const Command& command, bool with_token) {
  return JsonObject()
      .text("id", command.id)
      .text("token", with_token ? command.token : "")
      .number("create_at", command.create_at)
      .number("update_at", command.update_at)
      .number("delete_at", 0)
      .text("creator_id", with_token ? command.creator_id : "")
      .text("plugin_id", "")
      .text("team_id", command.team_id)
      .text("trigger", command.trigger)
      .text("method", with_token ? command.method : "")
      .text("url", with_token ? command.url : "")
      .boolean("auto_complete", command.auto_complete)
      .text("auto_complete_desc", command.auto_complete_desc)
      .text("auto_complete_hint", command.auto_complete_hint)
      .text("display_name", command.display_name)
      .text("description", command.description)
      .text("username", with_token ? command.username : "")
      .text("icon_url", with_token ? command.icon_url : "")
      .take();
}

std::string post_json(const Post& post, PostView view, const Files& files) {
  JsonObject out;
  out.text("id", post.id)
      .number("create_at", post.create_at)
      .number("update_at", post.update_at)
      .number("edit_at", post.edit_at)
      .number("delete_at", post.delete_at)
      .boolean("is_pinned", post.is_pinned)
      .text("user_id", post.user_id)
      .text("channel_id", post.channel_id)
      .text("root_id", post.root_id)
      .text("original_id", "")
      .text("message", post.message)
      .text("type", post.type)
      .raw("props", post.props_json)
      .text("hashtags", post.hashtags)
      .texts("file_ids", post.file_ids)
      .text("pending_post_id", view == PostView::fresh ? post.pending_post_id : "")
      .text("remote_id", "")
      .number("reply_count", post.reply_count)
      .number("last_reply_at", post.last_reply_at)
      .null("participants");
  if (view != PostView::deduplicated) out.raw("metadata", metadata_json(post, files));
  return out.take();
}

std::string post_list_json(const PostList& list, const Files& files) {
  std::vector<std::string> order;
  JsonObject posts;
  for (const auto& post : list.order) {
    order.push_back(post->id);
    posts.raw(post->id, post_json(*post, PostView::read, files));
  }
  for (const auto& post : list.roots) posts.raw(post->id, post_json(*post, PostView::read, files));
  return JsonObject()
      .texts("order", order)
      .raw("posts", posts.take())
      .text("next_post_id", list.next_post_id)
      .text("prev_post_id", list.prev_post_id)
      .number("first_inaccessible_post_time", 0)
      .take();
}

}  // namespace belfry::sandbox::mattermost
