#include "storage/rocks_parts.h"

// Accounts: who is linked with whom, and their tokens.
namespace belfry::storage {
namespace {

tl::unexpected<Error> gone() {
  return fail(ErrorKind::gone, "there is no such account");
}

/// Whose link to `teams_user` stands; none when nobody's.
Result<std::optional<MattermostUserId>> owner_of(const Database::Access& access,
                                                 const TeamsUserId& teams_user) {
  const auto user = access.get(Family::teams_index, keys::teams_index(teams_user));
  if (!user) return fail(user.error());
  if (!*user) return std::optional<MattermostUserId>{};
  return std::optional<MattermostUserId>{**user};
}

/// Removes the index entries that point to `user`.
Result<> unlink(const Database::Access& access, Database::Batch& batch,
                const MattermostUserId& user) {
  auto scan = access.scan(Family::teams_index, {}, {});
  for (; scan.valid(); scan.next()) {
    if (scan.value() == user.text()) batch.erase(Family::teams_index, scan.key());
  }
  return scan.outcome();
}

void erase_cursors(Database::Batch& batch, const MattermostUserId& user) {
  for (const SweepRoute route : {SweepRoute::list, SweepRoute::delta}) {
    batch.erase(Family::cursors, keys::cursor(user, route));
  }
}

}  // namespace

Result<std::optional<Account>> RocksStore::account(const MattermostUserId& user) {
  Vault& vault = parts_->vault;
  auto access = vault.database().access();
  if (!access) return fail(access.error());
  return vault.read(*access, Family::accounts, keys::account(user), decode_account);
}

Result<std::optional<Account>> RocksStore::account_of(const TeamsUserId& teams_user) {
  Vault& vault = parts_->vault;
  auto access = vault.database().access();
  if (!access) return fail(access.error());
  const auto owner = owner_of(*access, teams_user);
  if (!owner) return fail(owner.error());
  if (!*owner) return std::optional<Account>{};
  return vault.read(*access, Family::accounts, keys::account(**owner), decode_account);
}

Result<std::vector<Account>> RocksStore::accounts(const MattermostUserId& after, std::size_t most) {
  Vault& vault = parts_->vault;
  auto access = vault.database().access();
  if (!access) return fail(access.error());
  std::vector<Account> accounts;
  auto scan = access->scan(Family::accounts,
                           after.empty() ? std::string{} : keys::after_account(after), {});
  for (; scan.valid() && accounts.size() < most; scan.next()) {
    if (!keys::is_account(scan.key())) continue;
    auto account = vault.open(Family::accounts, scan.key(), scan.value(), decode_account);
    if (!account) return fail(account.error());
    accounts.push_back(std::move(*account));
  }
  if (const auto outcome = scan.outcome(); !outcome) return fail(outcome.error());
  return accounts;
}

std::uint64_t RocksStore::connected_accounts() const {
  return parts_->vault.database().count(Counter::connected);
}

Result<> RocksStore::connect(const Account& account, const AccountTokens& tokens) {
  Vault& vault = parts_->vault;
  auto access = vault.database().access();
  if (!access) return fail(access.error());
  const auto held = vault.stripes().hold(Family::accounts, k_all_accounts);

  const auto owner = owner_of(*access, account.teams_user);
  if (!owner) return fail(owner.error());
  if (*owner && **owner != account.user) {
    const auto is_connected = access->has(Family::accounts, keys::tokens(**owner));
    if (!is_connected) return fail(is_connected.error());
    if (*is_connected) {
      return fail(ErrorKind::refused, "this Teams user is connected to another Mattermost user");
    }
  }
  const auto was_connected = access->has(Family::accounts, keys::tokens(account.user));
  if (!was_connected) return fail(was_connected.error());

  auto batch = access->batch();
  // Somebody else's chats: how far they were swept says nothing of these.
  const auto before =
      vault.read(*access, Family::accounts, keys::account(account.user), decode_account);
  if (!before && before.error().kind != ErrorKind::damaged) return fail(before.error());
  if (!before || !*before || (*before)->teams_user != account.teams_user)
    erase_cursors(batch, account.user);
  if (const auto done = unlink(*access, batch, account.user); !done) return done;
  Account linked = account;
  linked.state = Account::State::connected;
  vault.put(batch, Family::accounts, keys::account(account.user), encode(linked));
  vault.put(batch, Family::accounts, keys::tokens(account.user), encode(tokens));
  batch.put(Family::teams_index, keys::teams_index(account.teams_user), account.user.text());
  batch.count(Counter::connected, *was_connected ? 0 : 1);
  return access->commit(batch, Durability::synced);
}

Result<> RocksStore::update_account(const Account& account) {
  Vault& vault = parts_->vault;
  auto access = vault.database().access();
  if (!access) return fail(access.error());
  const auto held = vault.stripes().hold(Family::accounts, k_all_accounts);
  const std::string key = keys::account(account.user);
  const auto stored = vault.read(*access, Family::accounts, key, decode_account);
  if (!stored) return fail(stored.error());
  if (!*stored) return gone();
  // What is the link's: the caller may have read it before somebody disconnected.
  Account changed = account;
  changed.teams_user = (*stored)->teams_user;
  changed.connected_at = (*stored)->connected_at;
  changed.state = (*stored)->state;
  changed.reading = (*stored)->reading;
  auto batch = access->batch();
  vault.put(batch, Family::accounts, key, encode(changed));
  return access->commit(batch, Durability::synced);
}

Result<bool> RocksStore::set_reading(const MattermostUserId& user, const Reading& reading) {
  Vault& vault = parts_->vault;
  auto access = vault.database().access();
  if (!access) return fail(access.error());
  const auto held = vault.stripes().hold(Family::accounts, k_all_accounts);
  const std::string key = keys::account(user);
  auto stored = vault.read(*access, Family::accounts, key, decode_account);
  if (!stored) return fail(stored.error());
  if (!*stored) return gone();
  if ((*stored)->reading == reading) return false;
  (*stored)->reading = reading;
  auto batch = access->batch();
  vault.put(batch, Family::accounts, key, encode(**stored));
  if (const auto written = access->commit(batch, Durability::unsynced); !written)
    return fail(written.error());
  return true;
}

Result<> RocksStore::mark_disconnected(const MattermostUserId& user) {
  Vault& vault = parts_->vault;
  auto access = vault.database().access();
  if (!access) return fail(access.error());
  const auto held = vault.stripes().hold(Family::accounts, k_all_accounts);
  const std::string key = keys::account(user);
  auto stored = vault.read(*access, Family::accounts, key, decode_account);
  if (!stored) return fail(stored.error());
  if (!*stored) return {};
  const auto was_connected = access->has(Family::accounts, keys::tokens(user));
  if (!was_connected) return fail(was_connected.error());
  if (!*was_connected) return {};
  (*stored)->state = Account::State::disconnected;
  auto batch = access->batch();
  vault.put(batch, Family::accounts, key, encode(**stored));
  batch.erase(Family::accounts, keys::tokens(user));
  batch.count(Counter::connected, -1);
  return access->commit(batch, Durability::synced);
}

Result<> RocksStore::remove_account(const MattermostUserId& user) {
  Vault& vault = parts_->vault;
  auto access = vault.database().access();
  if (!access) return fail(access.error());
  const auto held = vault.stripes().hold(Family::accounts, k_all_accounts);
  const auto was_connected = access->has(Family::accounts, keys::tokens(user));
  if (!was_connected) return fail(was_connected.error());
  // Nothing is opened: a damaged account can be removed too, and its user can connect anew.
  auto batch = access->batch();
  if (const auto done = unlink(*access, batch, user); !done) return done;
  batch.erase(Family::accounts, keys::account(user));
  batch.erase(Family::accounts, keys::tokens(user));
  erase_cursors(batch, user);
  batch.count(Counter::connected, *was_connected ? -1 : 0);
  return access->commit(batch, Durability::synced);
}

Result<std::optional<AccountTokens>> RocksStore::tokens(const MattermostUserId& user) {
  Vault& vault = parts_->vault;
  auto access = vault.database().access();
  if (!access) return fail(access.error());
  return vault.read(*access, Family::accounts, keys::tokens(user), decode_tokens);
}

Result<> RocksStore::store_tokens(const MattermostUserId& user, const AccountTokens& tokens) {
  Vault& vault = parts_->vault;
  auto access = vault.database().access();
  if (!access) return fail(access.error());
  // A stripe of the user's own would do for this much more frequent change, were it not for
  // mark_disconnected().
  const auto held = vault.stripes().hold(Family::accounts, k_all_accounts);
  const auto is_connected = access->has(Family::accounts, keys::tokens(user));
  if (!is_connected) return fail(is_connected.error());
  if (!*is_connected) return gone();
  auto batch = access->batch();
  vault.put(batch, Family::accounts, keys::tokens(user), encode(tokens));
  return access->commit(batch, Durability::synced);
}

}  // namespace belfry::storage
