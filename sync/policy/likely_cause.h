#pragma once

#include <optional>
#include <string>

#include "sync/base/time.h"
#include "sync/model/sweep.h"

namespace belfry::sync {

/// What is known of times in which no webhook could come.
struct KnownTroubles {
  WallTime service_began;
  std::optional<WallTime> heard_before;  ///< the last webhook before the service began
  bool notifications_are_used_up = false;
};

/// Whether a webhook had to announce a message that was written then. `announced_since`: from when
/// on a subscription in force announces its chat; none: there is no such subscription.
[[nodiscard]] bool was_promised(WallTime written, std::optional<WallTime> announced_since);

/// Why no webhook announced a message that was written then and found by a round for this reason.
/// What is known of the message's own time and chat says more than why somebody looked.
[[nodiscard]] std::string likely_cause(SweepTrigger trigger, WallTime written,
                                       std::optional<WallTime> announced_since,
                                       const KnownTroubles& troubles);

}  // namespace belfry::sync
