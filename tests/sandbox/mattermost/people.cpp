#include "tests/sandbox/mattermost/people.h"

#include <mutex>

#include "tests/sandbox/web.h"

namespace belfry::sandbox::mattermost {

bool User::is_admin() const {
  return roles.find("system_admin") != std::string::npos;
}

bool People::add(User user) {
  user.username = lower_case(user.username);
  user.email = lower_case(user.email);
  const std::unique_lock lock(mutex_);
  if (by_username_.contains(user.username)) return false;
  if (!user.email.empty() && by_email_.contains(user.email)) return false;
  by_username_.emplace(user.username, user.id);
  if (!user.email.empty()) by_email_.emplace(user.email, user.id);
  order_.push_back(user.id);
  const std::string id = user.id;
  by_id_.emplace(id, std::make_shared<const User>(std::move(user)));
  return true;
}

UserPtr People::find(std::string_view id) const {
  const std::shared_lock lock(mutex_);
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

UserPtr People::find_by_username(std::string_view username) const {
  const std::shared_lock lock(mutex_);
  const auto found = by_username_.find(lower_case(username));
  return found == by_username_.end() ? nullptr : by_id_.at(found->second);
}

UserPtr People::find_by_email(std::string_view email) const {
  const std::shared_lock lock(mutex_);
  const auto found = by_email_.find(lower_case(email));
  return found == by_email_.end() ? nullptr : by_id_.at(found->second);
}

UserPtr People::modify(std::string_view id, const std::function<void(User&)>& change) {
  const std::unique_lock lock(mutex_);
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return nullptr;
  User user = *found->second;
  change(user);
  found->second = std::make_shared<const User>(std::move(user));
  return found->second;
}

bool People::rename(std::string_view id, std::string_view username) {
  const std::string name = lower_case(username);
  const std::unique_lock lock(mutex_);
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return false;
  const auto taken = by_username_.find(name);
  if (taken != by_username_.end()) return taken->second == id;
  User user = *found->second;
  by_username_.erase(user.username);
  by_username_.emplace(name, user.id);
  user.username = name;
  found->second = std::make_shared<const User>(std::move(user));
  return true;
}

std::vector<UserPtr> People::all() const {
  const std::shared_lock lock(mutex_);
  std::vector<UserPtr> out;
  out.reserve(order_.size());
  for (const auto& id : order_) out.push_back(by_id_.at(id));
  return out;
}

Status People::status(std::string_view id) const {
  const std::shared_lock lock(mutex_);
  const auto found = statuses_.find(id);
  return found == statuses_.end() ? Status{} : found->second;
}

bool People::set_status(std::string_view id, const Status& status) {
  const std::unique_lock lock(mutex_);
  const auto found = statuses_.find(id);
  if (found == statuses_.end()) {
    statuses_.emplace(std::string(id), status);
    return status.status != Status{}.status;
  }
  const bool changed = found->second.status != status.status;
  found->second = status;
  return changed;
}

}  // namespace belfry::sandbox::mattermost
