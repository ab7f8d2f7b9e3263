#pragma once

#include "sync/base/time.h"

namespace belfry::sync {

/// What a stage says after one step of at most one outside call.
struct StepOutcome {
  bool worked = false;  ///< there may be more to do at once
  Instant next;         ///< else not before this, or when woken
};

}  // namespace belfry::sync
