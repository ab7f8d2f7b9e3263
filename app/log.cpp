#include "app/log.h"

#include <algorithm>
#include <cstdio>

#include "app/platform.h"
#include "net/json/json_view.h"

namespace belfry::app {
namespace {

const char* name_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warn:
      return "warn";
    case LogLevel::error:
      return "error";
  }
  return "unknown";
}

/// Source: sd-daemon(3), the levels of syslog.
const char* journal_prefix(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "<7>";
    case LogLevel::info:
      return "<6>";
    case LogLevel::warn:
      return "<4>";
    case LogLevel::error:
      return "<3>";
  }
  return "";
}

}  // namespace

std::string log_value(const std::string& text) {
  const bool is_plain = !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return c > ' ' && c < 0x7F && c != '"' && c != '=' && c != '\\';
  });
  return is_plain ? text : net::json_string(text);
}

LogTarget LogTarget::standard_error() {
  // One write a line: other programs' lines do not get into ours.
  const auto write = [](std::string_view line) {
    std::fwrite(line.data(), 1, line.size(), stderr);
  };
  return {write, platform::log_is_journal()};
}

Log::Log(Config::Log settings, const sync::Clock& clock, LogPolicy policy, LogTarget target)
    : settings_(settings), clock_(clock), policy_(policy), target_(std::move(target)) {}

void Log::write(LogLevel level, std::string_view event, const LogFields& fields) {
  if (!writes(level)) return;
  MutexLock lock(mutex_);
  if (level >= LogLevel::warn && is_one_too_many(level, event)) return;
  put(level, event, fields);
}

bool Log::is_one_too_many(LogLevel level, std::string_view event) {
  const Instant now = clock_.now().steady;
  auto found = repetitions_.find(event);
  if (found == repetitions_.end())
    found = repetitions_.emplace(std::string(event), Repetition{level, now, 0, 0}).first;
  Repetition& repetition = found->second;
  if (now - repetition.begin >= policy_.window) {
    tell(event, repetition, now);
    repetition.level = level;
  }
  if (++repetition.lines <= policy_.most_repeated) return false;
  ++repetition.left_out;
  return true;
}

void Log::tell_left_out() {
  const Instant now = clock_.now().steady;
  MutexLock lock(mutex_);
  for (auto& [event, repetition] : repetitions_) {
    if (now - repetition.begin >= policy_.window) tell(event, repetition, now);
  }
}

void Log::tell(std::string_view event, Repetition& repetition, Instant now) {
  if (repetition.left_out > 0) {
    put(repetition.level, "left_out",
        {{"of", std::string(event)}, {"lines", std::to_string(repetition.left_out)}});
  }
  repetition = Repetition{repetition.level, now, 0, 0};
}

void Log::put(LogLevel level, std::string_view event, const LogFields& fields) {
  target_.write(line_of(level, event, fields));
}

std::string Log::line_of(LogLevel level, std::string_view event, const LogFields& fields) const {
  LogFields all;
  if (!target_.is_journal) all.emplace_back("time", format_iso8601(clock_.now().wall));
  all.emplace_back("level", name_of(level));
  all.emplace_back("event", std::string(event));
  all.insert(all.end(), fields.begin(), fields.end());
  std::string line = target_.is_journal ? journal_prefix(level) : "";
  const bool is_json = settings_.format == LogFormat::json;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& [name, whole] = all[i];
    // A cut within a character is mended by json_string.
    const std::string value = whole.size() <= policy_.longest_value
                                  ? whole
                                  : whole.substr(0, policy_.longest_value) + "…";
    if (is_json) {
      line += (i == 0 ? "{" : ",") + net::json_string(name) + ":" + net::json_string(value);
    } else {
      // The time stands for itself at the beginning of a line.
      line +=
          (i == 0 ? "" : " ") + (name == "time" ? "" : std::string(name) + "=") + log_value(value);
    }
  }
  return line + (is_json ? "}\n" : "\n");
}

}  // namespace belfry::app
