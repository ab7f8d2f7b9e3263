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

Pacer::Pacer(PacePolicy policy)
    : policy_(policy),
      messages_{policy.per_messages, policy.messages_yield, {}, {}},
      other_{policy.per_other, policy.other_yield, {}, {}} {}

Instant Pacer::book(const PacedRead& read, Instant now, Urgency urgency) {
  MutexLock lock(mutex_);
  Lane& lane = lane_of(read.limit);
  const Instant own =
      std::max(next_place(next_of_chat_, read.chat), next_place(next_of_person_, read.person));
  const Duration yield = urgency == Urgency::sweep ? lane.yield : Duration{0};
  if (const Instant free = std::max(place(lane, urgency), own + yield); free > now) return free;
  const std::size_t most = policy_.most_remembered;
  keep_place(next_of_chat_, read.chat, now + policy_.per_chat, now, most);
  keep_place(next_of_person_, read.person, now + policy_.per_person, now, most);
  lane.next = now + lane.gap;
  if (urgency == Urgency::sweep) lane.swept = now;
  return now;
}

Instant Pacer::first_place(PacedRead::Limit limit, Urgency urgency) {
  MutexLock lock(mutex_);
  return place(lane_of(limit), urgency);
}

Pacer::Lane& Pacer::lane_of(PacedRead::Limit limit) {
  return limit == PacedRead::Limit::messages ? messages_ : other_;
}

Instant Pacer::place(const Lane& lane, Urgency urgency) const {
  if (urgency == Urgency::live) return lane.next;
  return std::clamp(lane.swept + policy_.patience, lane.next, lane.next + lane.yield);
}

}  // namespace belfry::sync
