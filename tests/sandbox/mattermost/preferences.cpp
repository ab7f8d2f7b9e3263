#include "tests/sandbox/mattermost/preferences.h"

#include <mutex>

namespace belfry::sandbox::mattermost {

void Preferences::save(const std::vector<Preference>& preferences) {
  const std::unique_lock lock(mutex_);
  for (const auto& entry : preferences)
    values_.insert_or_assign(Key{entry.user_id, entry.category, entry.name}, entry.value);
}

std::vector<Preference> Preferences::of_user(std::string_view user_id) const {
  const std::shared_lock lock(mutex_);
  std::vector<Preference> out;
  for (const auto& [key, value] : values_)
    if (std::get<0>(key) == user_id)
      out.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key), value});
  return out;
}

std::optional<Preference> Preferences::find(std::string_view user_id, std::string_view category,
                                            std::string_view name) const {
  const std::shared_lock lock(mutex_);
  const auto found =
      values_.find(Key{std::string(user_id), std::string(category), std::string(name)});
  if (found == values_.end()) return std::nullopt;
  return Preference{std::string(user_id), std::string(category), std::string(name), found->second};
}

}  // namespace belfry::sandbox::mattermost
