#include <algorithm>
#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/sim/world.h"

/// Worlds that are led by hand: what went wrong once, or must never.
namespace belfry::sim {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const std::string k_chat = "19:release@thread.v2";

/// Nothing goes wrong but what the test does.
WorldPlan of(std::size_t people) {
  WorldPlan plan = WorldPlan::quiet();
  plan.people = people;
  plan.chats = 0;
  return plan;
}

bool holds(const std::vector<std::string>& posts, const MessageRef& ref) {
  return std::count_if(posts.begin(), posts.end(), [&](const std::string& text) {
           return text.find("said" + ref.message.text()) != std::string::npos;
         }) == 1;
}

/// Two people who write twenty messages an hour on working days, of which the whole service has
/// heard for a week.
struct Office {
  World world{1, of(2)};
  std::size_t written = 0;

  Office() {
    world.begin();
    world.add_chat(k_chat, 2);
    world.live_for(minutes{45});  // the world begins on a Monday at 8:15:30
    for (int day = 0; day < 5; ++day) {
      work(hours{9}, minutes{3}, World::Webhook::comes);
      world.live_for(hours{15});
    }
    world.live_for(hours{2 * 24});
    BOOST_TEST(alarms() == 0U);
  }
  void work(Duration time, Duration between, World::Webhook webhook) {
    for (Duration passed{0}; passed < time; passed += between) {
      world.say(k_chat, 0, webhook);
      ++written;
      world.live_for(between);
    }
  }
  [[nodiscard]] std::size_t alarms() const { return world.rounds(SweepTrigger::silence); }
};

BOOST_AUTO_TEST_SUITE(scripted_world)

BOOST_AUTO_TEST_CASE(a_gap_of_three_before_an_announced_fourth_is_found_by_the_next_sweep) {
  World world(1, of(2));
  world.begin();
  world.add_chat(k_chat, 2);
  world.live_for(hours{1});
  std::vector<MessageRef> missed;
  for (int i = 0; i < 3; ++i) missed.push_back(world.say(k_chat, 0, World::Webhook::never_comes));
  const MessageRef fourth = world.say(k_chat, 0, World::Webhook::comes);
  world.live_for(minutes{1});
  BOOST_TEST(world.posts_of(1).size() == 1U);

  world.sweep();
  world.live_for(minutes{1});

  BOOST_TEST(world.posts_of(1).size() == 4U);
  BOOST_TEST(holds(world.posts_of(1), fourth));
  for (const MessageRef& ref : missed) BOOST_TEST(holds(world.posts_of(1), ref));
  BOOST_TEST(world.heal() == "");
}

BOOST_AUTO_TEST_CASE(a_webhook_that_overtakes_the_sweep_is_posted_behind_what_the_sweep_found) {
  World world(1, of(2));
  world.begin();
  world.add_chat(k_chat, 2);
  world.live_for(hours{1});
  world.mattermost_weather().go_down(minutes{30});
  std::vector<MessageRef> said;
  for (int i = 0; i < 6; ++i) {
    said.push_back(
        world.say(k_chat, 0, i % 2 == 0 ? World::Webhook::never_comes : World::Webhook::comes));
    world.live_for(minutes{1});
  }

  world.sweep();
  world.live_for(hours{2});

  const auto posts = world.posts_of(1);
  BOOST_REQUIRE_EQUAL(posts.size(), said.size());
  for (std::size_t i = 0; i < said.size(); ++i)
    BOOST_TEST(posts[i].find("said" + said[i].message.text()) != std::string::npos, i);
  BOOST_TEST(world.heal() == "");
}

BOOST_AUTO_TEST_CASE(an_hour_of_503_at_entra_disconnects_nobody_and_loses_nothing) {
  World world(1, of(5));
  world.begin();
  world.add_chat(k_chat, 5);
  world.live_for(hours{2});

  world.entra_weather().go_down(hours{1});
  for (int i = 0; i < 12; ++i) {
    world.say(k_chat, 0, i % 2 == 0 ? World::Webhook::comes : World::Webhook::never_comes);
    world.live_for(minutes{5});
  }
  world.live_for(hours{1});

  BOOST_TEST(world.connected() == 5U);
  BOOST_TEST(world.heal() == "");
  for (std::size_t person = 1; person < 5; ++person)
    BOOST_TEST(world.posts_of(person).size() == 12U);
}

BOOST_AUTO_TEST_CASE(everybody_in_a_chat_of_26_or_of_251_is_told_once) {
  for (const std::size_t members : {26U, 251U}) {
    World world(1, of(members));
    world.begin();
    world.add_chat(k_chat, members);
    world.live_for(minutes{10});

    const MessageRef announced = world.say(k_chat, 0, World::Webhook::comes);
    const MessageRef found = world.say(k_chat, members - 1, World::Webhook::never_comes);
    world.live_for(minutes{10});
    world.sweep();
    world.live_for(minutes{10});

    BOOST_TEST(world.heal() == "");
    for (std::size_t person = 0; person < members; ++person) {
      const auto posts = world.posts_of(person);
      BOOST_TEST(holds(posts, announced) == (person != 0), "person " << person);
      BOOST_TEST(holds(posts, found) == (person + 1 != members), "person " << person);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_hidden_from_a_newcomer_is_found_for_the_others) {
  World world(1, of(3));
  world.begin();
  world.add_chat(k_chat, 3);
  world.let_out(k_chat, 0);
  world.live_for(hours{1});
  const MessageRef hidden = world.say(k_chat, 1, World::Webhook::never_comes);
  world.live_for(minutes{1});

  world.let_in(k_chat, 0, SimCompany::History::hidden);
  const MessageRef shown = world.say(k_chat, 1, World::Webhook::never_comes);
  world.sweep();
  world.live_for(minutes{1});

  BOOST_TEST(world.heal() == "");
  BOOST_TEST(holds(world.posts_of(2), hidden));
  BOOST_TEST(!holds(world.posts_of(0), hidden));
  for (const std::size_t person : {0U, 2U}) BOOST_TEST(holds(world.posts_of(person), shown));
}

BOOST_AUTO_TEST_CASE(another_payment_model_makes_a_new_subscription_and_loses_nothing) {
  const WorldPlan plan = of(3);
  World world(1, plan);
  world.begin();
  world.add_chat(k_chat, 3);
  world.live_for(hours{1});
  const MessageRef before = world.say(k_chat, 0, World::Webhook::comes);
  world.live_for(minutes{1});
  const auto old = world.book().ids();
  BOOST_REQUIRE_EQUAL(old.size(), 1);

  MindLimits other = plan.limits;
  other.subscriptions.model = sync::PaymentModel::a;
  world.restart(other);
  const MessageRef meanwhile = world.say(k_chat, 0, World::Webhook::comes);
  world.live_for(hours{1});
  const MessageRef after = world.say(k_chat, 0, World::Webhook::comes);
  world.live_for(minutes{1});

  const auto made = world.book().ids();
  BOOST_REQUIRE_EQUAL(made.size(), 1);
  BOOST_TEST(made.front().text() != old.front().text());
  BOOST_TEST(world.book().find(made.front())->resource.ends_with("?model=A"));
  BOOST_TEST(world.heal() == "");
  for (const MessageRef& ref : {before, meanwhile, after})
    BOOST_TEST(holds(world.posts_of(1), ref), ref.message.text());
}

BOOST_AUTO_TEST_CASE(what_was_reserved_as_the_month_ended_is_settled_there_and_the_next_is_fresh) {
  constexpr Month k_old = std::chrono::year{2026} / 3;
  constexpr Month k_new = std::chrono::year{2026} / 4;
  WorldPlan plan = of(2);
  for (auto* model :
       {&plan.limits.allowance.model, &plan.limits.sweep.model, &plan.limits.subscriptions.model})
    *model = sync::PaymentModel::evaluation;
  plan.limits.sweep.route = sync::RouteChoice::delta;
  plan.reading.cap = plan.limits.allowance.evaluation_cap;
  plan.begins = std::chrono::days{29};  // the 31st, 8:15
  World world(1, plan);
  world.begin();
  world.add_chat(k_chat, 2);
  world.live_for(hours{15} + minutes{42});
  std::vector<MessageRef> missed;
  for (int i = 0; i < 3; ++i) missed.push_back(world.say(k_chat, 0, World::Webhook::never_comes));
  const std::uint64_t before = world.charged(k_old);

  world.delay_metered_answer(minutes{4});
  world.sweep();
  world.live_for(minutes{8});

  BOOST_TEST(world.charged(k_old) > before);
  BOOST_TEST(world.spent_on_exports(k_old) == world.charged(k_old));
  BOOST_TEST(world.spent_on_exports(k_new) == world.charged(k_new));
  for (const MessageRef& ref : missed) BOOST_TEST(holds(world.posts_of(1), ref));
  BOOST_TEST(world.heal() == "");
}

BOOST_AUTO_TEST_CASE(a_clock_that_jumps_into_the_next_month_and_back_spends_nothing_of_it) {
  constexpr Month k_old = std::chrono::year{2026} / 3;
  constexpr Month k_new = std::chrono::year{2026} / 4;
  constexpr Duration k_ahead = hours{3 * 24};
  WorldPlan plan = of(4);
  for (auto* model :
       {&plan.limits.allowance.model, &plan.limits.sweep.model, &plan.limits.subscriptions.model})
    *model = sync::PaymentModel::evaluation;
  plan.limits.sweep.route = sync::RouteChoice::delta;
  plan.limits.subscriptions.kind = sync::SubscribeKind::tenant;
  plan.reading.cap = plan.limits.allowance.evaluation_cap;
  plan.begins = std::chrono::days{28};  // the 30th, 8:15
  World world(1, plan);
  world.begin();
  world.add_chat(k_chat, 4);
  const auto sweep_often = [&world](int times) {
    for (int i = 0; i < times; ++i) {
      world.say(k_chat, 0, World::Webhook::comes);
      world.sweep();
      world.live_for(minutes{5});
    }
  };
  // Nearly all that the routine may spend.
  sweep_often(80);
  const std::uint64_t spent = world.charged(k_old);
  BOOST_TEST(spent > 300U);

  for (int jump = 0; jump < 3; ++jump) {
    world.set_machine_ahead(k_ahead);
    sweep_often(20);
    world.set_machine_ahead(Duration{});
    sweep_often(3);
  }

  BOOST_TEST(!world.was_overrun());
  BOOST_TEST(world.charged(k_old) <= 500U);
  BOOST_TEST(world.spent_on_exports(k_old) >= world.charged(k_old));
  BOOST_TEST(world.spending(Bucket::exports, k_new).spent == 0U);
  BOOST_TEST(!world.spending(Bucket::exports, k_new).closed_at.has_value());
  BOOST_TEST(world.spending(Bucket::notifications, k_old).spent == world.announced(k_old));
  BOOST_TEST(world.spending(Bucket::notifications, k_new).spent == 0U);
  world.live_for(hours{40});  // the 1st has come
  world.sweep();
  world.live_for(minutes{5});
  BOOST_TEST(world.charged(k_new) > 0U);
  BOOST_TEST(world.spent_on_exports(k_new) == world.charged(k_new));
  BOOST_TEST(world.heal() == "");
}

BOOST_FIXTURE_TEST_CASE(a_subscription_that_went_deaf_is_noticed_and_what_it_missed_is_posted,
                        Office) {
  work(hours{2}, minutes{3}, World::Webhook::comes);
  const std::size_t heard = world.posts_of(1).size();
  BOOST_TEST(heard == written);

  work(minutes{30}, minutes{3}, World::Webhook::never_comes);
  BOOST_TEST(alarms() == 1U);
  BOOST_TEST(world.posts_of(1).size() >= heard + 8);
  work(hours{6}, minutes{3}, World::Webhook::never_comes);

  BOOST_TEST(alarms() >= 12U);
  BOOST_TEST(world.posts_of(1).size() >= written - 10);
  BOOST_TEST(world.heal() == "");
}

BOOST_FIXTURE_TEST_CASE(on_a_holiday_nobody_is_polled_more_often_than_the_terms_allow, Office) {
  for (int day = 0; day < 5; ++day) {
    work(hours{9}, hours{1}, World::Webhook::comes);
    world.live_for(hours{15});
  }

  BOOST_TEST(alarms() >= 2U);
  BOOST_TEST(alarms() <= 4U);
  BOOST_TEST(world.heal() == "");
}

BOOST_AUTO_TEST_CASE(without_incidents_nobody_is_polled_more_than_once_a_day_for_a_week) {
  World world(1, of(4));
  world.begin();
  world.add_chat(k_chat, 4);

  for (int day = 0; day < 7; ++day) {
    world.say(k_chat, 0, World::Webhook::comes);
    world.live_for(hours{24});
  }

  BOOST_TEST(world.heal() == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sim
