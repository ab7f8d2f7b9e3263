#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "sync/base/id.h"
#include "sync/base/time.h"
#include "sync/model/sweep.h"

namespace belfry::sync {

struct SweepRetryPolicy {
  Duration first = std::chrono::minutes{15};  ///< after the first failure, then doubled
  Duration most = std::chrono::hours{24};
};

/// Whose sweep failed and is tried again: each account by itself, so that one that can never be
/// swept neither delays nor forgets another.
class SweepRetries {
 public:
  explicit SweepRetries(SweepRetryPolicy policy = {}) : policy_(policy) {}

  /// A sweep failed: tried again later than after the one before, if that failed too. What an
  /// incident asked for stays an incident, and the earliest `since` that somebody asked for is
  /// kept.
  void failed(const MattermostUserId& user, SweepTrigger trigger, std::optional<WallTime> since,
              WallTime now);
  /// To be tried now; nothing has failed yet.
  void owe(const MattermostUserId& user, SweepTrigger trigger, WallTime now);
  void swept(const MattermostUserId& user) { waiting_.erase(user); }
  /// All accounts were swept but these.
  void keep_only(const std::set<MattermostUserId>& failed);

  struct Due {
    MattermostUserId user;
    SweepTrigger trigger = SweepTrigger::schedule;
    std::optional<WallTime> since;
  };
  /// Each once until it has failed again; what a clock that was ahead has put off is due as well.
  [[nodiscard]] std::vector<Due> take_due(WallTime now);
  [[nodiscard]] std::optional<WallTime> next() const;
  [[nodiscard]] bool empty() const { return waiting_.empty(); }
  [[nodiscard]] bool await_incident() const;

 private:
  struct Retry {
    int failures = 0;
    WallTime due;
    SweepTrigger trigger = SweepTrigger::schedule;
    std::optional<WallTime> since;
    bool is_taken = false;
  };

  const SweepRetryPolicy policy_;
  std::map<MattermostUserId, Retry> waiting_;
};

}  // namespace belfry::sync
