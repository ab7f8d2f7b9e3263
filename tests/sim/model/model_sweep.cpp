#include <algorithm>

#include "tests/sim/model/model_state.h"

// The ports of ModelStore for the reconciler, and what both ways into the inbox share.
namespace belfry::sim {

// --- into the inbox ---

ModelStore::State::Arrivals ModelStore::State::arrivals(std::span<const Change> changes,
                                                        std::span<const OldMessages> old,
                                                        WallTime now) const {
  Arrivals result;
  const auto is_new = [&](const MessageRef& ref, ChangeKind kind) {
    const Seen name{ref, kind, std::nullopt};
    return !seen.contains(name) && result.seen.insert(name).second;
  };
  for (const Change& change : changes) {
    const bool has_name = change.kind == ChangeKind::created || change.kind == ChangeKind::deleted;
    if (!has_name || is_new(change.ref, change.kind)) {
      result.unseen.push_back(change);
    } else {
      ++result.known;
    }
    if (change.metered_by.empty()) continue;
    const Announced by{Seen{change.ref, change.kind, std::nullopt}, change.metered_by};
    if (!has_name || (!announced.contains(by) && result.announced.insert(by).second))
      ++result.metered[change.metered_in];
  }
  for (const OldMessages& of_chat : old) {
    Change summary;
    summary.kind = ChangeKind::summary;
    summary.source = Source::reconciler;
    summary.received = now;
    summary.shown_to = of_chat.shown_to;
    MissedMessages missed;
    for (const auto& [message, sender, line] : of_chat.messages) {
      const MessageRef ref{of_chat.chat, message};
      if (!is_new(ref, ChangeKind::created)) {
        ++result.known;
        continue;
      }
      result.summed_up.push_back(ref);
      if (line) result.lines.push_back(*line);
      const WallTime written =
          from_epoch_ms(static_cast<std::int64_t>(creation_order(message, now)));
      if (missed.count++ == 0) missed.first = written;
      missed.last = written;
      missed.each.push_back({written, sender});
      summary.ref = ref;
    }
    if (missed.count == 0) continue;
    summary.missed = missed;
    result.summaries.push_back(summary);
  }
  return result;
}

void ModelStore::State::enter(const Change& change) {
  InboxEntry entry;
  entry.sequence = Sequence{next_sequence++};
  entry.change = change;
  entry.change.metered_by = SubscriptionId{};
  entry.change.metered_in = Month{};
  entry.change.line.reset();
  inbox.emplace(entry.sequence, entry);
}

void ModelStore::State::enter(const Arrivals& arrivals) {
  for (const Change& change : arrivals.unseen) enter(change);
  for (const Change& summary : arrivals.summaries) enter(summary);
  seen.insert(arrivals.seen.begin(), arrivals.seen.end());
  announced.insert(arrivals.announced.begin(), arrivals.announced.end());
  for (const auto& [month, messages] : arrivals.metered) {
    Spending spending = this->spending(Bucket::notifications, month);
    spending.spent += messages;
    spent[{month, Bucket::notifications}] = spending;
  }
}

// --- sweeps ---

void ModelStore::State::erase_cursors(const MattermostUserId& user) {
  cursors.erase({user, SweepRoute::list});
  cursors.erase({user, SweepRoute::delta});
}

Result<std::vector<SweepCursor>> ModelStore::cursors(const MattermostUserId& account) {
  MutexLock lock(mutex_);
  std::vector<SweepCursor> found;
  auto at = state_->cursors.lower_bound({account, SweepRoute::list});
  for (; at != state_->cursors.end() && at->first.first == account; ++at)
    found.push_back(at->second);
  return found;
}

Result<sync::FoundCount> ModelStore::accept_found(std::span<const Change> changes,
                                                  std::span<const OldMessages> old,
                                                  std::span<const SweepCursor> moves,
                                                  WallTime now) {
  MutexLock lock(mutex_);
  const State::Arrivals arrivals = state_->arrivals(changes, old, now);
  std::vector<SweepCursor> moved;
  std::copy_if(moves.begin(), moves.end(), std::back_inserter(moved),
               [&](const SweepCursor& move) { return state_->accounts.contains(move.account); });
  sync::FoundCount count;
  count.known = arrivals.known;
  count.summed_up = arrivals.summed_up;
  for (const Change& change : arrivals.unseen) {
    if (change.kind == ChangeKind::created) count.stored.push_back(change.ref);
  }
  if (arrivals.unseen.empty() && arrivals.summaries.empty() && moved.empty()) return count;
  std::vector<JournalRecord> lines = arrivals.lines;
  for (const Change& change : arrivals.unseen) {
    if (change.line) lines.push_back(*change.line);
  }
  write_synced([arrivals, moved, lines](State& state) {
    state.enter(arrivals);
    state.write_lines(lines);
    for (const SweepCursor& move : moved) state.cursors[{move.account, move.route}] = move;
  });
  return count;
}

Result<std::vector<Chat>> ModelStore::known_chats(const ChatId& after, std::size_t most) {
  MutexLock lock(mutex_);
  std::vector<Chat> chats;
  for (auto at = state_->chats.upper_bound(after); at != state_->chats.end(); ++at) {
    if (chats.size() == most) break;
    chats.push_back(at->second);
  }
  return chats;
}

Result<std::vector<sync::NewestDelivery>> ModelStore::delivered_chats(const ChatId& after,
                                                                      std::size_t most) {
  MutexLock lock(mutex_);
  std::vector<sync::NewestDelivery> newest;
  for (const auto& [key, delivery] : state_->deliveries) {
    if (!after.empty() && delivery.ref.chat <= after) continue;
    if (!newest.empty() && newest.back().ref.chat == delivery.ref.chat) {
      newest.back() = {delivery.ref, delivery.recipient};
    } else if (newest.size() == most) {
      break;
    } else {
      newest.push_back({delivery.ref, delivery.recipient});
    }
  }
  return newest;
}

Result<std::optional<QuietTurn>> ModelStore::quiet_turn(QuietKind kind) {
  MutexLock lock(mutex_);
  const auto found = state_->quiet_turns.find(kind);
  if (found == state_->quiet_turns.end()) return std::optional<QuietTurn>{};
  return std::optional(found->second);
}

Result<> ModelStore::keep_quiet_turn(QuietKind kind, const QuietTurn& turn) {
  MutexLock lock(mutex_);
  write_unsynced([kind, turn](State& state) { state.quiet_turns[kind] = turn; });
  return {};
}

Result<bool> ModelStore::sweep_is_owed() {
  MutexLock lock(mutex_);
  return state_->sweep_is_owed;
}

Result<> ModelStore::owe_sweep() {
  MutexLock lock(mutex_);
  write_synced([](State& state) { state.sweep_is_owed = true; });
  return {};
}

Result<> ModelStore::settle_sweep() {
  MutexLock lock(mutex_);
  write_unsynced([](State& state) { state.sweep_is_owed = false; });
  return {};
}

Result<std::optional<TrafficProfile>> ModelStore::traffic() {
  MutexLock lock(mutex_);
  return state_->traffic;
}

Result<> ModelStore::keep_traffic(const TrafficProfile& profile) {
  MutexLock lock(mutex_);
  write_unsynced([profile](State& state) { state.traffic = profile; });
  return {};
}

// --- the allowance ---

Spending ModelStore::State::spending(Bucket bucket, Month month) const {
  const auto found = spent.find({month, bucket});
  if (found != spent.end()) return found->second;
  Spending nothing;
  nothing.bucket = bucket;
  nothing.month = month;
  return nothing;
}

Result<std::optional<Reservation>> ModelStore::reserve(Bucket bucket, std::uint64_t least,
                                                       std::uint64_t most, std::uint64_t ceiling,
                                                       WallTime at) {
  MutexLock lock(mutex_);
  Spending spending = state_->spending(bucket, month_of(at));
  const std::uint64_t left = spending.spent < ceiling ? ceiling - spending.spent : 0;
  const std::uint64_t taken = std::min(left, most);
  if (spending.is_closed(at) || left < least || taken == 0) return std::optional<Reservation>{};
  spending.spent += taken;
  write_synced([spending](State& state) {
    state.spent[{spending.month, spending.bucket}] = spending;
  });
  return std::optional<Reservation>{Reservation{bucket, spending.month, taken}};
}

Result<> ModelStore::settle(const Reservation& reservation, std::uint64_t spent) {
  MutexLock lock(mutex_);
  Spending spending = state_->spending(reservation.bucket, reservation.month);
  spending.spent -= std::min(spending.spent, reservation.most);
  spending.spent += spent;
  write_synced([spending](State& state) {
    state.spent[{spending.month, spending.bucket}] = spending;
  });
  return {};
}

Result<> ModelStore::close_bucket(Bucket bucket, Month month, const Closing& closing) {
  MutexLock lock(mutex_);
  Spending spending = state_->spending(bucket, month);
  spending.close(closing);
  write_synced([spending](State& state) {
    state.spent[{spending.month, spending.bucket}] = spending;
  });
  return {};
}

Result<bool> ModelStore::mark_warned(Bucket bucket, Month month, int percent) {
  MutexLock lock(mutex_);
  Spending spending = state_->spending(bucket, month);
  if (spending.warned_percent >= percent) return false;
  spending.warned_percent = percent;
  write_synced([spending](State& state) {
    state.spent[{spending.month, spending.bucket}] = spending;
  });
  return true;
}

Result<> ModelStore::mark_told(Bucket bucket, Month month, int percent) {
  MutexLock lock(mutex_);
  Spending spending = state_->spending(bucket, month);
  if (spending.told_percent >= percent) return {};
  spending.told_percent = percent;
  write_synced([spending](State& state) {
    state.spent[{spending.month, spending.bucket}] = spending;
  });
  return {};
}

Result<Spending> ModelStore::spending(Bucket bucket, Month month) {
  MutexLock lock(mutex_);
  return state_->spending(bucket, month);
}

}  // namespace belfry::sim
