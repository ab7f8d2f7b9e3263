#include "sync/traffic.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <vector>

#include "sync/intake.h"
#include "tests/unit/sync/reconcile_fixture.h"

/// From what comes by webhook to the round that an unusual silence asks for.
namespace belfry::sync {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr Duration k_beat = minutes{5};
constexpr hours k_day{24};
constexpr hours k_week{7 * 24};

/// Everybody is who they say.
struct CredulousRegister : SubscriptionRegister {
  [[nodiscard]] Checked check(const Notification&) const override { return {Verdict::ours}; }
};

/// An office that writes 60 messages an hour from Monday to Friday, 8 to 18 (UTC), from the Monday
/// on that follows the fixture's first day.
struct TrafficFixture : ReconcileFixture {
  bool is_listening = true;
  bool office_writes = true;
  bool is_deaf = false;               ///< what is written is announced by nobody
  std::optional<ChatId> unannounced;  ///< nobody may subscribe to it
  hours begins_work{8};
  /// What comes of the office in this beat of its working hours.
  std::function<std::size_t(minutes of_day)> writes = [](minutes) { return std::size_t{5}; };
  std::vector<WallTime> rounds;  ///< those that a silence asked for

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
    sweep->ask_since_when_announced([this](const ChatId& asked, WallTime) {
      return asked == unannounced ? std::nullopt : std::optional{WallTime::min()};
    });
  }
  void work() {
    const auto since = wall() - *parse_iso8601("2026-03-09T00:00:00Z");
    const auto of_week = std::chrono::floor<minutes>(since) % k_week;
    const auto of_day = of_week % k_day;
    const bool works =
        of_week < 5 * k_day && of_day >= begins_work && of_day < begins_work + hours{10};
    if (!works || !office_writes) return;
    const std::size_t written = writes(of_day);
    if (written > 0 && !is_deaf) traffic->note(written, wall());
    if (written > 0 && is_deaf) graph.say(chat, wall());
  }
  void pass(Duration time) {
    for (Duration passed{0}; passed < time; passed += k_beat) {
      work();
      live_for(k_beat);
      rounds.resize(alarms(), wall());
    }
  }
  void take_in(const MessageRef& ref, ChangeKind kind) {
    const CredulousRegister believing;
    Intake intake{store, store, believing, agenda, *traffic, server_time, wakeup, journal};
    NotificationBatch batch;
    batch.notifications.resize(1);
    batch.notifications[0].ref = ref;
    batch.notifications[0].kind = kind;
    BOOST_CHECK(intake.receive(batch, clock.now()) == IntakeAnswer::accepted);
  }
  [[nodiscard]] std::size_t alarms() const {
    const auto all = journal.all<SweepBegan>();
    return static_cast<std::size_t>(std::count_if(
        all.begin(), all.end(),
        [](const SweepBegan& round) { return round.trigger == SweepTrigger::silence; }));
  }
  [[nodiscard]] std::size_t most_in_a_day() const {
    std::size_t most = 0;
    for (auto first = rounds.begin(); first != rounds.end(); ++first) {
      const auto past = std::find_if(first, rounds.end(),
                                     [&](WallTime at) { return at - *first >= k_day - k_beat; });
      most = std::max(most, static_cast<std::size_t>(std::distance(first, past)));
    }
    return most;
  }
  [[nodiscard]] std::array<float, TrafficProfile::k_hours> usual() {
    return store.traffic().value()->per_hour;
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

  pass(minutes{10});

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
  const auto before = usual();
  is_listening = false;
  office_writes = false;
  pass(hours{3 * 7 * 24});
  BOOST_TEST(alarms() == 0U);
  BOOST_TEST((usual() == before));

  is_listening = true;
  pass(hours{9});

  BOOST_TEST(alarms() >= 1U);
}

BOOST_AUTO_TEST_CASE(news_of_chats_is_no_traffic) {
  begin();
  pass(hours{9});

  take_in({chat, MessageId{"1772000000001"}}, ChangeKind::created);
  for (const char* made : {"19:one@thread.v2", "19:two@thread.v2"})
    take_in({ChatId{made}, {}}, ChangeKind::chat);
  pass(hours{1} + k_beat);

  BOOST_TEST(usual()[9] == 61);  // twelve beats of the office, and one
}

BOOST_AUTO_TEST_CASE(news_of_chats_hide_no_silence) {
  begin();
  pass(3 * k_week);
  pass(hours{10});
  is_deaf = true;

  for (int i = 0; i < 3; ++i) {
    take_in({ChatId{"19:new" + std::to_string(i) + "@thread.v2"}, {}}, ChangeKind::chat);
    pass(k_beat);
  }

  BOOST_TEST(alarms() == 1U);
}

BOOST_AUTO_TEST_CASE(a_holiday_with_a_message_an_hour_is_looked_at_twice_and_then_believed) {
  begin();
  pass(3 * k_week);
  writes = [](minutes of_day) { return std::size_t{of_day % hours{1} == minutes{0} ? 1U : 0U}; };

  pass(k_week);

  BOOST_TEST(rounds.size() >= 2U);
  BOOST_TEST(rounds.size() <= 4U);
  BOOST_TEST(most_in_a_day() <= 2U);
}

BOOST_AUTO_TEST_CASE(a_quiet_day_with_talk_in_a_chat_that_graph_refuses_is_looked_at_twice) {
  unannounced = chat;
  begin();
  pass(3 * k_week);
  pass(hours{10});
  is_deaf = true;  // what is written now is written there

  pass(hours{8});

  BOOST_TEST(rounds.size() == 2U);
  BOOST_TEST(inbox().size() > 0U);
  const auto found = journal.all<MessageReconciled>();
  BOOST_REQUIRE(!found.empty());
  BOOST_TEST(found.back().cause == "the chat has no subscription");
  BOOST_TEST(last().found > 0U);
  BOOST_TEST(last().promised == 0U);
}

BOOST_AUTO_TEST_CASE(what_is_lost_beside_a_chat_that_graph_refuses_still_tells_of_deafness) {
  const ChatId refused{"19:refused@thread.v2"};
  graph.chats[refused].members = {anna};
  unannounced = refused;
  begin();
  pass(3 * k_week);
  pass(hours{10});
  is_deaf = true;

  pass(hours{7});

  BOOST_TEST(alarms() >= 20U);
  BOOST_TEST(last().promised > 0U);
}

BOOST_AUTO_TEST_CASE(an_office_that_is_gone_is_looked_at_ever_more_rarely) {
  begin();
  pass(3 * k_week);
  office_writes = false;

  pass(8 * k_week);

  BOOST_TEST(rounds.size() <= 10U);
  BOOST_TEST(most_in_a_day() <= 2U);
}

BOOST_AUTO_TEST_CASE(once_traffic_is_back_the_next_silence_is_noticed_as_the_first_was) {
  begin();
  pass(3 * k_week);
  office_writes = false;
  pass(k_week);
  const std::size_t before = alarms();
  office_writes = true;
  pass(k_day + hours{10});
  BOOST_TEST(alarms() == before);

  is_deaf = true;
  pass(minutes{15});

  BOOST_TEST(alarms() == before + 1);
  BOOST_TEST(last().found > 0U);
}

BOOST_AUTO_TEST_CASE(clocks_that_are_set_to_winter_time_cost_two_looks_a_day_at_most) {
  begin();
  pass(3 * k_week);
  begins_work += hours{1};

  pass(16 * k_week);

  BOOST_TEST(rounds.size() >= 1U);
  BOOST_TEST(most_in_a_day() <= 2U);
  const std::size_t of_change = rounds.size();
  pass(4 * k_week);
  BOOST_TEST(rounds.size() == of_change);
}

BOOST_AUTO_TEST_CASE(an_office_that_writes_in_bursts_is_known_as_one_and_its_deafness_noticed) {
  begin();
  writes = [](minutes of_day) {
    return std::size_t{of_day % minutes{15} == minutes{0} ? 15U : 0U};
  };
  pass(3 * k_week);
  BOOST_TEST(most_in_a_day() <= 2U);
  pass(hours{15});
  const std::size_t before = alarms();

  is_deaf = true;
  pass(hours{1});

  BOOST_TEST(alarms() > before);
  BOOST_TEST(inbox().size() >= 3U);
}

BOOST_AUTO_TEST_CASE(a_deaf_subscription_is_looked_after_as_long_as_it_is_deaf) {
  begin();
  pass(3 * k_week);
  pass(hours{10});
  const auto before = usual();
  is_deaf = true;

  pass(minutes{15});
  BOOST_TEST(alarms() == 1U);
  BOOST_TEST(inbox().size() == 2U);
  pass(hours{7});

  BOOST_TEST(alarms() >= 20U);
  BOOST_TEST(inbox().size() >= 7U * 12U);
  const auto after = usual();
  for (const std::size_t hour : {11U, 12U, 13U, 14U, 15U, 16U})
    BOOST_TEST(after[hour] == before[hour], "what a deaf one hears teaches nothing: " << hour);
}

BOOST_AUTO_TEST_CASE(hours_that_the_clock_left_out_teach_nothing_and_alarm_nobody) {
  begin();
  pass(3 * k_week);
  pass(hours{7});
  const auto before = usual();

  clock.jump(hours{11});
  pass(hours{1});

  BOOST_TEST(alarms() == 0U);
  BOOST_TEST((usual() == before));
}

BOOST_AUTO_TEST_CASE(a_clock_that_was_set_back_is_not_waited_for) {
  begin();
  pass(3 * k_week);
  pass(hours{15});

  clock.jump(-hours{6});
  is_deaf = true;
  pass(minutes{20});

  BOOST_TEST(alarms() == 1U);
  BOOST_TEST(inbox().size() >= 2U);
}

BOOST_AUTO_TEST_CASE(hours_behind_a_clock_that_was_set_back_are_learnt) {
  begin();
  pass(3 * k_week);
  pass(hours{15});

  clock.jump(-hours{6});
  writes = [](minutes) { return std::size_t{10}; };
  pass(hours{3});

  BOOST_TEST(usual()[10] > 60);
}

BOOST_AUTO_TEST_CASE(a_set_time_too_is_looked_after_in_vain_no_more_than_twice_a_day) {
  SilencePolicy set;
  set.fixed = minutes{30};
  Traffic hearing{sweeps, set};
  BOOST_REQUIRE(hearing.open(clock.now()));
  std::size_t looks = 0;

  for (Duration passed{0}; passed < k_day; passed += k_beat) {
    clock.advance(k_beat);
    BOOST_REQUIRE(hearing.learn(clock.now()));
    if (!hearing.is_silent(clock.now())) continue;
    ++looks;
    hearing.was_quiet(clock.now());
  }

  BOOST_TEST(looks == 2U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
