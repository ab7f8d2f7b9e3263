#include "tests/sandbox/directory.h"

#include "tests/sandbox/crypto.h"
#include "tests/sandbox/web.h"

namespace belfry::sandbox {

Directory::Directory()
    : secrets_{"sandbox-client-secret"}, roles_{"Chat.Read.All", "Presence.Read.All"} {}

std::vector<std::string> Directory::client_secrets() const {
  const std::shared_lock lock(mutex_);
  return secrets_;
}

void Directory::set_client_secrets(std::vector<std::string> secrets) {
  const std::unique_lock lock(mutex_);
  secrets_ = std::move(secrets);
}

std::set<std::string> Directory::app_roles() const {
  const std::shared_lock lock(mutex_);
  return roles_;
}

void Directory::set_app_roles(std::set<std::string> roles) {
  const std::unique_lock lock(mutex_);
  roles_ = std::move(roles);
}

std::string Directory::add_person(Person person) {
  if (person.id.empty()) person.id = random_guid();
  if (person.principal.empty()) person.principal = person.mail;
  if (person.tenant.empty()) person.tenant = tenant_id_;
  const std::unique_lock lock(mutex_);
  const std::string id = person.id;
  if (!people_.contains(id)) order_.push_back(id);
  people_[id] = std::move(person);
  return id;
}

std::optional<Person> Directory::person(std::string_view id) const {
  const std::shared_lock lock(mutex_);
  const auto found = people_.find(std::string(id));
  if (found == people_.end()) return std::nullopt;
  return found->second;
}

std::optional<Person> Directory::person_by_mail(std::string_view mail) const {
  const std::shared_lock lock(mutex_);
  for (const auto& [id, person] : people_)
    if (equal_ignoring_case(person.mail, mail) || equal_ignoring_case(person.principal, mail))
      return person;
  return std::nullopt;
}

std::vector<Person> Directory::people() const {
  const std::shared_lock lock(mutex_);
  std::vector<Person> out;
  out.reserve(order_.size());
  for (const std::string& id : order_) out.push_back(people_.at(id));
  return out;
}

}  // namespace belfry::sandbox
