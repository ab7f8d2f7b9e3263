#include "sync/policy/backoff.h"

#include <algorithm>

namespace belfry::sync {

Duration backoff(int attempts, const RetryPolicy& policy, Random& random) {
  Duration ceiling = policy.first;
  for (int i = 0; i < attempts && ceiling < policy.most; ++i) ceiling *= 2;
  ceiling = std::min(ceiling, policy.most);
  return Duration{
      1 + static_cast<Duration::rep>(random.below(static_cast<std::uint64_t>(ceiling.count())))};
}

Duration delay_after(const Error& error, int attempts, const RetryPolicy& policy, Random& random) {
  const Duration own = backoff(attempts, policy, random);
  if (!error.retry_after) return own;
  return std::max(own, std::min(*error.retry_after, policy.most_obeyed));
}

bool is_retryable(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::transient:
    case ErrorKind::throttled:
    case ErrorKind::unauthorized:
    case ErrorKind::in_doubt:
    case ErrorKind::exhausted:
      return true;
    case ErrorKind::forbidden:
    case ErrorKind::gone:
    case ErrorKind::refused:
    case ErrorKind::damaged:
      return false;
  }
  return false;
}

}  // namespace belfry::sync
