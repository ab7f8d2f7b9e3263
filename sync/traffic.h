#pragma once

#include <cstdint>
#include <map>

#include "sync/base/mutex.h"
#include "sync/base/time.h"
#include "sync/model/sweep.h"
#include "sync/policy/silence.h"
#include "sync/port/sweep.h"

namespace belfry::sync {

/// What comes by webhook in which hour of the week, and whether too little comes now.
///
/// Promises  Learns from full hours only in which the service ran and notifications could come;
///           what it has learnt survives a restart.
/// Threads   note() from any; the others from the reconciler's worker.
class Traffic {
 public:
  explicit Traffic(SweepStore& store, SilencePolicy policy = {}) : store_(store), policy_(policy) {}

  /// Notifications were taken in.
  void note(std::size_t notifications, WallTime now);

  /// Reads what was learnt. Once, before the others. Damaged: it begins anew, and may be used.
  Result<> open(WallTime now);
  /// Learns from the hours that are over, and stores it.
  Result<> learn(WallTime now);
  /// The hours up to now say nothing: notifications could not come.
  void skip_to(WallTime now);

  /// True once for each alarm of a silence.
  [[nodiscard]] bool is_silent(WallTime now);

 private:
  SweepStore& store_;
  const SilencePolicy policy_;
  TrafficProfile profile_;  ///< of the reconciler's worker
  mutable Mutex mutex_;
  std::map<WallTime, std::uint32_t> counts_ GUARDED_BY(mutex_);  ///< by hour, not learnt yet
  WallTime heard_ GUARDED_BY(mutex_);                            ///< a webhook, or our own start
  WallTime alarmed_ GUARDED_BY(mutex_);
  int alarms_ GUARDED_BY(mutex_) = 0;
};

}  // namespace belfry::sync
