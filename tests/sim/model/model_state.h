#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

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

  /// Which metered subscription has announced what.
  using Announced = std::pair<Seen, SubscriptionId>;
  /// What a call brings to the inbox: what is new of it.
  struct Arrivals {
    std::vector<Change> unseen;
    std::vector<Change> summaries;
    std::set<Seen> seen;
    std::set<Announced> announced;
    std::map<Month, std::uint64_t> metered;
    std::size_t known = 0;
    std::vector<MessageRef> summed_up;
    std::vector<JournalRecord> lines;  ///< of the messages that were summed up
  };
  [[nodiscard]] Arrivals arrivals(std::span<const Change> changes, std::span<const OldMessages> old,
                                  WallTime now) const;
  void enter(const Arrivals& arrivals);
  void enter(const Change& change);

  std::uint64_t next_sequence = 0;
  std::map<Sequence, InboxEntry> inbox;
  std::map<DeliveryKey, OutboxEntry> outbox;
  std::set<Seen> seen;
  std::set<MessageRef> withdrawn;  ///< whose text was hidden once
  std::set<Announced> announced;
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
  std::map<std::pair<MattermostUserId, SweepRoute>, SweepCursor> cursors;
  std::map<std::pair<Month, Bucket>, Spending> spent;
  bool sweep_is_owed = false;
  std::map<QuietKind, QuietTurn> quiet_turns;
  std::optional<TrafficProfile> traffic;

  /// The letter's id.
  std::string bury(DeadLetter letter, Entry entry);
  void write_lines(std::span<const JournalRecord> records);
  [[nodiscard]] Spending spending(Bucket bucket, Month month) const;
  void erase_cursors(const MattermostUserId& user);
  /// Removes the index entries that point to `user`.
  void unlink(const MattermostUserId& user);
  [[nodiscard]] bool is_connected(const MattermostUserId& user) const {
    return tokens.contains(user);
  }
};

}  // namespace belfry::sim
