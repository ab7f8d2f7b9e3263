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

/// As it stands, or in quotes where it would be read as more than one word.
std::string value_of(const std::string& text) {
  const bool is_plain = !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return c > ' ' && c != '"' && c != '=' && c != '\\' && c != 0x7F;
  });
  return is_plain ? text : net::json_string(text);
}

}  // namespace

Log::Log(Config::Log settings, const sync::Clock& clock, LogPolicy policy)
    : settings_(settings),
      clock_(clock),
      policy_(policy),
      is_journal_(platform::log_is_journal()) {}

bool Log::is_repetition(LogLevel level, std::string_view event, int& before) {
  if (level < LogLevel::warn) return false;
  const Instant now = clock_.now().steady;
  MutexLock lock(mutex_);
  auto found = repetitions_.find(event);
  if (found == repetitions_.end())
    found = repetitions_.emplace(std::string(event), Repetition{now, 0, 0}).first;
  Repetition& repetition = found->second;
  if (now - repetition.begin >= policy_.window) {
    before = repetition.left_out;
    repetition = Repetition{now, 0, 0};
  }
  if (++repetition.lines <= policy_.most_repeated) return false;
  ++repetition.left_out;
  return true;
}

void Log::write(LogLevel level, std::string_view event, const LogFields& fields) {
  if (!writes(level)) return;
  int left_out = 0;
  if (is_repetition(level, event, left_out)) return;
  const std::string line = line_of(level, event, fields, left_out);
  // One write a line: threads do not mix theirs.
  std::fwrite(line.data(), 1, line.size(), stderr);
}

std::string Log::line_of(LogLevel level, std::string_view event, const LogFields& fields,
                         int left_out) const {
  LogFields all;
  if (!is_journal_) all.emplace_back("time", format_iso8601(clock_.now().wall));
  all.emplace_back("level", name_of(level));
  all.emplace_back("event", std::string(event));
  all.insert(all.end(), fields.begin(), fields.end());
  if (left_out > 0) all.emplace_back("left_out_before", std::to_string(left_out));
  std::string line;
  if (settings_.format == LogFormat::json) {
    for (const auto& [name, value] : all) {
      line += (line.empty() ? "{" : ",") + net::json_string(name) + ":" + net::json_string(value);
    }
    return line + "}\n";
  }
  if (is_journal_) line = journal_prefix(level);
  bool is_first = true;
  for (const auto& [name, value] : all) {
    if (!is_first) line += ' ';
    is_first = false;
    // The time stands for itself at the beginning of a line.
    if (name != "time") line += std::string(name) + "=";
    line += value_of(value);
  }
  return line + "\n";
}

}  // namespace belfry::app
