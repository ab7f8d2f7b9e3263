#pragma once

#include "sync/port/clock.h"

namespace belfry::kit {

/// Time that moves when a test says so. Begins on 2026-03-02T08:15:30Z.
class FakeClock : public sync::Clock {
 public:
  [[nodiscard]] Moment now() const override { return now_; }
  void advance(Duration by) {
    now_.steady += by;
    now_.wall += by;
  }
  void advance_to(Instant steady) {
    if (steady > now_.steady) advance(steady - now_.steady);
  }
  /// The machine's time of day is set anew.
  void jump(Duration by) { now_.wall += by; }

 private:
  Moment now_{Instant{std::chrono::hours{1}}, WallTime{std::chrono::seconds{1'772'439'330}}};
};

}  // namespace belfry::kit
