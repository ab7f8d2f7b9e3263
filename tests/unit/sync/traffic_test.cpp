#include "sync/traffic.h"

#include <algorithm>

#include "tests/unit/sync/reconcile_fixture.h"

/// From what comes by webhook to the round that an unusual silence asks for.
namespace belfry::sync {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

/// An office that writes 60 messages an hour from Monday to Friday, 8 to 18 (UTC), from the Monday
/// on that follows the fixture's first day.
struct TrafficFixture : ReconcileFixture {
  bool is_listening = true;
  bool office_writes = true;

  TrafficFixture() {
    policy.look_every = minutes{1};
    const WallTime monday = *parse_iso8601("2026-03-09T00:00:00Z");
    BOOST_REQUIRE((wall() < monday));
    clock.advance(monday - wall());
    BOOST_REQUIRE(store.set_last_webhook_time(wall()));
    start();
  }
  void begin() {
    start();
    reconciler->ask_whether_listening([this](WallTime) { return is_listening; });
  }
  [[nodiscard]] int hour_of_week() const {
    const auto since = wall() - *parse_iso8601("2026-03-09T00:00:00Z");
    return static_cast<int>(std::chrono::duration_cast<hours>(since).count() % (7 * 24));
  }
  void pass(Duration time) {
    for (Duration passed{0}; passed < time; passed += minutes{5}) {
      const int hour = hour_of_week();
      const bool works = hour / 24 < 5 && hour % 24 >= 8 && hour % 24 < 18;
      if (works && office_writes) traffic->note(5, wall());
      live_for(minutes{5});
    }
  }
  [[nodiscard]] std::size_t alarms() const {
    const auto rounds = journal.all<SweepBegan>();
    return static_cast<std::size_t>(std::count_if(
        rounds.begin(), rounds.end(),
        [](const SweepBegan& round) { return round.trigger == SweepTrigger::silence; }));
  }
};

BOOST_FIXTURE_TEST_SUITE(traffic, TrafficFixture)

BOOST_AUTO_TEST_CASE(a_usual_month_with_its_nights_and_weekends_asks_for_no_round) {
  begin();

  pass(hours{4 * 7 * 24});

  BOOST_TEST(alarms() == 0U);
}

BOOST_AUTO_TEST_CASE(a_quiet_monday_morning_asks_for_a_round) {
  begin();
  pass(hours{3 * 7 * 24});
  office_writes = false;
  pass(hours{8});
  BOOST_TEST(alarms() == 0U);
  graph.say(chat, wall());

  pass(minutes{15});

  BOOST_TEST(alarms() == 1U);
  BOOST_TEST(inbox().size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_was_learnt_survives_a_restart) {
  begin();
  pass(hours{3 * 7 * 24});
  BOOST_REQUIRE(store.set_last_webhook_time(wall()));
  begin();
  office_writes = false;

  pass(hours{9});

  BOOST_TEST(alarms() >= 1U);
}

BOOST_AUTO_TEST_CASE(hours_without_any_subscription_teach_nothing_and_alarm_nobody) {
  begin();
  pass(hours{3 * 7 * 24});
  const auto before = store.traffic().value()->per_hour;
  is_listening = false;
  office_writes = false;
  pass(hours{3 * 7 * 24});
  BOOST_TEST(alarms() == 0U);
  BOOST_TEST((store.traffic().value()->per_hour == before));

  is_listening = true;
  pass(hours{9});

  BOOST_TEST(alarms() >= 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
