#pragma once

#include <map>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace belfry::sandbox::mattermost {

struct Preference {
  std::string user_id{};
  std::string category{};
  std::string name{};
  std::string value{};
};

/// Threads  All functions from any thread.
class Preferences {
 public:
  void save(const std::vector<Preference>& preferences);
  [[nodiscard]] std::vector<Preference> of_user(std::string_view user_id) const;
  [[nodiscard]] std::optional<Preference> find(std::string_view user_id, std::string_view category,
                                               std::string_view name) const;

 private:
  using Key = std::tuple<std::string, std::string, std::string>;

  mutable std::shared_mutex mutex_;
  std::map<Key, std::string> values_;  // guarded by mutex_
};

}  // namespace belfry::sandbox::mattermost
