#include "sync/policy/pacer.h"

#include <algorithm>

namespace belfry::sync {
namespace {

template <class Key>
Instant next_place(const std::unordered_map<Key, Instant>& places, const Key& key) {
  const auto known = places.find(key);
  return known == places.end() ? Instant{} : known->second;
}

template <class Key>
void keep_place(std::unordered_map<Key, Instant>& places, const Key& key, Instant next, Instant now,
                std::size_t most) {
  if (key.empty()) return;
  if (places.size() >= most)
    std::erase_if(places, [now](const auto& entry) { return entry.second <= now; });
  places[key] = next;
}

}  // namespace

PacedRead PacedRead::messages(const ChatId& chat) {
  return {Limit::messages, chat, {}};
}

PacedRead PacedRead::chat_of(const ChatId& chat, const MattermostUserId& reader) {
  return {Limit::other, chat, reader};
}

PacedRead PacedRead::part_of(const ChatId& chat) {
  return {Limit::other, chat, {}};
}

PacedRead PacedRead::chat_list(const MattermostUserId& person) {
  return {Limit::other, {}, person};
}

Instant Pacer::book(const PacedRead& read, Instant now, Urgency urgency) {
  MutexLock lock(mutex_);
  const Instant next = std::max({next_of(read.limit), next_place(next_of_chat_, read.chat),
                                 next_place(next_of_person_, read.person)});
  if (const Instant free = next + yield(read.limit, urgency); free > now) return free;
  const std::size_t most = policy_.most_remembered;
  keep_place(next_of_chat_, read.chat, now + policy_.per_chat, now, most);
  keep_place(next_of_person_, read.person, now + policy_.per_person, now, most);
  switch (read.limit) {
    case PacedRead::Limit::messages:
      next_messages_ = now + policy_.per_messages;
      break;
    case PacedRead::Limit::other:
      next_other_ = now + policy_.per_other;
      break;
  }
  return now;
}

Instant Pacer::first_place(PacedRead::Limit limit, Urgency urgency) const {
  MutexLock lock(mutex_);
  return next_of(limit) + yield(limit, urgency);
}

Duration Pacer::yield(PacedRead::Limit limit, Urgency urgency) const {
  if (urgency == Urgency::live) return Duration{0};
  return limit == PacedRead::Limit::messages ? policy_.messages_yield : policy_.other_yield;
}

Instant Pacer::next_of(PacedRead::Limit limit) const {
  return limit == PacedRead::Limit::messages ? next_messages_ : next_other_;
}

}  // namespace belfry::sync
