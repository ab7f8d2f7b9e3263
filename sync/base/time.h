#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace belfry {

using Duration = std::chrono::milliseconds;

/// Deadlines in memory: never goes back, means nothing after a restart.
using Instant = std::chrono::time_point<std::chrono::steady_clock, Duration>;

/// What is stored or shown: UTC, as Graph and Mattermost write it; may jump. A type error to mix
/// with Instant.
using WallTime = std::chrono::sys_time<Duration>;

/// One reading of both clocks, taken once per step.
struct Moment {
  Instant steady;
  WallTime wall;
};

/// Reads the ISO 8601 forms that Graph writes: 0 to 7 (here: up to 9) fractional digits, `Z`, a
/// numeric offset or none (taken as UTC), `T` or a blank between date and time. Fractions below a
/// millisecond are cut.
[[nodiscard]] std::optional<WallTime> parse_iso8601(std::string_view text);

/// `2026-03-02T08:15:30.417Z`, always with milliseconds.
[[nodiscard]] std::string format_iso8601(WallTime time);
/// `2026-03-02`, in UTC.
[[nodiscard]] std::string format_date(WallTime time);

[[nodiscard]] constexpr std::int64_t to_epoch_ms(WallTime time) {
  return time.time_since_epoch().count();
}
[[nodiscard]] constexpr WallTime from_epoch_ms(std::int64_t epoch_ms) {
  return WallTime{Duration{epoch_ms}};
}

}  // namespace belfry
