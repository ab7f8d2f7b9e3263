#include "tests/unit/sync/reconcile_fixture.h"

/// What is stored cannot be read, or was written by a clock that was wrong.
namespace belfry::sync {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

BOOST_FIXTURE_TEST_SUITE(sweep_damage, ReconcileFixture)

BOOST_AUTO_TEST_CASE(a_damaged_cursor_costs_its_account_a_longer_sweep_and_nobody_else_anything) {
  start();
  sweep_now();
  const ChatId of_ben{"19:ben@thread.v2"};
  graph.chats[of_ben].members = {ben};
  graph.say(chat, wall() - hours{100});  // summed up by now
  graph.say(of_ben, wall());
  sweeps.damaged = {MattermostUserId{"anna"}};

  sweep_now();

  const auto failures = journal.all<SweepFailed>();
  BOOST_REQUIRE_EQUAL(failures.size(), 1);
  BOOST_TEST(failures[0].user.text() == "anna");
  BOOST_TEST((failures[0].why.kind == ErrorKind::damaged));
  BOOST_REQUIRE(failures[0].anew);
  BOOST_TEST((*failures[0].anew < wall() - hours{6 * 24}));
  BOOST_TEST(inbox().size() == 2U);
  BOOST_TEST(journal.count<StoreTrouble>() == 0U);
  BOOST_TEST(last().failed == 0U);
  const auto cursors = store.cursors(MattermostUserId{"anna"});
  BOOST_REQUIRE(cursors);
  BOOST_TEST((cursors->at(0).watermark > wall() - hours{1}));
}

BOOST_AUTO_TEST_CASE(a_clock_that_was_ahead_for_one_round_hides_nothing) {
  BOOST_REQUIRE(store.set_last_webhook_time(wall()));
  start();
  clock.jump(hours{48});
  sweep_now();
  clock.jump(-hours{48});
  graph.say(chat, wall() - hours{1});

  sweep_now();

  BOOST_TEST(inbox().size() == 1U);
  const auto cursors = store.cursors(MattermostUserId{"anna"});
  BOOST_REQUIRE(cursors);
  for (const SweepCursor& cursor : *cursors) BOOST_TEST((cursor.watermark <= wall()));
  BOOST_TEST((reconciler->status().next <= wall() + hours{27}));
}

BOOST_AUTO_TEST_CASE(a_machine_whose_clock_is_always_ahead_misses_nothing) {
  BOOST_REQUIRE(store.set_last_webhook_time(wall()));
  const auto graphs_time = [this] { return wall() - minutes{20}; };
  // Graph's time is heard with the first answer only, after the round has begun.
  graph.script.before_answer("chat_list", [&] { server_time.heard(graphs_time(), clock.now()); });
  start();
  sweep_now();
  graph.say(chat, graphs_time() - minutes{19});  // right after that sweep

  sweep_now();

  BOOST_TEST(inbox().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_damaged_cursor_does_not_keep_the_service_from_starting) {
  start();
  sweep_now();
  BOOST_REQUIRE(store.set_last_webhook_time(wall()));
  sweeps.damaged = {MattermostUserId{"anna"}};

  start();
  live_for(minutes{20});

  BOOST_TEST(journal.count<SweepFailed>() == 1U);
  BOOST_TEST(last().accounts == 1U);
  BOOST_TEST(sweeps.damaged.empty());
}

BOOST_AUTO_TEST_CASE(what_is_usual_is_learnt_anew_where_its_record_is_damaged) {
  sweeps.traffic_is_damaged = true;

  start();
  graph.say(chat, wall() - hours{1});
  sweep_now();

  BOOST_TEST(journal.count<StoreTrouble>() == 1U);
  BOOST_TEST(inbox().size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
