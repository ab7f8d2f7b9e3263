#include "tests/sim/model/model_store.h"

#include <algorithm>

#include <fmt/format.h>

#include "tests/sim/model/model_state.h"

namespace belfry::sim {

// --- the two halves ---

ModelStore::ModelStore(std::string instance_id)
    : instance_id_(std::move(instance_id)),
      state_(std::make_unique<State>()),
      durable_(std::make_unique<State>()) {}

ModelStore::~ModelStore() = default;

void ModelStore::crash(std::size_t survivors) {
  MutexLock lock(mutex_);
  const std::size_t found = std::min(survivors, unsynced_.size());
  for (std::size_t i = 0; i < found; ++i) unsynced_[i](*durable_);
  unsynced_.clear();
  *state_ = *durable_;
}

std::size_t ModelStore::unsynced_writes() const {
  MutexLock lock(mutex_);
  return unsynced_.size();
}

bool ModelStore::has_seen(const MessageRef& ref, ChangeKind kind) const {
  MutexLock lock(mutex_);
  // A deletion that is read has its name taken from it.
  const bool was_read = kind == ChangeKind::deleted && durable_->withdrawn.contains(ref);
  return was_read || durable_->seen.contains({ref, kind, std::nullopt});
}

std::vector<OutboxEntry> ModelStore::lane(const MattermostUserId& recipient) const {
  MutexLock lock(mutex_);
  std::vector<OutboxEntry> entries;
  auto at = state_->outbox.lower_bound({recipient, 0, {}, ChangeKind::created});
  for (; at != state_->outbox.end() && at->first.recipient == recipient; ++at)
    entries.push_back(at->second);
  return entries;
}

void ModelStore::write_unsynced(Write write) {
  write(*state_);
  unsynced_.push_back(std::move(write));
}

void ModelStore::write_synced(Write write) {
  write_unsynced(std::move(write));
  for (const Write& each : unsynced_) each(*durable_);
  unsynced_.clear();
}

std::string ModelStore::State::bury(DeadLetter letter, Entry entry) {
  letter.id = fmt::format("{:016x}{:016x}", to_epoch_ms(letter.since), buried++);
  const std::string id = letter.id;
  dead.insert_or_assign(id, Grave{std::move(letter), std::move(entry)});
  return id;
}

// --- intake ---

Result<sync::AcceptCount> ModelStore::accept(std::span<const Change> changes) {
  MutexLock lock(mutex_);
  const State::Arrivals arrivals = state_->arrivals(changes, {}, {});
  if (!arrivals.unseen.empty() || !arrivals.metered.empty())
    write_synced([arrivals](State& state) { state.enter(arrivals); });
  return sync::AcceptCount{arrivals.unseen.size(), arrivals.known};
}

std::uint64_t ModelStore::inbox_entries() const {
  MutexLock lock(mutex_);
  return state_->inbox.size();
}

// --- planning ---

Result<std::vector<InboxEntry>> ModelStore::inbox_from(Sequence from, std::size_t most) {
  MutexLock lock(mutex_);
  std::vector<InboxEntry> entries;
  for (auto at = state_->inbox.lower_bound(from); at != state_->inbox.end(); ++at) {
    if (entries.size() == most) break;
    entries.push_back(at->second);
  }
  return entries;
}

Result<sync::PlanOutcome> ModelStore::plan(const InboxEntry& entry,
                                           std::span<const PlannedDelivery> deliveries,
                                           std::optional<WallTime> edited, WallTime now) {
  MutexLock lock(mutex_);
  if (!state_->inbox.contains(entry.sequence)) return sync::PlanOutcome::planned;
  const State::Seen edit{entry.change.ref, ChangeKind::edited, edited};
  const bool is_known = edited && state_->seen.contains(edit);
  std::vector<PlannedDelivery> planned;
  if (!is_known) planned.assign(deliveries.begin(), deliveries.end());
  write_synced([sequence = entry.sequence, planned, edit, now](State& state) {
    state.inbox.erase(sequence);
    if (std::get<std::optional<WallTime>>(edit)) state.seen.insert(edit);
    for (const PlannedDelivery& delivery : planned) {
      if (delivery.shows != PostShows::message) state.withdrawn.insert(delivery.key.ref);
      OutboxEntry waiting;
      waiting.planned = delivery;
      waiting.entered = now;
      state.outbox.emplace(delivery.key, waiting);  // what stands there already counts
    }
  });
  return is_known ? sync::PlanOutcome::known : sync::PlanOutcome::planned;
}

Result<> ModelStore::postpone(const InboxEntry& entry, int attempts, WallTime next_try,
                              const Error& why) {
  MutexLock lock(mutex_);
  if (!state_->inbox.contains(entry.sequence)) return {};
  InboxEntry changed = entry;
  changed.attempts = attempts;
  changed.next_try = next_try;
  changed.last_error = why.text;
  write_unsynced([changed](State& state) { state.inbox[changed.sequence] = changed; });
  return {};
}

Result<> ModelStore::give_up(const InboxEntry& entry, const Error& why, WallTime now) {
  MutexLock lock(mutex_);
  if (!state_->inbox.contains(entry.sequence)) return {};
  DeadLetter letter;
  letter.since = now;
  letter.stage = "resolve";
  letter.ref = entry.change.ref;
  letter.kind = entry.change.kind;
  letter.attempts = entry.attempts;
  letter.reason = name_of(why.kind);
  letter.last_error = why.text;
  write_synced([letter, entry](State& state) {
    state.inbox.erase(entry.sequence);
    state.bury(letter, entry);
  });
  return {};
}

Result<> ModelStore::refuse(const InboxEntry& entry) {
  MutexLock lock(mutex_);
  if (!state_->inbox.contains(entry.sequence)) return {};
  write_synced([entry](State& state) {
    state.inbox.erase(entry.sequence);
    const State::Seen name{entry.change.ref, entry.change.kind, std::nullopt};
    state.seen.erase(name);
    std::erase_if(state.announced, [&](const State::Announced& one) { return one.first == name; });
  });
  return {};
}

Result<> ModelStore::pass_over(const InboxEntry& entry) {
  MutexLock lock(mutex_);
  if (!state_->inbox.contains(entry.sequence)) return {};
  write_synced([entry](State& state) {
    state.inbox.erase(entry.sequence);
    state.seen.insert({entry.change.ref, ChangeKind::edited, std::nullopt});
  });
  return {};
}

Result<bool> ModelStore::was_passed_over(const MessageRef& ref) {
  MutexLock lock(mutex_);
  return state_->seen.contains({ref, ChangeKind::edited, std::nullopt});
}

Result<bool> ModelStore::was_withdrawn(const MessageRef& ref) {
  MutexLock lock(mutex_);
  return state_->withdrawn.contains(ref) ||
         state_->seen.contains({ref, ChangeKind::deleted, std::nullopt});
}

Result<> ModelStore::expect_deletion(const MessageRef& ref) {
  MutexLock lock(mutex_);
  const State::Seen name{ref, ChangeKind::deleted, std::nullopt};
  if (!state_->seen.contains(name)) return {};
  write_unsynced([ref, name](State& state) {
    state.seen.erase(name);
    std::erase_if(state.announced, [&](const State::Announced& one) { return one.first == name; });
    state.withdrawn.insert(ref);
  });
  return {};
}

Result<std::vector<Delivery>> ModelStore::deliveries_of(const MessageRef& ref) {
  MutexLock lock(mutex_);
  std::vector<Delivery> found;
  auto at = state_->deliveries.lower_bound({ref, MattermostUserId{}});
  for (; at != state_->deliveries.end() && at->first.first == ref; ++at)
    found.push_back(at->second);
  return found;
}

Result<std::vector<MattermostUserId>> ModelStore::waiting_for(
    const MessageRef& ref, std::uint64_t due_order, std::span<const MattermostUserId> recipients) {
  MutexLock lock(mutex_);
  std::vector<MattermostUserId> waiting;
  for (const MattermostUserId& recipient : recipients) {
    if (state_->outbox.contains({recipient, due_order, ref, ChangeKind::created})) {
      waiting.push_back(recipient);
    }
  }
  return waiting;
}

Result<std::optional<Chat>> ModelStore::cached_chat(const ChatId& chat) {
  MutexLock lock(mutex_);
  const auto found = state_->chats.find(chat);
  if (found == state_->chats.end()) return std::optional<Chat>{};
  return std::optional<Chat>{found->second};
}

Result<> ModelStore::cache_chat(const Chat& chat) {
  MutexLock lock(mutex_);
  write_unsynced([chat](State& state) { state.chats[chat.id] = chat; });
  return {};
}

Result<> ModelStore::distrust_chat(const ChatId& chat, WallTime when) {
  MutexLock lock(mutex_);
  write_unsynced([chat, when](State& state) {
    const auto known = state.chats.find(chat);
    if (known != state.chats.end() && known->second.fetched_at <= when)
      known->second.fetched_at = WallTime{};
  });
  return {};
}

// --- delivery ---

Result<std::vector<sync::LaneHead>> ModelStore::lanes() {
  MutexLock lock(mutex_);
  std::vector<sync::LaneHead> lanes;
  for (const auto& [key, entry] : state_->outbox) {
    if (!lanes.empty() && lanes.back().recipient == key.recipient) continue;
    lanes.push_back({key.recipient, entry.next_try});
  }
  return lanes;
}

Result<std::optional<OutboxEntry>> ModelStore::head(const MattermostUserId& recipient) {
  MutexLock lock(mutex_);
  const auto first = state_->outbox.lower_bound({recipient, 0, {}, ChangeKind::created});
  if (first == state_->outbox.end() || first->first.recipient != recipient) {
    return std::optional<OutboxEntry>{};
  }
  return std::optional<OutboxEntry>{first->second};
}

Result<> ModelStore::record_upload(const OutboxEntry& entry, std::size_t place,
                                   const FileState& state) {
  MutexLock lock(mutex_);
  const auto found = state_->outbox.find(entry.planned.key);
  if (found == state_->outbox.end() || place >= found->second.planned.files.size()) {
    return fail(ErrorKind::gone, "the outbox entry with the file is gone");
  }
  if (found->second.file(place) == state) return {};
  write_synced([key = entry.planned.key, place, state](State& all) {
    OutboxEntry& changed = all.outbox.at(key);
    changed.files.resize(changed.planned.files.size());
    changed.files[place] = state;
  });
  return {};
}

Result<> ModelStore::mark_attempting(const OutboxEntry& entry, WallTime at) {
  MutexLock lock(mutex_);
  const auto found = state_->outbox.find(entry.planned.key);
  if (found == state_->outbox.end()) {
    return fail(ErrorKind::gone, "the outbox entry to be attempted is gone");
  }
  if (found->second.attempting_since) return {};
  write_synced(
      [key = entry.planned.key, at](State& state) { state.outbox.at(key).attempting_since = at; });
  return {};
}

Result<> ModelStore::record_delivery(const OutboxEntry& entry, const Delivery& delivery) {
  MutexLock lock(mutex_);
  if (!state_->outbox.contains(entry.planned.key)) return {};
  write_synced([key = entry.planned.key, delivery](State& state) {
    state.outbox.erase(key);
    state.deliveries[{delivery.ref, delivery.recipient}] = delivery;
  });
  return {};
}

Result<> ModelStore::finish(const OutboxEntry& entry) {
  MutexLock lock(mutex_);
  if (!state_->outbox.contains(entry.planned.key)) return {};
  write_synced([key = entry.planned.key](State& state) { state.outbox.erase(key); });
  return {};
}

Result<> ModelStore::postpone(const OutboxEntry& entry, Doubt doubt, int attempts,
                              WallTime next_try, const Error& why) {
  MutexLock lock(mutex_);
  const auto found = state_->outbox.find(entry.planned.key);
  if (found == state_->outbox.end()) return {};
  const bool is_cleared = doubt == Doubt::none && found->second.attempting_since;
  Write write = [key = entry.planned.key, is_cleared, attempts, next_try,
                 text = why.text](State& state) {
    OutboxEntry& changed = state.outbox.at(key);
    if (is_cleared) changed.attempting_since.reset();
    changed.attempts = attempts;
    changed.next_try = next_try;
    changed.last_error = text;
  };
  if (is_cleared) {
    write_synced(std::move(write));
  } else {
    write_unsynced(std::move(write));
  }
  return {};
}

Result<> ModelStore::give_up(const OutboxEntry& entry, const Error& why, WallTime now) {
  MutexLock lock(mutex_);
  const auto found = state_->outbox.find(entry.planned.key);
  if (found == state_->outbox.end()) return {};
  DeadLetter letter;
  letter.since = now;
  letter.stage = "deliver";
  letter.ref = entry.planned.key.ref;
  letter.kind = entry.planned.key.kind;
  letter.recipient = entry.planned.key.recipient;
  letter.attempts = entry.attempts;
  letter.reason = name_of(why.kind);
  letter.last_error = why.text;
  write_synced([letter, stored = found->second](State& state) {
    const DeliveryKey& key = stored.planned.key;
    state.outbox.erase(key);
    const std::string id = state.bury(letter, stored);
    if (key.kind != ChangeKind::created) return;
    Delivery buried = buried_as(stored.planned, letter.since);
    buried.letter = id;
    state.deliveries[{key.ref, key.recipient}] = buried;
  });
  return {};
}

Result<bool> ModelStore::amend(const OutboxEntry& entry, const Delivery& buried) {
  MutexLock lock(mutex_);
  if (!state_->outbox.contains(entry.planned.key)) return true;
  if (!state_->dead.contains(buried.letter)) return false;
  write_synced([entry, buried](State& state) {
    state.outbox.erase(entry.planned.key);
    auto& creation = std::get<OutboxEntry>(state.dead.at(buried.letter).entry);
    creation = amended(creation, entry.planned);
    state.deliveries[{buried.ref, buried.recipient}] = buried;
  });
  return true;
}

Result<std::optional<Delivery>> ModelStore::delivery(const MessageRef& ref,
                                                     const MattermostUserId& recipient) {
  MutexLock lock(mutex_);
  const auto found = state_->deliveries.find({ref, recipient});
  if (found == state_->deliveries.end()) return std::optional<Delivery>{};
  return std::optional<Delivery>{found->second};
}

std::uint64_t ModelStore::outbox_entries() const {
  MutexLock lock(mutex_);
  return state_->outbox.size();
}

// --- dead letters ---

Result<std::vector<DeadLetter>> ModelStore::dead_letters(const std::string& after,
                                                         std::size_t most) {
  MutexLock lock(mutex_);
  std::vector<DeadLetter> letters;
  for (auto at = state_->dead.upper_bound(after); at != state_->dead.end(); ++at) {
    if (letters.size() == most) break;
    letters.push_back(at->second.letter);
  }
  return letters;
}

Result<DeadLetter> ModelStore::retry_dead_letter(const std::string& id, WallTime now) {
  MutexLock lock(mutex_);
  const auto found = state_->dead.find(id);
  if (found == state_->dead.end()) {
    return fail(ErrorKind::gone, "there is no dead letter of this id");
  }
  const DeadLetter letter = found->second.letter;
  write_synced([id, now](State& state) {
    State::Entry entry = state.dead.at(id).entry;
    state.dead.erase(id);
    if (auto* change = std::get_if<InboxEntry>(&entry)) {
      change->sequence = Sequence{state.next_sequence++};
      change->attempts = 0;
      change->next_try = {};
      change->last_error.clear();
      change->retried = now;
      state.inbox.emplace(change->sequence, *change);
      return;
    }
    auto& delivery = std::get<OutboxEntry>(entry);
    delivery.attempts = 0;
    delivery.next_try = {};
    delivery.last_error.clear();
    delivery.entered = now;
    state.outbox.emplace(delivery.planned.key, delivery);
  });
  return letter;
}

Result<DeadLetter> ModelStore::drop_dead_letter(const std::string& id) {
  MutexLock lock(mutex_);
  const auto found = state_->dead.find(id);
  if (found == state_->dead.end()) {
    return fail(ErrorKind::gone, "there is no dead letter of this id");
  }
  const DeadLetter letter = found->second.letter;
  write_synced([id](State& state) { state.dead.erase(id); });
  return letter;
}

std::uint64_t ModelStore::dead_letter_count() const {
  MutexLock lock(mutex_);
  return state_->dead.size();
}

}  // namespace belfry::sim
