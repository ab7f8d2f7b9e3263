#include <algorithm>

#include "tests/sim/world.h"

// What happens in a world beside the service: who is there, who says what, and what breaks down.
namespace belfry::sim {
namespace {

constexpr Duration k_longest_lag = std::chrono::minutes{4};
constexpr Duration k_day = std::chrono::days{1};

}  // namespace

void World::populate() {
  for (std::size_t i = 0; i < plan_.people; ++i) {
    people_.emplace_back("teams-" + std::to_string(i));
    if (dice_.falls(plan_.active)) company_.set_active(people_.back());
    if (dice_.falls(plan_.connected)) connect(i);
  }
  for (std::size_t i = 0; i < plan_.chats; ++i) add_a_chat();
  for (std::size_t i = 0; i < plan_.shunned; ++i) graph_.shun(dice_.pick(people_));
}

void World::connect(std::size_t person) {
  Account account;
  account.user = MattermostUserId{"mm-" + std::to_string(person)};
  account.username = account.user.text();
  account.teams_user = people_[person];
  account.connected_at = clock_.now().wall;
  const AccountTokens tokens{Secret{"none yet"}, WallTime{},
                             SimEntra::first_refresh_token_of(account.teams_user), ""};
  if (!store_.connect(account, tokens)) oracle_.broken("connect");
}

void World::add_chat(const std::string& chat, std::size_t members) {
  chats_.emplace_back(chat);
  company_.add_chat(chats_.back(),
                    {people_.begin(), people_.begin() + static_cast<std::ptrdiff_t>(members)},
                    SimCompany::Host::ours);
}

Duration World::some_time(Duration most) {
  return Duration{
      static_cast<Duration::rep>(dice_.below(static_cast<std::uint64_t>(most.count())))};
}

Duration World::some_working_time(Duration most) {
  // Nine of ten messages are written at work; the other one whenever somebody likes.
  for (;;) {
    const Duration time = some_time(most);
    const WallTime at = clock_.now().wall + time;
    const auto day = std::chrono::floor<std::chrono::days>(at);
    const unsigned weekday = std::chrono::weekday{day}.iso_encoding();
    const auto hour = std::chrono::floor<std::chrono::hours>(at - day).count();
    const bool is_off = time >= plan_.holiday_begins && time < plan_.holiday_begins + plan_.holiday;
    const bool is_at_work = weekday <= 5 && hour >= 8 && hour < 18 && !is_off;
    if (is_at_work || dice_.falls(30)) return time;
  }
}

void World::schedule_chatter() {
  for (std::size_t i = 0; i < plan_.messages; ++i) {
    const Duration at =
        plan_.is_of_weeks ? some_working_time(plan_.chatter) : some_time(plan_.chatter);
    timetable_.later(at, [this] { speak(); });
  }
}

void World::schedule_troubles() {
  for (std::size_t i = 0; i < plan_.requests; ++i)
    timetable_.later(some_time(plan_.chaos), [this] { ask_for_sweep(); });
  for (std::size_t i = 0; i < plan_.outages; ++i)
    timetable_.later(some_time(plan_.chaos), [this] { break_down(); });
  for (std::size_t i = 0; i < plan_.refusals; ++i)
    timetable_.later(some_time(plan_.chaos), [this] { refuse_secret(); });
  for (std::size_t i = 0; i < plan_.removals; ++i)
    timetable_.later(some_time(plan_.chaos), [this] { lose_subscription(); });
  for (std::size_t i = 0; i < plan_.chat_changes; ++i)
    timetable_.later(some_time(plan_.chaos), [this] { change_a_chat(); });
  for (std::size_t i = 0; i < plan_.comings; ++i)
    timetable_.later(some_time(plan_.chaos), [this] { come_or_go(); });
  for (std::size_t i = 0; i < plan_.ended; ++i)
    timetable_.later(some_time(plan_.chaos), [this] { entra_.end_grant(dice_.pick(people_)); });
  timetable_.later(some_time(plan_.chaos), [this] { resources_.change_signing_key(); });
}

void World::speak() {
  const ChatId chat = dice_.pick(chats_);
  const std::vector<TeamsUserId>& members = company_.chats().at(chat).members;
  if (members.empty()) return;
  const TeamsUserId sender = dice_.pick(members);
  const Duration lag = dice_.falls(plan_.rates.lagging) ? some_time(k_longest_lag) : Duration{};
  const MessageRef ref = company_.say(chat, sender, lag).ref;
  if (dice_.falls(plan_.rates.unreadable)) {
    graph_.refuse(ref);
    oracle_.expect_dead(ref);
  }
  if (dice_.falls(plan_.rates.unpostable)) {
    mattermost_.refuse(SimCompany::words_of(ref, 0));
    oracle_.expect_dead(ref);
  }
  courier_.announce(ref, ChangeKind::created);
  if (dice_.falls(plan_.rates.forged)) {
    const auto known = book_.ids();
    const bool knows_secret = !known.empty() && dice_.falls(500);
    courier_.forge(ref, knows_secret ? book_.find(known.front())->client_state : Secret{"guessed"});
  }
  const Duration later = some_time(std::chrono::minutes{2}) + Duration{1};
  if (dice_.falls(plan_.rates.edited)) {
    timetable_.later(later, [this, ref] {
      company_.edit(ref);
      courier_.announce(ref, ChangeKind::edited);
    });
  }
  if (dice_.falls(plan_.rates.deleted)) {
    timetable_.later(later * 2, [this, ref] {
      company_.erase(ref);
      courier_.announce(ref, ChangeKind::deleted);
    });
  }
  if (dice_.falls(plan_.readers)) {
    const TeamsUserId reader = dice_.pick(members);
    timetable_.later(later, [this, reader, chat] { company_.read(reader, chat); });
  }
}

MessageRef World::say(const std::string& chat, std::size_t sender, Webhook webhook) {
  const MessageRef ref = company_.say(ChatId{chat}, people_.at(sender), Duration{}).ref;
  if (webhook == Webhook::comes) courier_.announce(ref, ChangeKind::created);
  return ref;
}

void World::ask_for_sweep() {
  judge_.excuse(clock_.now().wall);
  if (!mind_) return;
  mind_->reconciler().request({SweepTrigger::administrator, std::nullopt, std::nullopt});
}

void World::break_down() {
  const Duration most =
      plan_.is_of_weeks ? Duration{std::chrono::hours{8}} : Duration{std::chrono::minutes{3}};
  const Duration time = some_time(most) + std::chrono::seconds{10};
  switch (dice_.below(4)) {
    case 0:
      graph_weather_.go_down(time);
      break;
    case 1:
      entra_weather_.go_down(time);
      break;
    case 2:
      mattermost_weather_.go_down(time);
      break;
    default: {
      if (!mind_ || depth_ > 0) return;
      store_.crash();
      mind_.reset();
      timetable_.later(plan_.is_of_weeks && dice_.falls(200) ? time + 4 * k_day : time, [this] {
        if (!mind_) boot();
      });
    }
  }
}

void World::refuse_secret() {
  judge_.excuse(clock_.now().wall);
  const Duration most =
      plan_.is_of_weeks ? Duration{std::chrono::hours{8}} : Duration{std::chrono::minutes{8}};
  entra_.refuse_secret(some_time(most));
}

void World::lose_subscription() {
  const auto known = book_.ids();
  if (known.empty()) return;
  const SubscriptionId id = dice_.pick(known);
  const Secret client_state = book_.find(id)->client_state;
  judge_.excuse(clock_.now().wall);
  if (dice_.falls(200)) return courier_.miss(id, some_time(std::chrono::minutes{2}));
  static_cast<void>(book_.remove(id));
  if (dice_.falls(700))
    courier_.tell_lifecycle(id, client_state, LifecycleKind::subscription_removed);
}

bool World::take_in(const NotificationBatch& batch) {
  if (!mind_) {
    judge_.excuse(clock_.now().wall);
    return false;
  }
  for (const Notification& entry : batch.notifications) audience_.announced(entry.ref);
  const bool is_taken =
      mind_->intake().receive(batch, machine_.now()) == sync::IntakeAnswer::accepted;
  if (!is_taken) return false;
  for (const Notification& entry : batch.notifications) {
    if (entry.kind == ChangeKind::chat) continue;
    const sync::Verdict verdict = mind_->subscriptions().check(entry).verdict;
    const bool is_believed =
        verdict == sync::Verdict::ours || verdict == sync::Verdict::ours_and_metered;
    if (is_believed) heard_ = clock_.now().wall;
    const auto* to = book_.find(entry.subscription);
    const bool is_true = to != nullptr && to->client_state == entry.client_state &&
                         (!entry.resource || entry.resource->data != "forged");
    if (is_true && verdict != sync::Verdict::unknown_subscription) oracle_.acknowledged(entry);
  }
  return true;
}

std::vector<std::string> World::posts_of(std::size_t person) const {
  std::vector<std::string> texts;
  for (const SimMattermost::Post& post : mattermost_.posts()) {
    if (post.channel.text() == "dm-mm-" + std::to_string(person)) texts.push_back(post.text);
  }
  return texts;
}

}  // namespace belfry::sim
