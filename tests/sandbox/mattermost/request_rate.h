#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace belfry::sandbox::mattermost {

/// The generic cell rate algorithm behind Mattermost's rate limits, in the memory of one node.
/// Threads  All functions from any thread.
/// Source   Mattermost, app/ratelimit.go, and its library throttled/throttled (rate.go).
class RequestRate {
 public:
  struct Limit {
    std::int64_t per_second = 10;
    std::int64_t burst = 100;
  };
  struct Verdict {
    bool limited = false;
    std::int64_t limit = 0;
    std::int64_t remaining = 0;
    std::int64_t reset_s = 0;
    std::int64_t retry_after_s = 0;
  };

  Verdict take(const std::string& key, const Limit& limit, std::int64_t now_ms);
  void clear();

 private:
  std::mutex mutex_;
  std::map<std::string, double> arrival_ms_;  // guarded by mutex_; theoretical arrival times
};

}  // namespace belfry::sandbox::mattermost
