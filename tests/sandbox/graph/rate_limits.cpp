#include "tests/sandbox/graph/rate_limits.h"

#include <algorithm>

namespace belfry::sandbox {

double RateLimiter::take(const std::vector<RateLimit>& limits, std::int64_t now_ms) {
  double wait_s = 0;
  const std::lock_guard lock(mutex_);
  for (const RateLimit& limit : limits) {
    auto& window = windows_[limit.key];
    while (!window.empty() && window.front() <= now_ms - limit.period_ms) window.pop_front();
    if (window.size() >= limit.requests) {
      const std::int64_t free_at = window[window.size() - limit.requests] + limit.period_ms;
      wait_s = std::max(wait_s, static_cast<double>(free_at - now_ms) / 1'000.0);
    }
    // What exceeds the limit is counted too, but never so much that a patient client waits for
    // ever.
    if (window.size() < 2 * limit.requests) window.push_back(now_ms);
  }
  return wait_s;
}

}  // namespace belfry::sandbox
