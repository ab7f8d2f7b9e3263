#include "tests/sandbox/mattermost/teams.h"

#include <algorithm>
#include <mutex>

namespace belfry::sandbox::mattermost {

void Teams::add(Team team) {
  const std::unique_lock lock(mutex_);
  const std::string id = team.id;
  teams_[id].team = std::move(team);
}

std::optional<Team> Teams::find(std::string_view id) const {
  const std::shared_lock lock(mutex_);
  const auto found = teams_.find(id);
  if (found == teams_.end()) return std::nullopt;
  return found->second.team;
}

std::optional<Team> Teams::find_by_name(std::string_view name) const {
  const std::shared_lock lock(mutex_);
  for (const auto& [id, entry] : teams_)
    if (entry.team.name == name) return entry.team;
  return std::nullopt;
}

std::vector<Team> Teams::all() const {
  const std::shared_lock lock(mutex_);
  std::vector<Team> out;
  for (const auto& [id, entry] : teams_) out.push_back(entry.team);
  return out;
}

void Teams::join(std::string_view team, std::string_view user) {
  const std::unique_lock lock(mutex_);
  const auto found = teams_.find(team);
  if (found != teams_.end()) found->second.members.emplace(user);
}

void Teams::leave(std::string_view team, std::string_view user) {
  const std::unique_lock lock(mutex_);
  const auto found = teams_.find(team);
  if (found == teams_.end()) return;
  const auto member = found->second.members.find(user);
  if (member != found->second.members.end()) found->second.members.erase(member);
}

void Teams::make_admin(std::string_view team, std::string_view user) {
  const std::unique_lock lock(mutex_);
  const auto found = teams_.find(team);
  if (found == teams_.end()) return;
  found->second.members.emplace(user);
  found->second.admins.emplace(user);
}

bool Teams::is_member(std::string_view team, std::string_view user) const {
  const std::shared_lock lock(mutex_);
  const auto found = teams_.find(team);
  return found != teams_.end() && found->second.members.contains(user);
}

bool Teams::is_admin(std::string_view team, std::string_view user) const {
  const std::shared_lock lock(mutex_);
  const auto found = teams_.find(team);
  return found != teams_.end() && found->second.admins.contains(user);
}

bool Teams::share_one(std::string_view user, std::string_view other) const {
  const std::shared_lock lock(mutex_);
  return std::any_of(teams_.begin(), teams_.end(), [&](const auto& entry) {
    return entry.second.members.contains(user) && entry.second.members.contains(other);
  });
}

std::vector<Team> Teams::of_user(std::string_view user) const {
  const std::shared_lock lock(mutex_);
  std::vector<Team> out;
  for (const auto& [id, entry] : teams_)
    if (entry.members.contains(user)) out.push_back(entry.team);
  return out;
}

std::vector<std::string> Teams::members(std::string_view team) const {
  const std::shared_lock lock(mutex_);
  const auto found = teams_.find(team);
  if (found == teams_.end()) return {};
  return {found->second.members.begin(), found->second.members.end()};
}

}  // namespace belfry::sandbox::mattermost
