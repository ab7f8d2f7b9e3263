#include "tests/sandbox/clock.h"

namespace belfry::sandbox {

namespace {

constexpr std::chrono::hours k_for_ever{24 * 365};

}  // namespace

SandboxClock::SandboxClock(double scale)
    : scale_(scale),
      started_(std::chrono::steady_clock::now()),
      epoch_ms_(
          std::chrono::duration_cast<Duration>(std::chrono::system_clock::now().time_since_epoch())
              .count()) {}

std::int64_t SandboxClock::now_ms() const {
  const std::chrono::duration<double, std::milli> real =
      std::chrono::steady_clock::now() - started_;
  return epoch_ms_ + static_cast<std::int64_t>(real.count() * scale_) + moved_ms_.load();
}

void SandboxClock::advance(Duration by) {
  moved_ms_ += by.count();
  const std::lock_guard lock(mutex_);
  for (const auto& [number, listener] : listeners_) listener();
}

std::chrono::nanoseconds SandboxClock::real(Duration simulated) const {
  const double nanoseconds =
      scale_ > 0 ? static_cast<double>(simulated.count()) * 1e6 / scale_ : 1e300;
  const std::chrono::nanoseconds limit = k_for_ever;
  if (nanoseconds >= static_cast<double>(limit.count())) return limit;
  return std::chrono::nanoseconds{static_cast<std::int64_t>(nanoseconds)};
}

int SandboxClock::on_move(std::function<void()> listener) {
  const std::lock_guard lock(mutex_);
  listeners_.emplace(next_listener_, std::move(listener));
  return next_listener_++;
}

void SandboxClock::forget(int listener) {
  const std::lock_guard lock(mutex_);
  listeners_.erase(listener);
}

}  // namespace belfry::sandbox
