#include "tests/sandbox/mattermost/commands.h"

#include <algorithm>

#include "tests/sandbox/mattermost/ids.h"
#include "tests/sandbox/mattermost/refusal.h"
#include "tests/sandbox/web.h"

namespace belfry::sandbox::mattermost {

namespace {

constexpr std::int64_t k_answer_ms = 30 * 60'000;
constexpr int k_answer_uses = 5;

}  // namespace

bool Commands::save(Command command) {
  command.trigger = lower_case(command.trigger);
  const std::lock_guard lock(mutex_);
  const bool taken = std::any_of(commands_.begin(), commands_.end(), [&](const auto& entry) {
    return entry.first != command.id && entry.second.team_id == command.team_id &&
           entry.second.trigger == command.trigger;
  });
  if (taken) return false;
  commands_.insert_or_assign(command.id, command);
  return true;
}

std::optional<Command> Commands::find(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  const auto found = commands_.find(id);
  if (found == commands_.end()) return std::nullopt;
  return found->second;
}

std::optional<Command> Commands::find(std::string_view team_id, std::string_view trigger) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [id, command] : commands_)
    if (command.team_id == team_id && command.trigger == trigger) return command;
  return std::nullopt;
}

std::vector<Command> Commands::of_team(std::string_view team_id) const {
  const std::lock_guard lock(mutex_);
  std::vector<Command> out;
  for (const auto& [id, command] : commands_)
    if (command.team_id == team_id) out.push_back(command);
  return out;
}

void Commands::remove(std::string_view id) {
  const std::lock_guard lock(mutex_);
  const auto found = commands_.find(id);
  if (found != commands_.end()) commands_.erase(found);
}

void Commands::give_to_plugin(std::string_view trigger) {
  const std::lock_guard lock(mutex_);
  plugin_triggers_.emplace(trigger);
}

bool Commands::is_plugins(std::string_view trigger) const {
  const std::lock_guard lock(mutex_);
  return plugin_triggers_.contains(trigger);
}

std::string Commands::open_answer(CommandCall call) {
  const std::int64_t now = clock_.now_ms();
  std::string id = make_id();
  const std::lock_guard lock(mutex_);
  std::erase_if(answers_,
                [&](const auto& entry) { return now - entry.second.create_at > k_answer_ms; });
  answers_.emplace(id, Answer{.call = std::move(call), .create_at = now});
  return id;
}

CommandCall Commands::use_answer(std::string_view id) {
  const std::int64_t now = clock_.now_ms();
  const std::lock_guard lock(mutex_);
  const auto found = answers_.find(id);
  if (found == answers_.end() || now - found->second.create_at > k_answer_ms)
    refuse(404, "app.command_webhook.get.missing");
  if (found->second.uses >= k_answer_uses) refuse(400, "app.command_webhook.try_use.invalid");
  ++found->second.uses;
  return found->second.call;
}

}  // namespace belfry::sandbox::mattermost
