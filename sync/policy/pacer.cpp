#include "sync/policy/pacer.h"

#include <algorithm>

namespace belfry::sync {

Instant Pacer::book(const ChatId& chat, Instant now, Urgency urgency) {
  MutexLock lock(mutex_);
  const auto known = next_of_chat_.find(chat);
  Instant free = place_of_tenant(urgency);
  if (known != next_of_chat_.end()) free = std::max(free, known->second);
  if (free > now) return free;
  if (next_of_chat_.size() >= policy_.most_chats) forget_free_chats(now);
  next_of_chat_[chat] = now + policy_.per_chat;
  next_of_tenant_ = now + policy_.per_tenant;
  return now;
}

Instant Pacer::first_place(Urgency urgency) const {
  MutexLock lock(mutex_);
  return place_of_tenant(urgency);
}

Instant Pacer::place_of_tenant(Urgency urgency) const {
  return urgency == Urgency::sweep ? next_of_tenant_ + policy_.per_tenant : next_of_tenant_;
}

void Pacer::forget_free_chats(Instant now) {
  std::erase_if(next_of_chat_, [now](const auto& entry) { return entry.second <= now; });
}

}  // namespace belfry::sync
