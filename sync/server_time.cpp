#include "sync/server_time.h"

#include <algorithm>

namespace belfry::sync {
namespace {

constexpr Duration k_agree = std::chrono::seconds{2};

}  // namespace

void ServerTime::heard(WallTime theirs, Moment now) {
  MutexLock lock(mutex_);
  heard_ = Heard{theirs, now};
}

std::optional<ServerTime::Heard> ServerTime::last() const {
  MutexLock lock(mutex_);
  return heard_;
}

WallTime ServerTime::at(Moment now) const {
  const auto heard = last();
  return heard ? heard->theirs + (now.steady - heard->ours.steady) : now.wall;
}

WallTime ServerTime::no_later_than(Moment now) const {
  return std::min(at(now), now.wall);
}

WallTime ServerTime::closest_at(Moment now) const {
  const WallTime theirs = at(now);
  const Duration apart = std::max(now.wall - theirs, theirs - now.wall);
  return apart <= k_agree ? now.wall : theirs;
}

std::optional<Month> ServerTime::month_at(Moment now, Duration margin) const {
  const auto heard = last();
  const WallTime by_steady = heard ? heard->theirs + (now.steady - heard->ours.steady) : now.wall;
  const WallTime by_wall = heard ? heard->theirs + (now.wall - heard->ours.wall) : now.wall;
  const Month month = month_of(by_steady);
  for (const WallTime each : {by_steady, by_wall}) {
    if (month_of(each - margin) != month || month_of(each + margin) != month) return std::nullopt;
  }
  return month;
}

std::optional<Duration> ServerTime::ahead() const {
  const auto heard = last();
  if (!heard) return std::nullopt;
  return heard->ours.wall - heard->theirs;
}

}  // namespace belfry::sync
