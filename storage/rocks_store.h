#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "storage/key_ring.h"
#include "storage/store_options.h"
#include "sync/port/clock.h"
#include "sync/port/store.h"
#include "sync/port/sweep.h"

namespace belfry::storage {

/// What a step of re-sealing did.
struct ResealProgress {
  std::size_t resealed = 0;  ///< in this step
  std::size_t damaged = 0;   ///< in the whole round so far: these keep their old key in the ring
  bool is_done = false;
};

/// Sizes for the metrics.
struct StoreFigures {
  std::uint64_t disk_bytes = 0;
  std::uint64_t memory_bytes = 0;  ///< write buffers, block cache, table readers
  std::uint64_t times_opened = 0;  ///< 1 after start; more when the store had to mend itself
  std::uint64_t data_keys = 0;
};

/// Everything that Belfry has to remember, in one RocksDB directory; storage/README.md draws the
/// layout.
///
/// Promises  What sync/port/store.h promises, and what storage/database.h says of errors. Tokens
/// and content are sealed
///           before they reach RocksDB. An inbox or outbox entry that does not open is moved to the
///           dead letters as it is (reason `damaged`), so that it blocks no other.
/// Threads   Any.
/// Errors    transient: full disk, I/O; heals by itself. damaged: names the family. gone, refused
/// as documented there.
class RocksStore final : public sync::IntakeStore,
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
  /// Makes the store when there is none. `clock` outlives the store and may be asked by RocksDB's
  /// threads. Errors: refused (another process has it; written by a newer version), damaged (wrong
  /// master key, …), transient.
  [[nodiscard]] static Result<std::unique_ptr<RocksStore>> open(const StoreOptions& options,
                                                                const MasterKey& master,
                                                                const sync::Clock& clock);
  ~RocksStore() override;

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

  /// Adds a data key, with which everything is sealed from now on. What was sealed with older ones
  /// stays readable, and is sealed anew by reseal_step(). Synced.
  Result<> rotate_key();
  /// Looks at up to `most` records and seals those anew that have an old key; nobody else is in the
  /// store meanwhile. Goes on where the last step ended, also after a restart; when a round ends
  /// without damage the old keys are dropped. To be called until `is_done`, after rotate_key() and
  /// after a start.
  Result<ResealProgress> reseal_step(std::size_t most);

  /// Zeros while the store is being mended.
  [[nodiscard]] StoreFigures figures() const;

 private:
  struct Parts;
  explicit RocksStore(std::unique_ptr<Parts> parts);

  const std::unique_ptr<Parts> parts_;
};

}  // namespace belfry::storage
