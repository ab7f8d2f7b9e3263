#include "sync/policy/sweep_retries.h"

#include <algorithm>

namespace belfry::sync {
namespace {

constexpr int k_most_doublings = 10;

}  // namespace

void SweepRetries::failed(const MattermostUserId& user, SweepTrigger trigger,
                          std::optional<WallTime> since, WallTime now) {
  Retry& retry = waiting_[user];
  const auto doubled = static_cast<std::int64_t>(1) << std::min(retry.failures, k_most_doublings);
  ++retry.failures;
  retry.due = now + std::min(policy_.first * doubled, policy_.most);
  if (!is_incident(retry.trigger)) retry.trigger = trigger;
  if (since) retry.since = std::min(retry.since.value_or(*since), *since);
  retry.is_taken = false;
}

void SweepRetries::owe(const MattermostUserId& user, SweepTrigger trigger, WallTime now) {
  waiting_[user] = Retry{0, now, trigger, std::nullopt, false};
}

void SweepRetries::keep_only(const std::set<MattermostUserId>& failed) {
  std::erase_if(waiting_, [&failed](const auto& one) { return !failed.contains(one.first); });
}

std::vector<SweepRetries::Due> SweepRetries::take_due(WallTime now) {
  std::vector<Due> due;
  for (auto& [user, retry] : waiting_) {
    const bool is_due = retry.due <= now || retry.due > now + policy_.most;
    if (retry.is_taken || !is_due) continue;
    retry.is_taken = true;
    due.push_back({user, retry.trigger, retry.since});
  }
  return due;
}

std::optional<WallTime> SweepRetries::next() const {
  std::optional<WallTime> next;
  for (const auto& [user, retry] : waiting_) {
    if (!retry.is_taken) next = std::min(next.value_or(retry.due), retry.due);
  }
  return next;
}

bool SweepRetries::await_incident() const {
  return std::any_of(waiting_.begin(), waiting_.end(),
                     [](const auto& one) { return is_incident(one.second.trigger); });
}

}  // namespace belfry::sync
