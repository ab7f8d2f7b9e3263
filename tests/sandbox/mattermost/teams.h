#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::sandbox::mattermost {

struct Team {
  std::string id{};
  std::string name{};
  std::string display_name{};
  bool open = true;  ///< anybody may join by itself
  std::int64_t create_at = 0;
  std::string town_square{};  ///< the channel that everybody is in
};

/// Threads  All functions from any thread.
class Teams {
 public:
  void add(Team team);
  [[nodiscard]] std::optional<Team> find(std::string_view id) const;
  [[nodiscard]] std::optional<Team> find_by_name(std::string_view name) const;
  [[nodiscard]] std::vector<Team> all() const;

  void join(std::string_view team, std::string_view user);
  void leave(std::string_view team, std::string_view user);
  void make_admin(std::string_view team, std::string_view user);
  [[nodiscard]] bool is_member(std::string_view team, std::string_view user) const;
  [[nodiscard]] bool is_admin(std::string_view team, std::string_view user) const;
  [[nodiscard]] bool share_one(std::string_view user, std::string_view other) const;
  [[nodiscard]] std::vector<Team> of_user(std::string_view user) const;
  [[nodiscard]] std::vector<std::string> members(std::string_view team) const;

 private:
  struct Entry {
    Team team;
    std::set<std::string, std::less<>> members;
    std::set<std::string, std::less<>> admins;
  };

  mutable std::shared_mutex mutex_;
  std::map<std::string, Entry, std::less<>> teams_;  // guarded by mutex_
};

}  // namespace belfry::sandbox::mattermost
