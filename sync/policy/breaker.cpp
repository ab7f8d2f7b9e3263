#include "sync/policy/breaker.h"

#include <algorithm>

namespace belfry::sync {

bool Breaker::enter(Instant now) {
  if (now < pause_ends_) return false;
  if (!is_open()) return true;
  if (now < probe_ends_) return false;  // next() is over: the caller asks again in a moment
  probe_ends_ = now + policy_.most_pause;
  return true;
}

Breaker::Change Breaker::success() {
  const bool was_open = is_open();
  failures_ = 0;
  probe_ends_ = Instant{};
  if (was_open) pause_ends_ = Instant{};
  return was_open ? Change::closed : Change::none;
}

Breaker::Change Breaker::failure(Instant now) {
  const bool was_open = is_open();
  ++failures_;
  probe_ends_ = Instant{};
  if (!is_open()) return Change::none;
  Duration pause = policy_.first_pause;
  for (int i = policy_.threshold; i < failures_ && pause < policy_.most_pause; ++i) pause *= 2;
  pause_ends_ = now + std::min(pause, policy_.most_pause);
  return was_open ? Change::none : Change::opened;
}

void Breaker::hold(Instant until) {
  pause_ends_ = std::max(pause_ends_, until);
}

}  // namespace belfry::sync
