#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace belfry::sandbox::mattermost {

struct User {
  std::string id{};
  std::string username{};
  std::string email{};
  std::string nickname{};
  std::string first_name{};
  std::string last_name{};
  std::string position{};
  std::string roles = "system_user";
  std::string locale = "en";
  std::string time_zone = "Europe/Berlin";
  std::string password{};  ///< empty: cannot log in
  std::int64_t create_at = 0;
  std::int64_t update_at = 0;
  std::int64_t delete_at = 0;  ///< above 0: deactivated, or a disabled bot
  bool is_bot = false;
  std::string owner_id{};  ///< of a bot
  std::string display_name{};
  std::string description{};
  std::int64_t last_icon_update = 0;

  [[nodiscard]] bool is_admin() const;
};

using UserPtr = std::shared_ptr<const User>;

struct Status {
  std::string status = "offline";  ///< `online`, `away`, `dnd`, `offline`, `ooo`
  bool manual = false;
  std::int64_t last_activity_at = 0;
};

/// Everybody on the server, bots included.
/// Threads  All functions from any thread. A User is immutable; a change makes a new one.
class People {
 public:
  /// False when the name or the address is taken. Both are kept in lower case.
  bool add(User user);
  [[nodiscard]] UserPtr find(std::string_view id) const;
  [[nodiscard]] UserPtr find_by_username(std::string_view username) const;
  [[nodiscard]] UserPtr find_by_email(std::string_view email) const;
  /// Null when unknown. `change` must leave id, name and address alone.
  UserPtr modify(std::string_view id, const std::function<void(User&)>& change);
  /// False when the name is taken.
  bool rename(std::string_view id, std::string_view username);
  /// In the order in which they were added.
  [[nodiscard]] std::vector<UserPtr> all() const;

  [[nodiscard]] Status status(std::string_view id) const;
  /// True when the word changed.
  bool set_status(std::string_view id, const Status& status);

 private:
  mutable std::shared_mutex mutex_;
  std::map<std::string, UserPtr, std::less<>> by_id_;            // guarded by mutex_
  std::map<std::string, std::string, std::less<>> by_username_;  // guarded by mutex_
  std::map<std::string, std::string, std::less<>> by_email_;     // guarded by mutex_
  std::vector<std::string> order_;                               // guarded by mutex_
  std::map<std::string, Status, std::less<>> statuses_;          // guarded by mutex_
};

}  // namespace belfry::sandbox::mattermost
