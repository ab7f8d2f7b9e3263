#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <Poco/Net/ServerSocket.h>

namespace belfry::blackbox {

/// A free port of the loopback address, and nobody else gets it as a free one. It is bound but not
/// listened on: who binds it by its number, with SO_REUSEADDR, can listen.
class ReservedPort {
 public:
  ReservedPort();
  [[nodiscard]] std::uint16_t number() const { return socket_.address().port(); }

 private:
  Poco::Net::ServerSocket socket_;
};

struct Completed {
  int exit_code = -1;
  std::string output;  ///< standard output and error
};

/// A program under test in a process of its own.
class BelfryProcess {
 public:
  using Environment = std::map<std::string, std::string>;

  ~BelfryProcess();
  BelfryProcess() = default;
  BelfryProcess(const BelfryProcess&) = delete;
  BelfryProcess& operator=(const BelfryProcess&) = delete;

  /// Standard output and error go to `log`, at its end.
  void start(const std::string& program, const std::vector<std::string>& arguments,
             const std::filesystem::path& log, const Environment& environment = {});
  [[nodiscard]] bool is_running();
  /// Processor time used so far, in all threads.
  [[nodiscard]] double cpu_seconds() const;
  /// SIGKILL, and waits for the end.
  void kill();
  /// SIGTERM; the exit code, or -1 when it did not end within `limit` and was killed.
  int terminate(std::chrono::milliseconds limit);
  /// True when it ended by itself within `limit`.
  bool wait(std::chrono::milliseconds limit);

 private:
  int pid_ = -1;
  int exit_code_ = -1;
};

/// Runs a program to its end.
[[nodiscard]] Completed run(const std::string& program, const std::vector<std::string>& arguments,
                            const BelfryProcess::Environment& environment = {});

/// Waits for a condition; false when `limit` is over. Looks after 3 ms, then less and less often,
/// for each look takes time from what it waits for.
template <class Condition>
[[nodiscard]] bool eventually(std::chrono::milliseconds limit, Condition&& condition);

}  // namespace belfry::blackbox

#include <algorithm>
#include <thread>

template <class Condition>
bool belfry::blackbox::eventually(std::chrono::milliseconds limit, Condition&& condition) {
  const auto end = std::chrono::steady_clock::now() + limit;
  constexpr std::chrono::milliseconds k_longest_pause{50};
  std::chrono::milliseconds pause{3};
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(pause);
    pause = std::min(2 * pause, k_longest_pause);
  }
  return true;
}
