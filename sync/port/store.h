#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sync/base/id.h"
#include "sync/base/result.h"
#include "sync/base/time.h"
#include "sync/model/account.h"
#include "sync/model/change.h"
#include "sync/model/chat.h"
#include "sync/model/delivery.h"
#include "sync/model/journal_record.h"
#include "sync/model/subscription.h"

/// What the stages ask of the store, one small class each; storage/RocksStore implements all of
/// them.
///
/// Every transition is one atomic batch, synced where it makes or ends an obligation, and may be
/// repeated: its keys make it idempotent. An error means "perhaps": after a restart the transition
/// may be found done. All are safe to call from any thread. Errors: transient (cannot take it now),
/// damaged (names the family).
namespace belfry::sync {

struct AcceptCount {
  std::size_t stored = 0;
  std::size_t known = 0;  ///< seen before: nothing was stored
};

class IntakeStore {
 public:
  virtual ~IntakeStore() = default;

  /// Each change not seen before becomes an inbox entry; one synced batch for all. `created` and
  /// `deleted` are known by their dedupe key, an `edited` is always new here (see PlanStore::plan).
  /// Two equal changes at once, in one call or in two, are one. What a metered subscription
  /// announces counts against the month of its receipt, known or not: once for each subscription,
  /// since Graph counts what it sends, but repeats of one notification are not another. The caller
  /// acknowledges only on success; on error the sender repeats, and what was stored after all is
  /// recognised as known.
  virtual Result<AcceptCount> accept(std::span<const Change> changes) = 0;

  /// Entries in the inbox; cheap.
  [[nodiscard]] virtual std::uint64_t inbox_entries() const = 0;
};

enum class PlanOutcome {
  planned,
  known,  ///< this very edit was planned before: the entry was removed, nothing else done
};

class PlanStore {
 public:
  virtual ~PlanStore() = default;

  /// Entries with sequence >= `from`, in order, at most `most`. Never shows an entry while an
  /// accept() that was given a lower sequence is still under way, so that a reader who goes on from
  /// the last one skips none.
  virtual Result<std::vector<InboxEntry>> inbox_from(Sequence from, std::size_t most) = 0;

  /// Replaces `entry` by its deliveries; an empty span means that nobody is to be told. `edited`
  /// names the edit (lastEditedDateTime) for dedupe, for a change of kind `edited` only. Synced. An
  /// entry that is gone already (the transition is repeated) is no error and stores nothing.
  virtual Result<PlanOutcome> plan(const InboxEntry& entry,
                                   std::span<const PlannedDelivery> deliveries,
                                   std::optional<WallTime> edited, WallTime now) = 0;

  /// The entry stays, to be tried again not before `next_try`. Not synced: forgetting it costs one
  /// early try.
  virtual Result<> postpone(const InboxEntry& entry, int attempts, WallTime next_try,
                            const Error& why) = 0;

  /// To the dead letters. Synced.
  virtual Result<> give_up(const InboxEntry& entry, const Error& why, WallTime now) = 0;

  /// Removes an entry that proved to be forged, and forgets that its change was seen, so that the
  /// true one can still come. Synced.
  virtual Result<> refuse(const InboxEntry& entry) = 0;

  /// Removes an edit or a deletion of a message that nobody was told of, and remembers for as long
  /// as `seen` that it came: what is said of the message later may be older than it. Synced.
  virtual Result<> pass_over(const InboxEntry& entry) = 0;
  /// Whether an edit or a deletion of `ref` was passed over.
  virtual Result<bool> was_passed_over(const MessageRef& ref) = 0;

  /// Whether a deletion of `ref` was ever announced, or a delivery planned that hides its text:
  /// what comes along with another change may be older than that.
  virtual Result<bool> was_withdrawn(const MessageRef& ref) = 0;
  /// To be called before `ref` is read: a deletion that is announced from now on is not the one
  /// that was announced before. Not synced: whoever reads again after a crash calls it again.
  virtual Result<> expect_deletion(const MessageRef& ref) = 0;

  /// Who was told of `ref`.
  virtual Result<std::vector<Delivery>> deliveries_of(const MessageRef& ref) = 0;

  /// Those of `recipients` whose lane still holds the `created` entry of `ref`, at `due_order`.
  virtual Result<std::vector<MattermostUserId>> waiting_for(
      const MessageRef& ref, std::uint64_t due_order,
      std::span<const MattermostUserId> recipients) = 0;

  virtual Result<std::optional<Chat>> cached_chat(const ChatId& chat) = 0;
  virtual Result<> cache_chat(const Chat& chat) = 0;  ///< not synced: a cache
  /// Its members may have changed up to `when`: what was read before is believed no longer, though
  /// it stays known whose chat it was. Not synced.
  virtual Result<> distrust_chat(const ChatId& chat, WallTime when) = 0;
};

/// A lane with work: when its first entry may be tried.
struct LaneHead {
  MattermostUserId recipient;
  WallTime next_try;
};

class DeliveryStore {
 public:
  virtual ~DeliveryStore() = default;

  /// All lanes that are not empty; walks from lane to lane, not over all entries.
  virtual Result<std::vector<LaneHead>> lanes() = 0;
  /// The entry that leaves next, or none when the lane is empty.
  virtual Result<std::optional<OutboxEntry>> head(const MattermostUserId& recipient) = 0;

  /// How far the planned file at `place` has come. Synced. Errors: gone, for an entry that is not
  /// there or plans no such file.
  virtual Result<> record_upload(const OutboxEntry& entry, std::size_t place,
                                 const FileState& state) = 0;
  /// Before a post leaves. Synced.
  virtual Result<> mark_attempting(const OutboxEntry& entry, WallTime at) = 0;
  /// Delivery record in, outbox entry out. Synced.
  virtual Result<> record_delivery(const OutboxEntry& entry, const Delivery& delivery) = 0;
  /// Outbox entry out without a delivery: nothing is left to do. Synced.
  virtual Result<> finish(const OutboxEntry& entry) = 0;
  /// The entry stays; with `Doubt::none` it is no longer in doubt. Synced only when that changes.
  enum class Doubt { none, remains };
  virtual Result<> postpone(const OutboxEntry& entry, Doubt doubt, int attempts, WallTime next_try,
                            const Error& why) = 0;
  /// To the dead letters. Of a `created` entry the record of its delivery says so from then on.
  /// Synced.
  virtual Result<> give_up(const OutboxEntry& entry, const Error& why, WallTime now) = 0;
  /// What `entry` says of a message becomes what the dead letter `buried.letter` will say of it:
  /// letter changed, record in, outbox entry out. False: there is no such letter (any more), and
  /// nothing was done. Synced.
  virtual Result<bool> amend(const OutboxEntry& entry, const Delivery& buried) = 0;

  virtual Result<std::optional<Delivery>> delivery(const MessageRef& ref,
                                                   const MattermostUserId& recipient) = 0;

  [[nodiscard]] virtual std::uint64_t outbox_entries() const = 0;  ///< cheap
};

class DeadLetterStore {
 public:
  virtual ~DeadLetterStore() = default;
  /// Oldest first, those after `after` (empty: from the start), at most `most`.
  virtual Result<std::vector<DeadLetter>> dead_letters(const std::string& after,
                                                       std::size_t most) = 0;
  /// Back to where it came from, with no attempts counted. Errors: gone. Synced.
  virtual Result<DeadLetter> retry_dead_letter(const std::string& id, WallTime now) = 0;
  /// Removed for good. Errors: gone. Synced.
  virtual Result<DeadLetter> drop_dead_letter(const std::string& id) = 0;
  [[nodiscard]] virtual std::uint64_t dead_letter_count() const = 0;  ///< cheap
};

class AccountStore {
 public:
  virtual ~AccountStore() = default;
  virtual Result<std::optional<Account>> account(const MattermostUserId& user) = 0;
  virtual Result<std::optional<Account>> account_of(const TeamsUserId& teams_user) = 0;
  /// In order of user, those after `after`, at most `most`.
  virtual Result<std::vector<Account>> accounts(const MattermostUserId& after,
                                                std::size_t most) = 0;
  [[nodiscard]] virtual std::uint64_t connected_accounts()
      const = 0;  ///< cheap; state `connected` only

  /// Stores a new or renewed link with its tokens. One Teams user belongs to one Mattermost user:
  /// errors refused when the Teams user belongs to somebody else's account that is connected.
  /// Synced.
  virtual Result<> connect(const Account& account, const AccountTokens& tokens) = 0;
  /// The account changes, tokens, link and reading stay (preferences, direct channel, names).
  /// Errors: gone. Synced.
  virtual Result<> update_account(const Account& account) = 0;
  /// Writes only what is new: false when nothing was. Errors: gone. Not synced: who asks for it
  /// asks again after a start.
  virtual Result<bool> set_reading(const MattermostUserId& user, const Reading& reading) = 0;
  /// The grant is dead: state becomes disconnected, tokens are erased. Synced.
  virtual Result<> mark_disconnected(const MattermostUserId& user) = 0;
  /// Account, link and tokens go. Synced.
  virtual Result<> remove_account(const MattermostUserId& user) = 0;

  /// None when there are none (disconnected or unknown).
  virtual Result<std::optional<AccountTokens>> tokens(const MattermostUserId& user) = 0;
  /// New tokens replace the old; called before the new ones are used. Errors: gone. Synced.
  virtual Result<> store_tokens(const MattermostUserId& user, const AccountTokens& tokens) = 0;
};

class SubscriptionStore {
 public:
  virtual ~SubscriptionStore() = default;
  virtual Result<std::vector<Subscription>> subscriptions() = 0;
  virtual Result<> put_subscription(const Subscription& subscription) = 0;  ///< synced
  virtual Result<> remove_subscription(const SubscriptionId& id) = 0;       ///< synced

  virtual Result<std::vector<EncryptionCertificate>> certificates() = 0;           ///< oldest first
  virtual Result<> put_certificate(const EncryptionCertificate& certificate) = 0;  ///< synced
  virtual Result<> remove_certificate(const CertificateId& id) = 0;                ///< synced
};

/// Facts about the service itself.
class ServiceStore {
 public:
  virtual ~ServiceStore() = default;
  /// 16 random bytes in hexadecimal, made with the store: names this installation, keys the log's
  /// hashes.
  [[nodiscard]] virtual std::string instance_id() const = 0;
  virtual Result<std::optional<WallTime>> last_webhook_time() = 0;
  virtual Result<> set_last_webhook_time(WallTime at) = 0;  ///< not synced
  /// True when the last run ended cleanly; the mark is cleared by reading it, and set by
  /// set_clean_shutdown().
  virtual Result<bool> take_clean_shutdown() = 0;
  virtual Result<> set_clean_shutdown() = 0;  ///< synced
};

using belfry::JournalRecord;

/// What was done, for the status page and the audit export.
class JournalStore {
 public:
  virtual ~JournalStore() = default;
  virtual Result<> append(std::span<const JournalRecord> records) = 0;  ///< not synced
  virtual Result<std::vector<JournalRecord>> newest_records(
      std::size_t most) = 0;  ///< newest first
};

}  // namespace belfry::sync
