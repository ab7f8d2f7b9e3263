#include "tests/unit/sync/reconcile_fixture.h"

/// When a round begins, and which requests become one.
namespace belfry::sync {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

BOOST_FIXTURE_TEST_SUITE(reconcile_rounds, ReconcileFixture)

BOOST_AUTO_TEST_CASE(requests_made_during_a_round_become_one_after_it) {
  start();
  live_for(minutes{10});
  const std::size_t before = journal.count<SweepBegan>();
  reconciler->request({SweepTrigger::administrator, std::nullopt, std::nullopt});
  static_cast<void>(reconciler->step(clock.now()));
  for (int i = 0; i < 5; ++i)
    reconciler->request({SweepTrigger::lifecycle, std::nullopt, std::nullopt});

  live_for(minutes{30});

  BOOST_TEST(journal.count<SweepBegan>() == before + 2);
}

BOOST_AUTO_TEST_CASE(who_asks_is_not_kept_waiting) {
  start();
  int told = 0;
  reconciler->tell_of_requests([&told] { ++told; });
  live_for(hours{27});
  BOOST_TEST(journal.count<SweepBegan>() == 2U);  // the start, and the day after
  BOOST_TEST(told == 0);

  reconciler->request({SweepTrigger::person, MattermostUserId{"anna"}, std::nullopt});

  BOOST_TEST(told == 1);
}

BOOST_AUTO_TEST_CASE(a_round_of_all_that_rests_keeps_no_single_chat_waiting) {
  start();
  sweep_now();
  const std::size_t before = journal.count<SweepBegan>();
  graph.say(chat, wall());
  reconciler->request({SweepTrigger::lifecycle});
  live_for(minutes{1});
  reconciler->request({SweepTrigger::lifecycle});  // rests for four minutes more
  SweepRequest of_chat{SweepTrigger::new_subscription};
  of_chat.chat = chat;
  graph.say(chat, wall());
  reconciler->request(of_chat);

  live_for(minutes{1});

  BOOST_TEST(has_found(graph.newest(chat).ref));
  BOOST_TEST(journal.count<SweepBegan>() == before + 2);
  live_for(minutes{5});
  BOOST_TEST(journal.count<SweepBegan>() == before + 3);
}

BOOST_AUTO_TEST_CASE(an_account_that_cannot_be_swept_is_tried_again_alone) {
  const ChatId of_ben{"19:ben@thread.v2"};
  graph.chats[of_ben].members = {ben};
  graph.say(of_ben, wall() - hours{1});
  graph.script.fail_always("messages_since", ErrorKind::transient);
  start();
  live_for(minutes{10});
  BOOST_TEST(last().failed == 1U);
  BOOST_TEST(last().accounts == 2U);
  graph.script.heal();

  live_for(minutes{30});

  BOOST_TEST(last().accounts == 1U);
  BOOST_TEST(last().failed == 0U);
  BOOST_TEST(inbox().size() == 1U);
  BOOST_TEST((reconciler->status().all_swept_to > wall() - minutes{45}));
}

BOOST_AUTO_TEST_CASE(one_that_can_never_be_swept_delays_nobody_elses_retry) {
  const ChatId of_ben{"19:ben@thread.v2"};
  const ChatId of_anna{"19:anna@thread.v2"};
  graph.chats[of_ben].members = {ben};
  graph.chats[of_anna].members = {anna};
  graph.failing_chats = {of_anna};
  start();
  for (int day = 0; day < 4; ++day) {
    graph.say(of_anna, wall() - minutes{1});
    live_for(hours{24});
  }
  for (const bool is_of_all : {true, false}) {
    graph.say(of_ben, wall() - minutes{1});
    graph.failing_chats.insert(of_ben);
    SweepRequest incident{SweepTrigger::lifecycle};
    if (!is_of_all) incident.only = MattermostUserId{"ben"};
    reconciler->request(incident);
    live_for(minutes{6});
    BOOST_TEST(!has_found(graph.newest(of_ben).ref));
    graph.failing_chats.erase(of_ben);

    live_for(minutes{20});

    BOOST_TEST(has_found(graph.newest(of_ben).ref));
  }
}

BOOST_AUTO_TEST_CASE(who_fails_is_tried_again_from_where_it_was_asked_for) {
  BOOST_REQUIRE(store.set_last_webhook_time(wall()));
  start();
  sweep_now();
  graph.say(chat, wall() - hours{24});
  graph.failing_chats = {chat};
  reconciler->request({SweepTrigger::administrator, std::nullopt, wall() - hours{48}});
  live_for(minutes{6});
  graph.failing_chats.clear();

  live_for(minutes{20});

  BOOST_TEST(inbox().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_round_for_many_is_led_in_parts_too) {
  policy.accounts_at_once = 1;
  BOOST_REQUIRE(store.set_last_webhook_time(wall()));
  const ChatId of_ben{"19:ben@thread.v2"};
  graph.chats[of_ben].members = {ben};
  graph.say(of_ben, wall() - minutes{10});
  graph.say(chat, wall() - minutes{10});
  start();
  for (const char* person : {"anna", "ben"})
    reconciler->request({SweepTrigger::lifecycle, MattermostUserId{person}});

  live_for(minutes{5});

  BOOST_TEST(journal.count<SweepBegan>() == 1U);
  BOOST_TEST(last().accounts == 2U);
  BOOST_TEST(inbox().size() == 2U);
  BOOST_TEST(graph.read.size() == 2U);  // what both share is read once
}

BOOST_AUTO_TEST_CASE(an_incident_gives_a_waiting_round_its_reason) {
  BOOST_REQUIRE(store.set_last_webhook_time(wall()));
  start();
  sweep_now();
  journal.clear();
  clock.advance(hours{1});
  graph.say(chat, wall() - minutes{1});
  reconciler->request({SweepTrigger::schedule, std::nullopt, std::nullopt});
  reconciler->request({SweepTrigger::lifecycle, std::nullopt, std::nullopt});

  live_for(minutes{20});

  BOOST_REQUIRE_EQUAL(journal.count<SweepBegan>(), 1);
  BOOST_CHECK(journal.all<SweepBegan>()[0].trigger == SweepTrigger::lifecycle);
  BOOST_TEST(inbox().size() == 1U);
}

BOOST_AUTO_TEST_CASE(an_incident_whose_round_a_restart_cut_off_is_swept_after_it) {
  BOOST_REQUIRE(store.set_last_webhook_time(wall()));
  start();
  sweep_now();
  graph.say(chat, wall());
  clock.advance(minutes{3});
  reconciler->request({SweepTrigger::lifecycle, std::nullopt, std::nullopt});
  for (int i = 0; i < 3; ++i) static_cast<void>(reconciler->step(clock.now()));
  store.crash();
  BOOST_REQUIRE(store.set_last_webhook_time(wall()));

  start();
  live_for(minutes{20});

  BOOST_TEST(inbox().size() == 1U);
  BOOST_TEST(!store.sweep_is_owed().value());
}

BOOST_AUTO_TEST_CASE(an_incident_of_a_few_outlives_the_process_as_well) {
  BOOST_REQUIRE(store.set_last_webhook_time(wall()));
  start();
  sweep_now();
  graph.say(chat, wall() - minutes{1});
  SweepRequest incident{SweepTrigger::new_subscription};
  incident.chat = chat;
  reconciler->request(incident);
  static_cast<void>(reconciler->step(clock.now()));
  clock.advance(minutes{6});
  BOOST_REQUIRE(store.set_last_webhook_time(wall()));  // others of Graph's go on

  start();
  live_for(minutes{10});

  BOOST_TEST(inbox().size() == 1U);
  journal.clear();
  BOOST_REQUIRE(store.set_last_webhook_time(wall()));
  start();
  live_for(minutes{10});
  BOOST_TEST(journal.count<SweepBegan>() == 0U);  // settled
}

BOOST_AUTO_TEST_CASE(what_is_promised_is_owed_until_the_promise_is_kept_and_the_sweep_done) {
  BOOST_REQUIRE(store.set_last_webhook_time(wall()));
  start();
  sweep_now();
  BOOST_TEST(!*store.sweep_is_owed());

  reconciler->promise();
  BOOST_TEST(*store.sweep_is_owed());
  sweep_now(SweepTrigger::lifecycle);  // somebody else's
  BOOST_TEST(*store.sweep_is_owed());

  reconciler->request({SweepTrigger::new_subscription, MattermostUserId{"anna"}});
  reconciler->keep_promise();
  BOOST_TEST(*store.sweep_is_owed());
  live_for(minutes{10});
  BOOST_TEST(!*store.sweep_is_owed());
}

BOOST_AUTO_TEST_CASE(what_failed_after_an_incident_is_owed_until_it_is_swept) {
  BOOST_REQUIRE(store.set_last_webhook_time(wall()));
  graph.say(chat, wall() - minutes{1});
  graph.failing_chats = {chat};
  start();
  sweep_now(SweepTrigger::lifecycle);
  BOOST_TEST(*store.sweep_is_owed());
  graph.failing_chats.clear();

  live_for(minutes{40});

  BOOST_TEST(!*store.sweep_is_owed());
}

BOOST_AUTO_TEST_CASE(a_start_after_silence_sweeps_and_a_quick_restart_does_not) {
  start();
  sweep_now();
  journal.clear();
  BOOST_REQUIRE(store.set_last_webhook_time(wall() - minutes{1}));
  start();
  live_for(minutes{30});
  BOOST_TEST(journal.count<SweepBegan>() == 0U);
  clock.advance(hours{1});

  start();
  live_for(minutes{30});

  BOOST_REQUIRE_EQUAL(journal.count<SweepBegan>(), 1);
  BOOST_CHECK(journal.all<SweepBegan>()[0].trigger == SweepTrigger::start);
}

BOOST_AUTO_TEST_CASE(without_incidents_nobody_is_polled_more_than_once_a_day) {
  BOOST_REQUIRE(store.set_last_webhook_time(wall()));
  start();
  sweep_now();

  live_for(hours{7 * 24});

  BOOST_TEST(journal.count<SweepBegan>() <= 8U);
  BOOST_TEST(journal.count<SweepBegan>() >= 6U);
}

BOOST_AUTO_TEST_CASE(restarts_in_a_row_do_not_sweep_in_a_row) {
  for (int i = 0; i < 20; ++i) {
    start();
    live_for(seconds{13});
  }

  BOOST_TEST(journal.count<SweepBegan>() <= 2U);
}

BOOST_AUTO_TEST_CASE(used_up_notifications_make_sweeps_take_over) {
  use_up_notifications();
  start();

  live_for(hours{2});

  BOOST_TEST(reconciler->status().notifications_are_used_up);
  BOOST_TEST(journal.count<SweepBegan>() >= 7U);
  BOOST_TEST(graph.script.count("delta") == 0U);
}

BOOST_AUTO_TEST_CASE(that_notifications_are_used_up_is_known_before_a_long_round_ends) {
  for (int i = 0; i < 4'000; ++i) {
    const ChatId busy{"19:busy" + std::to_string(i) + "@thread.v2"};
    graph.chats[busy].members = {anna};
    graph.say(busy, wall() - minutes{5});
  }
  start();
  reconciler->request({SweepTrigger::administrator, std::nullopt, std::nullopt});
  live_for(seconds{30});
  use_up_notifications();

  live_for(seconds{30});

  BOOST_TEST(reconciler->status().running.has_value());
  BOOST_TEST(reconciler->status().notifications_are_used_up);
}

BOOST_AUTO_TEST_CASE(the_end_of_an_exhausted_month_is_swept_once_more) {
  clock.advance_to(clock.now().steady + (WallTime{std::chrono::seconds{1'775'001'300}} - wall()));
  BOOST_REQUIRE(store.reserve(Bucket::notifications, 1, 500, 500, wall()));
  start();
  live_for(minutes{3});
  BOOST_TEST(reconciler->status().notifications_are_used_up);
  graph.say(chat, wall());

  live_for(minutes{15});

  BOOST_TEST(!reconciler->status().notifications_are_used_up);
  BOOST_TEST(inbox().size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
