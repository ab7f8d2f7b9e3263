#include <algorithm>
#include <iterator>

#include "tests/sim/model/model_state.h"

// The ports of ModelStore that know nothing of messages.
namespace belfry::sim {
namespace {

template <class Key, class Value>
std::optional<Value> found_in(const std::map<Key, Value>& values, const Key& key) {
  const auto found = values.find(key);
  if (found == values.end()) return std::nullopt;
  return found->second;
}

tl::unexpected<Error> gone() {
  return fail(ErrorKind::gone, "there is no such account");
}

}  // namespace

void ModelStore::State::unlink(const MattermostUserId& user) {
  std::erase_if(teams_index, [&user](const auto& link) { return link.second == user; });
}

// --- accounts ---

Result<std::optional<Account>> ModelStore::account(const MattermostUserId& user) {
  MutexLock lock(mutex_);
  return found_in(state_->accounts, user);
}

Result<std::optional<Account>> ModelStore::account_of(const TeamsUserId& teams_user) {
  MutexLock lock(mutex_);
  const auto owner = found_in(state_->teams_index, teams_user);
  if (!owner) return std::optional<Account>{};
  return found_in(state_->accounts, *owner);
}

Result<std::vector<Account>> ModelStore::accounts(const MattermostUserId& after, std::size_t most) {
  MutexLock lock(mutex_);
  std::vector<Account> accounts;
  for (auto at = state_->accounts.upper_bound(after); at != state_->accounts.end(); ++at) {
    if (accounts.size() == most) break;
    accounts.push_back(at->second);
  }
  return accounts;
}

std::uint64_t ModelStore::connected_accounts() const {
  MutexLock lock(mutex_);
  return state_->tokens.size();
}

Result<> ModelStore::connect(const Account& account, const AccountTokens& tokens) {
  MutexLock lock(mutex_);
  const auto owner = found_in(state_->teams_index, account.teams_user);
  if (owner && *owner != account.user && state_->is_connected(*owner)) {
    return fail(ErrorKind::refused, "this Teams user is connected to another Mattermost user");
  }
  write_synced([account, tokens](State& state) {
    const auto before = state.accounts.find(account.user);
    if (before == state.accounts.end() || before->second.teams_user != account.teams_user)
      state.erase_cursors(account.user);
    state.unlink(account.user);
    state.accounts[account.user] = account;
    state.accounts[account.user].state = Account::State::connected;
    state.tokens[account.user] = tokens;
    state.teams_index[account.teams_user] = account.user;
  });
  return {};
}

Result<> ModelStore::update_account(const Account& account) {
  MutexLock lock(mutex_);
  if (!state_->accounts.contains(account.user)) return gone();
  write_synced([account](State& state) {
    Account& stored = state.accounts.at(account.user);
    Account changed = account;
    changed.teams_user = stored.teams_user;
    changed.connected_at = stored.connected_at;
    changed.state = stored.state;
    changed.reading = stored.reading;
    stored = changed;
  });
  return {};
}

Result<bool> ModelStore::set_reading(const MattermostUserId& user, const Reading& reading) {
  MutexLock lock(mutex_);
  const auto found = state_->accounts.find(user);
  if (found == state_->accounts.end()) return gone();
  if (found->second.reading == reading) return false;
  write_unsynced([user, reading](State& state) { state.accounts.at(user).reading = reading; });
  return true;
}

Result<> ModelStore::mark_disconnected(const MattermostUserId& user) {
  MutexLock lock(mutex_);
  if (!state_->is_connected(user)) return {};
  write_synced([user](State& state) {
    state.accounts.at(user).state = Account::State::disconnected;
    state.tokens.erase(user);
  });
  return {};
}

Result<> ModelStore::remove_account(const MattermostUserId& user) {
  MutexLock lock(mutex_);
  write_synced([user](State& state) {
    state.unlink(user);
    state.accounts.erase(user);
    state.tokens.erase(user);
    state.erase_cursors(user);
  });
  return {};
}

Result<std::optional<AccountTokens>> ModelStore::tokens(const MattermostUserId& user) {
  MutexLock lock(mutex_);
  return found_in(state_->tokens, user);
}

Result<> ModelStore::store_tokens(const MattermostUserId& user, const AccountTokens& tokens) {
  MutexLock lock(mutex_);
  if (!state_->is_connected(user)) return gone();
  write_synced([user, tokens](State& state) { state.tokens[user] = tokens; });
  return {};
}

// --- subscriptions ---

Result<std::vector<Subscription>> ModelStore::subscriptions() {
  MutexLock lock(mutex_);
  std::vector<Subscription> subscriptions;
  for (const auto& [id, subscription] : state_->subscriptions)
    subscriptions.push_back(subscription);
  return subscriptions;
}

Result<> ModelStore::put_subscription(const Subscription& subscription) {
  MutexLock lock(mutex_);
  write_synced(
      [subscription](State& state) { state.subscriptions[subscription.id] = subscription; });
  return {};
}

Result<> ModelStore::remove_subscription(const SubscriptionId& id) {
  MutexLock lock(mutex_);
  write_synced([id](State& state) { state.subscriptions.erase(id); });
  return {};
}

Result<std::vector<EncryptionCertificate>> ModelStore::certificates() {
  MutexLock lock(mutex_);
  std::vector<EncryptionCertificate> certificates;
  for (const auto& [id, certificate] : state_->certificates) certificates.push_back(certificate);
  std::stable_sort(certificates.begin(), certificates.end(),
                   [](const auto& a, const auto& b) { return a.made_at < b.made_at; });
  return certificates;
}

Result<> ModelStore::put_certificate(const EncryptionCertificate& certificate) {
  MutexLock lock(mutex_);
  write_synced([certificate](State& state) { state.certificates[certificate.id] = certificate; });
  return {};
}

Result<> ModelStore::remove_certificate(const CertificateId& id) {
  MutexLock lock(mutex_);
  write_synced([id](State& state) { state.certificates.erase(id); });
  return {};
}

// --- the service and its journal ---

std::string ModelStore::instance_id() const {
  return instance_id_;
}

Result<std::optional<WallTime>> ModelStore::last_webhook_time() {
  MutexLock lock(mutex_);
  return state_->last_webhook;
}

Result<> ModelStore::set_last_webhook_time(WallTime at) {
  MutexLock lock(mutex_);
  write_unsynced([at](State& state) { state.last_webhook = at; });
  return {};
}

Result<bool> ModelStore::take_clean_shutdown() {
  MutexLock lock(mutex_);
  if (!state_->was_clean) return false;
  write_synced([](State& state) { state.was_clean = false; });
  return true;
}

Result<> ModelStore::set_clean_shutdown() {
  MutexLock lock(mutex_);
  write_synced([](State& state) { state.was_clean = true; });
  return {};
}

Result<> ModelStore::append(std::span<const sync::JournalRecord> records) {
  MutexLock lock(mutex_);
  const std::vector<sync::JournalRecord> copies(records.begin(), records.end());
  write_unsynced([copies](State& state) { state.write_lines(copies); });
  return {};
}

void ModelStore::State::write_lines(std::span<const JournalRecord> records) {
  for (const JournalRecord& record : records) journal.emplace(record.at, record);
}

Result<std::vector<sync::JournalRecord>> ModelStore::newest_records(std::size_t most) {
  MutexLock lock(mutex_);
  std::vector<sync::JournalRecord> records;
  for (auto at = state_->journal.rbegin(); at != state_->journal.rend(); ++at) {
    if (records.size() == most) break;
    records.push_back(at->second);
  }
  return records;
}

}  // namespace belfry::sim
