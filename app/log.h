#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/config.h"
#include "sync/base/mutex.h"
#include "sync/port/clock.h"

namespace belfry::app {

/// `key=value` pairs of a log line. Values hold neither tokens nor what people wrote; ids come as
/// short hashes.
using LogFields = std::vector<std::pair<std::string_view, std::string>>;

struct LogPolicy {
  /// Warnings and errors of one event that pass within a window; the rest is counted and told as
  /// one number.
  int most_repeated = 10;
  Duration window = std::chrono::minutes{1};
};

/// The one writer of log lines, to standard error: `2026-03-02T08:15:30.417Z level=info
/// event=delivered chat=3f9a`, or a JSON object a line. Under systemd's journal the time is left
/// out and the level is a `<n>` in front. Safe from any thread.
class Log {
 public:
  Log(Config::Log settings, const sync::Clock& clock, LogPolicy policy = {});

  [[nodiscard]] bool writes(LogLevel level) const { return level >= settings_.level; }
  void write(LogLevel level, std::string_view event, const LogFields& fields);

 private:
  struct Repetition {
    Instant begin;
    int lines = 0;
    int left_out = 0;
  };

  /// True when the line is one too many of its event; `before` = how many were left out in the
  /// window that has ended.
  bool is_repetition(LogLevel level, std::string_view event, int& before);
  [[nodiscard]] std::string line_of(LogLevel level, std::string_view event, const LogFields& fields,
                                    int left_out) const;

  const Config::Log settings_;
  const sync::Clock& clock_;
  const LogPolicy policy_;
  const bool is_journal_;
  Mutex mutex_;
  std::map<std::string, Repetition, std::less<>> repetitions_ GUARDED_BY(mutex_);
};

}  // namespace belfry::app
