#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <stop_token>
#include <thread>
#include <vector>

#include "sync/base/mutex.h"
#include "sync/base/time.h"
#include "sync/engine.h"
#include "sync/port/clock.h"
#include "sync/port/wakeup.h"

namespace belfry::app {

/// How many workers wait for which upstream. Each holds one connection and one message at a time.
struct RunnerPolicy {
  int graph_workers =
      12;  ///< resolving: rich notifications need no request, basic ones 20/s a tenant at most
  int mattermost_workers = 12;  ///< lanes that are delivered side by side
};

/// Lets sleeping workers know that work arrived; one bell for each slot. Outlives the runner, since
/// intake rings it from http threads.
class Bells : public sync::Wakeup {
 public:
  void work_arrived(sync::Slot slot) override;

  /// How often the slot's bell rang.
  [[nodiscard]] std::uint64_t count(sync::Slot slot) const;
  /// Returns when the bell rang beyond `seen`, after `longest`, or when stop is asked for; the new
  /// count.
  std::uint64_t wait(sync::Slot slot, std::uint64_t seen, Duration longest,
                     const std::stop_token& stop);

 private:
  struct Bell {
    mutable Mutex mutex;
    std::condition_variable_any rung;
    std::uint64_t count GUARDED_BY(mutex) = 0;
  };
  [[nodiscard]] Bell& bell_of(sync::Slot slot) { return bells_[static_cast<std::size_t>(slot)]; }
  [[nodiscard]] const Bell& bell_of(sync::Slot slot) const {
    return bells_[static_cast<std::size_t>(slot)];
  }

  std::array<Bell, 2> bells_;
};

/// The workers: each claims one piece of work at a time and runs one step of it.
///
/// Threads   start() and stop() from the owner's thread. stop() joins all workers; a worker ends
/// after its step, so the
///           owner aborts the upstreams' sockets between request_stop() and stop() to bound the
///           wait.
class Runner {
 public:
  Runner(sync::Engine& engine, const sync::Clock& clock, Bells& bells, RunnerPolicy policy = {});
  ~Runner();
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  void start();
  void request_stop();
  void stop();

 private:
  void work(sync::Slot slot, const std::stop_token& stop);

  sync::Engine& engine_;
  const sync::Clock& clock_;
  Bells& bells_;
  const RunnerPolicy policy_;
  std::vector<std::jthread> workers_;
};

}  // namespace belfry::app
