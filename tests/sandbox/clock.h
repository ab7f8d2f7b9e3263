#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>

namespace belfry::sandbox {

/// The time of the simulated world: starts at the real wall time, runs `scale` times faster than a
/// real clock and can be moved forward. A scale of 0 makes a clock that stands still until it is
/// moved.
///
/// Threads  All functions from any thread. Listeners are called by the thread that moves the clock.
class SandboxClock {
 public:
  using Duration = std::chrono::milliseconds;

  explicit SandboxClock(double scale = 1.0);

  /// Simulated milliseconds since the epoch; never runs backwards.
  [[nodiscard]] std::int64_t now_ms() const;
  /// Everything that was due in between becomes due now.
  void advance(Duration by);
  /// How long a simulated duration takes in reality. On a clock that stands still: a very long
  /// time.
  [[nodiscard]] std::chrono::nanoseconds real(Duration simulated) const;
  [[nodiscard]] double scale() const { return scale_; }

  /// Calls `listener` after every advance(), until forget() is given the returned number.
  int on_move(std::function<void()> listener);
  void forget(int listener);

 private:
  const double scale_;
  const std::chrono::steady_clock::time_point started_;
  const std::int64_t epoch_ms_;
  std::atomic<std::int64_t> moved_ms_{0};

  std::mutex mutex_;
  std::map<int, std::function<void()>> listeners_;  // guarded by mutex_
  int next_listener_ = 1;                           // guarded by mutex_
};

}  // namespace belfry::sandbox
