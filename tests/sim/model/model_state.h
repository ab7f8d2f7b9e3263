#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <variant>

#include "tests/sim/model/model_store.h"

namespace belfry::sim {

/// What lies in the store, as plain maps; ordered as RocksStore's keys are.
struct ModelStore::State {
  /// Names a change in the memory of what was seen; the time for edits only.
  using Seen = std::tuple<MessageRef, ChangeKind, std::optional<WallTime>>;
  using Entry = std::variant<InboxEntry, OutboxEntry>;
  struct Grave {
    DeadLetter letter;
    Entry entry;
  };

  std::uint64_t next_sequence = 0;
  std::map<Sequence, InboxEntry> inbox;
  std::map<DeliveryKey, OutboxEntry> outbox;
  std::set<Seen> seen;
  std::map<std::pair<MessageRef, MattermostUserId>, Delivery> deliveries;
  std::map<std::string, Grave> dead;
  std::uint64_t buried = 0;  ///< makes ids of dead letters unique

  std::map<MattermostUserId, Account> accounts;
  std::map<MattermostUserId, AccountTokens> tokens;  ///< of connected accounts
  std::map<TeamsUserId, MattermostUserId> teams_index;

  std::map<ChatId, Chat> chats;
  std::map<SubscriptionId, Subscription> subscriptions;
  std::map<CertificateId, EncryptionCertificate> certificates;
  std::multimap<WallTime, sync::JournalRecord> journal;
  std::optional<WallTime> last_webhook;
  bool was_clean = false;

  void bury(DeadLetter letter, Entry entry);
  /// Removes the index entries that point to `user`.
  void unlink(const MattermostUserId& user);
  [[nodiscard]] bool is_connected(const MattermostUserId& user) const {
    return tokens.contains(user);
  }
};

}  // namespace belfry::sim
