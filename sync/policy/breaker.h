#pragma once

#include "sync/base/time.h"

namespace belfry::sync {

struct BreakerPolicy {
  int threshold = 5;                               ///< failures in a row that open it
  Duration first_pause = std::chrono::seconds{1};  ///< before the first probe
  Duration most_pause =
      std::chrono::seconds{30};  ///< an upstream that is back is noticed within it
};

/// Circuit breaker of one upstream: after a row of failures only single probes pass, at growing
/// distances. A value with no clock and no lock of its own (sync/upstream_gate.h has both).
class Breaker {
 public:
  enum class Change { none, opened, closed };

  explicit Breaker(BreakerPolicy policy = {}) : policy_(policy) {}

  /// True: the caller may ask now and has to tell success() or failure(). False: not before next().
  [[nodiscard]] bool enter(Instant now);
  [[nodiscard]] Instant next() const { return pause_ends_; }

  [[nodiscard]] Change success();
  [[nodiscard]] Change failure(Instant now);
  /// The server asked for a pause of everybody.
  void hold(Instant until);

  [[nodiscard]] bool is_open() const { return failures_ >= policy_.threshold; }

 private:
  BreakerPolicy policy_;
  int failures_ = 0;
  Instant
      probe_ends_;  ///< until then one probe is under way; one whose answer never came is forgotten
  Instant pause_ends_;
};

}  // namespace belfry::sync
