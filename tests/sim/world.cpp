#include "tests/sim/world.h"

#include <algorithm>

namespace belfry::sim {
namespace {

constexpr Duration k_chaos = std::chrono::minutes{10};
/// Backoff ends within a quarter of an hour; three of them in a row are enough for whatever chaos
/// left.
constexpr Duration k_heal = std::chrono::hours{2};
constexpr int k_most_crashes = 40;

template <class... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};
template <class... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

MindLimits limits_of(Dice& dice) {
  MindLimits limits;
  limits.agenda.window = dice.pick(std::vector<std::size_t>{1, 3, 4096});
  limits.agenda.refill = dice.pick(std::vector<std::size_t>{1, 2, 256});
  limits.deliver.most_pages = 1000;
  limits.files.part = dice.pick(std::vector<std::size_t>{64, 100, 1000});
  limits.files.most_parts = dice.pick(std::vector<std::size_t>{1, 2});
  limits.files.most_tries = dice.pick(std::vector<int>{1, 5, 12});
  limits.intake.high_water = dice.pick(std::vector<std::uint64_t>{4, 1'000'000});
  limits.resolve.rules.skip_active = dice.falls(700);
  using sync::PaymentModel;
  using sync::RouteChoice;
  const auto model = dice.falls(500) ? PaymentModel::evaluation : PaymentModel::b;
  limits.allowance.model = model;
  limits.allowance.evaluation_cap = dice.pick(std::vector<std::uint64_t>{0, 60, 200, 500});
  limits.sweep.model = model;
  limits.sweep.route = dice.pick(
      std::vector<RouteChoice>{RouteChoice::automatic, RouteChoice::list, RouteChoice::delta});
  limits.sweep.most_inbox = dice.pick(std::vector<std::uint64_t>{1, 10'000});
  limits.reconcile.rest =
      dice.pick(std::vector<Duration>{std::chrono::seconds{1}, std::chrono::minutes{5}});
  limits.reconcile.repeat_after = std::chrono::minutes{1};
  limits.reconcile.accounts_at_once = dice.pick(std::vector<std::size_t>{1, 2, 1000});
  return limits;
}

}  // namespace

void World::Recorder::record(const sync::Event& event) {
  const std::size_t index = event.index();
  world_.events_.insert(std::to_string(index));
  world_.digest_ = (world_.digest_ ^ index) * 1099511628211ULL;
  // A sweep that began before may have read a chat before the last was said in it.
  if (std::holds_alternative<sync::SweepBegan>(event)) {
    world_.sweep_began_calm_ = world_.turbulence_.is_calm;
  }
  const auto* swept = std::get_if<sync::SweepEnded>(&event);
  const bool is_of_all = swept != nullptr && swept->accounts == world_.accounts_.size();
  if (is_of_all && swept->failed == 0 && world_.sweep_began_calm_) ++world_.clean_sweeps_;
}

World::World(std::uint64_t seed)
    : dice_(seed),
      rates_(FaultRates::chosen_by(dice_)),
      turbulence_(dice_, rates_),
      teams_(clock_, turbulence_),
      mattermost_(clock_, turbulence_),
      files_(turbulence_),
      pointed_store_({store_, store_, store_, store_}, points_),
      limits_(limits_of(dice_)) {
  SimTeams::Reading reading;
  reading.page = dice_.pick(std::vector<std::size_t>{1, 2, 50});
  reading.orders_chats = dice_.falls(700);
  if (limits_.allowance.model == sync::PaymentModel::evaluation)
    reading.cap = limits_.allowance.evaluation_cap;
  teams_.read_as(reading);
  turbulence_.meanwhile = [this] {
    // A race of two is as deep as it gets: what a third could do it can do in another world.
    if (depth_ >= 2 || !dice_.falls(300)) return;
    ++depth_;
    step();
    --depth_;
  };
}

std::string World::run() {
  populate();
  boot();
  schedule_chatter();
  run_until_idle(clock_.now().steady + k_chaos);
  turbulence_.is_calm = true;
  mind_->reconciler().request({SweepTrigger::administrator, std::nullopt, std::nullopt});
  run_until_idle(clock_.now().steady + k_heal);
  check_safety();
  if (broken_.empty()) check_liveness();
  for (const SimMattermost::Post& post : mattermost_.posts()) {
    for (const char c : post.text)
      digest_ = (digest_ ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  }
  return broken_;
}

void World::populate() {
  const std::uint64_t people = dice_.between(2, 8);
  for (std::uint64_t i = 0; i < people; ++i) {
    const TeamsUserId person{"teams-" + std::to_string(i)};
    people_.push_back(person);
    if (dice_.falls(300)) {
      active_.insert(person);
      teams_.set_active(person);
    }
    if (!dice_.falls(700)) continue;
    Account account;
    account.user = MattermostUserId{"mm-" + std::to_string(i)};
    account.username = account.user.text();
    account.teams_user = person;
    account.connected_at = clock_.now().wall;
    const AccountTokens tokens{Secret{"access"}, clock_.now().wall, Secret{"refresh"}, ""};
    if (!store_.connect(account, tokens)) broken("connect");
    accounts_[person] = account.user;
  }
  const std::uint64_t chats = dice_.between(1, 4);
  for (std::uint64_t i = 0; i < chats; ++i) {
    const ChatId chat{"19:" + std::to_string(i) + "@thread.v2"};
    std::vector<TeamsUserId> members;
    for (const TeamsUserId& person : people_) {
      if (dice_.falls(600)) members.push_back(person);
    }
    if (members.empty()) members.push_back(people_.front());
    teams_.add_chat(chat, members);
    chats_.push_back(chat);
  }
}

void World::later(Duration delay, std::function<void()> act) {
  events_due_.emplace(clock_.now().steady + delay, std::move(act));
}

void World::schedule_chatter() {
  for (std::uint64_t i = dice_.below(3); i > 0; --i) {
    later(Duration{static_cast<Duration::rep>(dice_.below(400'000))}, [this] {
      mind_->reconciler().request({SweepTrigger::administrator, std::nullopt, std::nullopt});
    });
  }
  const std::uint64_t messages = dice_.between(1, 40);
  for (std::uint64_t i = 0; i < messages; ++i) {
    later(Duration{static_cast<Duration::rep>(dice_.below(300'000))}, [this] { speak(); });
  }
}

void World::speak() {
  const ChatId& chat = dice_.pick(chats_);
  const auto& said = teams_.say(chat, dice_.pick(teams_.members_of(chat)));
  const MessageRef ref = said.ref;
  if (const std::string address = SimFiles::address_of(ref); !address.empty()) {
    addresses_["said" + ref.message.text()] = address;
  }
  announce(ref, ChangeKind::created);
  if (dice_.falls(rates_.duplicate)) announce(ref, ChangeKind::created);
  if (dice_.falls(rates_.forged)) announce_forgery(ref);
  const auto delay = Duration{static_cast<Duration::rep>(dice_.between(1, 120'000))};
  if (dice_.falls(rates_.edited)) {
    later(delay, [this, ref] {
      teams_.edit(ref);
      announce(ref, ChangeKind::edited);
    });
  }
  if (dice_.falls(rates_.deleted)) {
    later(delay * 2, [this, ref] {
      teams_.erase(ref);
      announce(ref, ChangeKind::deleted);
    });
  }
}

void World::announce(const MessageRef& ref, ChangeKind kind) {
  if (dice_.falls(rates_.unannounced)) return;
  Notification notification;
  notification.subscription = SubscriptionId{"subscription"};
  notification.client_state = Secret{"ours"};
  notification.ref = ref;
  notification.kind = kind;
  if (dice_.falls(500)) notification.resource = teams_.seal(ref);
  const std::uint64_t delay = dice_.falls(rates_.late) ? dice_.below(60'000) : 50;
  later(Duration{static_cast<Duration::rep>(delay)},
        [this, notification] { deliver_webhook(notification, true); });
}

void World::announce_forgery(const MessageRef& ref) {
  Notification notification;
  notification.ref = ref;
  const bool knows_secret = dice_.falls(500);
  notification.client_state = Secret{knows_secret ? "ours" : "guessed"};
  notification.resource = SimTeams::forge(ref);
  later(Duration{static_cast<Duration::rep>(dice_.below(1'000))},
        [this, notification] { deliver_webhook(notification, false); });
}

void World::deliver_webhook(const Notification& notification, bool is_true) {
  // At least once: Graph sends again until it has its 202.
  const auto again = [&] {
    later(std::chrono::seconds{10},
          [this, notification, is_true] { deliver_webhook(notification, is_true); });
  };
  NotificationBatch batch;
  batch.notifications.push_back(notification);
  bool is_acknowledged = false;
  try {
    is_acknowledged = mind_->intake().receive(batch, clock_.now()) == sync::IntakeAnswer::accepted;
  } catch (const Crash&) {
    again();
    throw;
  }
  const bool answer_is_lost = !turbulence_.is_calm && dice_.falls(rates_.lost_answer);
  if (!is_acknowledged || answer_is_lost) again();
}

void World::boot() {
  mind_ = std::make_unique<Mind>(
      MindPorts{pointed_store_, pointed_store_, pointed_store_, store_, store_, pointed_store_,
                store_, teams_, teams_, teams_, teams_, mattermost_, files_, files_, signer_,
                clock_, dice_, journal_},
      limits_);
  if (!mind_->engine().open(clock_.now())) broken("open");
  if (!mind_->reconciler().open(clock_.now())) broken("open the reconciler");
}

void World::maybe_crash() {
  if (!turbulence_.is_calm && crashes_ < k_most_crashes && dice_.falls(rates_.crash)) throw Crash{};
}

bool World::step() {
  const Moment now = clock_.now();
  if (!events_due_.empty() && events_due_.begin()->first <= now.steady) {
    const auto act = std::move(events_due_.begin()->second);
    events_due_.erase(events_due_.begin());
    act();
    return true;
  }
  const auto first = dice_.falls(500) ? sync::Slot::graph : sync::Slot::mattermost;
  const auto second = first == sync::Slot::graph ? sync::Slot::mattermost : sync::Slot::graph;
  for (const auto slot : {first, second}) {
    if (const auto claim = mind_->engine().claim(slot, now)) {
      mind_->engine().run(*claim, now);
      return true;
    }
  }
  return false;
}

void World::run_until_idle(Instant end) {
  while (clock_.now().steady < end && broken_.empty()) {
    try {
      if (step()) {
        check_safety();
        continue;
      }
    } catch (const Crash&) {
      ++crashes_;
      depth_ = 0;
      store_.crash();
      if (dice_.falls(500)) mattermost_.forget_pending();
      boot();
      continue;
    }
    const Instant now = clock_.now().steady;
    Instant next = std::min(mind_->engine().next_deadline(sync::Slot::graph, now),
                            mind_->engine().next_deadline(sync::Slot::mattermost, now));
    if (!events_due_.empty()) next = std::min(next, events_due_.begin()->first);
    const bool is_done = turbulence_.is_calm && events_due_.empty() &&
                         store_.inbox_entries() == 0 && store_.outbox_entries() == 0 &&
                         clean_sweeps_ > 0;
    if (is_done) return;
    clock_.advance_to(std::max(next, now + Duration{1}));
  }
}

void World::check_safety() {
  if (limits_.allowance.model == sync::PaymentModel::evaluation &&
      teams_.charged() > limits_.allowance.evaluation_cap)
    broken("the allowance was overrun");
  for (; checked_posts_ < mattermost_.posts().size(); ++checked_posts_) {
    const SimMattermost::Post& post = mattermost_.posts()[checked_posts_];
    if (post.text.find("forged") != std::string::npos) broken("a forged message was posted");
    const auto begin = post.text.find("said");
    if (begin == std::string::npos) continue;
    const std::string words = post.text.substr(begin, post.text.find('v', begin) - begin);
    if (++posts_by_words_[post.channel.text() + "/" + words] > 1) {
      broken("posted twice: " + words + " in " + post.channel.text());
    }
    check_files(post, words);
  }
}

void World::check_files(const SimMattermost::Post& post, const std::string& message) {
  const auto address = addresses_.find(message);
  const bool is_named = post.text.find("📎") != std::string::npos;
  if (address == addresses_.end()) {
    if (is_named || !post.files.empty()) broken("a file that nobody sent: " + message);
    return;
  }
  if (post.files.empty() != is_named) broken("a file neither carried nor named: " + message);
  for (const FileId& file : post.files) {
    if (!files_posted_.insert(file).second) broken("one file in two posts: " + message);
    if (files_.content_of(file) != SimFiles::content_at(address->second)) {
      broken("a file that is not whole: " + message);
    }
  }
}

std::vector<MattermostUserId> World::audience_of(const SimTeams::Said& said) const {
  std::vector<MattermostUserId> audience;
  for (const TeamsUserId& member : teams_.members_of(said.ref.chat)) {
    const auto account = accounts_.find(member);
    if (member == said.sender || account == accounts_.end()) continue;
    audience.push_back(account->second);
  }
  return audience;
}

void World::check_liveness() {
  if (store_.inbox_entries() != 0) {
    const auto left = store_.inbox_from(Sequence{0}, 1);
    const InboxEntry& first = left->front();
    broken(std::string("the inbox is not empty: ") + name_of(first.change.kind) + " " +
           first.change.ref.message.text() + " by " + name_of(first.change.source) + ", tried " +
           std::to_string(first.attempts) + " times: " + first.last_error);
  }
  if (store_.outbox_entries() != 0) broken("the outbox is not empty");
  if (store_.dead_letter_count() != 0) broken("something is dead");
  if (clean_sweeps_ == 0) broken("no sweep came to its end");
  // Announced or not: what was said has been found by now.
  for (const auto& [ref, said] : teams_.said()) {
    for (const MattermostUserId& user : audience_of(said)) {
      const std::string key = "dm-" + user.text() + "/said" + ref.message.text();
      const bool is_there = posts_by_words_.contains(key);
      const bool is_active =
          limits_.resolve.rules.skip_active &&
          std::any_of(active_.begin(), active_.end(), [&](const TeamsUserId& person) {
            return accounts_.contains(person) && accounts_.at(person) == user;
          });
      // Who is active may still be told when presence could not be had; what was deleted early need
      // not arrive.
      if (!is_there && !is_active && !said.deleted) broken("missing: " + key);
    }
  }
}

void World::broken(const std::string& what) {
  if (broken_.empty()) broken_ = what;
}

}  // namespace belfry::sim
