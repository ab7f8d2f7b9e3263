#include <array>

#include "storage/rocks_parts.h"

// Dead letters: shown, retried, dropped.
namespace belfry::storage {
namespace {

std::optional<std::string> refreshed_inbox(const Grave& grave, WallTime now) {
  auto entry = decode_inbox(Sequence{0}, grave.content);
  if (!entry) return std::nullopt;
  entry->attempts = 0;
  entry->next_try = {};
  entry->last_error.clear();
  entry->retried = now;  // else its age would bury it again at once
  return encode(*entry);
}

std::optional<std::string> refreshed_outbox(const Grave& grave, WallTime now) {
  auto entry = decode_outbox({}, grave.content);
  if (!entry) return std::nullopt;
  entry->attempts = 0;
  entry->next_try = {};
  entry->last_error.clear();
  entry->entered = now;
  return encode(*entry);
}

tl::unexpected<Error> no_such_letter() {
  return fail(ErrorKind::gone, "there is no dead letter of this id");
}

/// The record with which an entry stands in its queue again.
Result<std::string> raised_record(const Vault& vault, const Grave& grave,
                                  const std::string& entry_key, WallTime now) {
  if (grave.form == Grave::Form::raw) return grave.content;
  const auto plain =
      grave.family == Family::inbox ? refreshed_inbox(grave, now) : refreshed_outbox(grave, now);
  if (!plain) {
    return fail(ErrorKind::damaged, "damaged record in family dead: its entry cannot be read");
  }
  return vault.sealer().seal(grave.family, entry_key, vault.now(), *plain);
}

}  // namespace

Result<std::vector<DeadLetter>> RocksStore::dead_letters(const std::string& after,
                                                         std::size_t most) {
  Vault& vault = parts_->vault;
  auto access = vault.database().access();
  if (!access) return fail(access.error());
  std::string from;
  if (!after.empty()) {
    const auto key = keys::dead_key(after);
    if (!key) return no_such_letter();
    from = *key + '\0';
  }
  std::vector<DeadLetter> letters;
  auto scan = access->scan(Family::dead, from, {});
  for (; scan.valid() && letters.size() < most; scan.next()) {
    auto grave = vault.open(Family::dead, scan.key(), scan.value(), AsGrave{scan.key()});
    if (!grave) return fail(grave.error());
    letters.push_back(std::move(grave->letter));
  }
  if (const auto outcome = scan.outcome(); !outcome) return fail(outcome.error());
  return letters;
}

Result<DeadLetter> RocksStore::retry_dead_letter(const std::string& id, WallTime now) {
  Vault& vault = parts_->vault;
  auto access = vault.database().access();
  if (!access) return fail(access.error());
  const auto key = keys::dead_key(id);
  if (!key) return no_such_letter();
  const auto grave = vault.read(*access, Family::dead, *key, AsGrave{*key});
  if (!grave) return fail(grave.error());
  if (!*grave) return no_such_letter();
  const Grave& found = **grave;

  auto batch = access->batch();
  // In the inbox a new place, since who reads it may be past the old one. A damaged entry's seal is
  // bound to its place.
  std::optional<Sequences::Taken> taken;
  std::string entry_key = found.entry_key;
  if (found.family == Family::inbox && found.form == Grave::Form::entry) {
    taken.emplace(parts_->sequences, access->next_sequence(), 1);
    entry_key = keys::inbox(Sequence{taken->first()});
    batch.raise_next_sequence(taken->first() + 1);
  }
  const auto record = raised_record(vault, found, entry_key, now);
  if (!record) return fail(record.error());

  const std::array stripes = {Stripes::Key{Family::dead, *key},
                              Stripes::Key{found.family, entry_key}};
  const auto held = vault.stripes().hold(stripes);
  const auto is_there = access->has(Family::dead, *key);
  if (!is_there) return fail(is_there.error());
  if (!*is_there) return no_such_letter();  // somebody else was faster
  const auto stands = access->has(found.family, entry_key);
  if (!stands) return fail(stands.error());
  batch.erase(Family::dead, *key);
  batch.count(Counter::dead, -1);
  if (!*stands) {
    batch.put(found.family, entry_key, *record);
    batch.count(counter_of(found.family), 1);
  }
  if (const auto done = access->commit(batch, Durability::synced); !done) return fail(done.error());
  const std::string queue =
      found.family == Family::inbox ? k_inbox_queue : keys::lane_begin(found.letter.recipient);
  parts_->floors.lower(queue, entry_key);
  return found.letter;
}

Result<DeadLetter> RocksStore::drop_dead_letter(const std::string& id) {
  Vault& vault = parts_->vault;
  auto access = vault.database().access();
  if (!access) return fail(access.error());
  const auto key = keys::dead_key(id);
  if (!key) return no_such_letter();
  const auto held = vault.stripes().hold(Family::dead, *key);
  const auto grave = vault.read(*access, Family::dead, *key, AsGrave{*key});
  if (!grave) return fail(grave.error());
  if (!*grave) return no_such_letter();
  auto batch = access->batch();
  batch.erase(Family::dead, *key);
  batch.count(Counter::dead, -1);
  if (const auto done = access->commit(batch, Durability::synced); !done) return fail(done.error());
  return (*grave)->letter;
}

std::uint64_t RocksStore::dead_letter_count() const {
  return parts_->vault.database().count(Counter::dead);
}

}  // namespace belfry::storage
