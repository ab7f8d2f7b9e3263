#pragma once

#include <optional>

#include "sync/base/mutex.h"
#include "sync/base/time.h"
#include "sync/model/allowance.h"

namespace belfry::sync {

/// The time of day by Microsoft's clock: what it counts by the month, it counts by that one, and
/// its messages bear it.
///
/// Each answer says when it was given (`Date`), and from there on our steady clock goes on with it,
/// so that a wrong or jumping time of day on this machine moves no message into another month.
/// Nothing metered leaves without a token, and with the token came a time.
///
/// Promises  Before the first answer: our own time of day.
/// Threads   Any.
class ServerTime {
 public:
  /// An answer that arrived `now` was given at `theirs`.
  void heard(WallTime theirs, Moment now);

  [[nodiscard]] WallTime at(Moment now) const;
  /// The earlier of their time and ours: what they wrote until now is not later, whose clock ever
  /// is wrong.
  [[nodiscard]] WallTime no_later_than(Moment now) const;
  /// Ours to the millisecond where it agrees with theirs, which comes in whole seconds; else
  /// theirs.
  [[nodiscard]] WallTime closest_at(Moment now) const;
  /// None where a request of now may fall into either of two: the turn is nearer than `margin`, or
  /// our two clocks went apart since the last answer (one was set, or the machine slept) and do not
  /// agree about the month; the next answer tells.
  [[nodiscard]] std::optional<Month> month_at(Moment now, Duration margin) const;
  /// By how much our time of day was ahead when the last answer came; none before the first.
  [[nodiscard]] std::optional<Duration> ahead() const;

 private:
  struct Heard {
    WallTime theirs;
    Moment ours;
  };
  [[nodiscard]] std::optional<Heard> last() const;

  mutable Mutex mutex_;
  std::optional<Heard> heard_ GUARDED_BY(mutex_);
};

}  // namespace belfry::sync
