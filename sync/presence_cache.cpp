#include "sync/presence_cache.h"

namespace belfry::sync {

std::optional<std::vector<Presence>> PresenceCache::find(const std::vector<TeamsUserId>& users,
                                                         Instant now) const {
  MutexLock lock(mutex_);
  std::vector<Presence> found;
  for (const TeamsUserId& user : users) {
    const auto entry = entries_.find(user);
    if (entry == entries_.end() || entry->second.until <= now) return std::nullopt;
    found.push_back({user, entry->second.active});
  }
  return found;
}

void PresenceCache::remember(const std::vector<TeamsUserId>& asked,
                             const std::vector<Presence>& answer, Instant now) {
  MutexLock lock(mutex_);
  if (entries_.size() + asked.size() > policy_.most) entries_.clear();
  for (const TeamsUserId& user : asked) entries_[user] = {false, now + policy_.lives};
  for (const Presence& presence : answer) {
    entries_[presence.user] = {presence.active, now + policy_.lives};
  }
}

}  // namespace belfry::sync
