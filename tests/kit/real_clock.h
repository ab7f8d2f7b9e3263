#pragma once

#include <chrono>

#include "sync/port/clock.h"

namespace belfry::kit {

/// The machine's clocks: real sockets and real stores need real time.
class RealClock : public sync::Clock {
 public:
  [[nodiscard]] Moment now() const override {
    using std::chrono::floor;
    return {floor<Duration>(std::chrono::steady_clock::now()),
            floor<Duration>(std::chrono::system_clock::now())};
  }
};

}  // namespace belfry::kit
