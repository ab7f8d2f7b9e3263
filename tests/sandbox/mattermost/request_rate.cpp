#include "tests/sandbox/mattermost/request_rate.h"

#include <algorithm>
#include <cmath>

namespace belfry::sandbox::mattermost {

namespace {

std::int64_t seconds_up(double ms) {
  return static_cast<std::int64_t>(std::ceil(ms / 1'000.0));
}

}  // namespace

RequestRate::Verdict RequestRate::take(const std::string& key, const Limit& limit,
                                       std::int64_t now_ms) {
  const double interval =
      1'000.0 / static_cast<double>(std::max<std::int64_t>(limit.per_second, 1));
  const double tolerance = interval * static_cast<double>(limit.burst + 1);
  const auto now = static_cast<double>(now_ms);

  const std::lock_guard lock(mutex_);
  const auto found = arrival_ms_.find(key);
  const double arrival = found == arrival_ms_.end() ? now : std::max(found->second, now);
  const double next = arrival + interval;
  const double early = next - tolerance - now;
  Verdict verdict{.limited = early > 0, .limit = limit.burst + 1};
  const double lead = verdict.limited ? arrival - now : next - now;
  if (verdict.limited)
    verdict.retry_after_s = seconds_up(early);
  else
    arrival_ms_[key] = next;
  verdict.remaining =
      std::max<std::int64_t>(0, static_cast<std::int64_t>((tolerance - lead) / interval));
  verdict.reset_s = seconds_up(lead);
  return verdict;
}

void RequestRate::clear() {
  const std::lock_guard lock(mutex_);
  arrival_ms_.clear();
}

}  // namespace belfry::sandbox::mattermost
