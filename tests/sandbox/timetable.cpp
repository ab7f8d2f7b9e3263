#include "tests/sandbox/timetable.h"

namespace belfry::sandbox {

Timetable::Timetable(SandboxClock& clock) : clock_(clock) {
  listener_ = clock_.on_move([this] {
    const std::lock_guard lock(mutex_);
    ++moves_;
    wake_.notify_all();
  });
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

Timetable::~Timetable() {
  clock_.forget(listener_);
  thread_.request_stop();
  thread_.join();
}

void Timetable::at(std::int64_t simulated_ms, std::function<void()> work) {
  const std::lock_guard lock(mutex_);
  due_.emplace(simulated_ms, std::move(work));
  ++moves_;
  wake_.notify_all();
}

void Timetable::after(std::chrono::milliseconds simulated, std::function<void()> work) {
  at(clock_.now_ms() + simulated.count(), std::move(work));
}

std::size_t Timetable::waiting() const {
  const std::lock_guard lock(mutex_);
  return due_.size();
}

void Timetable::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    const std::uint64_t seen = moves_;
    const auto changed = [&] { return moves_ != seen; };
    if (due_.empty()) {
      wake_.wait(lock, stop, changed);
      continue;
    }
    const std::int64_t wait_ms = due_.begin()->first - clock_.now_ms();
    if (wait_ms > 0) {
      wake_.wait_for(lock, stop, clock_.real(std::chrono::milliseconds{wait_ms}), changed);
      continue;
    }
    auto node = due_.extract(due_.begin());
    lock.unlock();
    node.mapped()();
    lock.lock();
  }
}

}  // namespace belfry::sandbox
