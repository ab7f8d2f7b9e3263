#include "sync/agenda.h"

#include <algorithm>

#include "sync/base/invariant.h"

namespace belfry::sync {
namespace {

/// A stored time as a deadline. Bounded, since the wall clock may have jumped while we were away.
Instant deadline_of(WallTime next_try, Moment now) {
  constexpr Duration k_longest = std::chrono::hours{2};
  const Duration left = next_try - now.wall;
  return now.steady + std::clamp(left, Duration{0}, k_longest);
}

}  // namespace

bool Agenda::wants_refill(std::uint64_t in_store) const {
  return !is_refilling_ && in_store > items_.size() && items_.size() < policy_.window;
}

std::optional<Agenda::RefillClaim> Agenda::claim_refill(std::uint64_t in_store, Instant now) {
  MutexLock lock(mutex_);
  if (!wants_refill(in_store) || now < refill_not_before_) return std::nullopt;
  is_refilling_ = true;
  return RefillClaim{Sequence{read_from_},
                     std::min(policy_.refill, policy_.window - items_.size())};
}

void Agenda::refill(std::vector<InboxEntry> entries, Moment now) {
  MutexLock lock(mutex_);
  is_refilling_ = false;
  if (entries.empty()) {
    read_from_ = 0;
    refill_not_before_ = now.steady + policy_.refill_pause;
  }
  for (InboxEntry& entry : entries) {
    read_from_ = std::max(read_from_, static_cast<std::uint64_t>(entry.sequence) + 1);
    add(std::move(entry), now);
  }
}

void Agenda::refill_failed(Instant now) {
  MutexLock lock(mutex_);
  is_refilling_ = false;
  refill_not_before_ = now + policy_.refill_pause;
}

void Agenda::arrived() {
  MutexLock lock(mutex_);
  refill_not_before_ = Instant{};
}

void Agenda::add(InboxEntry entry, Moment now) {
  const auto sequence = static_cast<std::uint64_t>(entry.sequence);
  auto& place = items_[sequence];
  if (place) return;
  place = std::make_unique<Item>();
  place->order = creation_order(entry.change.ref.message, entry.change.received);
  place->due = deadline_of(entry.next_try, now);
  if (entry.attempts > 0) place->first_failure = now.steady;
  ChatQueue& queue = chats_[entry.change.ref.chat];
  withdraw(queue);
  queue.in_order.emplace(place->order, sequence);
  place->entry = std::move(entry);
  advertise(queue);
}

void Agenda::advertise(const ChatQueue& queue) {
  if (queue.is_busy || queue.in_order.empty()) return;
  const auto sequence = queue.in_order.begin()->second;
  due_items_.emplace(items_.at(sequence)->due, sequence);
}

void Agenda::withdraw(const ChatQueue& queue) {
  if (queue.is_busy || queue.in_order.empty()) return;
  const auto sequence = queue.in_order.begin()->second;
  due_items_.erase({items_.at(sequence)->due, sequence});
}

const InboxEntry* Agenda::claim_inbox(Instant now) {
  MutexLock lock(mutex_);
  if (due_items_.empty() || due_items_.begin()->first > now) return nullptr;
  const auto sequence = due_items_.begin()->second;
  due_items_.erase(due_items_.begin());
  Item& item = *items_.at(sequence);
  invariant(!item.is_claimed, "an inbox entry is claimed once");
  item.is_claimed = true;
  if (!item.is_straggler) chats_.at(item.entry.change.ref.chat).is_busy = true;
  return &item.entry;
}

Agenda::Item& Agenda::claimed_item(Sequence sequence) {
  const auto found = items_.find(static_cast<std::uint64_t>(sequence));
  invariant(found != items_.end() && found->second->is_claimed, "only a claimed entry is released");
  return *found->second;
}

void Agenda::leave_chat(Item& item) {
  const auto chat = chats_.find(item.entry.change.ref.chat);
  chat->second.in_order.erase({item.order, static_cast<std::uint64_t>(item.entry.sequence)});
  chat->second.is_busy = false;
  advertise(chat->second);
  if (chat->second.in_order.empty()) chats_.erase(chat);
}

void Agenda::finish(Sequence sequence) {
  MutexLock lock(mutex_);
  Item& item = claimed_item(sequence);
  if (!item.is_straggler) leave_chat(item);
  items_.erase(static_cast<std::uint64_t>(sequence));
}

void Agenda::wait(Sequence sequence, Instant until) {
  MutexLock lock(mutex_);
  Item& item = claimed_item(sequence);
  item.is_claimed = false;
  item.due = until;
  if (item.is_straggler) {
    due_items_.emplace(item.due, static_cast<std::uint64_t>(sequence));
    return;
  }
  ChatQueue& queue = chats_.at(item.entry.change.ref.chat);
  queue.is_busy = false;
  advertise(queue);
}

void Agenda::postpone(Sequence sequence, InboxEntry changed, Moment now) {
  MutexLock lock(mutex_);
  Item& item = claimed_item(sequence);
  item.entry = std::move(changed);
  item.due = deadline_of(item.entry.next_try, now);
  item.is_claimed = false;
  if (!item.first_failure) item.first_failure = now.steady;
  if (!item.is_straggler && now.steady - *item.first_failure > policy_.order_patience) {
    item.is_straggler = true;
    leave_chat(item);
  }
  if (item.is_straggler) {
    due_items_.emplace(item.due, static_cast<std::uint64_t>(sequence));
    return;
  }
  ChatQueue& queue = chats_.at(item.entry.change.ref.chat);
  queue.is_busy = false;
  advertise(queue);
}

void Agenda::wake_lane(const MattermostUserId& lane, Instant due) {
  MutexLock lock(mutex_);
  const auto [place, is_new] = lanes_.try_emplace(lane, Lane{due, false, false, {}});
  Lane& known = place->second;
  if (known.is_claimed) {
    known.woken_for = known.was_woken ? std::min(known.woken_for, due) : due;
    known.was_woken = true;
    return;
  }
  if (!is_new) {
    if (known.due <= due) return;
    due_lanes_.erase({known.due, lane});
    known.due = due;
  }
  due_lanes_.emplace(due, lane);
}

std::optional<MattermostUserId> Agenda::claim_lane(Instant now) {
  MutexLock lock(mutex_);
  if (due_lanes_.empty() || due_lanes_.begin()->first > now) return std::nullopt;
  MattermostUserId lane = due_lanes_.begin()->second;
  due_lanes_.erase(due_lanes_.begin());
  lanes_.at(lane).is_claimed = true;
  return lane;
}

void Agenda::release_lane(const MattermostUserId& lane, std::optional<Instant> due) {
  MutexLock lock(mutex_);
  const auto place = lanes_.find(lane);
  invariant(place != lanes_.end() && place->second.is_claimed, "only a claimed lane is released");
  Lane& known = place->second;
  // Woken while it was empty in the worker's eyes: look again. A pause that the worker asked for is
  // kept.
  if (!due && known.was_woken) due = known.woken_for;
  if (!due) {
    lanes_.erase(place);
    return;
  }
  known = Lane{*due, false, false, {}};
  due_lanes_.emplace(*due, lane);
}

std::vector<MattermostUserId> Agenda::lanes() const {
  MutexLock lock(mutex_);
  std::vector<MattermostUserId> all;
  for (const auto& [lane, state] : lanes_) all.push_back(lane);
  return all;
}

std::optional<Instant> Agenda::next_inbox_deadline(std::uint64_t in_store) const {
  MutexLock lock(mutex_);
  std::optional<Instant> next;
  if (!due_items_.empty()) next = due_items_.begin()->first;
  if (wants_refill(in_store))
    next = next ? std::min(*next, refill_not_before_) : refill_not_before_;
  return next;
}

std::optional<Instant> Agenda::next_lane_deadline() const {
  MutexLock lock(mutex_);
  if (due_lanes_.empty()) return std::nullopt;
  return due_lanes_.begin()->first;
}

}  // namespace belfry::sync
