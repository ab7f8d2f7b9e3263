// What a round of sweeps costs, in requests, in time by Graph's limits and in processor time: the
// real reconciler and the real store, against a Graph that answers at once and keeps its lists as
// the real one does. Time is virtual, so that ten minutes of waiting for Graph's limits take none.
#include <cstddef>
#include <ctime>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "storage/rocks_store.h"
#include "sync/reconcile.h"
#include "tests/bench/figure.h"
#include "tests/kit/fake_clock.h"
#include "tests/kit/fake_identity.h"
#include "tests/kit/recording_journal.h"
#include "tests/kit/seeded_random.h"

namespace belfry::bench {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::size_t k_people = 10'000;
constexpr std::size_t k_chats = 20;        ///< of each person
constexpr std::size_t k_known_chats = 5;   ///< of them, in which somebody was told of something
constexpr std::size_t k_history = 200;     ///< messages in each chat before the last sweep
constexpr std::size_t k_new_messages = 2;  ///< since then, in each chat that changed
constexpr std::size_t k_chats_page = 50;
constexpr std::size_t k_messages_page = 50;
/// Graph, "throttling limits": 30 lists of chats and 20 reads of chat messages a second, for each
/// app and tenant; half of the reads are left to live messages (sync/policy/pacer.h).
constexpr double k_lists_a_second = 30;
constexpr double k_reads_a_second = 10;

template <class T>
T sound(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().text);
  return std::move(*result);
}
void sound(const Result<>& result) {
  if (!result) throw std::runtime_error(result.error().text);
}

std::string name_of_person(std::size_t person) {
  return fmt::format("87d349ed-44d7-43e1-9a83-{:012}", person);
}

struct Size {
  std::size_t changed_percent = 1;
  std::size_t history = 1;  ///< times as many chats, and messages in each, as usual
};

/// Graph's side of a company: everybody's chats, some of which moved since the last sweep.
class Company : public sync::SweepApi {
 public:
  Company(const Size& size, WallTime swept) : size_(size), swept_(swept) {}

  [[nodiscard]] std::size_t chats() const { return k_chats * size_.history; }
  /// Spread over all people; of the chats that everybody has in a usual company.
  [[nodiscard]] bool has_changed(std::size_t person, std::size_t chat) const {
    return chat < k_chats && (person * k_chats + chat) % 100 < size_.changed_percent;
  }
  [[nodiscard]] static std::size_t changed(const Size& size) {
    return k_people * k_chats * size.changed_percent / 100;
  }
  [[nodiscard]] static ChatId chat_id(std::size_t person, std::size_t chat) {
    return ChatId{fmt::format("19:{:06}{:04}@thread.v2", person, chat)};
  }
  [[nodiscard]] std::size_t lists() const { return lists_; }
  [[nodiscard]] std::size_t reads() const { return reads_; }

  Result<sync::ChatListPage> chat_list(const Secret&, const TeamsUserId& user,
                                       const std::string& link) override {
    ++lists_;
    const std::size_t person = std::stoul(user.text().substr(user.text().rfind('-') + 1));
    const std::size_t begin = link.empty() ? 0 : std::stoul(link);
    // Newest first: those that moved, then the others.
    std::vector<std::size_t> order;
    for (std::size_t chat = 0; chat < chats(); ++chat)
      if (has_changed(person, chat)) order.push_back(chat);
    for (std::size_t chat = 0; chat < chats(); ++chat)
      if (!has_changed(person, chat)) order.push_back(chat);
    const std::size_t end = std::min(order.size(), begin + k_chats_page);
    sync::ChatListPage page;
    for (std::size_t i = begin; i < end; ++i) {
      const WallTime newest =
          has_changed(person, order[i]) ? time_of_new(k_new_messages - 1) : time_of_old(order[i]);
      page.chats.push_back({chat_id(person, order[i]), Chat::Type::group, newest, std::nullopt});
    }
    if (end < order.size()) page.next = std::to_string(end);
    return page;
  }

  Result<sync::MessagePage> messages_since(const Secret&, const ChatId& chat, WallTime since,
                                           const std::string& link) override {
    ++reads_;
    const std::size_t person = std::stoul(chat.text().substr(3, 6));
    const std::size_t number = std::stoul(chat.text().substr(9, 4));
    std::vector<WallTime> times;
    if (has_changed(person, number))
      for (std::size_t i = k_new_messages; i > 0; --i) times.push_back(time_of_new(i - 1));
    for (std::size_t i = 0; i < k_history * size_.history; ++i)
      times.push_back(time_of_old(number) - hours{4} * i);
    std::erase_if(times, [since](WallTime time) { return time <= since; });
    const std::size_t begin = link.empty() ? 0 : std::stoul(link);
    const std::size_t end = std::min(times.size(), begin + k_messages_page);
    sync::MessagePage page;
    for (std::size_t i = begin; i < end; ++i) page.messages.push_back(message_at(chat, times[i]));
    if (end < times.size()) page.next = std::to_string(end);
    return page;
  }

  Result<sync::DeltaPage> delta(const Secret&, const TeamsUserId&, WallTime,
                                const std::string&) override {
    return fail(ErrorKind::refused, "nobody asks for it");
  }

 private:
  [[nodiscard]] WallTime time_of_new(std::size_t number) const {
    return swept_ + hours{1} + minutes{3} * number;
  }
  /// Before the last sweep and its overlap; on the days before it, too.
  [[nodiscard]] WallTime time_of_old(std::size_t chat) const {
    return swept_ - hours{8} - hours{3} * chat;
  }
  static sync::FoundMessage message_at(const ChatId& chat, WallTime time) {
    Message message;
    message.ref = {chat, MessageId{std::to_string(to_epoch_ms(time))}};
    message.created = time;
    message.modified = time;
    return {message, Content{std::string(1'500, 'm')}};
  }

  const Size size_;
  const WallTime swept_;
  std::size_t lists_ = 0;
  std::size_t reads_ = 0;
};

struct NoWakeup : sync::Wakeup {
  void work_arrived(sync::Slot) override {}
};

/// 10,000 people in a store of their own, swept up to a day ago.
void fill(storage::RocksStore& store, std::size_t known, WallTime swept, WallTime now) {
  for (std::size_t person = 0; person < k_people; ++person) {
    Account account;
    account.user = MattermostUserId{fmt::format("user{:022}", person)};
    account.teams_user = TeamsUserId{name_of_person(person)};
    account.connected_at = swept;
    AccountTokens tokens;
    tokens.access = Secret{"access"};
    tokens.access_expires = now + hours{24};
    tokens.refresh = Secret{"refresh"};
    sound(store.connect(account, tokens));
    for (std::size_t number = 0; number < known; ++number) {
      Chat chat;
      chat.id = Company::chat_id(person, number);
      chat.members.resize(2);
      chat.members[0].user = account.teams_user;
      chat.members[1].user = TeamsUserId{"ffffffff-44d7-43e1-9a83-000000000000"};
      chat.fetched_at = swept;
      sound(store.cache_chat(chat));
    }
  }
}

struct Cost {
  std::size_t lists = 0;
  std::size_t reads = 0;
  std::size_t found = 0;
  double by_limits_seconds = 0;
  double processor_seconds = 0;
  [[nodiscard]] double requests() const { return static_cast<double>(lists + reads); }
};

double processor_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

Cost cost_of_a_round(const Size& size, const char* name) {
  const BenchFolder folder(name);
  kit::FakeClock clock;
  const WallTime swept = clock.now().wall - hours{24};
  Company company(size, swept);
  storage::StoreOptions options;
  options.path = (folder.path() / "store").string();
  const auto store = sound(storage::RocksStore::open(
      options, sound(storage::MasterKey::parse(std::string(32, 'k'))), clock));
  fill(*store, k_known_chats * size.history, swept, clock.now().wall);

  kit::FakeIdentity identity;
  kit::SeededRandom random;
  kit::RecordingJournal journal;
  NoWakeup wakeup;
  sync::Tokens tokens(*store, identity, random, journal);
  sync::UpstreamGate gate(sync::Upstream::graph, journal);
  sync::Pacer pacer;
  sync::Agenda agenda;
  const sync::ServerTime server_time;
  sync::Allowance allowance(*store, server_time, journal);
  sync::Traffic traffic(*store);
  sync::ChatBook book;
  sync::Sweep sweep({*store, *store, *store, company, random, wakeup, journal},
                    {tokens, gate, pacer, agenda, allowance, book}, {});
  sync::Reconciler reconciler({*store, *store, *store, random, journal}, sweep, traffic, allowance);
  sound(reconciler.open(clock.now()));

  reconciler.request({SweepTrigger::administrator, std::nullopt, std::nullopt});
  const double processor_began = processor_seconds();
  while (journal.count<sync::SweepEnded>() == 0) {
    for (int i = 0; i < 1'000; ++i) {
      const sync::StepOutcome outcome = reconciler.step(clock.now());
      if (!outcome.worked) clock.advance_to(outcome.next);
    }
  }
  const auto ended = journal.all<sync::SweepEnded>().front();
  if (ended.failed > 0 || ended.accounts != k_people)
    throw std::runtime_error("the round did not reach everybody");
  return {company.lists(), company.reads(), ended.found,
          static_cast<double>(ended.took.count()) / 1000, processor_seconds() - processor_began};
}

void tell(const char* name, const Cost& cost) {
  const std::string prefix = std::string(name) + ": ";
  Figures::tell(prefix + "requests", cost.requests(), "");
  Figures::tell(prefix + "messages found", static_cast<double>(cost.found), "");
  Figures::tell(prefix + "time, by Graph's limits", cost.by_limits_seconds, "s");
  Figures::tell(prefix + "processor time", cost.processor_seconds, "s");
}

int run() {
  const Size usual{1, 1};
  const Size more_changes{2, 1};
  const Size more_history{1, 2};
  const Cost one = cost_of_a_round(usual, "sweep-usual");
  const Cost two = cost_of_a_round(more_changes, "sweep-changes");
  const Cost old = cost_of_a_round(more_history, "sweep-history");

  tell("1 % changed", one);
  tell("2 % changed", two);
  tell("1 % changed, history doubled", old);
  const auto reads = [](const Cost& cost) { return static_cast<double>(cost.reads); };
  const double needed = static_cast<double>(one.lists + Company::changed(usual));
  const double least = static_cast<double>(one.lists) / k_lists_a_second +
                       static_cast<double>(one.reads) / k_reads_a_second;
  Figures figures;
  figures.at_most("lists of chats for each person",
                  static_cast<double>(one.lists) / static_cast<double>(k_people), 1.0, "requests");
  // A quarter more, for edits in chats that did not move.
  figures.at_most("requests beside lists and chats that changed", one.requests() / needed, 1.26,
                  "times");
  figures.at_most("reads, twice the changes beside once", reads(two) / reads(one), 2.0, "times");
  figures.at_most("requests, twice the history beside once", old.requests() / one.requests(), 1.0,
                  "times");
  figures.at_most("processor time, twice the changes beside once",
                  two.processor_seconds / one.processor_seconds, 2.0, "times");
  figures.at_most("time beside the least that Graph's limits allow", one.by_limits_seconds / least,
                  1.25, "times");
  figures.at_least("messages found, of those that were missed",
                   static_cast<double>(one.found) /
                       static_cast<double>(Company::changed(usual) * k_new_messages),
                   1.0, "times");
  return figures.exit_code();
}

}  // namespace
}  // namespace belfry::bench

int main() {
  return belfry::bench::run();
}
