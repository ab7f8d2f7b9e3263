#pragma once

#include "sync/base/result.h"
#include "sync/base/time.h"
#include "sync/port/random.h"

namespace belfry::sync {

/// When a failed entry is tried again, and when no longer.
struct RetryPolicy {
  Duration first = std::chrono::seconds{1};  ///< ceiling of the first delay
  Duration most =
      std::chrono::minutes{15};  ///< ceiling of all later ones: an outage ends for us within it
  Duration age_limit = std::chrono::days{7};     ///< older entries become dead letters
  Duration most_obeyed = std::chrono::hours{2};  ///< a longer Retry-After is taken for a mistake
};

/// Exponential with full jitter: evenly within (0, min(most, first * 2^attempts)].
[[nodiscard]] Duration backoff(int attempts, const RetryPolicy& policy, Random& random);

/// backoff(), but never before the time that the server named.
[[nodiscard]] Duration delay_after(const Error& error, int attempts, const RetryPolicy& policy,
                                   Random& random);

/// True for the kinds that are worth another try by time alone.
[[nodiscard]] bool is_retryable(ErrorKind kind);

}  // namespace belfry::sync
