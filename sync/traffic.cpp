#include "sync/traffic.h"

#include <algorithm>

namespace belfry::sync {
namespace {

WallTime hour_of(WallTime at) {
  return std::chrono::floor<std::chrono::hours>(at);
}

}  // namespace

void Traffic::note(std::size_t notifications, WallTime now) {
  MutexLock lock(mutex_);
  counts_[hour_of(now)] += static_cast<std::uint32_t>(notifications);
  heard_ = now;
  alarms_ = 0;
}

Result<> Traffic::open(WallTime now) {
  auto stored = store_.traffic();
  if (stored && stored->has_value()) profile_ = **stored;
  skip_to(now);
  if (!stored) return fail(stored.error());
  return {};
}

Result<> Traffic::learn(WallTime now) {
  const WallTime end = hour_of(now);
  if (profile_.counted_to >= end) return {};
  TrafficProfile profile = profile_;
  {
    MutexLock lock(mutex_);
    while (profile.counted_to < end) {
      const auto counted = counts_.find(profile.counted_to);
      profile = learnt(profile, counted == counts_.end() ? 0 : counted->second, policy_);
    }
    counts_.erase(counts_.begin(), counts_.lower_bound(end));
  }
  profile_ = profile;
  return store_.keep_traffic(profile);
}

void Traffic::skip_to(WallTime now) {
  profile_.counted_to = hour_of(now) + std::chrono::hours{1};
  MutexLock lock(mutex_);
  counts_.clear();
  heard_ = std::max(heard_, now);
}

bool Traffic::is_silent(WallTime now) {
  MutexLock lock(mutex_);
  const WallTime since = alarms_ == 0 ? heard_ : std::max(heard_, alarmed_);
  if (!is_alarming(profile_, since, alarms_, now, policy_)) return false;
  alarmed_ = now;
  ++alarms_;
  return true;
}

}  // namespace belfry::sync
