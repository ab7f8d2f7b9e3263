#include "app/runner.h"

#include <algorithm>

namespace belfry::app {

void Bells::work_arrived(sync::Slot slot) {
  Bell& bell = bell_of(slot);
  {
    MutexLock lock(bell.mutex);
    ++bell.count;
  }
  bell.rung.notify_one();
}

std::uint64_t Bells::count(sync::Slot slot) const {
  const Bell& bell = bell_of(slot);
  MutexLock lock(bell.mutex);
  return bell.count;
}

std::uint64_t Bells::wait(sync::Slot slot, std::uint64_t seen, Duration longest,
                          const std::stop_token& stop) {
  Bell& bell = bell_of(slot);
  MutexLock lock(bell.mutex);
  bell.rung.wait_for(lock.native(), stop, longest,
                     [&bell, seen]() NO_THREAD_SAFETY_ANALYSIS { return bell.count != seen; });
  return bell.count;
}

Runner::Runner(sync::Engine& engine, const sync::Clock& clock, Bells& bells, RunnerPolicy policy)
    : engine_(engine), clock_(clock), bells_(bells), policy_(policy) {}

Runner::~Runner() {
  stop();
}

void Runner::start() {
  const auto add = [this](sync::Slot slot, int count) {
    for (int i = 0; i < count; ++i) {
      workers_.emplace_back([this, slot](const std::stop_token& stop) { work(slot, stop); });
    }
  };
  add(sync::Slot::graph, policy_.graph_workers);
  add(sync::Slot::mattermost, policy_.mattermost_workers);
}

void Runner::request_stop() {
  for (std::jthread& worker : workers_) worker.request_stop();
}

void Runner::stop() {
  request_stop();
  workers_.clear();
}

void Runner::work(sync::Slot slot, const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    // Counted before looking: what arrives while we look rings again.
    const std::uint64_t seen = bells_.count(slot);
    const Moment now = clock_.now();
    if (const auto claim = engine_.claim(slot, now)) {
      engine_.run(*claim, now);
      continue;
    }
    const Instant next = engine_.next_deadline(slot, now.steady);
    bells_.wait(slot, seen, std::max(next - now.steady, Duration{1}), stop);
  }
}

}  // namespace belfry::app
