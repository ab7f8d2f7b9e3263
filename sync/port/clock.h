#pragma once

#include "sync/base/time.h"

namespace belfry::sync {

/// One reading of both clocks. In the service app/system_clock, in the world a virtual one with
/// jumps.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Moment now() const = 0;
};

}  // namespace belfry::sync
