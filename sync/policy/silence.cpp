#include "sync/policy/silence.h"

#include <algorithm>
#include <cmath>

namespace belfry::sync {
namespace {

/// A longer silence than two weeks tells no more than one of two weeks.
constexpr std::chrono::hours k_longest{2 * 7 * 24};

std::size_t hour_of_week(WallTime at) {
  const auto hours = std::chrono::floor<std::chrono::hours>(at).time_since_epoch().count();
  constexpr std::int64_t k_thursday = 3;  // the epoch's day; a week begins on Monday here
  const std::int64_t of_week =
      (hours + k_thursday * 24) % static_cast<std::int64_t>(TrafficProfile::k_hours);
  return static_cast<std::size_t>(of_week < 0 ? of_week + std::int64_t{TrafficProfile::k_hours}
                                              : of_week);
}

}  // namespace

double usual_traffic(const TrafficProfile& profile, WallTime from, WallTime to) {
  from = std::max(from, to - k_longest);
  double usual = 0;
  while (from < to) {
    const WallTime next = std::chrono::floor<std::chrono::hours>(from) + std::chrono::hours{1};
    const Duration within = std::min(next, to) - from;
    const std::chrono::duration<double, std::ratio<3600>> share = within;
    usual += share.count() * static_cast<double>(profile.per_hour[hour_of_week(from)]);
    from = next;
  }
  return usual;
}

double usual_beside(const TrafficProfile& profile, WallTime hour, double came) {
  const std::size_t of_week = hour_of_week(hour);
  return profile.weeks[of_week] == 0 ? came : static_cast<double>(profile.per_hour[of_week]);
}

TrafficProfile learnt(TrafficProfile profile, std::uint32_t count, const SilencePolicy& policy) {
  const std::size_t hour = hour_of_week(profile.counted_to);
  float& usual = profile.per_hour[hour];
  const auto came = static_cast<float>(count);
  const bool is_first = profile.weeks[hour] == 0;
  usual = is_first ? came : usual * (1 - policy.newest_weighs) + came * policy.newest_weighs;
  if (profile.weeks[hour] < UINT16_MAX) ++profile.weeks[hour];
  profile.counted_to += std::chrono::hours{1};
  return profile;
}

bool is_alarming(const TrafficProfile& profile, WallTime heard, int alarms, WallTime now,
                 const SilencePolicy& policy) {
  using Exact = std::chrono::duration<double, Duration::period>;
  const double doubled = std::ldexp(1.0, alarms);
  if (policy.fixed) return Exact{now - heard} >= Exact{*policy.fixed} * doubled;
  if (now - heard < policy.least) return false;
  return usual_traffic(profile, heard, now) >= policy.expected * doubled;
}

}  // namespace belfry::sync
