#pragma once

#include <algorithm>
#include <map>
#include <optional>

#include "sync/base/id.h"
#include "sync/base/time.h"
#include "sync/model/sweep.h"

namespace belfry::sync {

/// Somebody has a reason to look for what no webhook announced.
struct SweepRequest {
  SweepTrigger trigger = SweepTrigger::administrator;
  std::optional<MattermostUserId> only{};  ///< none: all accounts
  std::optional<WallTime> since{};         ///< from then on, if that is before the watermark
  /// Only this chat, from where the sweeps of its people ended; their watermarks stay.
  std::optional<ChatId> chat{};
};

/// From when on accounts are to be swept, where that is before their watermarks.
struct SweepSince {
  std::optional<WallTime> all{};
  std::map<MattermostUserId, WallTime> each{};

  /// `only` none: all.
  void add(const std::optional<MattermostUserId>& only, WallTime since) {
    if (only) {
      WallTime& own = each.try_emplace(*only, since).first->second;
      own = std::min(own, since);
    } else {
      all = std::min(all.value_or(since), since);
    }
  }
  [[nodiscard]] std::optional<WallTime> of(const MattermostUserId& user) const {
    const auto own = each.find(user);
    return own == each.end() ? all : std::min(all.value_or(own->second), own->second);
  }
};

/// Takes such requests; those that come while a round runs become one round after it. Safe from any
/// thread.
class SweepRequests {
 public:
  virtual ~SweepRequests() = default;
  virtual void request(const SweepRequest& request) = 0;
  /// Requests of an incident follow later. Should the process end before they are made and done,
  /// everybody is swept at the next start: stored before it returns.
  virtual void promise() = 0;
  /// They were made. Once for each promise.
  virtual void keep_promise() = 0;
};

}  // namespace belfry::sync
