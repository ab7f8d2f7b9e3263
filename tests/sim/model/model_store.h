#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sync/base/mutex.h"
#include "sync/port/store.h"
#include "sync/port/sweep.h"

namespace belfry::sim {

/// The store of the simulated world: the same ports as storage/RocksStore, held to the same
/// contract suite, in memory.
///
/// Has two halves, as a disk has: what was synced, and what was written and not synced yet. As in a
/// write-ahead log, syncing one write syncs all before it. crash() forgets the second half. Safe
/// from any thread; a transition is a moment. Never fails: errors come from decorators.
class ModelStore final : public sync::IntakeStore,
                         public sync::PlanStore,
                         public sync::DeliveryStore,
                         public sync::DeadLetterStore,
                         public sync::AccountStore,
                         public sync::SubscriptionStore,
                         public sync::ServiceStore,
                         public sync::JournalStore,
                         public sync::SweepStore,
                         public sync::AllowanceStore {
 public:
  explicit ModelStore(std::string instance_id = "00112233445566778899aabbccddeeff");
  ~ModelStore() override;

  /// The power goes: of the unsynced writes the first `survivors` are found again, the later ones
  /// are not.
  void crash(std::size_t survivors = 0);
  [[nodiscard]] std::size_t unsynced_writes() const;

  // What checkers ask. Whether a message came, by its creation or its deletion, as the disk has it.
  [[nodiscard]] bool has_seen(const MessageRef& ref, ChangeKind kind) const;
  /// All that waits for the recipient, in the order in which it leaves.
  [[nodiscard]] std::vector<OutboxEntry> lane(const MattermostUserId& recipient) const;

  // IntakeStore
  Result<sync::AcceptCount> accept(std::span<const Change> changes) override;
  [[nodiscard]] std::uint64_t inbox_entries() const override;

  // PlanStore
  Result<std::vector<InboxEntry>> inbox_from(Sequence from, std::size_t most) override;
  Result<sync::PlanOutcome> plan(const InboxEntry& entry,
                                 std::span<const PlannedDelivery> deliveries,
                                 std::optional<WallTime> edited, WallTime now) override;
  Result<> postpone(const InboxEntry& entry, int attempts, WallTime next_try,
                    const Error& why) override;
  Result<> give_up(const InboxEntry& entry, const Error& why, WallTime now) override;
  Result<> refuse(const InboxEntry& entry) override;
  Result<> pass_over(const InboxEntry& entry) override;
  Result<bool> was_passed_over(const MessageRef& ref) override;
  Result<bool> was_withdrawn(const MessageRef& ref) override;
  Result<> expect_deletion(const MessageRef& ref) override;
  Result<std::vector<Delivery>> deliveries_of(const MessageRef& ref) override;
  Result<std::vector<MattermostUserId>> waiting_for(
      const MessageRef& ref, std::uint64_t due_order,
      std::span<const MattermostUserId> recipients) override;
  Result<std::optional<Chat>> cached_chat(const ChatId& chat) override;
  Result<> cache_chat(const Chat& chat) override;
  Result<> distrust_chat(const ChatId& chat, WallTime when) override;

  // DeliveryStore
  Result<std::vector<sync::LaneHead>> lanes() override;
  Result<std::optional<OutboxEntry>> head(const MattermostUserId& recipient) override;
  Result<> record_upload(const OutboxEntry& entry, std::size_t place,
                         const FileState& state) override;
  Result<> mark_attempting(const OutboxEntry& entry, WallTime at) override;
  Result<> record_delivery(const OutboxEntry& entry, const Delivery& delivery) override;
  Result<> finish(const OutboxEntry& entry) override;
  Result<> postpone(const OutboxEntry& entry, Doubt doubt, int attempts, WallTime next_try,
                    const Error& why) override;
  Result<> give_up(const OutboxEntry& entry, const Error& why, WallTime now) override;
  Result<bool> amend(const OutboxEntry& entry, const Delivery& buried) override;
  Result<std::optional<Delivery>> delivery(const MessageRef& ref,
                                           const MattermostUserId& recipient) override;
  [[nodiscard]] std::uint64_t outbox_entries() const override;

  // DeadLetterStore
  Result<std::vector<DeadLetter>> dead_letters(const std::string& after, std::size_t most) override;
  Result<DeadLetter> retry_dead_letter(const std::string& id, WallTime now) override;
  Result<DeadLetter> drop_dead_letter(const std::string& id) override;
  [[nodiscard]] std::uint64_t dead_letter_count() const override;

  // AccountStore
  Result<std::optional<Account>> account(const MattermostUserId& user) override;
  Result<std::optional<Account>> account_of(const TeamsUserId& teams_user) override;
  Result<std::vector<Account>> accounts(const MattermostUserId& after, std::size_t most) override;
  [[nodiscard]] std::uint64_t connected_accounts() const override;
  Result<> connect(const Account& account, const AccountTokens& tokens) override;
  Result<> update_account(const Account& account) override;
  Result<bool> set_reading(const MattermostUserId& user, const Reading& reading) override;
  Result<> mark_disconnected(const MattermostUserId& user) override;
  Result<> remove_account(const MattermostUserId& user) override;
  Result<std::optional<AccountTokens>> tokens(const MattermostUserId& user) override;
  Result<> store_tokens(const MattermostUserId& user, const AccountTokens& tokens) override;

  // SubscriptionStore
  Result<std::vector<Subscription>> subscriptions() override;
  Result<> put_subscription(const Subscription& subscription) override;
  Result<> remove_subscription(const SubscriptionId& id) override;
  Result<std::vector<EncryptionCertificate>> certificates() override;
  Result<> put_certificate(const EncryptionCertificate& certificate) override;
  Result<> remove_certificate(const CertificateId& id) override;

  // ServiceStore
  [[nodiscard]] std::string instance_id() const override;
  Result<std::optional<WallTime>> last_webhook_time() override;
  Result<> set_last_webhook_time(WallTime at) override;
  Result<bool> take_clean_shutdown() override;
  Result<> set_clean_shutdown() override;

  // JournalStore
  Result<> append(std::span<const sync::JournalRecord> records) override;
  Result<std::vector<sync::JournalRecord>> newest_records(std::size_t most) override;

  // SweepStore
  Result<std::vector<SweepCursor>> cursors(const MattermostUserId& account) override;
  Result<sync::FoundCount> accept_found(std::span<const Change> changes,
                                        std::span<const OldMessages> old,
                                        std::span<const SweepCursor> moves, WallTime now) override;
  Result<std::vector<Chat>> known_chats(const ChatId& after, std::size_t most) override;
  Result<std::vector<sync::NewestDelivery>> delivered_chats(const ChatId& after,
                                                            std::size_t most) override;
  Result<std::optional<QuietTurn>> quiet_turn(QuietKind kind) override;
  Result<> keep_quiet_turn(QuietKind kind, const QuietTurn& turn) override;
  Result<bool> sweep_is_owed() override;
  Result<> owe_sweep() override;
  Result<> settle_sweep() override;
  Result<std::optional<TrafficProfile>> traffic() override;
  Result<> keep_traffic(const TrafficProfile& profile) override;

  // AllowanceStore
  Result<std::optional<Reservation>> reserve(Bucket bucket, std::uint64_t least, std::uint64_t most,
                                             std::uint64_t ceiling, WallTime at) override;
  Result<> settle(const Reservation& reservation, std::uint64_t spent) override;
  Result<> close_bucket(Bucket bucket, Month month, const Closing& closing) override;
  Result<bool> mark_warned(Bucket bucket, Month month, int percent) override;
  Result<> mark_told(Bucket bucket, Month month, int percent) override;
  Result<Spending> spending(Bucket bucket, Month month) override;

 private:
  struct State;
  using Write = std::function<void(State&)>;

  /// One atomic change of the state.
  void write_synced(Write write) REQUIRES(mutex_);
  void write_unsynced(Write write) REQUIRES(mutex_);

  const std::string instance_id_;
  mutable Mutex mutex_;
  std::unique_ptr<State> state_ GUARDED_BY(mutex_);    ///< with all writes
  std::unique_ptr<State> durable_ GUARDED_BY(mutex_);  ///< with the synced ones
  std::vector<Write> unsynced_ GUARDED_BY(mutex_);
};

}  // namespace belfry::sim
