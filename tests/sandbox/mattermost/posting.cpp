#include "tests/sandbox/mattermost/posting.h"

#include <algorithm>
#include <array>
#include <thread>

#include "tests/sandbox/mattermost/ids.h"
#include "tests/sandbox/mattermost/json_text.h"
#include "tests/sandbox/mattermost/refusal.h"
#include "tests/sandbox/web.h"

namespace belfry::sandbox::mattermost {

namespace {

constexpr std::size_t k_file_ids_runes = 300;
constexpr std::size_t k_props_runes = 800'000;
constexpr std::array<const char*, 5> k_integration_props{"from_webhook", "override_username",
                                                         "override_icon_url", "override_icon_emoji",
                                                         "webhook_display_name"};

void pause(const std::atomic<std::int64_t>& ms) {
  const std::int64_t value = ms.load();
  if (value > 0) std::this_thread::sleep_for(std::chrono::milliseconds{value});
}

/// One of the failures that were asked for.
bool strikes(std::atomic<int>& left) {
  int value = left.load();
  while (value > 0)
    if (left.compare_exchange_weak(value, value - 1)) return true;
  return false;
}

void check_hardened(const Settings& settings, const User& author,
                    const Poco::JSON::Object::Ptr& props) {
  if (props.isNull() || author.is_bot || !settings.is_on("EnableHardenedMode")) return;
  for (const char* name : k_integration_props)
    if (props->has(name)) refuse_body("props");
}

void check_priority(const Settings& settings, const Draft& draft) {
  if (draft.priority.empty() && !draft.requested_ack && !draft.persistent_notifications) return;
  if (!settings.is_on("PostPriority"))
    refuse(403, "api.post.post_priority.priority_post_not_allowed_for_user.request_error");
  if (!draft.root_id.empty())
    refuse(400, "api.post.post_priority.priority_post_only_allowed_for_root_post.request_error");
  if (draft.requested_ack || draft.persistent_notifications)
    refuse(501, "license_error.feature_unavailable");
}

void check_root(const Server& server, const Draft& draft) {
  if (draft.root_id.empty()) return;
  const auto root = server.posts.find(draft.root_id);
  if (!root || root->delete_at > 0 || !root->root_id.empty())
    refuse(400, "api.post.create_post.root_id.app_error");
  if (root->channel_id != draft.channel_id)
    refuse(400, "api.post.create_post.channel_root_id.app_error");
}

void check_sizes(const Settings& settings, std::string_view message, std::string_view props_json,
                 const std::vector<std::string>& file_ids) {
  if (count_runes(message) > static_cast<std::size_t>(settings.number("MaxPostSize")))
    refuse(400, "model.post.is_valid.message_length.app_error");
  if (json_texts(file_ids).size() > k_file_ids_runes)
    refuse(400, "model.post.is_valid.file_ids.app_error");
  if (props_json.size() > k_props_runes && count_runes(props_json) > k_props_runes)
    refuse(400, "model.post.is_valid.props.app_error");
}

std::vector<std::string> each_once(const std::vector<std::string>& ids) {
  std::vector<std::string> out;
  for (const auto& id : ids)
    if (std::find(out.begin(), out.end(), id) == out.end()) out.push_back(id);
  return out;
}

/// The first post of this `pending_post_id`; null when there is none that counts.
PostPtr deduplicate(Server& server, const User& author, const std::string& pending_post_id) {
  if (pending_post_id.empty()) return nullptr;
  const auto known = server.pending.find(pending_post_id);
  if (!known) {
    server.pending.store(pending_post_id, "");
    return nullptr;
  }
  if (known->empty()) refuse(500, "api.post.deduplicate_create_post.pending");
  const auto post = server.posts.find(*known);
  if (!post || post->delete_at > 0) refuse(500, "api.post.deduplicate_create_post.failed_to_get");
  const auto channel = server.posts.find_channel(post->channel_id);
  if (!author.is_admin() && !is_member(server, *channel, author.id)) return nullptr;
  return post;
}

void count_reply(Server& server, const Post& reply) {
  if (reply.root_id.empty()) return;
  server.posts.modify(reply.root_id, [&](Post& root) {
    ++root.reply_count;
    root.last_reply_at = reply.create_at;
    root.update_at = reply.create_at;
  });
}

PostPtr save(Server& server, const User& author, Channel& channel, const Draft& draft,
             SetOnline set_online) {
  const auto settings = server.config.current();
  check_root(server, draft);
  Poco::JSON::Object::Ptr props = draft.props.isNull() ? new Poco::JSON::Object : draft.props;
  if (author.is_bot) props->set("from_bot", "true");
  PreparedProps prepared = prepare_props(props);
  auto file_ids = each_once(draft.file_ids);
  if (!draft.id.empty()) refuse(400, "app.post.save.existing.app_error");
  check_sizes(*settings, draft.message, prepared.json, file_ids);

  pause(server.trouble.delay_before_save_ms);
  if (strikes(server.trouble.fail_before_save)) refuse(500, "app.post.save.app_error");
  Post post{.id = make_id(),
            .create_at = author.is_admin() ? draft.create_at : 0,
            .user_id = author.id,
            .root_id = draft.root_id,
            .message = draft.message,
            .type = draft.type,
            .props_json = std::move(prepared.json),
            .has_attachments = prepared.has_attachments,
            .hashtags = hashtags_of(
                draft.message, static_cast<std::size_t>(settings->number("MinimumHashtagLength"))),
            .pending_post_id = draft.pending_post_id,
            .priority = draft.priority,
            .actions = std::move(prepared.actions)};
  // What cannot be attached is dropped without a word; `file_ids` of the answer tells.
  std::erase_if(file_ids,
                [&](const std::string&) { return strikes(server.trouble.leave_out_files); });
  post.file_ids = server.files.attach(file_ids, post.id, channel.info().id, author.id);
  auto saved = server.posts.append(channel, std::move(post));
  if (!draft.pending_post_id.empty()) server.pending.store(draft.pending_post_id, saved->id);

  pause(server.trouble.delay_after_save_ms);
  if (strikes(server.trouble.fail_after_save)) refuse(500, "app.post.save.app_error");
  count_reply(server, *saved);
  announce_posted(server, channel, *saved, set_online);
  return saved;
}

/// Applies a patch to a post that may be changed, and tells the channel.
PostPtr apply(Server& server, const Post& original, const PostPatch& patch) {
  const auto settings = server.config.current();
  PreparedProps prepared;
  if (patch.props) prepared = prepare_props(*patch.props);
  const auto wanted = patch.file_ids ? each_once(*patch.file_ids) : original.file_ids;
  check_sizes(*settings, patch.message.value_or(original.message), prepared.json, wanted);

  std::vector<std::string> files = original.file_ids;
  if (patch.file_ids) {
    files = server.files.attach(wanted, original.id, original.channel_id, original.user_id);
    std::vector<std::string> gone = original.file_ids;
    std::erase_if(gone, [&](const std::string& id) {
      return std::find(files.begin(), files.end(), id) != files.end();
    });
    server.files.remove(gone, server.clock.now_ms());
  }
  auto changed = server.posts.modify(original.id, [&](Post& post) {
    bool edited = files != post.file_ids;
    post.update_at = std::max(server.clock.now_ms(), post.update_at + 1);
    if (patch.message) {
      edited = edited || *patch.message != post.message;
      post.message = *patch.message;
      post.hashtags = hashtags_of(
          post.message, static_cast<std::size_t>(settings->number("MinimumHashtagLength")));
    }
    if (patch.props) {
      const auto attachments = [](const std::string& json) {
        const auto props = parse_object(json);
        return props.isNull() ? std::string() : json_of(props->get("attachments"));
      };
      edited = edited || attachments(prepared.json) != attachments(post.props_json);
      post.props_json = prepared.json;
      post.has_attachments = prepared.has_attachments;
      post.actions = prepared.actions;
    }
    post.file_ids = files;
    if (patch.is_pinned) post.is_pinned = *patch.is_pinned;
    if (edited) post.edit_at = post.update_at;
  });
  announce_edited(server, *server.posts.find_channel(original.channel_id), *changed);
  return changed;
}

}  // namespace

MadePost create_post(Server& server, const User& author, Draft draft, SetOnline set_online) {
  const auto settings = server.config.current();
  const auto channel = channel_for(server, author, draft.channel_id);
  check_hardened(*settings, author, draft.props);
  check_priority(*settings, draft);
  if (draft.type.starts_with("system_")) refuse(400, "api.context.invalid_param.app_error");
  if (is_restricted(server, *channel))
    refuse(400, "api.post.create_post.can_not_post_in_restricted_dm.error");

  if (auto first = deduplicate(server, author, draft.pending_post_id))
    return {.post = std::move(first), .duplicate = true};
  try {
    auto post = save(server, author, *channel, draft, set_online);
    if (!draft.pending_post_id.empty()) server.pending.store(draft.pending_post_id, post->id);
    if (set_online == SetOnline::yes) set_presence(server, author.id, Presence::online);
    return {.post = std::move(post)};
  } catch (const Refusal&) {
    // Also when the post was saved: a retry then makes a second one, as on the real server.
    if (!draft.pending_post_id.empty()) server.pending.remove(draft.pending_post_id);
    throw;
  }
}

PostPtr patch_post(Server& server, const User& caller, std::string_view post_id,
                   const PostPatch& patch) {
  const auto settings = server.config.current();
  const auto post = server.posts.find(post_id);
  if (!post || post->delete_at > 0) refuse_permission();
  const auto channel = channel_for(server, caller, post->channel_id);
  if (post->user_id != caller.id && !caller.is_admin()) refuse_permission();
  if (patch.props) check_hardened(*settings, caller, *patch.props);
  const std::int64_t limit_s = settings->number("PostEditTimeLimit");
  if (limit_s >= 0 && patch.message && server.clock.now_ms() > post->create_at + limit_s * 1'000)
    refuse(400, "api.post.update_post.permissions_time_limit.app_error");
  if (is_restricted(server, *channel))
    refuse(400, "api.post.patch_post.can_not_update_post_in_restricted_dm.error");
  return apply(server, *post, patch);
}

PostPtr replace_post(Server& server, std::string_view post_id, const PostPatch& patch) {
  const auto post = server.posts.find(post_id);
  if (!post || post->delete_at > 0) return nullptr;
  return apply(server, *post, patch);
}

void delete_post(Server& server, const User& caller, std::string_view post_id) {
  const auto post = server.posts.find(post_id);
  if (!post || post->delete_at > 0) refuse(404, "app.post.get.app_error");
  const auto channel = channel_for(server, caller, post->channel_id);
  if (post->user_id != caller.id && !caller.is_admin()) refuse_permission();
  if (is_restricted(server, *channel))
    refuse(400, "api.post.delete_post.can_not_delete_from_restricted_dm.error");
  const std::int64_t now = server.clock.now_ms();
  server.files.remove(post->file_ids, now);
  server.posts.modify(post_id, [&](Post& gone) {
    gone.delete_at = now;
    gone.update_at = std::max(now, gone.update_at + 1);
  });
  Post told = *post;
  told.delete_at = now;
  announce_deleted(server, *channel, told);
}

PostPtr readable_post(const Server& server, const User& caller, std::string_view post_id) {
  auto post = server.posts.find(post_id);
  if (!post || post->delete_at > 0) refuse(404, "app.post.get.app_error");
  (void)channel_for(server, caller, post->channel_id);
  return post;
}

}  // namespace belfry::sandbox::mattermost
