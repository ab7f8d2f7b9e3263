#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "tests/sandbox/mattermost/handlers.h"
#include "tests/sandbox/mattermost/ids.h"
#include "tests/sandbox/mattermost/interactions.h"
#include "tests/sandbox/mattermost/json_text.h"
#include "tests/sandbox/mattermost/posting.h"
#include "tests/sandbox/mattermost/refusal.h"
#include "tests/sandbox/mattermost/render.h"

namespace belfry::sandbox::mattermost {

namespace {

constexpr std::int64_t k_page_size = 60;
constexpr std::int64_t k_largest_page = 200;

/// Absent or no number: the default, as the server reads its paging.
std::int64_t lenient_number(const WebRequest& request, std::string_view name,
                            std::int64_t otherwise) {
  const std::string text = request.query_value(name);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() && value >= 0 ? value : otherwise;
}

PostListQuery read_list_query(const Call& call) {
  const auto& request = call.request;
  PostListQuery query{
      .page = lenient_number(request, "page", 0),
      .per_page = std::min(lenient_number(request, "per_page", k_page_size), k_largest_page),
      .before = request.query_value("before"),
      .after = request.query_value("after"),
      .include_deleted = request.query_value("include_deleted") == "true"};
  if (!query.after.empty() && !is_id(query.after)) refuse_body("after");
  if (!query.before.empty() && !is_id(query.before)) refuse_body("before");
  if (const std::string since = request.query_value("since"); !since.empty()) {
    const auto [end, error] =
        std::from_chars(since.data(), since.data() + since.size(), query.since);
    if (error != std::errc{} || end != since.data() + since.size()) refuse_body("since");
  }
  return query;
}

std::optional<bool> optional_boolean(const ObjectPtr& object, const std::string& name) {
  if (!has(object, name)) return std::nullopt;
  return boolean_of(object, name);
}

bool is_false(const std::string& text) {
  return text == "false" || text == "0" || text == "f" || text == "F" || text == "FALSE" ||
         text == "False";
}

}  // namespace

WebReply create_direct_channel(const Call& call) {
  const auto ids = texts_body(call.request.body, "user_ids");
  if (ids.size() != 2 || !is_id(ids[0]) || !is_id(ids[1])) refuse_body("user_ids");
  const bool own = std::find(ids.begin(), ids.end(), call.user->id) != ids.end();
  if (!own && !call.is_admin()) refuse_permission();
  for (const auto& id : ids)
    if (!call.server.people.find(id))
      refuse(400, "api.channel.create_direct_channel.invalid_user.app_error");
  const bool restricted = call.settings->text("RestrictDirectMessage") == "team" &&
                          ids[0] != ids[1] && !call.server.teams.share_one(ids[0], ids[1]);
  if (restricted) refuse(403, "api.channel.create_channel.direct_channel.team_restricted_error");
  const auto& other = ids[0] == call.user->id ? ids[1] : ids[0];
  const auto direct =
      call.server.posts.direct_channel(own ? call.user->id : ids[0], own ? other : ids[1]);
  if (direct.made) announce_direct_added(call.server, *direct.channel);
  return json_text_reply(201, channel_json(*direct.channel));
}

WebReply get_channel(const Call& call) {
  const std::string id = call.id(0);
  if (!call.server.posts.find_channel(id)) refuse(404, "app.channel.get.existing.app_error");
  return json_text_reply(200, channel_json(*channel_for(call.server, *call.user, id)));
}

WebReply list_channel_posts(const Call& call) {
  const std::string id = call.id(0);
  const PostListQuery query = read_list_query(call);
  if (query.include_deleted) call.require_admin();
  if (!call.server.posts.find_channel(id)) refuse(404, "app.channel.get.existing.app_error");
  const auto channel = channel_for(call.server, *call.user, id);
  const std::string etag =
      fmt::format("\"{}.{}.{}\"", call.settings->text("Version"), id, channel->changes());
  if (query.since == 0 && call.request.header("If-None-Match") == etag) return empty_reply(304);
  WebReply reply =
      json_text_reply(200, post_list_json(list_posts(*channel, query), call.server.files));
  if (query.since == 0) reply.headers.emplace_back("ETag", etag);
  return reply;
}

WebReply create_post_route(const Call& call) {
  const auto body = object_body(call.request.body, "post");
  Draft draft{.id = text_of(body, "id"),
              .channel_id = text_of(body, "channel_id"),
              .root_id = text_of(body, "root_id"),
              .message = text_of(body, "message"),
              .type = text_of(body, "type"),
              .pending_post_id = text_of(body, "pending_post_id"),
              .props = object_of(body, "props"),
              .file_ids = texts_of(body, "file_ids"),
              .create_at = number_of(body, "create_at")};
  if (const auto metadata = object_of(body, "metadata"); !metadata.isNull())
    if (const auto priority = object_of(metadata, "priority"); !priority.isNull()) {
      draft.priority = text_of(priority, "priority");
      draft.requested_ack = boolean_of(priority, "requested_ack");
      draft.persistent_notifications = boolean_of(priority, "persistent_notifications");
    }
  const auto online =
      is_false(call.request.query_value("set_online")) ? SetOnline::no : SetOnline::yes;
  const auto made = create_post(call.server, *call.user, std::move(draft), online);
  return json_text_reply(
      201, post_json(*made.post, made.duplicate ? PostView::deduplicated : PostView::fresh,
                     call.server.files));
}

WebReply create_ephemeral_post(const Call& call) {
  const auto body = object_body(call.request.body, "body");
  const std::string user_id = text_of(body, "user_id");
  const auto wanted = object_of(body, "post");
  if (user_id.empty()) refuse_body("user_id");
  if (wanted.isNull()) refuse_body("post");
  call.require_admin();
  EphemeralPost shown{.user_id = user_id,
                      .channel_id = text_of(wanted, "channel_id"),
                      .message = text_of(wanted, "message"),
                      .props_json = prepare_props(object_of(wanted, "props")).json,
                      .create_at = call.server.clock.now_ms()};
  call.server.ephemeral.add(shown);
  announce_ephemeral(call.server, shown);
  const Post post{.id = make_id(),
                  .create_at = shown.create_at,
                  .update_at = shown.create_at,
                  .user_id = call.user->id,
                  .channel_id = shown.channel_id,
                  .message = shown.message,
                  .type = "system_ephemeral",
                  .props_json = shown.props_json};
  return json_text_reply(201, post_json(post, PostView::read, call.server.files));
}

WebReply get_post(const Call& call) {
  const std::string id = call.id(0);
  PostPtr post;
  if (call.request.query_value("include_deleted") == "true") {
    call.require_admin();
    post = call.server.posts.find(id);
    if (!post) refuse(404, "app.post.get.app_error");
  } else {
    post = readable_post(call.server, *call.user, id);
  }
  const std::string etag =
      fmt::format("\"{}.{}.{}\"", call.settings->text("Version"), post->id, post->update_at);
  if (call.request.header("If-None-Match") == etag) return empty_reply(304);
  WebReply reply = json_text_reply(200, post_json(*post, PostView::read, call.server.files));
  reply.headers.emplace_back("ETag", etag);
  return reply;
}

WebReply delete_post_route(const Call& call) {
  if (call.request.query_value("permanent") == "true") call.require_admin();
  delete_post(call.server, *call.user, call.id(0));
  return status_ok();
}

WebReply patch_post_route(const Call& call) {
  const std::string id = call.id(0);
  const auto body = object_body(call.request.body, "post");
  PostPatch patch;
  if (has(body, "message")) patch.message = text_of(body, "message");
  if (has(body, "props")) patch.props = object_of(body, "props");
  if (has(body, "file_ids")) patch.file_ids = texts_of(body, "file_ids");
  patch.is_pinned = optional_boolean(body, "is_pinned");
  return json_text_reply(200, post_json(*patch_post(call.server, *call.user, id, patch),
                                        PostView::read, call.server.files));
}

WebReply click_action(const Call& call) {
  std::string selected;
  if (!call.request.body.empty())
    selected = text_of(object_body(call.request.body, "action"), "selected_option");
  const std::string trigger_id =
      click(call.server, *call.user, call.id(0), call.arguments.at(1), selected);
  return json_text_reply(200,
                         JsonObject().text("status", "OK").text("trigger_id", trigger_id).take());
}

WebReply open_dialog_route(const Call& call) {
  open_dialog(call.server, object_body(call.request.body, "dialog"));
  return status_ok();
}

}  // namespace belfry::sandbox::mattermost
