#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace belfry::blackbox {

/// An empty folder that goes with its owner.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A port of the loopback address that nobody listened on a moment ago.
[[nodiscard]] std::uint16_t free_port();

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

/// Waits for a condition, looking every few milliseconds; false when `limit` is over.
template <class Condition>
[[nodiscard]] bool eventually(std::chrono::milliseconds limit, Condition&& condition);

}  // namespace belfry::blackbox

#include <thread>

template <class Condition>
bool belfry::blackbox::eventually(std::chrono::milliseconds limit, Condition&& condition) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{3});
  }
  return true;
}
