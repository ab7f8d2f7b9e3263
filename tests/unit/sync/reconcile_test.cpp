#include "tests/unit/sync/reconcile_fixture.h"

/// What a sweep finds.
namespace belfry::sync {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

BOOST_FIXTURE_TEST_SUITE(reconcile, ReconcileFixture)

BOOST_AUTO_TEST_CASE(a_message_that_no_webhook_announced_is_found_once) {
  start();
  graph.say(chat, wall() - hours{2});

  sweep_now();
  sweep_now();

  BOOST_REQUIRE_EQUAL(inbox().size(), 1);
  BOOST_CHECK(inbox()[0].source == Source::reconciler);
  BOOST_CHECK(inbox()[0].found.has_value());
  BOOST_TEST(journal.count<MessageReconciled>() == 1U);
}

BOOST_AUTO_TEST_CASE(what_a_webhook_brought_is_not_found_again) {
  start();
  const Message said = graph.say(chat, wall() - hours{2});
  const Change announced{said.ref, ChangeKind::created, Source::webhook, wall()};
  BOOST_REQUIRE(store.accept({&announced, 1}));

  sweep_now();

  BOOST_TEST(inbox().size() == 1U);
  BOOST_TEST(journal.count<MessageReconciled>() == 0U);
}

BOOST_AUTO_TEST_CASE(a_chat_that_two_accounts_share_is_read_once) {
  start();
  graph.say(chat, wall() - hours{2});

  sweep_now();

  BOOST_TEST(graph.read.size() == 1U);
  BOOST_TEST(last().accounts == 2U);
  BOOST_TEST(last().chats == 1U);
}

BOOST_AUTO_TEST_CASE(a_later_sweep_asks_for_what_changed_and_not_for_the_history) {
  for (int i = 0; i < 400; ++i) {
    const ChatId quiet{"19:quiet" + std::to_string(i) + "@thread.v2"};
    graph.chats[quiet].members = {anna};
    graph.say(quiet, wall() - hours{3} - minutes{i});
  }
  start();
  sweep_now();
  const std::size_t first = last().requests;
  clock.advance(hours{1});
  graph.say(chat, wall() - minutes{1});

  sweep_now();

  BOOST_TEST(first > 400U);
  BOOST_TEST(last().requests < 10U);
  BOOST_TEST(last().found == 1U);
}

BOOST_AUTO_TEST_CASE(many_pages_of_one_chat_are_read_to_their_end) {
  graph.page_size = 7;
  start();
  for (int i = 0; i < 1000; ++i) graph.say(chat, wall() - hours{10} + seconds{i});

  sweep_now();

  BOOST_TEST(inbox().size() == 1000U);
}

BOOST_AUTO_TEST_CASE(many_pages_of_one_chat_are_told_in_the_order_in_which_they_were_written) {
  graph.page_size = 50;
  sweep_policy.most_held = 300;
  graph.say(chat, wall() - hours{90});
  for (int i = 0; i < 1000; ++i) graph.say(chat, wall() - hours{10} + seconds{i});
  start();

  sweep_now();

  const auto changes = inbox();
  BOOST_REQUIRE_EQUAL(changes.size(), 1001);
  std::vector<std::string> said;
  for (const Change& change : changes) {
    if (change.kind == ChangeKind::created) said.push_back(change.ref.message.text());
  }
  BOOST_TEST(said.size() == 1000U);
  BOOST_TEST(std::is_sorted(said.begin(), said.end()));
  BOOST_TEST((changes.front().kind == ChangeKind::summary));
  BOOST_TEST(last().failed == 0U);
}

BOOST_AUTO_TEST_CASE(an_edit_comes_after_the_message_that_it_changed) {
  start();
  graph.say(chat, wall() - hours{2});
  graph.newest(chat).edited = graph.newest(chat).modified = wall() - hours{1};

  sweep_now();

  const auto changes = inbox();
  BOOST_REQUIRE_EQUAL(changes.size(), 2);
  BOOST_CHECK(changes[0].kind == ChangeKind::created);
  BOOST_CHECK(changes[1].kind == ChangeKind::edited);
}

BOOST_AUTO_TEST_CASE(a_list_without_end_keeps_the_watermark_and_tells_what_it_reached) {
  graph.page_size = 5;
  graph.ignores_what_is_asked = true;
  sweep_policy.most_message_pages = 4;
  for (int i = 0; i < 30; ++i) graph.say(chat, wall() - hours{10} + seconds{i});
  start();

  sweep_now();

  BOOST_TEST(inbox().size() == 20U);
  BOOST_TEST(last().failed == 2U);
  BOOST_TEST(store.cursors(MattermostUserId{"anna"})->empty());
}

BOOST_AUTO_TEST_CASE(what_comes_to_the_front_while_pages_are_turned_is_not_missed) {
  graph.page_size = 2;
  start();
  for (int i = 0; i < 6; ++i) graph.say(chat, wall() - hours{2} + seconds{i});
  graph.script.during("messages_since", [&] {
    graph.script.during("messages_since", [&] {
      // The oldest, on a page that was not read yet, is edited.
      Message& oldest = graph.chats[chat].messages.front();
      oldest.edited = oldest.modified = wall();
    });
  });

  sweep_now();

  const auto found = inbox();
  BOOST_TEST(std::count_if(found.begin(), found.end(), [](const Change& change) {
               return change.kind == ChangeKind::created;
             }) == 6);
}

BOOST_AUTO_TEST_CASE(lists_tell_up_to_where_each_person_has_read) {
  start();
  const WallTime written = wall() - hours{2};
  graph.say(chat, written);
  graph.read_to[{anna, chat}] = written;

  sweep_now();

  BOOST_TEST(inbox().size() == 1U);
  const auto of_anna = chats.read_mark(MattermostUserId{"anna"}, chat);
  BOOST_REQUIRE(of_anna && of_anna->read_to);
  BOOST_TEST((*of_anna->read_to == written));
  const auto of_ben = chats.read_mark(MattermostUserId{"ben"}, chat);
  BOOST_REQUIRE(of_ben);
  BOOST_TEST(!of_ben->read_to.has_value());
}

BOOST_AUTO_TEST_CASE(the_watermark_stays_when_a_chat_cannot_be_read) {
  start();
  graph.say(chat, wall() - hours{2});
  graph.script.fail_always("messages_since", ErrorKind::transient);
  sweep_now();
  BOOST_TEST(store.cursors(MattermostUserId{"anna"})->empty());
  BOOST_TEST(last().failed == 2U);
  graph.script.heal();

  sweep_now();

  BOOST_TEST(inbox().size() == 1U);
  BOOST_TEST(last().failed == 0U);
  BOOST_TEST(!store.cursors(MattermostUserId{"anna"})->empty());
}

BOOST_AUTO_TEST_CASE(an_answer_that_cannot_be_read_is_not_taken_for_an_empty_chat) {
  start();
  graph.say(chat, wall() - hours{2});
  graph.script.fail_always("messages_since", Error{ErrorKind::refused, "no JSON", {}, 200, {}});
  sweep_now();
  BOOST_TEST(last().failed == 2U);
  BOOST_TEST(last().unreadable == 0U);
  BOOST_TEST(store.cursors(MattermostUserId{"anna"})->empty());
  graph.script.heal();

  sweep_now();

  BOOST_TEST(inbox().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_chat_that_everybody_is_forbidden_to_read_holds_nobody_up) {
  start();
  graph.say(chat, wall() - hours{2});
  graph.script.fail_always("messages_since", ErrorKind::forbidden);

  sweep_now();  // and once more for those who failed
  BOOST_TEST(last().failed == 2U);
  sweep_now();

  BOOST_TEST(last().failed == 0U);
  BOOST_TEST(last().unreadable == 1U);
}

BOOST_AUTO_TEST_CASE(a_crash_in_the_middle_of_a_round_costs_nothing) {
  graph.page_size = 3;
  start();
  for (int i = 0; i < 10; ++i) graph.say(chat, wall() - hours{2} + seconds{i});
  reconciler->request({SweepTrigger::administrator, std::nullopt, std::nullopt});
  while (inbox().size() < 4) {
    const StepOutcome outcome = reconciler->step(clock.now());
    if (!outcome.worked) clock.advance_to(outcome.next);
  }
  store.crash();

  start();
  sweep_now();

  BOOST_TEST(inbox().size() == 10U);
}

BOOST_AUTO_TEST_CASE(messages_that_are_too_old_are_summed_up_once) {
  start();
  for (int i = 0; i < 5; ++i) graph.say(chat, wall() - hours{100} + minutes{i});
  graph.say(chat, wall() - hours{1});

  sweep_now();
  reconciler->request({SweepTrigger::administrator, std::nullopt, wall() - hours{200}});
  live_for(minutes{20});

  const auto changes = inbox();
  BOOST_REQUIRE_EQUAL(changes.size(), 2);
  const auto summary = std::find_if(changes.begin(), changes.end(), [](const Change& change) {
    return change.kind == ChangeKind::summary;
  });
  BOOST_REQUIRE(summary != changes.end());
  BOOST_REQUIRE(summary->missed.has_value());
  BOOST_TEST(summary->missed->count == 5U);
  BOOST_TEST(journal.all<SweepEnded>().front().summed_up == 5U);
  BOOST_TEST(journal.count<MessageReconciled>() == 6U);
}

BOOST_AUTO_TEST_CASE(a_cloud_without_order_is_read_to_the_last_page) {
  graph.orders = false;
  graph.page_size = 2;
  for (int i = 0; i < 9; ++i) {
    const ChatId other{"19:a" + std::to_string(i) + "@thread.v2"};
    graph.chats[other].members = {anna};
    graph.say(other, wall() - hours{9 * 24});
  }
  start();
  graph.say(chat, wall() - hours{2});

  sweep_now();

  BOOST_TEST(inbox().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_disconnected_person_is_not_swept) {
  BOOST_REQUIRE(store.mark_disconnected(MattermostUserId{"ben"}));
  start();

  sweep_now();

  BOOST_TEST(last().accounts == 1U);
}

BOOST_AUTO_TEST_CASE(an_edit_in_a_chat_that_did_not_move_is_found) {
  graph.say(chat, wall() - hours{20});
  Chat known;
  known.id = chat;
  known.members = {{anna, "Anna", "", std::nullopt}};
  BOOST_REQUIRE(store.cache_chat(known));
  start();
  sweep_now();
  graph.newest(chat).edited = graph.newest(chat).modified = wall() - minutes{10};

  sweep_now();

  const auto changes = inbox();
  BOOST_TEST(std::any_of(changes.begin(), changes.end(),
                         [](const Change& change) { return change.kind == ChangeKind::edited; }));
}

BOOST_AUTO_TEST_CASE(a_throttled_sweep_pauses_sweeps_and_closes_the_door_to_nobody) {
  start();
  sweep_now();
  graph.say(chat, wall() - hours{2});
  Error throttled{ErrorKind::throttled, "429", {}, 429, {}};
  throttled.retry_after = minutes{2};
  graph.script.fail("messages_since", throttled);
  graph.script.forget_calls();
  reconciler->request({SweepTrigger::administrator, std::nullopt, wall() - hours{3}});

  live_for(minutes{1});

  BOOST_TEST(!gate.closed_until(clock.now().steady).has_value());
  BOOST_TEST(graph.script.count("messages_since") == 1U);
  live_for(minutes{10});
  BOOST_TEST(inbox().size() == 1U);
}

BOOST_AUTO_TEST_CASE(live_messages_come_first) {
  sweep_policy.most_inbox = 0;
  graph.say(chat, wall() - hours{2});
  const Change waiting{{chat, MessageId{"1"}}, ChangeKind::created, Source::webhook, wall()};
  BOOST_REQUIRE(store.accept({&waiting, 1}));
  start();

  sweep_now();

  BOOST_TEST(graph.script.calls().empty());
}

BOOST_AUTO_TEST_CASE(chats_that_wait_for_their_turn_cost_no_steps) {
  constexpr std::size_t k_chats = 400;
  for (std::size_t i = 0; i < k_chats; ++i) {
    const ChatId busy{"19:busy" + std::to_string(i) + "@thread.v2"};
    graph.chats[busy].members = {anna};
    graph.say(busy, wall() - minutes{5});
  }
  start();
  steps = 0;

  sweep_now();

  BOOST_TEST(last().chats == k_chats);
  BOOST_TEST(steps < 6 * k_chats);
}

BOOST_AUTO_TEST_CASE(the_account_that_is_furthest_behind_is_known) {
  start();
  sweep_now();
  const WallTime swept = wall();
  BOOST_TEST((reconciler->status().all_swept_to > swept - minutes{21}));
  clock.advance(hours{5});
  graph.say(chat, wall());
  graph.script.fail_always("messages_since", ErrorKind::transient);

  sweep_now();

  BOOST_TEST(last().failed == 2U);
  BOOST_TEST((reconciler->status().all_swept_to < swept));
}

BOOST_AUTO_TEST_CASE(what_was_written_while_the_service_was_away_says_so_whoever_asks) {
  start();
  sweep_now();
  BOOST_REQUIRE(store.set_last_webhook_time(wall()));
  clock.advance(hours{2});
  graph.say(chat, wall() - hours{1});
  start();
  graph.say(chat, wall() + seconds{1});

  sweep_now();

  const auto found = journal.all<MessageReconciled>();
  BOOST_REQUIRE_EQUAL(found.size(), 2);
  BOOST_TEST(found[0].cause == "the service was away");
  BOOST_TEST(found[1].cause == "a notification was lost");
  BOOST_TEST((found[0].written < found[1].written));
}

BOOST_AUTO_TEST_CASE(the_month_is_warned_of_once_at_each_mark) {
  start();
  const auto reserved = store.reserve(Bucket::exports, 1, 410, 500, wall());
  BOOST_REQUIRE(store.settle(**reserved, 410));

  for (int i = 0; i < 3; ++i) static_cast<void>(allowance->step(clock.now()));
  BOOST_REQUIRE(store.settle(Reservation{Bucket::exports, month_of(wall()), 0}, 90));
  for (int i = 0; i < 3; ++i) static_cast<void>(allowance->step(clock.now()));

  const auto warnings = journal.all<AllowanceWarning>();
  BOOST_REQUIRE_EQUAL(warnings.size(), 2);
  BOOST_TEST(warnings[0].percent == 80);
  BOOST_TEST(warnings[1].percent == 100);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
