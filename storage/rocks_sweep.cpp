#include "storage/arrivals.h"
#include "storage/rocks_parts.h"

// Sweeps: how far they came, what they found, where they look.
namespace belfry::storage {

using sync::FoundCount;
using sync::NewestDelivery;

Result<std::vector<SweepCursor>> RocksStore::cursors(const MattermostUserId& account) {
  Vault& vault = parts_->vault;
  auto access = vault.database().access();
  if (!access) return fail(access.error());
  const std::string prefix = keys::cursors_of(account);
  std::vector<SweepCursor> cursors;
  auto scan = access->scan(Family::cursors, prefix, keys::after_prefix(prefix));
  for (; scan.valid(); scan.next()) {
    auto cursor = vault.open(Family::cursors, scan.key(), scan.value(), decode_cursor);
    if (!cursor) return fail(cursor.error());
    cursors.push_back(std::move(*cursor));
  }
  if (const auto outcome = scan.outcome(); !outcome) return fail(outcome.error());
  return cursors;
}

Result<FoundCount> RocksStore::accept_found(std::span<const Change> changes,
                                            std::span<const OldMessages> old,
                                            std::span<const SweepCursor> moves, WallTime now) {
  Vault& vault = parts_->vault;
  auto access = vault.database().access();
  if (!access) return fail(access.error());
  // A cursor must not come back after its account was removed.
  std::vector<Stripes::Key> accounts;
  if (!moves.empty()) accounts.push_back({Family::accounts, k_all_accounts});
  Arrivals arrivals(vault, parts_->sequences, *access, {changes, old, std::move(accounts)});
  if (const auto sorted = arrivals.sort(now); !sorted) return fail(sorted.error());

  FoundCount count;
  count.known = arrivals.known();
  count.summed_up = arrivals.summed_up();
  for (const Change* change : arrivals.unseen()) {
    if (change->kind == ChangeKind::created) count.stored.push_back(change->ref);
  }
  auto batch = access->batch();
  arrivals.add_to(batch);
  for (const JournalRecord& line : arrivals.lines()) parts_->write_line(batch, line);
  for (const SweepCursor& move : moves) {
    const auto is_there = access->has(Family::accounts, keys::account(move.account));
    if (!is_there) return fail(is_there.error());
    if (!*is_there) continue;
    vault.put(batch, Family::cursors, keys::cursor(move.account, move.route), encode(move));
  }
  if (batch.empty()) return count;
  if (const auto done = access->commit(batch, Durability::synced); !done) return fail(done.error());
  return count;
}

Result<std::vector<Chat>> RocksStore::known_chats(const ChatId& after, std::size_t most) {
  Vault& vault = parts_->vault;
  auto access = vault.database().access();
  if (!access) return fail(access.error());
  std::vector<Chat> chats;
  auto damaged = access->batch();
  auto scan =
      access->scan(Family::chats, after.empty() ? std::string{} : keys::after_chat(after), {});
  for (; scan.valid() && chats.size() < most; scan.next()) {
    auto chat = vault.open(Family::chats, scan.key(), scan.value(), decode_chat);
    if (chat) {
      chats.push_back(std::move(*chat));
    } else {
      damaged.erase(Family::chats, scan.key());  // a cache: it is fetched anew when it is named
    }
  }
  if (const auto outcome = scan.outcome(); !outcome) return fail(outcome.error());
  if (damaged.empty()) return chats;
  if (const auto done = access->commit(damaged, Durability::unsynced); !done)
    return fail(done.error());
  return chats;
}

Result<std::vector<NewestDelivery>> RocksStore::delivered_chats(const ChatId& after,
                                                                std::size_t most) {
  auto access = parts_->vault.database().access();
  if (!access) return fail(access.error());
  std::vector<NewestDelivery> newest;
  auto scan = access->scan(
      Family::deliveries,
      after.empty() ? std::string{} : keys::after_prefix(keys::deliveries_in(after)), {});
  // From a chat's first key to its last one, and from there to the next chat's first.
  while (scan.valid() && newest.size() < most) {
    const auto first = keys::delivered(scan.key());
    if (!first) return fail(ErrorKind::damaged, "a key of family deliveries is damaged");
    const std::string end = keys::after_prefix(keys::deliveries_in(first->first.chat));
    scan.seek_below(end);
    if (!scan.valid()) break;
    const auto last = keys::delivered(scan.key());
    if (!last) return fail(ErrorKind::damaged, "a key of family deliveries is damaged");
    newest.push_back({last->first, last->second});
    scan.seek(end);
  }
  if (const auto outcome = scan.outcome(); !outcome) return fail(outcome.error());
  return newest;
}

Result<std::optional<QuietTurn>> RocksStore::quiet_turn(QuietKind kind) {
  auto access = parts_->vault.database().access();
  if (!access) return fail(access.error());
  const auto record = access->get(Family::meta, keys::quiet_turn(kind));
  if (!record) return fail(record.error());
  if (!*record) return std::optional<QuietTurn>{};
  const auto turn = decode_quiet_turn(**record);
  if (!turn) return fail(ErrorKind::damaged, "the turn of quiet chats is damaged (family meta)");
  return turn;
}

Result<> RocksStore::keep_quiet_turn(QuietKind kind, const QuietTurn& turn) {
  auto access = parts_->vault.database().access();
  if (!access) return fail(access.error());
  auto batch = access->batch();
  batch.put(Family::meta, keys::quiet_turn(kind), encode(turn));
  return access->commit(batch, Durability::unsynced);
}

Result<bool> RocksStore::sweep_is_owed() {
  auto access = parts_->vault.database().access();
  if (!access) return fail(access.error());
  return access->has(Family::meta, keys::k_sweep_owed);
}

Result<> RocksStore::owe_sweep() {
  auto access = parts_->vault.database().access();
  if (!access) return fail(access.error());
  auto batch = access->batch();
  batch.put(Family::meta, keys::k_sweep_owed, {});
  return access->commit(batch, Durability::synced);
}

Result<> RocksStore::settle_sweep() {
  auto access = parts_->vault.database().access();
  if (!access) return fail(access.error());
  auto batch = access->batch();
  batch.erase(Family::meta, keys::k_sweep_owed);
  return access->commit(batch, Durability::unsynced);
}

Result<std::optional<TrafficProfile>> RocksStore::traffic() {
  auto access = parts_->vault.database().access();
  if (!access) return fail(access.error());
  const auto record = access->get(Family::meta, keys::k_traffic);
  if (!record) return fail(record.error());
  if (!*record) return std::optional<TrafficProfile>{};
  const auto profile = decode_traffic(**record);
  if (!profile) return fail(ErrorKind::damaged, "the traffic profile is damaged (family meta)");
  return profile;
}

Result<> RocksStore::keep_traffic(const TrafficProfile& profile) {
  auto access = parts_->vault.database().access();
  if (!access) return fail(access.error());
  auto batch = access->batch();
  batch.put(Family::meta, keys::k_traffic, encode(profile));
  return access->commit(batch, Durability::unsynced);
}

}  // namespace belfry::storage
