#pragma once

#include <cstdint>
#include <functional>
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

/// A value as it stands in a line of text: in quotes where it would be read as more than one word.
[[nodiscard]] std::string log_value(const std::string& text);

struct LogPolicy {
  /// Warnings and errors of one event that pass within a window; the rest is counted and told as
  /// one number.
  int most_repeated = 10;
  Duration window = std::chrono::minutes{1};
  /// Of one value: an upstream may answer with a page of text.
  std::size_t longest_value = 1024;
};

/// Where lines go. `write` gets a whole line with its end and is called by one thread at a time.
struct LogTarget {
  std::function<void(std::string_view line)> write;
  bool is_journal = false;  ///< it adds the time by itself, and reads the level from a `<n>`

  [[nodiscard]] static LogTarget standard_error();
};

/// The one writer of log lines: `2026-03-02T08:15:30.417Z level=info event=delivered chat=3f9a`, or
/// a JSON object a line. Under systemd's journal the time is left out and the level is a `<n>` in
/// front. Safe from any thread.
class Log {
 public:
  Log(Config::Log settings, const sync::Clock& clock, LogPolicy policy = {},
      LogTarget target = LogTarget::standard_error());

  [[nodiscard]] bool writes(LogLevel level) const { return level >= settings_.level; }
  void write(LogLevel level, std::string_view event, const LogFields& fields);
  /// A line for each event of which lines were left out in a window that has ended. To be called
  /// now and then.
  void tell_left_out();

 private:
  struct Repetition {
    LogLevel level = LogLevel::warn;
    Instant begin;
    int lines = 0;
    int left_out = 0;
  };

  void put(LogLevel level, std::string_view event, const LogFields& fields) REQUIRES(mutex_);
  void tell(std::string_view event, Repetition& repetition, Instant now) REQUIRES(mutex_);
  [[nodiscard]] bool is_one_too_many(LogLevel level, std::string_view event) REQUIRES(mutex_);
  [[nodiscard]] std::string line_of(LogLevel level, std::string_view event,
                                    const LogFields& fields) const;

  const Config::Log settings_;
  const sync::Clock& clock_;
  const LogPolicy policy_;
  const LogTarget target_;
  Mutex mutex_;
  std::map<std::string, Repetition, std::less<>> repetitions_ GUARDED_BY(mutex_);
};

}  // namespace belfry::app
