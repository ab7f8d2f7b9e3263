#include "tests/sandbox/mattermost/server.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "tests/sandbox/crypto.h"
#include "tests/sandbox/mattermost/events.h"
#include "tests/sandbox/mattermost/ids.h"
#include "tests/sandbox/mattermost/refusal.h"

namespace belfry::sandbox::mattermost {

void EphemeralPosts::add(EphemeralPost post) {
  const std::lock_guard lock(mutex_);
  auto& posts = posts_[post.user_id];
  posts.push_back(std::move(post));
  if (posts.size() > k_per_user) posts.erase(posts.begin());
}

std::vector<EphemeralPost> EphemeralPosts::of_user(std::string_view user_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = posts_.find(user_id);
  return found == posts_.end() ? std::vector<EphemeralPost>{} : found->second;
}

void EphemeralPosts::dismiss(std::string_view user_id, std::string_view message) {
  const std::lock_guard lock(mutex_);
  const auto found = posts_.find(user_id);
  if (found == posts_.end()) return;
  auto& posts = found->second;
  const auto newest = std::find_if(posts.rbegin(), posts.rend(), [&](const EphemeralPost& post) {
    return post.message == message;
  });
  if (newest != posts.rend()) posts.erase(std::next(newest).base());
}

void OpenDialogs::open(std::string_view user_id, OpenDialog dialog) {
  const std::lock_guard lock(mutex_);
  dialogs_.insert_or_assign(std::string(user_id), std::move(dialog));
}

std::optional<OpenDialog> OpenDialogs::close(std::string_view user_id) {
  const std::lock_guard lock(mutex_);
  const auto found = dialogs_.find(user_id);
  if (found == dialogs_.end()) return std::nullopt;
  OpenDialog dialog = std::move(found->second);
  dialogs_.erase(found);
  return dialog;
}

std::optional<OpenDialog> OpenDialogs::shown(std::string_view user_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = dialogs_.find(user_id);
  if (found == dialogs_.end()) return std::nullopt;
  return found->second;
}

std::vector<std::string> members_of(const Server& server, const Channel& channel) {
  return channel.is_direct() ? channel.info().members
                             : server.teams.members(channel.info().team_id);
}

bool is_member(const Server& server, const Channel& channel, std::string_view user_id) {
  return channel.is_direct() ? channel.is_direct_with(user_id)
                             : server.teams.is_member(channel.info().team_id, user_id);
}

ChannelPtr channel_for(const Server& server, const User& user, std::string_view channel_id) {
  auto channel = server.posts.find_channel(channel_id);
  if (!channel || (!user.is_admin() && !is_member(server, *channel, user.id))) refuse_permission();
  return channel;
}

bool is_restricted(const Server& server, const Channel& channel) {
  if (!channel.is_direct() || server.config.current()->text("RestrictDirectMessage") != "team")
    return false;
  const auto& members = channel.info().members;
  return members.size() == 2 && !server.teams.share_one(members[0], members[1]);
}

void set_presence(Server& server, std::string_view user_id, Presence presence) {
  const Status status{.status = presence == Presence::online ? "online" : "offline",
                      .last_activity_at = server.clock.now_ms()};
  if (server.people.set_status(user_id, status)) announce_status(server, user_id, status);
}

std::string make_trigger_id(const Server& server, std::string_view user_id) {
  return base64(fmt::format("{}:{}:{}:{}", make_id(), user_id, server.clock.now_ms(), make_id()));
}

std::string read_trigger_id(const Server& server, const std::string& trigger_id) {
  constexpr std::string_view k_invalid =
      "interactive_message.decode_trigger_id.base64_decode_failed";
  const auto decoded = decode_base64(trigger_id);
  if (!decoded) refuse(400, std::string(k_invalid));
  std::vector<std::string_view> parts;
  std::string_view rest = *decoded;
  for (auto colon = rest.find(':'); colon != std::string_view::npos; colon = rest.find(':')) {
    parts.push_back(rest.substr(0, colon));
    rest.remove_prefix(colon + 1);
  }
  if (parts.size() != 3) refuse(400, "interactive_message.decode_trigger_id.missing_data");
  std::int64_t made_ms = 0;
  std::from_chars(parts[2].data(), parts[2].data() + parts[2].size(), made_ms);
  const std::int64_t lifetime_ms =
      server.config.current()->number("OutgoingIntegrationRequestsTimeout") * 1'000;
  if (server.clock.now_ms() - made_ms > lifetime_ms)
    refuse(400, "interactive_message.decode_trigger_id.expired");
  return std::string(parts[1]);
}

}  // namespace belfry::sandbox::mattermost
