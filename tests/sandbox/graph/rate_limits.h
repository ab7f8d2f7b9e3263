#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace belfry::sandbox {

/// At most `requests` within any `period_ms`, for each key.
struct RateLimit {
  std::string key;
  std::size_t requests = 0;
  std::int64_t period_ms = 1'000;
};

/// Sliding windows in simulated time.
///
/// Promises  A request is counted against all of its limits, also when one of them refuses it:
/// Graph counts requests that
///           are made while throttled.
/// Threads   take() from any thread.
/// Source    Graph, "throttling limits", tables for Teams, presence and change notifications.
class RateLimiter {
 public:
  /// 0: let it pass; else the seconds to wait.
  double take(const std::vector<RateLimit>& limits, std::int64_t now_ms);

 private:
  std::mutex mutex_;
  std::unordered_map<std::string, std::deque<std::int64_t>> windows_;  // guarded by mutex_
};

}  // namespace belfry::sandbox
