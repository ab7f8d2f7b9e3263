#include "sync/traffic.h"

#include <algorithm>

namespace belfry::sync {
namespace {

/// Clocks are set right by less than that while they run.
constexpr Duration k_set_right = std::chrono::minutes{1};

WallTime hour_of(WallTime at) {
  return std::chrono::floor<std::chrono::hours>(at);
}

}  // namespace

void Traffic::note(std::size_t notifications, WallTime now) {
  MutexLock lock(mutex_);
  counts_[hour_of(now)] += static_cast<std::uint32_t>(notifications);
  heard_ = now;
}

Result<> Traffic::open(Moment now) {
  seen_ = now;
  auto stored = store_.traffic();
  if (stored && stored->has_value()) profile_ = **stored;
  skip_to(now.wall);
  if (!stored) return fail(stored.error());
  return {};
}

Result<> Traffic::learn(Moment now) {
  if (was_set_anew(now)) skip_to(now.wall);
  const WallTime end = hour_of(now.wall);
  if (profile_.counted_to >= end) return {};
  TrafficProfile profile = profile_;
  {
    MutexLock lock(mutex_);
    while (profile.counted_to < end) {
      const auto counted = counts_.find(profile.counted_to);
      const std::uint32_t came = counted == counts_.end() ? 0 : counted->second;
      compare(profile, came, now);
      profile = learnt(profile, came, policy_);
    }
    counts_.erase(counts_.begin(), counts_.lower_bound(end));
  }
  profile_ = profile;
  return store_.keep_traffic(profile);
}

void Traffic::skip_to(WallTime now) {
  profile_.counted_to = hour_of(now) + std::chrono::hours{1};
  alarmed_ = std::min(alarmed_, now);  // not so of a clock that was set back
  MutexLock lock(mutex_);
  counts_.clear();
  heard_ = now;
}

bool Traffic::is_silent(Moment now) {
  WallTime since = alarmed_;
  {
    MutexLock lock(mutex_);
    since = std::max(since, heard_);
  }
  if (looks_in_vain(now) >= policy_.most_in_vain) return false;
  if (!is_alarming(profile_, since, alarms_, now.wall, policy_)) return false;
  alarmed_ = now.wall;
  ++alarms_;
  usual_ = came_ = 0;
  return true;
}

void Traffic::was_deaf(Moment now) {
  alarms_ = static_cast<int>(looks_in_vain(now));
  skip_to(now.wall);
}

void Traffic::was_quiet(Moment now) {
  in_vain_.push_back(now.steady);
}

bool Traffic::was_set_anew(Moment now) {
  const Duration apart = (now.wall - seen_.wall) - (now.steady - seen_.steady);
  seen_ = now;
  return std::chrono::abs(apart) > k_set_right;
}

void Traffic::compare(const TrafficProfile& usual, double came, Moment now) {
  if (alarms_ == 0 || usual.counted_to < alarmed_) return;
  usual_ += usual_beside(usual, usual.counted_to, came);
  came_ += came;
  if (usual_ < policy_.expected) return;  // a quiet night is no return
  // Where a gap was nothing but a gap, such gaps are no alarm for the rest of the day.
  if (came_ >= usual_ * policy_.back) alarms_ = static_cast<int>(looks_in_vain(now));
  usual_ = came_ = 0;
}

std::size_t Traffic::looks_in_vain(Moment now) {
  std::erase_if(in_vain_, [&](Instant at) { return now.steady - at >= policy_.in_vain_within; });
  return in_vain_.size();
}

}  // namespace belfry::sync
