#include "tests/sim/world.h"

#include <algorithm>
#include <utility>

// How the service runs in its world, and how the world is led through chaos to its end.
namespace belfry::sim {
namespace {

/// Backoff ends within a quarter of an hour and Graph's repeats within four hours.
constexpr Duration k_heal = std::chrono::hours{8};
constexpr Duration k_last_work = std::chrono::minutes{5};
constexpr std::uint64_t k_prime = 1099511628211ULL;

WorldPlan plan_of(std::uint64_t seed) {
  Dice dice(~seed);
  return WorldPlan::of(seed, dice);
}

}  // namespace

World::Store::Store(World& world, StorePoints& points)
    : kit::PointedStore<StorePoints>({world.store_, world.store_, world.store_, world.store_},
                                     points),
      world_(world) {}

Result<std::vector<SweepCursor>> World::Store::cursors(const MattermostUserId& account) {
  if (!world_.is_calm_ && world_.mind_ && world_.dice_.falls(world_.plan_.rates.damaged)) {
    world_.errors_.insert(ErrorKind::damaged);
    world_.judge_.excuse(world_.clock_.now().wall);
    return fail(ErrorKind::damaged, "injected: damaged");
  }
  return kit::PointedStore<StorePoints>::cursors(account);
}

void World::Recorder::record(const sync::Event& event) {
  World& world = world_;
  if (world.listener_ != nullptr) world.listener_->record(event);
  const std::size_t index = event.index();
  world.events_.insert(index);
  world.digest_ = (world.digest_ ^ index) * k_prime;
  world.oracle_.recorded(event);
  const WallTime now = world.clock_.now().wall;
  if (const auto* began = std::get_if<sync::SweepBegan>(&event)) {
    ++world.rounds_[began->trigger];
    const bool is_silent = now - world.heard_ >= sync::SilencePolicy{}.least;
    if (began->trigger == SweepTrigger::silence && is_silent) world.judge_.excuse(now);
  }
  if (std::holds_alternative<sync::SweepFailed>(event) ||
      std::holds_alternative<sync::SubscriptionCreated>(event))
    world.judge_.excuse(now);
  if (std::holds_alternative<sync::AccountConnected>(event) ||
      std::holds_alternative<sync::AccountDisconnected>(event))
    world.note_accounts();
  const auto* swept = std::get_if<sync::SweepEnded>(&event);
  const bool is_of_all = swept != nullptr && swept->accounts >= world.store_.connected_accounts();
  if (!is_of_all || swept->failed > 0) return;
  if (swept->trigger == SweepTrigger::silence && swept->promised == 0)
    world.judge_.looked_in_vain(now);
}

World::World(std::uint64_t seed) : World(seed, plan_of(seed)) {}

World::World(std::uint64_t seed, const WorldPlan& plan)
    : dice_(seed),
      plan_(plan),
      graph_({clock_, dice_, plan_.rates, graph_weather_, company_, entra_, book_, courier_},
             plan_.reading),
      oracle_({clock_, plan_, company_, entra_, graph_, courier_, mattermost_, files_, store_,
               accounts_, audience_}) {
  clock_.begin_at(clock_.now().wall + plan_.begins);
  machine_.set_ahead(plan_.machine_ahead);
  if (plan_.limits.allowance.model == sync::PaymentModel::evaluation)
    courier_.limit(plan_.limits.allowance.evaluation_cap);
  entra_.limit_app_tokens(plan_.app_token_lives);
  mattermost_.limit_edits(plan_.edit_limit);
  const auto meanwhile = [this] {
    // A race of two is as deep as it gets: what a third could do it can do in another world.
    if (depth_ >= 2 || !dice_.falls(300)) return;
    ++depth_;
    step();
    --depth_;
  };
  const auto disturbed = [this] { judge_.excuse(clock_.now().wall); };
  for (Turbulence* weather : {&graph_weather_, &entra_weather_, &mattermost_weather_}) {
    weather->meanwhile = meanwhile;
    weather->disturbed = disturbed;
  }
  for (Turbulence* weather : {&graph_weather_, &entra_weather_}) {
    weather->answered = [this] {
      if (mind_) mind_->hear_time(clock_.now().wall, machine_.now());
    };
  }
  courier_.call({[this](const NotificationBatch& batch) { return take_in(batch); },
                 [this](const LifecycleNotification& notification) {
                   judge_.excuse(clock_.now().wall);
                   if (!mind_) return false;
                   mind_->hear_of(notification, machine_.now());
                   return true;
                 },
                 disturbed});
  graph_.polled = [this](const std::string& resource) {
    const WallTime now = clock_.now().wall;
    if (courier_.is_silent(month_of(now))) judge_.excuse(now);
    judge_.polled(resource, now);
  };
  graph_.answered_metered = [this] {
    clock_.advance_to(clock_.now().steady + std::exchange(metered_delay_, Duration{}));
  };
  mattermost_.asked = [this](const sync::PostRequest& request) { oracle_.posting(request); };
}

std::string World::run() {
  begin();
  schedule_chatter();
  schedule_troubles();
  live_for(plan_.chaos);
  return heal();
}

void World::begin() {
  populate();
  boot();
}

void World::live_for(Duration time) {
  run_until(clock_.now().steady + time, [] { return false; });
}

std::string World::heal() {
  is_calm_ = true;
  for (Turbulence* weather : {&graph_weather_, &entra_weather_, &mattermost_weather_})
    weather->is_calm = true;
  if (!mind_) boot();
  if (plan_.is_left_alone) return judge_what_was_left_alone();
  // A clock that is slow tells a time that was over before: it has to catch up.
  live_for(std::max(Duration{}, clock_.now().wall - machine_.now().wall));
  healed_ = std::min(clock_.now().wall, machine_.now().wall);
  ask_for_sweep();
  run_until(clock_.now().steady + k_heal, [this] { return is_idle(); });
  if (!everybody_was_swept()) oracle_.broken("no sweep came to its end");
  return verdict();
}

std::string World::judge_what_was_left_alone() {
  if (graph_is_silent_unnoticed()) ask_for_sweep();
  live_for(k_heal);
  // What is swept again and again, as the month is used up, may have found something right now.
  run_until(clock_.now().steady + k_last_work,
            [this] { return store_.inbox_entries() == 0 && store_.outbox_entries() == 0; });
  return verdict();
}

bool World::graph_is_silent_unnoticed() {
  if (plan_.limits.allowance.model != sync::PaymentModel::evaluation) return false;
  const Month month = month_of(clock_.now().wall);
  return courier_.is_silent(month) &&
         spending(Bucket::notifications, month).spent < plan_.limits.allowance.evaluation_cap;
}

std::string World::verdict() {
  oracle_.check_end();
  for (const SimMattermost::Post& post : mattermost_.posts()) {
    for (const char c : post.text) digest_ = (digest_ ^ static_cast<unsigned char>(c)) * k_prime;
  }
  return oracle_.verdict();
}

bool World::is_idle() {
  return timetable_.awaits_nothing() && store_.inbox_entries() == 0 &&
         store_.outbox_entries() == 0 && everybody_was_swept();
}

bool World::everybody_was_swept() {
  for (const auto& [person, user] : accounts_) {
    const auto account = store_.account(user);
    if (!*account || (*account)->state != Account::State::connected) continue;
    if (sync::watermark_of(**account, *store_.cursors(user)) < healed_) return false;
  }
  return true;
}

void World::boot() {
  resources_.forget();
  oracle_.began();
  judge_.service_began(clock_.now().wall);
  note_accounts();  // of whom a crash left no other trace
  mind_ = std::make_unique<Mind>(
      MindPorts{pointed_store_, pointed_store_, pointed_store_, store_, store_,
                pointed_store_, store_,         store_,         graph_, graph_,
                entra_,         resources_,     mattermost_,    files_, files_,
                signer_,        machine_,       dice_,          dice_,  journal_},
      plan_.limits);
  if (!mind_->open(machine_.now())) oracle_.broken("open");
}

void World::restart(const MindLimits& limits) {
  plan_.limits = limits;
  store_.crash();
  boot();
}

void World::set_machine_ahead(Duration ahead) {
  judge_.excuse(clock_.now().wall);
  oracle_.clock_was_set();
  machine_.set_ahead(ahead);
}

void World::maybe_crash() {
  if (!is_calm_ && crashes_ < plan_.most_crashes && dice_.falls(plan_.rates.crash)) throw Crash{};
}

void World::crashed() {
  ++crashes_;
  depth_ = 0;
  store_.crash(dice_.falls(500) ? 0 : dice_.below(4));
  if (dice_.falls(500)) mattermost_.forget_pending();
  oracle_.crashed();
  boot();
}

bool World::step() {
  if (timetable_.step()) return true;
  if (!mind_) return false;
  const Moment now = machine_.now();
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

void World::run_until(Instant end, const std::function<bool()>& is_done) {
  while (clock_.now().steady < end && oracle_.verdict().empty()) {
    try {
      if (step()) {
        oracle_.check();
        if (!judge_.breach().empty()) oracle_.broken(judge_.breach());
        continue;
      }
    } catch (const Crash&) {
      crashed();
      continue;
    }
    const Instant now = clock_.now().steady;
    Instant next = end;
    if (mind_) {
      next = std::min({next, mind_->engine().next_deadline(sync::Slot::graph, now),
                       mind_->engine().next_deadline(sync::Slot::mattermost, now)});
    }
    if (const auto due = timetable_.next()) next = std::min(next, *due);
    if (is_done()) return;
    clock_.advance_to(std::max(next, now + Duration{1}));
  }
}

std::uint64_t World::spent_on_exports(Month month) {
  return spending(Bucket::exports, month).spent;
}

Spending World::spending(Bucket bucket, Month month) {
  return *store_.spending(bucket, month);
}

std::set<ErrorKind> World::errors() const {
  std::set<ErrorKind> all = errors_;
  for (const Turbulence* weather : {&graph_weather_, &entra_weather_, &mattermost_weather_})
    all.insert(weather->kinds().begin(), weather->kinds().end());
  return all;
}

}  // namespace belfry::sim
