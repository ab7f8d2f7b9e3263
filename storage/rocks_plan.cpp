#include <algorithm>
#include <array>

#include "storage/rocks_parts.h"

// Planning: the inbox, the deliveries of a message, the cache of chats.
namespace belfry::storage {

using sync::PlanOutcome;

Result<std::vector<InboxEntry>> RocksStore::inbox_from(Sequence from, std::size_t most) {
  Vault& vault = parts_->vault;
  auto access = vault.database().access();
  if (!access) return fail(access.error());
  // The end first, then the reading: what is settled now is seen by a reader that starts later.
  const std::uint64_t end = parts_->sequences.settled_end(access->next_sequence());
  const auto mark =
      parts_->floors.start(k_inbox_queue, access->generation(), keys::inbox(Sequence{0}));
  const std::string begin = std::max(keys::inbox(from), mark.from);

  std::vector<InboxEntry> entries;
  std::vector<Damage> damaged;
  auto scan = access->scan(Family::inbox, begin, keys::inbox(Sequence{end}));
  if (begin == mark.from) {
    parts_->floors.raise(k_inbox_queue, mark,
                         scan.valid() ? std::string(scan.key()) : keys::inbox(Sequence{end}));
  }
  for (; scan.valid() && entries.size() < most; scan.next()) {
    const auto sequence = keys::inbox_sequence(scan.key());
    auto entry = vault.open(Family::inbox, scan.key(), scan.value(),
                            AsInbox{sequence.value_or(Sequence{0})});
    if (entry) {
      entries.push_back(std::move(*entry));
    } else {
      damaged.push_back(
          {Family::inbox, std::string(scan.key()), std::string(scan.value()), entry.error()});
    }
  }
  if (const auto outcome = scan.outcome(); !outcome) return fail(outcome.error());
  for (const Damage& damage : damaged) {
    const auto held = vault.stripes().hold(Family::inbox, damage.key);
    if (const auto aside = parts_->set_aside(*access, damage); !aside) return fail(aside.error());
  }
  return entries;
}

Result<PlanOutcome> RocksStore::plan(const InboxEntry& entry,
                                     std::span<const PlannedDelivery> deliveries,
                                     std::optional<WallTime> edited, WallTime now) {
  Vault& vault = parts_->vault;
  auto access = vault.database().access();
  if (!access) return fail(access.error());

  const std::string inbox_key = keys::inbox(entry.sequence);
  const std::string edit_key = edited ? keys::seen_edit(entry.change.ref, *edited) : std::string{};
  std::vector<std::string> outbox_keys;
  outbox_keys.reserve(deliveries.size());
  for (const PlannedDelivery& delivery : deliveries) {
    outbox_keys.push_back(keys::outbox(delivery.key));
  }
  std::vector<Stripes::Key> stripes = {{Family::inbox, inbox_key}};
  if (edited) stripes.push_back({Family::seen, edit_key});
  for (const std::string& key : outbox_keys) stripes.push_back({Family::outbox, key});
  const auto held = vault.stripes().hold(stripes);

  const auto is_there = access->has(Family::inbox, inbox_key);
  if (!is_there) return fail(is_there.error());
  if (!*is_there) return PlanOutcome::planned;

  auto batch = access->batch();
  batch.erase(Family::inbox, inbox_key);
  batch.count(Counter::inbox, -1);
  if (edited) {
    const auto is_known = access->has(Family::seen, edit_key);
    if (!is_known) return fail(is_known.error());
    if (*is_known) {
      if (const auto done = access->commit(batch, Durability::synced); !done) {
        return fail(done.error());
      }
      return PlanOutcome::known;
    }
    batch.put(Family::seen, edit_key, plain_record(vault.now()));
  }
  const bool hides = std::any_of(
      deliveries.begin(), deliveries.end(),
      [](const PlannedDelivery& delivery) { return delivery.shows != PostShows::message; });
  if (hides) batch.put(Family::seen, keys::withdrawn(entry.change.ref), plain_record(vault.now()));
  std::int64_t added = 0;
  for (std::size_t i = 0; i < deliveries.size(); ++i) {
    const auto stands = access->has(Family::outbox, outbox_keys[i]);
    if (!stands) return fail(stands.error());
    if (*stands) continue;  // it may be under way already: what is there counts
    OutboxEntry planned;
    planned.planned = deliveries[i];
    planned.entered = now;
    vault.put(batch, Family::outbox, outbox_keys[i], encode(planned));
    ++added;
  }
  batch.count(Counter::outbox, added);
  if (const auto done = access->commit(batch, Durability::synced); !done) return fail(done.error());
  for (std::size_t i = 0; i < deliveries.size(); ++i) {
    parts_->floors.lower(keys::lane_begin(deliveries[i].key.recipient), outbox_keys[i]);
  }
  return PlanOutcome::planned;
}

Result<> RocksStore::postpone(const InboxEntry& entry, int attempts, WallTime next_try,
                              const Error& why) {
  const std::string key = keys::inbox(entry.sequence);
  InboxEntry changed = entry;
  changed.attempts = attempts;
  changed.next_try = next_try;
  changed.last_error = why.text;
  return parts_->change(std::array{Stripes::Key{Family::inbox, key}}, Durability::unsynced,
                        [&](Database::Batch& batch) {
                          parts_->vault.put(batch, Family::inbox, key, encode(changed));
                        });
}

Result<> RocksStore::give_up(const InboxEntry& entry, const Error& why, WallTime now) {
  const std::string key = keys::inbox(entry.sequence);
  Grave grave;
  grave.family = Family::inbox;
  grave.entry_key = key;
  grave.content = encode(entry);
  grave.letter.stage = "resolve";
  grave.letter.ref = entry.change.ref;
  grave.letter.kind = entry.change.kind;
  grave.letter.attempts = entry.attempts;
  grave.letter.reason = name_of(why.kind);
  grave.letter.last_error = why.text;
  return parts_->change(
      std::array{Stripes::Key{Family::inbox, key}}, Durability::synced,
      [&](Database::Batch& batch) { parts_->bury(batch, std::move(grave), now); });
}

Result<> RocksStore::refuse(const InboxEntry& entry) {
  const std::string key = keys::inbox(entry.sequence);
  const std::string seen_key =
      entry.change.kind == ChangeKind::edited ? std::string{} : keys::seen(entry.change);
  std::vector<Stripes::Key> stripes = {{Family::inbox, key}};
  if (!seen_key.empty()) stripes.push_back({Family::seen, seen_key});
  // Nothing once it is gone: what was seen since is the true one.
  return parts_->change(stripes, Durability::synced, [&](Database::Batch& batch) {
    batch.erase(Family::inbox, key);
    batch.count(Counter::inbox, -1);
    if (!seen_key.empty()) batch.erase(Family::seen, seen_key);
  });
}

Result<> RocksStore::pass_over(const InboxEntry& entry) {
  const std::string key = keys::inbox(entry.sequence);
  return parts_->change(std::array{Stripes::Key{Family::inbox, key}}, Durability::synced,
                        [&](Database::Batch& batch) {
                          batch.erase(Family::inbox, key);
                          batch.count(Counter::inbox, -1);
                          batch.put(Family::seen, keys::passed_over(entry.change.ref),
                                    plain_record(parts_->vault.now()));
                        });
}

Result<bool> RocksStore::was_passed_over(const MessageRef& ref) {
  auto access = parts_->vault.database().access();
  if (!access) return fail(access.error());
  return access->has(Family::seen, keys::passed_over(ref));
}

Result<bool> RocksStore::was_withdrawn(const MessageRef& ref) {
  auto access = parts_->vault.database().access();
  if (!access) return fail(access.error());
  const auto is_announced = access->has(Family::seen, keys::seen_deletion(ref));
  if (!is_announced || *is_announced) return is_announced;
  return access->has(Family::seen, keys::withdrawn(ref));
}

Result<> RocksStore::expect_deletion(const MessageRef& ref) {
  const std::string key = keys::seen_deletion(ref);
  return parts_->change(std::array{Stripes::Key{Family::seen, key}}, Durability::unsynced,
                        [&](Database::Batch& batch) {
                          batch.erase(Family::seen, key);
                          batch.put(Family::seen, keys::withdrawn(ref),
                                    plain_record(parts_->vault.now()));
                        });
}

Result<std::vector<Delivery>> RocksStore::deliveries_of(const MessageRef& ref) {
  Vault& vault = parts_->vault;
  auto access = vault.database().access();
  if (!access) return fail(access.error());
  const std::string prefix = keys::deliveries_of(ref);
  std::vector<Delivery> deliveries;
  auto scan = access->scan(Family::deliveries, prefix, keys::after_prefix(prefix));
  for (; scan.valid(); scan.next()) {
    auto delivery = vault.open(Family::deliveries, scan.key(), scan.value(), decode_delivery);
    if (!delivery) return fail(delivery.error());
    deliveries.push_back(std::move(*delivery));
  }
  if (const auto outcome = scan.outcome(); !outcome) return fail(outcome.error());
  return deliveries;
}

Result<std::vector<MattermostUserId>> RocksStore::waiting_for(
    const MessageRef& ref, std::uint64_t due_order, std::span<const MattermostUserId> recipients) {
  auto access = parts_->vault.database().access();
  if (!access) return fail(access.error());
  std::vector<MattermostUserId> waiting;
  for (const MattermostUserId& recipient : recipients) {
    const auto stands =
        access->has(Family::outbox, keys::outbox({recipient, due_order, ref, ChangeKind::created}));
    if (!stands) return fail(stands.error());
    if (*stands) waiting.push_back(recipient);
  }
  return waiting;
}

Result<std::optional<Chat>> RocksStore::cached_chat(const ChatId& chat) {
  Vault& vault = parts_->vault;
  auto access = vault.database().access();
  if (!access) return fail(access.error());
  return vault.read(*access, Family::chats, keys::chat(chat), decode_chat);
}

Result<> RocksStore::cache_chat(const Chat& chat) {
  Vault& vault = parts_->vault;
  auto access = vault.database().access();
  if (!access) return fail(access.error());
  auto batch = access->batch();
  vault.put(batch, Family::chats, keys::chat(chat.id), encode(chat));
  return access->commit(batch, Durability::unsynced);
}

Result<> RocksStore::distrust_chat(const ChatId& chat, WallTime when) {
  Vault& vault = parts_->vault;
  auto access = vault.database().access();
  if (!access) return fail(access.error());
  const std::string key = keys::chat(chat);
  auto known = vault.read(*access, Family::chats, key, decode_chat);
  if (!known && known.error().kind != ErrorKind::damaged) return fail(known.error());
  auto batch = access->batch();
  if (!known) {
    batch.erase(Family::chats, key);
  } else if (!known->has_value() || (*known)->fetched_at > when) {
    return {};
  } else {
    (*known)->fetched_at = WallTime{};
    vault.put(batch, Family::chats, key, encode(**known));
  }
  return access->commit(batch, Durability::unsynced);
}

}  // namespace belfry::storage
