#include "tests/sim/world_plan.h"

namespace belfry::sim {
namespace {

constexpr std::uint64_t k_one_of_weeks_in = 200;
constexpr std::uint64_t k_one_of_crowded_in = 7;
constexpr std::uint64_t k_one_left_alone_in = 3;
constexpr std::uint64_t k_wrong_clocks = 50;  ///< of a thousand
constexpr std::uint64_t k_most_minutes_wrong = 30;

void add_addresses(MindLimits& limits) {
  limits.subscriptions.notification_url = "https://belfry.test/changes";
  limits.subscriptions.lifecycle_url = "https://belfry.test/lifecycle";
  limits.notices.administrators = {"boss", "nobody"};
  limits.deliver.most_pages = 1000;
  limits.sweep.tenant = SimCompany::tenant_of(SimCompany::Host::ours);
  limits.connect.public_url = "https://belfry.test";
  limits.connect.require_same_email = false;
}

void choose_money(MindLimits& limits, SimGraph::Reading& reading, Dice& dice) {
  using sync::PaymentModel;
  using sync::RouteChoice;
  const auto model = dice.falls(500) ? PaymentModel::evaluation : PaymentModel::b;
  limits.allowance.model = model;
  limits.sweep.model = model;
  limits.subscriptions.model = model;
  limits.allowance.evaluation_cap = dice.pick(std::vector<std::uint64_t>{0, 60, 200, 500});
  limits.notices.cap = limits.allowance.evaluation_cap;
  if (model == PaymentModel::evaluation) reading.cap = limits.allowance.evaluation_cap;
  limits.sweep.route = dice.pick(
      std::vector<RouteChoice>{RouteChoice::automatic, RouteChoice::list, RouteChoice::delta});
}

/// More chats than may be subscribed to, which give way to one another all the time.
void crowd_chats(sync::SubscriptionPolicy& subscriptions) {
  subscriptions.most_chats = 2;
  subscriptions.chat_lead = std::chrono::seconds{30};
  subscriptions.hourly_swaps_percent = 1000;
  subscriptions.review_every = std::chrono::minutes{1};
}

void choose_subscriptions(MindLimits& limits, Dice& dice) {
  using sync::SubscribeKind;
  limits.subscriptions.kind =
      dice.pick(std::vector<SubscribeKind>{SubscribeKind::automatic, SubscribeKind::tenant,
                                           SubscribeKind::accounts, SubscribeKind::chats});
  limits.subscriptions.rich = dice.falls(700);
}

/// What only a sweep on schedule finds must not occur there: notifications that are dropped without
/// a word, lists that show a message after the sweep that looked for it, chats that nobody
/// subscribed to because there are too many or another tenant hosts them.
void leave_alone(WorldPlan& plan, Dice& dice) {
  plan.is_left_alone = true;
  plan.rates.unannounced = plan.rates.slow = plan.rates.lagging = 0;
  plan.foreign = 0;
  plan.requests = 0;
  plan.limits.reconcile.interval = std::chrono::days{30};
  plan.limits.silence.fixed = std::chrono::days{365};
  if (plan.is_of_weeks) return;
  plan.removals = dice.between(0, 3);
  plan.shunned = dice.falls(300) ? 1 : 0;
}

void choose_clock(WorldPlan& plan, Dice& dice) {
  if (!dice.falls(k_wrong_clocks)) return;
  const Duration wrong = std::chrono::minutes{dice.between(1, k_most_minutes_wrong)};
  plan.machine_ahead = dice.falls(500) ? wrong : -wrong;
}

WorldPlan of_minutes(Dice& dice) {
  WorldPlan plan;
  plan.rates = FaultRates::chosen_by(dice);
  MindLimits& limits = plan.limits;
  limits.agenda.window = dice.pick(std::vector<std::size_t>{1, 3, 4096});
  limits.agenda.refill = dice.pick(std::vector<std::size_t>{1, 2, 256});
  limits.files.part = dice.pick(std::vector<std::size_t>{64, 100, 1000});
  limits.files.most_parts = dice.pick(std::vector<std::size_t>{1, 2});
  limits.files.most_tries = dice.pick(std::vector<int>{1, 5, 12});
  limits.intake.high_water = dice.pick(std::vector<std::uint64_t>{4, 1'000'000});
  limits.resolve.rules.skip_active = dice.falls(700);
  limits.resolve.chat_lives = dice.pick(std::vector<Duration>{
      std::chrono::seconds{5}, std::chrono::minutes{1}, std::chrono::minutes{15}});
  limits.resolve.empty_chat_lives =
      std::min(limits.resolve.chat_lives, limits.resolve.empty_chat_lives);
  limits.sweep.most_inbox = dice.pick(std::vector<std::uint64_t>{1, 10'000});
  limits.reconcile.rest =
      dice.pick(std::vector<Duration>{std::chrono::seconds{1}, std::chrono::minutes{5}});
  limits.reconcile.repeat_after = std::chrono::minutes{1};
  limits.reconcile.accounts_at_once = dice.pick(std::vector<std::size_t>{1, 2, 1000});
  plan.people = dice.between(2, 8);
  plan.chats = dice.between(1, 4);
  plan.messages = dice.between(1, 40);
  plan.requests = dice.below(3);
  plan.removals = dice.falls(300) ? dice.between(1, 3) : 0;
  plan.outages = dice.falls(200) ? 1 : 0;
  plan.ended = dice.falls(100) ? 1 : 0;
  plan.readers = dice.falls(300) ? 300 : 0;
  plan.refusals = dice.falls(200) ? dice.between(1, 2) : 0;
  plan.app_token_lives =
      dice.pick(std::vector<Duration>{std::chrono::minutes{2}, std::chrono::minutes{60}});
  plan.edit_limit = dice.pick(std::vector<std::optional<Duration>>{
      std::nullopt, std::chrono::seconds{20}, std::chrono::minutes{2}});
  plan.comings = dice.falls(400) ? dice.between(1, 6) : 0;
  plan.chat_changes = dice.falls(400) ? dice.between(1, 8) : 0;
  plan.reading.page = dice.pick(std::vector<std::size_t>{1, 2, 50});
  plan.reading.orders_chats = dice.falls(700);
  return plan;
}

WorldPlan of_weeks(Dice& dice) {
  WorldPlan plan;
  plan.is_of_weeks = true;
  plan.rates = dice.falls(200) ? FaultRates{} : FaultRates::rare_ones_chosen_by(dice);
  // What only costs steps in so long a time.
  plan.limits.allowance.look_every = std::chrono::minutes{1};
  plan.limits.notices.look_every = std::chrono::minutes{1};
  plan.limits.files.part = 1000;
  plan.begins = std::chrono::days{dice.below(28)};
  plan.people = dice.between(100, 300);
  plan.chats = dice.between(50, 200);
  plan.messages = dice.between(500, 1500);
  plan.chatter = std::chrono::days{dice.between(14, 21)};
  plan.chaos = plan.chatter + std::chrono::days{1};
  plan.holiday = std::chrono::days{dice.below(8)};
  plan.holiday_begins = std::chrono::days{7 + dice.below(7)};
  plan.outages = dice.below(5);
  plan.removals = dice.below(4);
  plan.requests = dice.below(3);
  plan.ended = dice.below(3);
  plan.readers = dice.falls(500) ? 100 : 0;
  plan.refusals = dice.below(3);
  plan.comings = dice.falls(700) ? dice.between(1, 40) : 0;
  plan.chat_changes = dice.falls(700) ? dice.between(1, 60) : 0;
  return plan;
}

}  // namespace

WorldPlan WorldPlan::of(std::uint64_t seed, Dice& dice) {
  WorldPlan plan = seed % k_one_of_weeks_in == 0 ? of_weeks(dice) : of_minutes(dice);
  plan.reading.tells_read_marks = plan.readers > 0;
  // Turns through quiet chats make good what lists and watermarks lose: half of the worlds do
  // without.
  if (seed % 2 == 1) plan.limits.sweep.least_quiet = plan.limits.sweep.quiet_percent = 0;
  // Nearly nothing fits into memory, and some clouds know no filter.
  if (seed % 3 == 0) plan.limits.sweep.most_held = plan.limits.sweep.most_old_held = 4;
  plan.reading.filters_messages = seed % 5 != 0;
  choose_money(plan.limits, plan.reading, dice);
  choose_subscriptions(plan.limits, dice);
  const bool is_left_alone = seed % k_one_left_alone_in == 1;
  if (seed % k_one_of_crowded_in == 0 && !is_left_alone) crowd_chats(plan.limits.subscriptions);
  add_addresses(plan.limits);
  plan.foreign = dice.falls(300) ? 300 : 0;
  plan.reading.expansion = dice.pick(std::vector<std::size_t>{2, 25});
  plan.reading.members_page = dice.pick(std::vector<std::size_t>{1, 3, 100});
  choose_clock(plan, dice);
  if (is_left_alone) leave_alone(plan, dice);
  return plan;
}

WorldPlan WorldPlan::quiet() {
  WorldPlan plan;
  plan.connected = 1000;
  plan.active = 0;
  plan.messages = 0;
  plan.limits.allowance.model = sync::PaymentModel::b;
  plan.limits.sweep.model = sync::PaymentModel::b;
  plan.limits.subscriptions.model = sync::PaymentModel::b;
  plan.limits.sweep.route = sync::RouteChoice::list;
  add_addresses(plan.limits);
  return plan;
}

}  // namespace belfry::sim
