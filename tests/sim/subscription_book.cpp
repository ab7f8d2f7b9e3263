#include "tests/sim/subscription_book.h"

#include <algorithm>

#include "sync/policy/subscription_resource.h"

namespace belfry::sim {
namespace {

/// Source: Graph, "subscription": at most three days; the access right lives as long as the token.
constexpr Duration k_longest = std::chrono::days{3};
constexpr Duration k_access_lives = std::chrono::hours{1};
constexpr const char* k_of_chat = "/chats/";

const char* word_of(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::created:
    case ChangeKind::summary:
      return "created";
    case ChangeKind::edited:
      return "updated";
    case ChangeKind::deleted:
      return "deleted";
    case ChangeKind::chat:
      break;
  }
  return "";
}

/// What stands between `begin` and `end`; empty where it is not of that form.
std::string between(const std::string& text, const std::string& begin, const std::string& end) {
  const auto stop = text.find(end);
  if (!text.starts_with(begin) || stop == std::string::npos || stop < begin.size()) return {};
  return text.substr(begin.size(), stop - begin.size());
}

sync::RemoteSubscription shown(const SubscriptionBook::Entry& entry) {
  return {entry.id, entry.resource, entry.change_types, entry.notification_url, entry.expires};
}

}  // namespace

Result<sync::RemoteSubscription> SubscriptionBook::create(const sync::SubscriptionRequest& request,
                                                          const std::optional<TeamsUserId>& maker) {
  const std::string& resource = request.spec.resource;
  for (const auto& [id, entry] : entries_) {
    const bool is_same =
        entry.resource == resource && entry.change_types == request.spec.change_types;
    if (is_same && is_alive(entry))
      return fail(Error{ErrorKind::refused, id.text(), {}, 409, sync::k_subscription_exists});
  }
  const ChatId chat{between(resource, k_of_chat, "/messages")};
  const bool is_known = company_.chats().contains(chat);
  if (is_known && !may_see(maker, chat))
    return fail(Error{ErrorKind::forbidden, "the chat cannot be seen", {}, 403, {}});
  const char* kind = sync::is_metered(resource) ? "metered-" : "free-";
  const SubscriptionId id{kind + std::to_string(++made_)};
  const WallTime now = clock_.now().wall;
  const Entry entry{id,
                    resource,
                    request.spec.change_types,
                    request.notification_url,
                    request.client_state,
                    request.certificate.value_or(CertificateId{}),
                    std::min(request.expires, now + k_longest),
                    now + k_access_lives,
                    maker};
  entries_[id] = entry;
  return shown(entry);
}

Result<sync::RemoteSubscription> SubscriptionBook::renew(const SubscriptionId& id, WallTime expires,
                                                         const EncryptionCertificate* certificate) {
  const auto found = entries_.find(id);
  if (found == entries_.end() || !is_alive(found->second))
    return fail(ErrorKind::gone, "no such subscription");
  Entry& entry = found->second;
  const WallTime now = clock_.now().wall;
  entry.expires = std::min(expires, now + k_longest);
  entry.access_until = now + k_access_lives;
  if (certificate != nullptr) entry.certificate = certificate->id;
  return shown(entry);
}

Result<> SubscriptionBook::remove(const SubscriptionId& id) {
  if (entries_.erase(id) == 0) return fail(ErrorKind::gone, "no such subscription");
  return {};
}

std::vector<sync::RemoteSubscription> SubscriptionBook::list() const {
  std::vector<sync::RemoteSubscription> all;
  for (const auto& [id, entry] : entries_) {
    if (is_alive(entry)) all.push_back(shown(entry));
  }
  return all;
}

const SubscriptionBook::Entry* SubscriptionBook::find(const SubscriptionId& id) const {
  const auto found = entries_.find(id);
  return found == entries_.end() || !is_alive(found->second) ? nullptr : &found->second;
}

std::vector<SubscriptionId> SubscriptionBook::ids() const {
  std::vector<SubscriptionId> all;
  for (const auto& [id, entry] : entries_) {
    if (is_alive(entry)) all.push_back(id);
  }
  return all;
}

std::vector<const SubscriptionBook::Entry*> SubscriptionBook::told_of(const ChatId& chat,
                                                                      ChangeKind kind) const {
  std::vector<const Entry*> told;
  for (const auto& [id, entry] : entries_) {
    const bool wants = entry.change_types.find(word_of(kind)) != std::string::npos;
    if (wants && is_alive(entry) && covers(entry, chat)) told.push_back(&entry);
  }
  return told;
}

std::vector<const SubscriptionBook::Entry*> SubscriptionBook::told_of_chats() const {
  std::vector<const Entry*> told;
  for (const auto& [id, entry] : entries_) {
    if (entry.resource == sync::k_chats_resource && is_alive(entry)) told.push_back(&entry);
  }
  return told;
}

bool SubscriptionBook::may_see(const std::optional<TeamsUserId>& maker, const ChatId& chat) const {
  if (maker) return company_.is_member(chat, *maker);
  return company_.chats().at(chat).host == SimCompany::Host::ours;
}

bool SubscriptionBook::covers(const Entry& entry, const ChatId& chat) const {
  if (!may_see(entry.maker, chat)) return false;
  if (entry.resource.starts_with("/chats/getAllMessages")) return true;
  if (const std::string of_chat = between(entry.resource, k_of_chat, "/messages"); !of_chat.empty())
    return of_chat == chat.text();
  const TeamsUserId person{between(entry.resource, "/users/", "/chats")};
  return company_.is_member(chat, person);
}

}  // namespace belfry::sim
