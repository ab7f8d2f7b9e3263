#include <algorithm>
#include <array>

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

constexpr std::string_view k_failed = "api.post.do_action.action_integration.app_error";
// Kept from the old props when an answer replaces a post.
// Source: Mattermost, model/integration_action.go: PostActionRetainPropKeys.
constexpr std::array<const char*, 3> k_retained{"from_webhook", "override_username",
                                                "override_icon_url"};

bool is_action_id(std::string_view id) {
  return !id.empty() && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  });
}

std::string context_json(const PostAction& action, const std::string& selected) {
  auto context = parse_object(action.context_json);
  if (action.type == "select" && !selected.empty()) context->set("selected_option", selected);
  return json_of(context);
}

ObjectPtr call_action(Server& server, const std::string& url, std::string body) {
  const auto answer =
      call_integration({.url = url, .content_type = "application/json", .body = std::move(body)},
                       *server.config.current());
  if (answer.status != 200) refuse(400, std::string(k_failed));
  if (answer.body.empty()) return new Poco::JSON::Object;
  auto response = parse_object(answer.body);
  if (response.isNull()) refuse(400, std::string(k_failed));
  return response;
}

/// `update` is a whole post: text and files are taken as they are, missing means empty.
void update_post(Server& server, const Post& original, const ObjectPtr& update) {
  PostPatch patch{.message = text_of(update, "message"),
                  .props = std::nullopt,
                  .file_ids = texts_of(update, "file_ids"),
                  .is_pinned = std::nullopt};
  if (auto props = object_of(update, "props"); !props.isNull()) {
    const auto old = original.props();
    for (const char* name : k_retained) {
      if (old->has(name))
        props->set(name, old->get(name));
      else
        props->remove(name);
    }
    patch.props = props;
  }
  replace_post(server, original.id, patch);
}

}  // namespace

std::string click(Server& server, const User& user, std::string_view post_id,
                  std::string_view action_id, const std::string& selected) {
  if (!is_action_id(action_id)) refuse(404, "api.context.404.app_error");
  const auto post = readable_post(server, user, post_id);
  const auto channel = server.posts.find_channel(post->channel_id);
  const auto action =
      std::find_if(post->actions.begin(), post->actions.end(),
                   [&](const PostAction& candidate) { return candidate.id == action_id; });
  if (action == post->actions.end()) refuse(404, "api.post.do_action.action_id.app_error");

  const auto team = server.teams.find(channel->info().team_id);
  const std::string trigger_id = make_trigger_id(server, user.id);
  const bool chosen = action->type == "select" && !selected.empty();
  const auto response = call_action(server, action->url,
                                    JsonObject()
                                        .text("user_id", user.id)
                                        .text("user_name", user.username)
                                        .text("channel_id", channel->info().id)
                                        .text("channel_name", channel->info().name)
                                        .text("team_id", channel->info().team_id)
                                        .text("team_domain", team ? team->name : "")
                                        .text("post_id", post->id)
                                        .text("trigger_id", trigger_id)
                                        .text("type", action->type)
                                        .text("data_source", chosen ? action->data_source : "")
                                        .raw("context", context_json(*action, selected))
                                        .take());
  if (const auto update = object_of(response, "update"); !update.isNull())
    update_post(server, *post, update);
  std::string text = text_of(response, "ephemeral_text");
  if (!text.empty()) {
    if (!boolean_of(response, "skip_slack_parsing"))
      text = convert_slack_text(text, [](std::string_view) { return std::string(); });
    EphemeralPost shown{.user_id = user.id,
                        .channel_id = channel->info().id,
                        .message = text,
                        .create_at = server.clock.now_ms()};
    server.ephemeral.add(shown);
    announce_ephemeral(server, shown);
  }
  return trigger_id;
}

void open_dialog(Server& server, const Poco::JSON::Object::Ptr& request) {
  const std::string trigger_id = text_of(request, "trigger_id");
  const std::string user_id = read_trigger_id(server, trigger_id);
  const auto dialog = object_of(request, "dialog");
  const std::string url = text_of(request, "url");
  if (url.empty()) refuse_body("url");
  if (dialog.isNull()) refuse_body("dialog");
  OpenDialog shown{.url = url,
                   .dialog_json = json_of(dialog),
                   .callback_id = text_of(dialog, "callback_id"),
                   .state = text_of(dialog, "state"),
                   .notify_on_cancel = boolean_of(dialog, "notify_on_cancel")};
  announce_dialog(server, user_id, trigger_id, shown);
  server.dialogs.open(user_id, std::move(shown));
}

std::string submit_dialog(Server& server, const User& user, std::string_view channel_id,
                          std::string_view team_id, const std::string& submission_json) {
  const auto dialog = server.dialogs.close(user.id);
  if (!dialog) refuse(400, "app.submit_interactive_dialog.json_error");
  const bool cancelled = submission_json == "null";
  if (cancelled && !dialog->notify_on_cancel) return "{}";
  const auto response = call_action(server, dialog->url,
                                    JsonObject()
                                        .text("type", "dialog_submission")
                                        .text("callback_id", dialog->callback_id)
                                        .text("state", dialog->state)
                                        .text("user_id", user.id)
                                        .text("channel_id", channel_id)
                                        .text("team_id", team_id)
                                        .raw("submission", submission_json)
                                        .boolean("cancelled", cancelled)
                                        .take());
  const bool stays = has(response, "errors") || !text_of(response, "error").empty();
  if (stays) server.dialogs.open(user.id, *dialog);
  return json_of(response);
}

}  // namespace belfry::sandbox::mattermost
