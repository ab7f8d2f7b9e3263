#include <array>

#include "storage/rocks_parts.h"

// Delivery: the lanes of the outbox and the records of what was posted.
namespace belfry::storage {

using sync::LaneHead;

Result<std::vector<LaneHead>> RocksStore::lanes() {
  Vault& vault = parts_->vault;
  auto access = vault.database().access();
  if (!access) return fail(access.error());
  std::vector<LaneHead> lanes;
  auto scan = access->scan(Family::outbox, {}, {});
  while (scan.valid()) {
    const auto entry = parts_->outbox_entry(scan.key(), scan.value());
    if (entry) {
      const MattermostUserId& recipient = entry->planned.key.recipient;
      lanes.push_back({recipient, entry->next_try});
      scan.seek(keys::lane_end(recipient));
      continue;
    }
    const Damage damage{Family::outbox, std::string(scan.key()), std::string(scan.value()),
                        entry.error()};
    const auto held = vault.stripes().hold(Family::outbox, damage.key);
    if (const auto aside = parts_->set_aside(*access, damage); !aside) return fail(aside.error());
    scan.next();
  }
  if (const auto outcome = scan.outcome(); !outcome) return fail(outcome.error());
  return lanes;
}

Result<std::optional<OutboxEntry>> RocksStore::head(const MattermostUserId& recipient) {
  Vault& vault = parts_->vault;
  auto access = vault.database().access();
  if (!access) return fail(access.error());
  const std::string lane = keys::lane_begin(recipient);
  for (;;) {
    const auto mark = parts_->floors.start(lane, access->generation(), lane);
    const auto scan = access->scan(Family::outbox, mark.from, keys::lane_end(recipient));
    if (!scan.valid()) {
      if (const auto outcome = scan.outcome(); !outcome) return fail(outcome.error());
      return std::optional<OutboxEntry>{};
    }
    parts_->floors.raise(lane, mark, std::string(scan.key()));
    auto entry = parts_->outbox_entry(scan.key(), scan.value());
    if (entry) return std::optional<OutboxEntry>{std::move(*entry)};
    const Damage damage{Family::outbox, std::string(scan.key()), std::string(scan.value()),
                        entry.error()};
    const auto held = vault.stripes().hold(Family::outbox, damage.key);
    if (const auto aside = parts_->set_aside(*access, damage); !aside) return fail(aside.error());
  }
}

Result<> RocksStore::record_upload(const OutboxEntry& entry, std::size_t place,
                                   const FileState& state) {
  Vault& vault = parts_->vault;
  auto access = vault.database().access();
  if (!access) return fail(access.error());
  const std::string key = keys::outbox(entry.planned.key);
  const auto held = vault.stripes().hold(Family::outbox, key);
  auto stored = parts_->stored(*access, entry.planned.key);
  if (!stored) return fail(stored.error());
  if (!*stored || place >= (*stored)->planned.files.size()) {
    return fail(ErrorKind::gone, "the outbox entry with the file is gone");
  }
  OutboxEntry& changed = **stored;
  if (changed.file(place) == state) return {};  // done before
  changed.files.resize(changed.planned.files.size());
  changed.files[place] = state;
  auto batch = access->batch();
  vault.put(batch, Family::outbox, key, encode(changed));
  return access->commit(batch, Durability::synced);
}

Result<> RocksStore::mark_attempting(const OutboxEntry& entry, WallTime at) {
  Vault& vault = parts_->vault;
  auto access = vault.database().access();
  if (!access) return fail(access.error());
  const std::string key = keys::outbox(entry.planned.key);
  const auto held = vault.stripes().hold(Family::outbox, key);
  auto stored = parts_->stored(*access, entry.planned.key);
  if (!stored) return fail(stored.error());
  if (!*stored) return fail(ErrorKind::gone, "the outbox entry to be attempted is gone");
  // The first of several attempts is where a search has to begin.
  if ((*stored)->attempting_since) return {};
  (*stored)->attempting_since = at;
  auto batch = access->batch();
  vault.put(batch, Family::outbox, key, encode(**stored));
  return access->commit(batch, Durability::synced);
}

Result<> RocksStore::record_delivery(const OutboxEntry& entry, const Delivery& delivery) {
  const std::string key = keys::outbox(entry.planned.key);
  return parts_->change(std::array{Stripes::Key{Family::outbox, key}}, Durability::synced,
                        [&](Database::Batch& batch) {
                          parts_->vault.put(batch, Family::deliveries,
                                            keys::delivery(delivery.ref, delivery.recipient),
                                            encode(delivery));
                          batch.erase(Family::outbox, key);
                          batch.count(Counter::outbox, -1);
                        });
}

Result<> RocksStore::finish(const OutboxEntry& entry) {
  const std::string key = keys::outbox(entry.planned.key);
  return parts_->change(std::array{Stripes::Key{Family::outbox, key}}, Durability::synced,
                        [&](Database::Batch& batch) {
                          batch.erase(Family::outbox, key);
                          batch.count(Counter::outbox, -1);
                        });
}

Result<> RocksStore::postpone(const OutboxEntry& entry, Doubt doubt, int attempts,
                              WallTime next_try, const Error& why) {
  Vault& vault = parts_->vault;
  auto access = vault.database().access();
  if (!access) return fail(access.error());
  const std::string key = keys::outbox(entry.planned.key);
  const auto held = vault.stripes().hold(Family::outbox, key);
  auto stored = parts_->stored(*access, entry.planned.key);
  if (!stored) return fail(stored.error());
  if (!*stored) return {};
  OutboxEntry& changed = **stored;
  const bool is_cleared = doubt == Doubt::none && changed.attempting_since;
  if (is_cleared) changed.attempting_since.reset();
  changed.attempts = attempts;
  changed.next_try = next_try;
  changed.last_error = why.text;
  auto batch = access->batch();
  vault.put(batch, Family::outbox, key, encode(changed));
  return access->commit(batch, is_cleared ? Durability::synced : Durability::unsynced);
}

Result<> RocksStore::give_up(const OutboxEntry& entry, const Error& why, WallTime now) {
  Vault& vault = parts_->vault;
  auto access = vault.database().access();
  if (!access) return fail(access.error());
  const std::string key = keys::outbox(entry.planned.key);
  const auto held = vault.stripes().hold(Family::outbox, key);
  const auto stored = parts_->stored(*access, entry.planned.key);
  if (!stored) return fail(stored.error());
  if (!*stored) return {};
  Grave grave;
  grave.family = Family::outbox;
  grave.entry_key = key;
  grave.content = encode(**stored);  // in doubt or not: a retry has to know
  grave.letter.stage = "deliver";
  grave.letter.ref = entry.planned.key.ref;
  grave.letter.kind = entry.planned.key.kind;
  grave.letter.recipient = entry.planned.key.recipient;
  grave.letter.attempts = entry.attempts;
  grave.letter.reason = name_of(why.kind);
  grave.letter.last_error = why.text;
  auto batch = access->batch();
  if (entry.planned.key.kind == ChangeKind::created) {
    Delivery buried = buried_as((*stored)->planned, now);
    buried.letter = keys::dead_id(keys::dead(now, Family::outbox, key));
    vault.put(batch, Family::deliveries, keys::delivery(buried.ref, buried.recipient),
              encode(buried));
  }
  parts_->bury(batch, std::move(grave), now);
  return access->commit(batch, Durability::synced);
}

Result<bool> RocksStore::amend(const OutboxEntry& entry, const Delivery& buried) {
  Vault& vault = parts_->vault;
  auto access = vault.database().access();
  if (!access) return fail(access.error());
  const auto dead_key = keys::dead_key(buried.letter);
  if (!dead_key) return false;
  const std::string key = keys::outbox(entry.planned.key);
  const auto held = vault.stripes().hold(
      std::array{Stripes::Key{Family::outbox, key}, Stripes::Key{Family::dead, *dead_key}});
  const auto stands = access->has(Family::outbox, key);
  if (!stands) return fail(stands.error());
  if (!*stands) return true;  // done before
  auto grave = vault.read(*access, Family::dead, *dead_key, AsGrave{*dead_key});
  if (!grave) return fail(grave.error());
  if (!*grave || (*grave)->form != Grave::Form::entry) return false;
  auto creation = decode_outbox({}, (*grave)->content);
  if (!creation)
    return fail(ErrorKind::damaged, "damaged record in family dead: its entry cannot be read");
  (*grave)->content = encode(amended(*std::move(creation), entry.planned));
  auto batch = access->batch();
  vault.put(batch, Family::dead, *dead_key, encode(**grave));
  vault.put(batch, Family::deliveries, keys::delivery(buried.ref, buried.recipient),
            encode(buried));
  batch.erase(Family::outbox, key);
  batch.count(Counter::outbox, -1);
  if (const auto done = access->commit(batch, Durability::synced); !done) return fail(done.error());
  return true;
}

Result<std::optional<Delivery>> RocksStore::delivery(const MessageRef& ref,
                                                     const MattermostUserId& recipient) {
  Vault& vault = parts_->vault;
  auto access = vault.database().access();
  if (!access) return fail(access.error());
  return vault.read(*access, Family::deliveries, keys::delivery(ref, recipient), decode_delivery);
}

std::uint64_t RocksStore::outbox_entries() const {
  return parts_->vault.database().count(Counter::outbox);
}

}  // namespace belfry::storage
