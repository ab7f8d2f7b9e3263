#pragma once

#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace belfry::sandbox {

struct Person {
  std::string id = {};  ///< empty: one is made up
  std::string name = {};
  std::string mail = {};       ///< may stay empty, as with guests
  std::string principal = {};  ///< userPrincipalName; empty: the mail
  std::string tenant = {};     ///< empty: our tenant
  bool enabled = true;
  bool licensed = true;  ///< messages of others raise no notification under payment model A
};

/// The simulated organisation: one tenant, one app registration, the people.
/// Threads  All functions from any thread; people are handed out as copies.
class Directory {
 public:
  Directory();

  [[nodiscard]] const std::string& tenant_id() const { return tenant_id_; }
  [[nodiscard]] const std::string& client_id() const { return client_id_; }
  [[nodiscard]] const std::string& app_object_id() const { return app_object_id_; }

  /// Secrets that the token endpoint accepts; the first is the one that `belfry-sandbox` prints.
  [[nodiscard]] std::vector<std::string> client_secrets() const;
  void set_client_secrets(std::vector<std::string> secrets);
  /// Application permissions that an administrator has granted.
  [[nodiscard]] std::set<std::string> app_roles() const;
  void set_app_roles(std::set<std::string> roles);

  /// Adds, or replaces the one of that id; returns the id.
  std::string add_person(Person person);
  [[nodiscard]] std::optional<Person> person(std::string_view id) const;
  /// By mail or principal name, without regard to case.
  [[nodiscard]] std::optional<Person> person_by_mail(std::string_view mail) const;
  /// In the order in which they were added.
  [[nodiscard]] std::vector<Person> people() const;

 private:
  const std::string tenant_id_ = "3f6c1a52-9d0e-4b7a-8c21-5e4d7f90b113";
  const std::string client_id_ = "8b1f0c9e-2d47-4e6a-b35d-71c9a0e8f264";
  const std::string app_object_id_ = "c7d25e10-58aa-4c0f-9be3-2f6a81d4e7b9";

  mutable std::shared_mutex mutex_;
  std::vector<std::string> secrets_;                // guarded by mutex_
  std::set<std::string> roles_;                     // guarded by mutex_
  std::unordered_map<std::string, Person> people_;  // guarded by mutex_
  std::vector<std::string> order_;                  // guarded by mutex_
};

}  // namespace belfry::sandbox
