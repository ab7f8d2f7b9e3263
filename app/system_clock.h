#pragma once

#include "sync/port/clock.h"

namespace belfry::app {

/// The machine's clocks.
class SystemClock : public sync::Clock {
 public:
  [[nodiscard]] Moment now() const override {
    return {std::chrono::time_point_cast<Duration>(std::chrono::steady_clock::now()),
            std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now())};
  }
};

}  // namespace belfry::app
