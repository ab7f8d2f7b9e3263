#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sync/base/id.h"
#include "sync/base/mutex.h"
#include "sync/base/time.h"
#include "sync/model/change.h"
#include "sync/model/delivery.h"
#include "sync/port/store.h"

namespace belfry::sync {

struct AgendaPolicy {
  /// Inbox entries held in memory; the rest waits in the store. A rich entry takes some 6 KiB.
  std::size_t window = 4096;
  /// Entries read at once; small enough that the first of them starts soon.
  std::size_t refill = 256;
  /// After a reading that failed or found nothing although the store counts more.
  Duration refill_pause = std::chrono::milliseconds{200};
  /// How long the failing head of a chat holds back the later messages of its chat, for the sake of
  /// their order.
  Duration order_patience = std::chrono::seconds{60};
};

/// What is due, and who holds it. Everything in here can be rebuilt from the store.
///
/// Promises  Inbox entries of one chat are claimed one at a time, in Teams' order as far as they
/// are here; chats run
///           side by side. A lane is claimed by one worker at a time. Nothing that was added is
///           forgotten.
/// Threads   All functions from any thread. No port is called.
class Agenda {
 public:
  explicit Agenda(AgendaPolicy policy = {}) : policy_(policy) {}

  // --- inbox ---

  /// Where and how much to read next, or none when the window is full or somebody reads already.
  /// The caller reads the store and answers with refill() or refill_failed(). `in_store` = entries
  /// that the store counts.
  struct RefillClaim {
    Sequence from{};
    std::size_t most = 0;
  };
  [[nodiscard]] std::optional<RefillClaim> claim_refill(std::uint64_t in_store, Instant now);
  /// Entries that are here already are left alone. No entries = read again from the start next
  /// time: what an error left behind in the store may stand before what was read.
  void refill(std::vector<InboxEntry> entries, Moment now);
  void refill_failed(Instant now);
  /// New entries stand in the store.
  void arrived();

  /// The entry stays at its place in memory until it is released.
  [[nodiscard]] const InboxEntry* claim_inbox(Instant now);
  void finish(Sequence sequence);               ///< it is gone from the store
  void wait(Sequence sequence, Instant until);  ///< nothing was stored; asked again then
  void postpone(Sequence sequence, InboxEntry changed,
                Moment now);  ///< stored with attempts and next try

  // --- lanes ---

  /// There is work in the lane, at `due` or later.
  void wake_lane(const MattermostUserId& lane, Instant due);
  [[nodiscard]] std::optional<MattermostUserId> claim_lane(Instant now);
  void release_lane(const MattermostUserId& lane,
                    std::optional<Instant> due);  ///< none: the lane is empty
  /// Everybody for whom something waits.
  [[nodiscard]] std::vector<MattermostUserId> lanes() const;

  // --- waiting ---

  /// Includes the next reading of the store, when it counts more than is here.
  [[nodiscard]] std::optional<Instant> next_inbox_deadline(std::uint64_t in_store) const;
  [[nodiscard]] std::optional<Instant> next_lane_deadline() const;

 private:
  struct Item {
    InboxEntry entry;
    std::uint64_t order = 0;
    Instant due;
    std::optional<Instant> first_failure;
    bool is_claimed = false;
    bool is_straggler =
        false;  ///< lost its place in its chat's order: nobody waits for it any more
  };
  struct ChatQueue {
    std::set<std::pair<std::uint64_t, std::uint64_t>>
        in_order;  ///< (order, sequence), without stragglers
    bool is_busy = false;
  };
  struct Lane {
    Instant due;
    bool is_claimed = false;
    bool was_woken = false;  ///< while claimed
    Instant woken_for;
  };
  using Due = std::pair<Instant, std::uint64_t>;

  [[nodiscard]] bool wants_refill(std::uint64_t in_store) const REQUIRES(mutex_);
  void add(InboxEntry entry, Moment now) REQUIRES(mutex_);
  Item& claimed_item(Sequence sequence) REQUIRES(mutex_);
  void advertise(const ChatQueue& queue) REQUIRES(mutex_);
  void withdraw(const ChatQueue& queue) REQUIRES(mutex_);
  void leave_chat(Item& item) REQUIRES(mutex_);

  const AgendaPolicy policy_;
  mutable Mutex mutex_;
  std::unordered_map<std::uint64_t, std::unique_ptr<Item>> items_ GUARDED_BY(mutex_);
  std::unordered_map<ChatId, ChatQueue> chats_ GUARDED_BY(mutex_);
  std::set<Due> due_items_
      GUARDED_BY(mutex_);  ///< heads of chats that are not busy, and stragglers
  bool is_refilling_ GUARDED_BY(mutex_) = false;
  std::uint64_t read_from_ GUARDED_BY(mutex_) = 0;
  Instant refill_not_before_ GUARDED_BY(mutex_);
  std::unordered_map<MattermostUserId, Lane> lanes_ GUARDED_BY(mutex_);
  std::set<std::pair<Instant, MattermostUserId>> due_lanes_ GUARDED_BY(mutex_);
};

}  // namespace belfry::sync
