#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "sync/base/mutex.h"
#include "sync/base/time.h"
#include "sync/model/sweep.h"
#include "sync/policy/silence.h"
#include "sync/port/sweep.h"

namespace belfry::sync {

/// What comes by webhook in which hour of the week, and whether too little comes now.
///
/// Promises  Learns from full hours only in which the service ran, its clock was not set anew, and
///           notifications could come; what it has learnt survives a restart. No more than
///           `most_in_vain` looks at a silence find nothing within a day.
/// Threads   note() from any; the others from the reconciler's worker.
class Traffic {
 public:
  explicit Traffic(SweepStore& store, SilencePolicy policy = {}) : store_(store), policy_(policy) {}

  /// Notifications of messages were taken in.
  void note(std::size_t notifications, WallTime now);

  /// Reads what was learnt. Once, before the others. Damaged: it begins anew, and may be used.
  Result<> open(Moment now);
  /// Learns from the hours that are over, and stores it.
  Result<> learn(Moment now);
  /// The hours up to now say nothing: notifications could not come.
  void skip_to(WallTime now);

  /// True once for each alarm of a silence: then somebody looks.
  [[nodiscard]] bool is_silent(Moment now);
  /// The look found what a webhook should have announced: another one soon is right.
  void was_deaf(Moment now);
  /// It found nothing: the quiet is what it seems.
  void was_quiet(Moment now);

 private:
  /// Whether the wall clock went its own way since the last call.
  [[nodiscard]] bool was_set_anew(Moment now);
  /// With what is usual in the hour that is learnt next: whether traffic is back.
  void compare(const TrafficProfile& usual, double came, Moment now);
  /// Looks of the last day that found nothing.
  [[nodiscard]] std::size_t looks_in_vain(Moment now);

  SweepStore& store_;
  const SilencePolicy policy_;

  // Of the reconciler's worker.
  TrafficProfile profile_;
  Moment seen_{};     ///< the clocks, at the last call
  WallTime alarmed_;  ///< the last alarm
  int alarms_ = 0;    ///< since traffic was as usual
  double usual_ = 0;  ///< of the full hours since the last alarm that were not judged yet
  double came_ = 0;   ///< in them
  /// In memory only: a restart looks by itself, or has heard a webhook within `start_gap`.
  std::vector<Instant> in_vain_;

  Mutex mutex_;
  std::map<WallTime, std::uint32_t> counts_ GUARDED_BY(mutex_);  ///< by hour, not learnt yet
  WallTime heard_ GUARDED_BY(mutex_);                            ///< a webhook, or our own start
};

}  // namespace belfry::sync
