#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>

#include "sync/base/mutex.h"
#include "sync/base/time.h"

namespace belfry::net {

struct VisitorPolicy {
  int connections = 48;  ///< at once
  int requests_per_second = 3'000;
  /// Addresses remembered; those that were quiet for a second need not be.
  std::size_t most_remembered = 10'000;
};

/// Who is connected and how often they ask, by address, so that one of them cannot take all. Safe
/// from any thread.
class Visitors {
 public:
  explicit Visitors(VisitorPolicy policy) : policy_(policy) {}

  /// False: too many connections from there. Each true needs its leave().
  [[nodiscard]] bool enter(const std::string& address, Instant now);
  void leave(const std::string& address);
  /// Counts one request; false: too many within a second.
  [[nodiscard]] bool may_ask(const std::string& address, Instant now);

 private:
  struct Visitor {
    int connections = 0;
    int requests = 0;  ///< since `window`
    Instant window;
  };
  Visitor& visitor(const std::string& address, Instant now) REQUIRES(mutex_);

  const VisitorPolicy policy_;
  Mutex mutex_;
  std::unordered_map<std::string, Visitor> visitors_ GUARDED_BY(mutex_);
};

}  // namespace belfry::net
