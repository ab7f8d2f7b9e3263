#include "tests/bench/filled_store.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "storage/database.h"
#include "storage/keys.h"
#include "storage/sealer.h"

namespace belfry::bench {
namespace {

/// Entries of one batch.
constexpr std::size_t k_at_once = 1'000;
/// Length of what Entra issues and of a post of some lines; of the encrypted content of a message.
constexpr std::size_t k_token_bytes = 2'000;
constexpr std::size_t k_text_bytes = 400;
constexpr std::size_t k_data_bytes = 3'600;
/// Chats of what was seen.
constexpr std::size_t k_chats = 10'000;

void demand(const Result<>& result) {
  if (!result) throw std::runtime_error(result.error().text);
}
template <class T>
T sound(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().text);
  return std::move(*result);
}

MattermostUserId user(std::size_t number) {
  return MattermostUserId{fmt::format("user{:022}", number)};
}
TeamsUserId teams_user(std::size_t number) {
  return TeamsUserId{fmt::format("87d349ed-44d7-43e1-9a83-{:012}", number)};
}
/// A chat of two: its id names them.
ChatId chat_of(std::size_t number) {
  return ChatId{fmt::format("19:{}_{}@unq.gbl.spaces", teams_user(number).text(),
                            "ffffffff-44d7-43e1-9a83-000000000000")};
}

EncryptedResource resource() {
  return {std::string(k_data_bytes, 'd'), std::string(44, 's'),
          std::string(512, 'k'),          CertificateId{"belfry-of-long-ago"},
          {std::string(1'200, 't')},      TenantId{"84bd8158-6d4d-4958-8b9f-9d6445542f95"}};
}

storage::StoreOptions options_of(const std::filesystem::path& folder) {
  storage::StoreOptions options;
  options.path = folder.string();
  return options;
}

}  // namespace

FilledStore::FilledStore(const std::filesystem::path& folder, const storage::MasterKey& master)
    : store_(sound(storage::RocksStore::open(options_of(folder), master, clock_))),
      accounts_(store_->connected_accounts()),
      // Ids of messages go on where an earlier filling can not have come to.
      next_id_(to_epoch_ms(clock_.now().wall)) {}

MessageRef FilledStore::next_message(std::size_t chat) {
  return {chat_of(chat), MessageId{std::to_string(next_id_++)}};
}

void FilledStore::connect_accounts(std::size_t count) {
  for (const std::size_t end = accounts_ + count; accounts_ < end; ++accounts_) {
    Account account;
    account.user = user(accounts_);
    account.username = fmt::format("person.{}", accounts_);
    account.teams_user = teams_user(accounts_);
    account.teams_name = fmt::format("Person Number {}", accounts_);
    account.mail = fmt::format("person.{}@example.com", accounts_);
    account.connected_at = clock_.now().wall;
    account.direct_channel = ChannelId{fmt::format("channel{:019}", accounts_)};
    AccountTokens tokens;
    tokens.access = Secret(std::string(k_token_bytes, 'a'));
    tokens.refresh = Secret(std::string(k_token_bytes, 'r'));
    tokens.access_expires = clock_.now().wall + std::chrono::hours{1};
    demand(store_->connect(account, tokens));
  }
}

void FilledStore::queue_deliveries(std::size_t count) {
  const std::string text(k_text_bytes, 'x');
  for (std::size_t queued = 0; queued < count;) {
    Change change;
    change.ref = next_message(0);
    change.received = clock_.now().wall;
    (void)sound(store_->accept({&change, 1}));
    const auto entries = sound(store_->inbox_from(Sequence{0}, 1));
    std::vector<PlannedDelivery> deliveries;
    for (const std::size_t end = std::min(count, queued + k_at_once); queued < end; ++queued) {
      PlannedDelivery delivery;
      delivery.key.recipient = user(queued % accounts_);
      delivery.key.ref = next_message(queued % accounts_);
      delivery.key.due_order = static_cast<std::uint64_t>(next_id_);
      delivery.text = Content{text};
      delivery.mark = BelfryRef{std::string(32, 'm')};
      delivery.said_at = clock_.now().wall;
      deliveries.push_back(std::move(delivery));
    }
    (void)sound(store_->plan(entries.front(), deliveries, std::nullopt, clock_.now().wall));
  }
}

void FilledStore::queue_changes(std::size_t count) {
  for (std::size_t queued = 0; queued < count;) {
    std::vector<Change> changes;
    for (const std::size_t end = std::min(count, queued + k_at_once); queued < end; ++queued) {
      Change change;
      change.ref = next_message(queued % accounts_);
      change.received = clock_.now().wall;
      change.resource = resource();
      changes.push_back(std::move(change));
    }
    (void)sound(store_->accept(changes));
  }
}

void fill_seen(const std::filesystem::path& folder, const storage::MasterKey& master,
               std::size_t count) {
  const app::SystemClock clock;
  const storage::StoreOptions options = options_of(folder);
  (void)sound(storage::RocksStore::open(options, master, clock));
  const auto database = sound(storage::Database::open(options, clock));
  auto access = sound(database->access());
  constexpr Duration k_span = std::chrono::days{30};
  const WallTime begin = clock.now().wall - k_span;
  for (std::size_t i = 0; i < count;) {
    auto batch = access.batch();
    for (const std::size_t end = std::min(count, i + k_at_once); i < end; ++i) {
      const WallTime at =
          begin + k_span * static_cast<Duration::rep>(i) / static_cast<Duration::rep>(count);
      Change change;
      change.ref = {chat_of(i % k_chats), MessageId{std::to_string(to_epoch_ms(at))}};
      batch.put(storage::Family::seen, storage::keys::seen(change), storage::plain_record(at));
    }
    demand(access.commit(batch, storage::Durability::unsynced));
  }
  // In life this took a month: no compaction is left to be done.
  demand(access.compact(storage::Family::seen));
}

}  // namespace belfry::bench
