#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "sync/allowance.h"
#include "sync/base/mutex.h"
#include "sync/base/time.h"
#include "sync/policy/sweep_retries.h"
#include "sync/port/journal.h"
#include "sync/port/random.h"
#include "sync/port/store.h"
#include "sync/port/sweep.h"
#include "sync/step.h"
#include "sync/sweep.h"
#include "sync/sweep_request.h"
#include "sync/traffic.h"

namespace belfry::sync {

struct ReconcilePolicy {
  /// `reconcile.interval`. Microsoft's terms: looking whether a resource changed is allowed once a
  /// day; for more a subscription is required. Sweeps after an incident are not that polling.
  Duration interval = std::chrono::hours{24};
  std::uint64_t jitter_percent = 10;  ///< of the interval, added: not all services at once
  /// `reconcile.exhausted_interval`, while the month's notifications are used up.
  Duration exhausted_interval = std::chrono::minutes{15};
  /// A start this soon after the last webhook leaves no gap that Graph would not fill: it repeats.
  Duration start_gap = std::chrono::minutes{5};
  /// Rounds of all that nobody asked for begin no sooner after one another, restarts of the service
  /// included.
  Duration rest = std::chrono::minutes{5};
  /// Whose sweep failed is tried again after this, doubled up to the interval.
  Duration repeat_after = std::chrono::minutes{15};
  std::size_t accounts_at_once = 1000;  ///< in memory with their chats
  Duration look_every = std::chrono::seconds{10};
  Duration store_pause = std::chrono::seconds{2};
};

/// What the status page and `belfry status` tell.
struct ReconcilerStatus {
  std::optional<SweepTrigger> running;
  std::optional<SweepEnded> last;
  WallTime last_ended;
  WallTime next;  ///< at the latest: on the schedule, while notifications are used up, or again
  bool notifications_are_used_up = false;
  /// Up to when everybody's chats were looked through, as of the last round of all.
  std::optional<WallTime> all_swept_to;
};

/// Requests made one, and how far it is.
struct ReconcileRound {
  SweepTrigger trigger = SweepTrigger::schedule;
  bool is_of_all = false;
  std::set<MattermostUserId> only;
  std::set<ChatId> chats;
  SweepSince since;
  bool was_asked_for = false;
  MattermostUserId next_after;  ///< how far its accounts were added
  bool is_all_added = false;
};

/// Finds what no webhook announced: decides when to sweep, and leads one round at a time.
///
/// Promises  What a round finds goes through the same inbox as what webhooks bring. Requests that
///           come while a round runs become one round after it; none is forgotten. What an incident
///           asks for outlives the process: after a crash everybody is swept. Whose sweep failed is
///           tried again by itself, whatever becomes of others.
/// Threads   request(), promise(), keep_promise() and status() from any; open() before, step() from
///           one worker at a time.
class Reconciler : public SweepRequests {
 public:
  struct Ports {
    AccountStore& accounts;
    SweepStore& store;
    ServiceStore& service;
    Random& random;
    Journal& journal;
  };
  Reconciler(Ports ports, Sweep& sweep, Traffic& traffic, Allowance& allowance,
             ReconcilePolicy policy = {});

  /// Reads how far the accounts were swept, and whether the service was away. Once.
  Result<> open(Moment now);
  void request(const SweepRequest& request) override;
  void promise() override;
  void keep_promise() override;
  /// `is_metered` tells whether what is subscribed to counts against the month: else that it is
  /// used up concerns nobody. Set before the first step.
  void ask_whether_metered(std::function<bool()> is_metered) {
    is_metered_ = std::move(is_metered);
  }
  /// `is_listening` tells whether any subscription is in force: else that nothing comes says
  /// nothing of what is usual. Set before the first step.
  void ask_whether_listening(std::function<bool(WallTime)> is_listening) {
    is_listening_ = std::move(is_listening);
  }
  /// `request_waits` is called when somebody made a request: step() has something to do now. Set
  /// before the first step.
  void tell_of_requests(std::function<void()> request_waits) {
    request_waits_ = std::move(request_waits);
  }
  /// At most one outside call.
  [[nodiscard]] StepOutcome step(Moment now);
  [[nodiscard]] ReconcilerStatus status() const;

 private:
  void ask(const SweepRequest& request);
  Result<> read_watermarks(WallTime now);
  [[nodiscard]] bool an_incident_waits() const;
  Result<> owe();
  /// Nothing that an incident asked for is left to be done.
  void settle();
  void look(Moment now);
  void look_at_allowance(Moment now);
  std::optional<ReconcileRound> take_request(WallTime now);
  /// Whom a round of all that rests need not keep waiting.
  std::optional<ReconcileRound> take_few() REQUIRES(mutex_);
  StepOutcome add_accounts(Moment now);
  struct Batch {
    std::vector<Account> accounts;
    MattermostUserId last;
    bool is_last = false;  ///< the round has no more
  };
  Result<Batch> next_batch(const ReconcileRound& round);
  void end_round(Moment now);
  void note_failures(WallTime now);
  /// What a look at a silence says of it: only of what a subscription had `promised` to announce.
  void judge_silence(std::size_t promised, Moment now);
  [[nodiscard]] WallTime fresh_from(const ReconcileRound& round, WallTime now) const;
  [[nodiscard]] Duration longest_wait() const;
  void plan_schedule(WallTime from);
  void tell_next();
  [[nodiscard]] KnownTroubles troubles() const;
  StepOutcome store_failed(const char* where, const Error& error, Moment now);

  AccountStore& accounts_;
  SweepStore& store_;
  ServiceStore& service_;
  Random& random_;
  Journal& journal_;
  Sweep& sweep_;
  Traffic& traffic_;
  Allowance& allowance_;
  const ReconcilePolicy policy_;
  std::function<bool()> is_metered_ = [] { return true; };
  std::function<bool(WallTime)> is_listening_ = [](WallTime) { return true; };
  std::function<void()> request_waits_;

  // Of the worker that steps.
  std::optional<ReconcileRound> round_;
  WallTime began_;                        ///< the service did
  std::optional<WallTime> heard_before_;  ///< the last webhook before that
  WallTime rest_until_;
  WallTime exhausted_due_;
  Instant allowance_due_;
  WallTime scheduled_;
  SweepRetries retries_;
  std::optional<WallTime> others_swept_to_;  ///< who does not wait there, by the last round of all

  /// Held while the store is told, so that nothing new is taken for settled.
  Mutex owed_mutex_;
  bool is_owed_ GUARDED_BY(owed_mutex_) = false;  ///< as the store knows it
  int promises_ GUARDED_BY(owed_mutex_) = 0;

  mutable Mutex mutex_;
  std::optional<ReconcileRound> requested_ GUARDED_BY(mutex_);
  ReconcilerStatus status_ GUARDED_BY(mutex_);
};

}  // namespace belfry::sync
