#include "sync/policy/likely_cause.h"

namespace belfry::sync {

bool was_promised(WallTime written, std::optional<WallTime> announced_since) {
  return announced_since && *announced_since <= written;
}

std::string likely_cause(SweepTrigger trigger, WallTime written,
                         std::optional<WallTime> announced_since, const KnownTroubles& troubles) {
  const bool was_away = written <= troubles.service_began &&
                        (!troubles.heard_before || written > *troubles.heard_before);
  if (was_away) return "the service was away";
  if (troubles.notifications_are_used_up) return "the month's notifications are used up";
  if (!announced_since) return "the chat has no subscription";
  // Its first one was made later, or a new one after a loss.
  if (!was_promised(written, announced_since)) return "the chat had no subscription then";
  switch (trigger) {
    case SweepTrigger::lifecycle:
    case SweepTrigger::new_subscription:
      return "the subscription was interrupted";
    case SweepTrigger::silence:
      return "Graph had fallen silent";
    case SweepTrigger::exhausted:
      return "the month's notifications are used up";
    case SweepTrigger::start:
    case SweepTrigger::schedule:
    case SweepTrigger::person:
    case SweepTrigger::administrator:
      return "a notification was lost";
  }
  return "";
}

}  // namespace belfry::sync
