#include "tests/bench/sweep_company.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "storage/keys.h"
#include "storage/sealer.h"
#include "sync/policy/sweep_rules.h"

namespace belfry::bench {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr std::size_t k_history = 200;         ///< messages in each chat before the last round
constexpr std::size_t k_told_in_chat = 2;      ///< of them, somebody was told of
constexpr std::size_t k_page = 50;             ///< of chats as of messages
constexpr std::size_t k_first_shared = 5'000;  ///< number of a shared chat; below are one's own
constexpr std::size_t k_batch = 1'000;

template <class T>
T sound(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().text);
  return std::move(*result);
}
void sound(const Result<>& result) {
  if (!result) throw std::runtime_error(result.error().text);
}

std::size_t number_of(const TeamsUserId& user) {
  return std::stoul(user.text().substr(user.text().rfind('-') + 1));
}

/// The part of `all` that a page shows which begins at `link`; the link to the next.
template <class T>
std::string cut(std::vector<T>& all, const std::string& link) {
  const std::size_t begin = link.empty() ? 0 : std::stoul(link);
  const std::size_t end = std::min(all.size(), begin + k_page);
  const bool is_last = end == all.size();
  all.erase(all.begin() + static_cast<std::ptrdiff_t>(end), all.end());
  all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(std::min(begin, end)));
  return is_last ? std::string{} : std::to_string(end);
}

sync::FoundMessage message_at(const ChatId& chat, WallTime time) {
  Message message;
  message.ref = {chat, MessageId{std::to_string(to_epoch_ms(time))}};
  message.created = time;
  message.modified = time;
  return {message, Content{std::string(1'500, 'm')}};
}

storage::StoreOptions options_of(const std::filesystem::path& folder) {
  storage::StoreOptions options;
  options.path = (folder / "store").string();
  return options;
}

std::unique_ptr<storage::RocksStore> open(const std::filesystem::path& folder,
                                          const sync::Clock& clock) {
  const auto master = sound(storage::MasterKey::parse(std::string(32, 'k')));
  return sound(storage::RocksStore::open(options_of(folder), master, clock));
}

}  // namespace

TeamsUserId Company::person(std::size_t number) {
  return TeamsUserId{fmt::format("87d349ed-44d7-43e1-9a83-{:012}", number)};
}
MattermostUserId Company::account(std::size_t number) {
  return MattermostUserId{fmt::format("user{:022}", number)};
}
const TenantId& Company::tenant() {
  static const TenantId k_tenant{"84bd8158-6d4d-4958-8b9f-9d6445542f95"};
  return k_tenant;
}

ChatId Company::id_of(const ChatPlace& place) {
  return ChatId{fmt::format("19:{:06}{:04}@thread.v2", place.owner, place.number)};
}
Company::ChatPlace Company::place_of(const ChatId& chat) {
  return {std::stoul(chat.text().substr(3, 6)), std::stoul(chat.text().substr(9, 4))};
}
bool Company::is_shared(const ChatPlace& place) {
  return place.number >= k_first_shared;
}

std::vector<Company::ChatPlace> Company::chats_of(std::size_t person) const {
  std::vector<ChatPlace> places;
  for (std::size_t i = 0; i < size_.own_chats(); ++i) places.push_back({person, i});
  const std::size_t owner = person % CompanySize::k_groups;
  for (std::size_t i = 0; i < size_.shared_chats(); ++i)
    places.push_back({owner, k_first_shared + i});
  return places;
}

std::vector<Company::ChatPlace> Company::told_chats() const {
  std::vector<ChatPlace> places;
  for (std::size_t person = 0; person < CompanySize::k_people; ++person) {
    for (const ChatPlace& place : chats_of(person)) {
      const bool is_told = is_shared(place)
                               ? place.owner == person
                               : place.number < CompanySize::k_known_chats * size_.history;
      if (is_told) places.push_back(place);
    }
  }
  return places;
}

bool Company::has_changed(const ChatPlace& place) const {
  // Spread over all people; of the chats that everybody has in a usual company.
  const bool is_of_all = is_shared(place);
  const std::size_t number = is_of_all ? place.number - k_first_shared : place.number;
  const std::size_t each = is_of_all ? CompanySize::k_shared_chats : CompanySize::k_own_chats;
  const std::size_t before = place.owner;
  return number < each && (before * each + number) % 100 < size_.changed_percent;
}

std::vector<std::size_t> Company::people_of(const ChatPlace& place) const {
  std::vector<std::size_t> people = {place.owner};
  while (is_shared(place) && people.size() < CompanySize::k_group)
    people.push_back(people.back() + CompanySize::k_groups);
  return people;
}

WallTime Company::time_of_new(std::size_t number) const {
  return swept_ + hours{1} + minutes{3} * number;
}

WallTime Company::time_of_old(const ChatPlace& place) const {
  // Before the last round and its overlap; on the days before it, too.
  return swept_ - hours{8} - hours{3} * (place.number % k_first_shared);
}

WallTime Company::newest_in(const ChatPlace& place) const {
  return has_changed(place) ? time_of_new(CompanySize::k_new_messages - 1) : time_of_old(place);
}

std::size_t Company::least_paid_for() const {
  std::size_t least = 0;
  for (std::size_t person = 0; person < CompanySize::k_people; ++person) {
    std::size_t shown = 0;
    for (const ChatPlace& place : chats_of(person))
      shown += has_changed(place) ? CompanySize::k_new_messages : 0;
    least += std::max<std::size_t>(1, shown);
  }
  return least;
}

Result<sync::ChatListPage> Company::chat_list(const Secret&, const TeamsUserId& user,
                                              const std::string& link) {
  ++asked_.lists;
  std::vector<ChatPlace> places = chats_of(number_of(user));
  std::stable_sort(places.begin(), places.end(),
                   [this](const auto& a, const auto& b) { return newest_in(a) > newest_in(b); });
  sync::ChatListPage page;
  page.next = cut(places, link);
  for (const ChatPlace& place : places)
    page.chats.push_back(
        {id_of(place), Chat::Type::group, newest_in(place), std::nullopt, tenant()});
  return page;
}

Result<sync::MessagePage> Company::messages_since(const Secret&, const ChatId& chat,
                                                  const sync::ChangedBetween& wanted,
                                                  const std::string& link) {
  ++asked_.reads;
  const ChatPlace place = place_of(chat);
  const bool is_for_news = wanted.after >= swept_ - sync::SweepRules{}.overlap;
  if (is_shared(place) && has_changed(place) && is_for_news) ++asked_.reads_of_shared_that_moved;
  std::vector<WallTime> times;
  if (has_changed(place))
    for (std::size_t i = CompanySize::k_new_messages; i > 0; --i)
      times.push_back(time_of_new(i - 1));
  for (std::size_t i = 0; i < k_history * size_.history; ++i)
    times.push_back(time_of_old(place) - hours{4} * i);
  std::erase_if(times, [&wanted](WallTime time) {
    return time <= wanted.after || (wanted.before && time >= *wanted.before);
  });
  sync::MessagePage page;
  page.next = cut(times, link);
  for (const WallTime time : times) page.messages.push_back(message_at(chat, time));
  return page;
}

Result<sync::DeltaPage> Company::delta(const Secret&, const TeamsUserId& user, WallTime,
                                       const std::string& link) {
  ++asked_.deltas;
  sync::DeltaPage page;
  page.link = "new";
  page.is_round_over = true;
  if (link == kept_link()) {
    for (const ChatPlace& place : chats_of(number_of(user))) {
      if (!has_changed(place)) continue;
      for (std::size_t i = 0; i < CompanySize::k_new_messages; ++i)
        page.messages.push_back(message_at(id_of(place), time_of_new(i)));
    }
  }
  if (page.messages.size() > k_page) throw std::runtime_error("more than a page of delta");
  asked_.paid_for += std::max<std::size_t>(1, page.messages.size());
  return page;
}

void Company::connect_all(storage::RocksStore& store, WallTime now) const {
  std::vector<SweepCursor> cursors;
  for (std::size_t number = 0; number < CompanySize::k_people; ++number) {
    Account account;
    account.user = Company::account(number);
    account.teams_user = person(number);
    account.connected_at = swept_;
    AccountTokens tokens;
    tokens.access = Secret{"access"};
    tokens.access_expires = now + hours{24};
    tokens.refresh = Secret{"refresh"};
    sound(store.connect(account, tokens));
    cursors.push_back({account.user, SweepRoute::list, swept_, {}, {}});
    cursors.push_back({account.user, SweepRoute::delta, swept_, kept_link(), {}});
  }
  static_cast<void>(sound(store.accept_found({}, {}, cursors, now)));
}

void Company::add_deliveries(storage::Database::Batch& batch, const ChatPlace& place) const {
  for (std::size_t i = 0; i < k_told_in_chat * size_.history; ++i) {
    const WallTime at = time_of_old(place) - hours{4} * i;
    const MessageRef ref = message_at(id_of(place), at).message.ref;
    // A sweep looks at the keys alone.
    for (const std::size_t one : people_of(place))
      batch.put(storage::Family::deliveries, storage::keys::delivery(ref, account(one)),
                storage::plain_record(at));
  }
}

void Company::fill_deliveries(const std::filesystem::path& folder, const sync::Clock& clock) const {
  const auto database = sound(storage::Database::open(options_of(folder), clock));
  auto access = sound(database->access());
  const std::vector<ChatPlace> places = told_chats();
  for (std::size_t begin = 0; begin < places.size(); begin += k_batch) {
    auto batch = access.batch();
    for (std::size_t i = begin; i < std::min(places.size(), begin + k_batch); ++i)
      add_deliveries(batch, places[i]);
    sound(access.commit(batch, storage::Durability::unsynced));
  }
  sound(access.compact(storage::Family::deliveries));
}

std::unique_ptr<storage::RocksStore> Company::fill(const std::filesystem::path& folder,
                                                   const sync::Clock& clock) const {
  {
    const auto store = open(folder, clock);
    connect_all(*store, clock.now().wall);
    for (const ChatPlace& place : told_chats()) {
      Chat chat;
      chat.id = id_of(place);
      for (const std::size_t one : people_of(place)) {
        chat.members.emplace_back();
        chat.members.back().user = person(one);
      }
      chat.members.emplace_back();
      chat.members.back().user = TeamsUserId{"ffffffff-44d7-43e1-9a83-000000000000"};
      chat.fetched_at = swept_;
      sound(store->cache_chat(chat));
    }
  }
  fill_deliveries(folder, clock);
  return open(folder, clock);
}

}  // namespace belfry::bench
