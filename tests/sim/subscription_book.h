#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sync/port/graph.h"
#include "tests/sim/sim_company.h"

namespace belfry::sim {

/// The subscriptions as Graph holds them: one for each resource and kind of change, with an end of
/// its own and, behind it, an access right that ends an hour after the last renewal.
class SubscriptionBook {
 public:
  struct Entry {
    SubscriptionId id;
    std::string resource;
    std::string change_types;
    std::string notification_url;
    Secret client_state;
    CertificateId certificate;  ///< empty unless rich
    WallTime expires;
    WallTime access_until;
    std::optional<TeamsUserId> maker;  ///< with whose token it was made; none: the app's

    [[nodiscard]] bool is_metered() const {
      return resource.find("getAllMessages") != std::string::npos;
    }
  };

  /// Whether what it announces is counted, also when it is gone by now: its id says so.
  [[nodiscard]] static bool is_metered(const SubscriptionId& id) {
    return id.text().starts_with("metered-");
  }

  SubscriptionBook(const sync::Clock& clock, const SimCompany& company)
      : clock_(clock), company_(company) {}

  /// `maker`: none for the app, from which chats that another tenant hosts are hidden.
  Result<sync::RemoteSubscription> create(const sync::SubscriptionRequest& request,
                                          const std::optional<TeamsUserId>& maker);
  Result<sync::RemoteSubscription> renew(const SubscriptionId& id, WallTime expires,
                                         const EncryptionCertificate* certificate);
  Result<> remove(const SubscriptionId& id);
  [[nodiscard]] std::vector<sync::RemoteSubscription> list() const;

  /// None: it was removed, or has expired.
  [[nodiscard]] const Entry* find(const SubscriptionId& id) const;
  /// Those that are told of a change of a message in this chat.
  [[nodiscard]] std::vector<const Entry*> told_of(const ChatId& chat, ChangeKind kind) const;
  /// Those that are told when a chat itself changes.
  [[nodiscard]] std::vector<const Entry*> told_of_chats() const;
  [[nodiscard]] std::vector<SubscriptionId> ids() const;

 private:
  [[nodiscard]] bool may_see(const std::optional<TeamsUserId>& maker, const ChatId& chat) const;
  [[nodiscard]] bool covers(const Entry& entry, const ChatId& chat) const;
  [[nodiscard]] bool is_alive(const Entry& entry) const {
    return entry.expires > clock_.now().wall;
  }

  const sync::Clock& clock_;
  const SimCompany& company_;
  std::map<SubscriptionId, Entry> entries_;
  int made_ = 0;
};

}  // namespace belfry::sim
