#include <algorithm>

#include "tests/sandbox/mattermost/events.h"
#include "tests/sandbox/mattermost/ids.h"
#include "tests/sandbox/mattermost/interactions.h"
#include "tests/sandbox/mattermost/mattermost_simulator.h"
#include "tests/sandbox/mattermost/posting.h"
#include "tests/sandbox/mattermost/refusal.h"
#include "tests/sandbox/mattermost/server.h"

// What tests and the demo do with the simulated server from inside: no HTTP in between.
namespace belfry::sandbox {

using mattermost::Refusal;
using mattermost::User;

namespace {

template <class Work>
MattermostSimulator::Answer answered(Work&& work) {
  MattermostSimulator::Answer answer;
  try {
    work(answer);
  } catch (const Refusal& refusal) {
    answer.status = refusal.status;
    answer.error_id = refusal.id;
  }
  return answer;
}

void read_shown(MattermostSimulator::Answer& answer) {
  const auto response = parse_object(answer.json);
  if (response.isNull()) return;
  answer.text = response->optValue<std::string>("text", "");
  answer.goto_location = response->optValue<std::string>("goto_location", "");
}

}  // namespace

std::string MattermostSimulator::add(const NewUser& user, std::string_view roles) {
  const std::int64_t now = server_->clock.now_ms();
  User added{.id = mattermost::make_id(),
             .username = user.username,
             .email = user.email,
             .first_name = user.first,
             .last_name = user.last,
             .roles = std::string(roles),
             .locale = user.locale,
             .time_zone = user.time_zone,
             .password = user.password,
             .create_at = now,
             .update_at = now};
  const std::string id = added.id;
  if (!server_->people.add(std::move(added))) return {};
  server_->teams.join(staff_, id);
  return id;
}

std::string MattermostSimulator::add_user(const NewUser& user) {
  return add(user, "system_user");
}

std::string MattermostSimulator::add_admin(const NewUser& user) {
  return add(user, "system_user system_admin");
}

MattermostSimulator::NewBot MattermostSimulator::create_bot(std::string_view username,
                                                            std::string_view owner) {
  const std::int64_t now = server_->clock.now_ms();
  User bot{.id = mattermost::make_id(),
           .username = std::string(username),
           .email = std::string(username) + "@localhost",
           .first_name = std::string(username),
           .create_at = now,
           .update_at = now,
           .is_bot = true,
           .owner_id = std::string(owner),
           .display_name = std::string(username)};
  const std::string id = bot.id;
  if (!server_->people.add(std::move(bot))) return {};
  return {.user_id = id, .token = server_->tokens.issue(id, mattermost::TokenKind::bot, "").token};
}

std::string MattermostSimulator::token_of(std::string_view user) {
  return server_->tokens.issue(user, mattermost::TokenKind::session, "").token;
}

void MattermostSimulator::revoke_tokens_of(std::string_view user) {
  server_->tokens.revoke_all_of(user);
}

void MattermostSimulator::deactivate_user(std::string_view user) {
  const std::int64_t now = server_->clock.now_ms();
  const auto off = [&](User& target) { target.delete_at = target.update_at = now; };
  if (const auto changed = server_->people.modify(user, off))
    mattermost::announce_user_updated(*server_, *changed);
  if (config("DisableBotsWhenOwnerIsDeactivated") != "true") return;
  for (const auto& bot : server_->people.all())
    if (bot->is_bot && bot->owner_id == user && bot->delete_at == 0)
      mattermost::announce_user_updated(*server_, *server_->people.modify(bot->id, off));
}

void MattermostSimulator::activate_user(std::string_view user) {
  const auto changed = server_->people.modify(user, [&](User& target) {
    target.delete_at = 0;
    target.update_at = server_->clock.now_ms();
  });
  if (changed) mattermost::announce_user_updated(*server_, *changed);
}

void MattermostSimulator::set_display(std::string_view user, const Display& display) {
  const auto changed = server_->people.modify(user, [&](User& target) {
    if (!display.locale.empty()) target.locale = display.locale;
    if (!display.time_zone.empty()) target.time_zone = display.time_zone;
    target.update_at = server_->clock.now_ms();
  });
  if (changed) mattermost::announce_user_updated(*server_, *changed);
}

void MattermostSimulator::set_status(std::string_view user, std::string_view status) {
  const mattermost::Status wanted{
      .status = std::string(status), .manual = true, .last_activity_at = server_->clock.now_ms()};
  if (server_->people.set_status(user, wanted)) mattermost::announce_status(*server_, user, wanted);
}

std::string MattermostSimulator::user_by_name(std::string_view username) const {
  const auto user = server_->people.find_by_username(username);
  return user ? user->id : std::string();
}

std::string MattermostSimulator::add_team(std::string_view name) {
  if (server_->teams.find_by_name(name)) return {};
  mattermost::Team team{.id = mattermost::make_id(),
                        .name = std::string(name),
                        .display_name = std::string(name),
                        .create_at = server_->clock.now_ms(),
                        .town_square = mattermost::make_id()};
  server_->posts.add_channel({.id = team.town_square,
                              .type = "O",
                              .team_id = team.id,
                              .name = "town-square",
                              .display_name = "Town Square",
                              .create_at = team.create_at});
  const std::string id = team.id;
  server_->teams.add(std::move(team));
  return id;
}

std::string MattermostSimulator::team_by_name(std::string_view name) const {
  const auto team = server_->teams.find_by_name(name);
  return team ? team->id : std::string();
}

void MattermostSimulator::join_team(std::string_view team, std::string_view user) {
  server_->teams.join(team, user);
  if (const auto joined = server_->teams.find(team))
    mattermost::announce_user_added(*server_, *joined, user);
}

void MattermostSimulator::leave_team(std::string_view team, std::string_view user) {
  server_->teams.leave(team, user);
}

std::vector<MattermostSimulator::Post> MattermostSimulator::posts_in_direct_channel(
    std::string_view user) const {
  std::vector<Post> out;
  for (const auto& bot : server_->people.all()) {
    if (!bot->is_bot) continue;
    const auto channel = server_->posts.find_direct(user, bot->id);
    if (!channel) continue;
    channel->read([&](const std::vector<mattermost::PostPtr>& posts) {
      for (const auto& post : posts) out.push_back(*post);
    });
  }
  std::sort(out.begin(), out.end(),
            [](const Post& a, const Post& b) { return a.number < b.number; });
  return out;
}

std::vector<MattermostSimulator::Post> MattermostSimulator::all_posts() const {
  std::vector<Post> out;
  for (const auto& post : server_->posts.all()) out.push_back(*post);
  return out;
}

std::optional<MattermostSimulator::Post> MattermostSimulator::post(std::string_view id) const {
  const auto found = server_->posts.find(id);
  if (!found) return std::nullopt;
  return *found;
}

std::vector<mattermost::FileRecord> MattermostSimulator::files() const {
  return server_->files.all();
}

std::vector<std::string> MattermostSimulator::ephemeral_messages(std::string_view user) const {
  std::vector<std::string> out;
  for (const auto& shown : server_->ephemeral.of_user(user)) out.push_back(shown.message);
  return out;
}

std::uint64_t MattermostSimulator::posts_created() const {
  return server_->posts.created();
}

std::size_t MattermostSimulator::pending_posts() const {
  return server_->pending.size();
}

std::string MattermostSimulator::direct_channel(std::string_view user, std::string_view other) {
  const auto direct = server_->posts.direct_channel(user, other);
  if (direct.made) mattermost::announce_direct_added(*server_, *direct.channel);
  return direct.channel->info().id;
}

std::string MattermostSimulator::write_as(std::string_view user, std::string_view to,
                                          std::string_view text) {
  const auto author = server_->people.find(user);
  if (!author) return {};
  const std::string channel = server_->people.find(to) ? direct_channel(user, to) : std::string(to);
  try {
    return mattermost::create_post(*server_, *author,
                                   {.channel_id = channel,
                                    .message = std::string(text),
                                    .pending_post_id = author->id + ":" + mattermost::make_id()},
                                   mattermost::SetOnline::yes)
        .post->id;
  } catch (const Refusal&) {
    return {};
  }
}

std::string MattermostSimulator::add_command(std::string_view team, std::string_view trigger,
                                             std::string_view url, std::string* token) {
  mattermost::Command command{.id = mattermost::make_id(),
                              .token = mattermost::make_id(),
                              .team_id = std::string(team),
                              .trigger = std::string(trigger),
                              .url = std::string(url),
                              .auto_complete = true,
                              .create_at = server_->clock.now_ms(),
                              .update_at = server_->clock.now_ms()};
  if (!server_->commands.save(command)) return {};
  if (token != nullptr) *token = command.token;
  return command.id;
}

MattermostSimulator::Answer MattermostSimulator::run_command(std::string_view user,
                                                             std::string_view team,
                                                             std::string_view text,
                                                             std::string_view channel) {
  return answered([&](Answer& answer) {
    const auto caller = server_->people.find(user);
    const auto where = server_->teams.find(team);
    if (!caller || !where) mattermost::refuse(404, "app.user.missing_account.const");
    answer.json = mattermost::run_command(
        *server_, *caller,
        {.channel_id = channel.empty() ? where->town_square : std::string(channel),
         .team_id = where->id,
         .text = std::string(text),
         .root_id = {}});
    read_shown(answer);
  });
}

MattermostSimulator::Answer MattermostSimulator::click(std::string_view user, std::string_view post,
                                                       std::string_view action,
                                                       std::string_view selected) {
  return answered([&](Answer& answer) {
    const auto caller = server_->people.find(user);
    if (!caller) mattermost::refuse(404, "app.user.missing_account.const");
    const std::size_t before = server_->ephemeral.of_user(user).size();
    mattermost::click(*server_, *caller, post, action, std::string(selected));
    const auto shown = server_->ephemeral.of_user(user);
    if (shown.size() > before) answer.text = shown.back().message;
  });
}

MattermostSimulator::Answer MattermostSimulator::submit_dialog(std::string_view user,
                                                               const std::string& submission_json) {
  return answered([&](Answer& answer) {
    const auto caller = server_->people.find(user);
    if (!caller) mattermost::refuse(404, "app.user.missing_account.const");
    answer.json = mattermost::submit_dialog(*server_, *caller, "", staff_, submission_json);
  });
}

bool MattermostSimulator::has_dialog(std::string_view user) const {
  return server_->dialogs.shown(user).has_value();
}

void MattermostSimulator::give_command_to_plugin(std::string_view trigger) {
  server_->commands.give_to_plugin(trigger);
}

}  // namespace belfry::sandbox
