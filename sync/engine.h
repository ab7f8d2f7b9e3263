#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sync/agenda.h"
#include "sync/base/mutex.h"
#include "sync/base/time.h"
#include "sync/deliver.h"
#include "sync/port/journal.h"
#include "sync/port/store.h"
#include "sync/port/wakeup.h"
#include "sync/resolve.h"
#include "sync/step.h"

namespace belfry::sync {

/// The stages behind the inbox, and who does what next.
///
///   INBOX ──refill──▶ agenda ──claim──▶ Resolve ──plan──▶ OUTBOX ──lane──▶ Deliver ──▶ post,
///   DELIVERIES
///                                          chores: subscriptions, notices, re-sealing … (one step
///                                          at a time each)
///
/// Promises  Works at its own pace: claim() hands out one piece of work, run() does one step of it,
/// with at most one
///           outside call. No lock is held meanwhile. Everything in memory can be rebuilt from the
///           store.
/// Threads   All functions from any thread. The service runs them in workers, the seeded world one
/// after another.
class Engine {
 public:
  /// Background work that belongs to no message.
  using Chore = std::function<StepOutcome(Moment)>;

  struct Refill {
    Agenda::RefillClaim claim;
  };
  struct InboxWork {
    const InboxEntry* entry;
  };
  struct LaneWork {
    MattermostUserId lane;
  };
  struct ChoreWork {
    std::size_t index;
  };
  using Claim = std::variant<Refill, InboxWork, LaneWork, ChoreWork>;

  struct Ports {
    IntakeStore& intake_store;
    PlanStore& plan_store;
    DeliveryStore& delivery_store;
    Wakeup& wakeup;
    Journal& journal;
  };
  Engine(Ports ports, Agenda& agenda, Resolve& resolve, Deliver& deliver);

  /// Before the first claim.
  void add_chore(Slot slot, Chore chore);
  /// Puts the lanes of the store on the agenda. Once, before the first claim.
  Result<> open(Moment now);

  [[nodiscard]] std::optional<Claim> claim(Slot slot, Moment now);
  void run(const Claim& claim, Moment now);
  /// When claim() may have something for this slot, if nothing wakes it before.
  [[nodiscard]] Instant next_deadline(Slot slot, Instant now) const;

  /// A chore may have something to do now, whatever it said.
  void wake_chores(Instant now);

 private:
  struct ChoreState {
    Slot slot;
    Chore step;
    Instant due;
    bool is_claimed = false;
    bool was_woken = false;
  };

  void refill(const Agenda::RefillClaim& claim, Moment now);
  void run_chore(std::size_t index, Moment now);
  std::optional<Claim> claim_chore(Slot slot, Instant now);

  IntakeStore& intake_store_;
  PlanStore& plan_store_;
  DeliveryStore& delivery_store_;
  Wakeup& wakeup_;
  Journal& journal_;
  Agenda& agenda_;
  Resolve& resolve_;
  Deliver& deliver_;
  mutable Mutex mutex_;
  std::vector<ChoreState> chores_ GUARDED_BY(mutex_);
};

}  // namespace belfry::sync
