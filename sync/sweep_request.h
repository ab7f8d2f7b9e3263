#pragma once

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
