#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "tests/sandbox/clock.h"

namespace belfry::sandbox {

/// Runs functions at simulated times, in order, on one thread of its own.
///
/// Promises  Nothing runs early; a moved clock wakes it. Destruction drops what is still to come
/// and waits for what runs. Threads   at() and after() from any thread, also from a running
/// function. Functions must be short.
class Timetable {
 public:
  explicit Timetable(SandboxClock& clock);
  ~Timetable();
  Timetable(const Timetable&) = delete;
  Timetable& operator=(const Timetable&) = delete;

  void at(std::int64_t simulated_ms, std::function<void()> work);
  void after(std::chrono::milliseconds simulated, std::function<void()> work);
  [[nodiscard]] std::size_t waiting() const;

 private:
  void run(const std::stop_token& stop);

  SandboxClock& clock_;
  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  std::multimap<std::int64_t, std::function<void()>> due_;  // guarded by mutex_
  std::uint64_t moves_ = 0;                                 // guarded by mutex_
  int listener_ = 0;
  std::jthread thread_;
};

}  // namespace belfry::sandbox
