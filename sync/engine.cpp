#include "sync/engine.h"

#include <algorithm>

namespace belfry::sync {
namespace {

/// An idle worker looks around this often even when nothing is due.
constexpr Duration k_longest_rest = std::chrono::seconds{30};

template <class... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};
template <class... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

}  // namespace

Engine::Engine(Ports ports, Agenda& agenda, Resolve& resolve, Deliver& deliver)
    : intake_store_(ports.intake_store),
      plan_store_(ports.plan_store),
      delivery_store_(ports.delivery_store),
      wakeup_(ports.wakeup),
      journal_(ports.journal),
      agenda_(agenda),
      resolve_(resolve),
      deliver_(deliver) {}

void Engine::add_chore(Slot slot, Chore chore) {
  MutexLock lock(mutex_);
  chores_.push_back({slot, std::move(chore), Instant{}, false, false});
}

Result<> Engine::open(Moment now) {
  const auto lanes = delivery_store_.lanes();
  if (!lanes) return fail(lanes.error());
  for (const LaneHead& head : *lanes) {
    const Duration left = std::max(head.next_try - now.wall, Duration{0});
    agenda_.wake_lane(head.recipient, now.steady + std::min(left, k_longest_rest));
  }
  return {};
}

std::optional<Engine::Claim> Engine::claim(Slot slot, Moment now) {
  if (auto chore = claim_chore(slot, now.steady)) return chore;
  if (slot == Slot::mattermost) {
    if (auto lane = agenda_.claim_lane(now.steady)) return LaneWork{std::move(*lane)};
    return std::nullopt;
  }
  // Work that is here first: a new reading of the store is for when there is not enough of it.
  if (const auto refill = agenda_.claim_refill(intake_store_.inbox_entries(), now.steady)) {
    return Refill{*refill};
  }
  if (const InboxEntry* entry = agenda_.claim_inbox(now.steady)) return InboxWork{entry};
  return std::nullopt;
}

void Engine::run(const Claim& claim, Moment now) {
  std::visit(Overloaded{
                 [&](const Refill& work) { refill(work.claim, now); },
                 [&](const InboxWork& work) { resolve_.step(*work.entry, now); },
                 [&](const LaneWork& work) {
                   agenda_.release_lane(work.lane, deliver_.step(work.lane, now));
                 },
                 [&](const ChoreWork& work) { run_chore(work.index, now); },
             },
             claim);
}

Instant Engine::next_deadline(Slot slot, Instant now) const {
  Instant next = now + k_longest_rest;
  const auto due = slot == Slot::graph ? agenda_.next_inbox_deadline(intake_store_.inbox_entries())
                                       : agenda_.next_lane_deadline();
  if (due) next = std::min(next, *due);
  MutexLock lock(mutex_);
  for (const ChoreState& chore : chores_) {
    if (chore.slot == slot && !chore.is_claimed) next = std::min(next, chore.due);
  }
  return next;
}

void Engine::wake_chores(Instant now) {
  {
    MutexLock lock(mutex_);
    for (ChoreState& chore : chores_) {
      chore.due = std::min(chore.due, now);
      chore.was_woken = true;
    }
  }
  wakeup_.work_arrived(Slot::graph);
  wakeup_.work_arrived(Slot::mattermost);
}

void Engine::refill(const Agenda::RefillClaim& claim, Moment now) {
  auto entries = plan_store_.inbox_from(claim.from, claim.most);
  if (!entries) {
    agenda_.refill_failed(now.steady);
    journal_.record(StoreTrouble{"read the inbox", entries.error()});
    return;
  }
  const std::size_t count = entries->size();
  agenda_.refill(std::move(*entries), now);
  for (std::size_t i = 0; i < count; ++i) wakeup_.work_arrived(Slot::graph);
}

std::optional<Engine::Claim> Engine::claim_chore(Slot slot, Instant now) {
  MutexLock lock(mutex_);
  for (std::size_t i = 0; i < chores_.size(); ++i) {
    ChoreState& chore = chores_[i];
    if (chore.slot != slot || chore.is_claimed || chore.due > now) continue;
    chore.is_claimed = true;
    chore.was_woken = false;
    return ChoreWork{i};
  }
  return std::nullopt;
}

void Engine::run_chore(std::size_t index, Moment now) {
  Chore step;
  {
    MutexLock lock(mutex_);
    step = chores_[index].step;
  }
  const StepOutcome outcome = step(now);
  MutexLock lock(mutex_);
  ChoreState& chore = chores_[index];
  chore.is_claimed = false;
  chore.due = outcome.worked || chore.was_woken ? now.steady : outcome.next;
}

}  // namespace belfry::sync
