#include "tests/unit/sync/reconcile_fixture.h"

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

BOOST_AUTO_TEST_CASE(a_disconnected_person_is_not_swept) {
  BOOST_REQUIRE(store.mark_disconnected(MattermostUserId{"ben"}));
  start();

  sweep_now();

  BOOST_TEST(last().accounts == 1U);
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

BOOST_AUTO_TEST_CASE(delta_is_followed_by_its_link_and_never_beyond_the_allowance) {
  sweep_policy.route = RouteChoice::delta;
  graph.page_size = 10;
  for (int i = 0; i < 30; ++i) graph.say(chat, wall() - hours{2} + seconds{i});
  start();

  for (int day = 0; day < 20; ++day) sweep_now();

  const auto spending = store.spending(Bucket::exports, month_of(wall()));
  BOOST_TEST(inbox().size() == 30U);
  BOOST_TEST(spending->spent <= 400U);
  BOOST_TEST(graph.script.count("delta") > 4U);
}

BOOST_AUTO_TEST_CASE(what_was_written_the_moment_somebody_connected_is_found_by_either_route) {
  const ChatId hers{"19:hers@thread.v2"};
  graph.chats[hers].members = {TeamsUserId{"teams-cleo"}};
  for (const RouteChoice route : {RouteChoice::list, RouteChoice::delta}) {
    sweep_policy.route = route;
    const WallTime since = wall() - hours{1};
    BOOST_REQUIRE(store.remove_account(MattermostUserId{"cleo"}));
    connect("cleo", since);
    const Message message = graph.say(hers, since);
    start();

    sweep_now();

    BOOST_REQUIRE(!inbox().empty());
    BOOST_TEST((inbox().back().ref == message.ref));
  }
}

BOOST_AUTO_TEST_CASE(what_is_hidden_from_a_newcomer_is_found_for_the_others_of_the_chat) {
  sweep_policy.route = RouteChoice::list;
  for (const bool app_may_read : {true, false}) {
    graph.app_may_read = app_may_read;
    const Message message = graph.say(chat, wall() - minutes{30});
    graph.newcomers[{anna.text(), chat}] = wall() - minutes{10};
    graph.read.clear();
    start();

    sweep_now();

    BOOST_REQUIRE(!inbox().empty());
    BOOST_TEST((inbox().back().ref == message.ref), app_may_read);
    // By the app for both, else by each.
    BOOST_TEST(graph.read.size() == (app_may_read ? 1U : 2U));
    live_for(hours{1});
  }
}

BOOST_AUTO_TEST_CASE(next_to_the_turn_of_a_month_nothing_is_asked_for_that_either_could_pay) {
  sweep_policy.route = RouteChoice::delta;
  const WallTime midnight{seconds{1'775'001'600}};  // 1 April 2026, 0:00
  clock.advance_to(clock.now().steady + (midnight - minutes{1} - wall()));
  graph.say(chat, wall() - hours{2});
  start();

  reconciler->request({SweepTrigger::administrator, std::nullopt, std::nullopt});
  live_for(minutes{2});

  BOOST_TEST(graph.script.count("delta") == 0U);
  BOOST_TEST(inbox().size() == 1U);
  live_for(minutes{5});
  graph.say(chat, wall());
  sweep_now();
  BOOST_TEST(graph.script.count("delta") > 0U);
  BOOST_TEST(inbox().size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_402_closes_the_metered_route_and_the_list_takes_over) {
  sweep_policy.route = RouteChoice::delta;
  graph.say(chat, wall() - hours{2});
  graph.script.fail_always("delta", ErrorKind::exhausted);
  start();

  sweep_now();

  BOOST_TEST(inbox().size() == 1U);
  BOOST_TEST(store.spending(Bucket::exports, month_of(wall()))->closed_at.has_value());
  BOOST_TEST(graph.script.count("delta") == 1U);
}

BOOST_AUTO_TEST_CASE(mended_billing_opens_the_metered_route_after_a_day_without_a_restart) {
  sweep_policy.route = RouteChoice::delta;
  sweep_policy.model = allowance_policy.model = PaymentModel::b;
  graph.script.fail_always("delta", Error{ErrorKind::exhausted, "402", {}, 402, k_billing_missing});
  start();
  sweep_now();
  live_for(hours{23});
  sweep_now();
  BOOST_TEST(graph.script.count("delta") == 1U);
  BOOST_TEST(journal.count<BucketClosed>() == 1U);
  graph.script.heal();
  live_for(hours{2});
  graph.say(chat, wall() - minutes{1});
  graph.script.forget_calls();

  sweep_now();

  BOOST_TEST(inbox().size() == 1U);
  BOOST_TEST(graph.script.count("delta") > 0U);
  BOOST_TEST(graph.script.count("chat_list") == 0U);
}

BOOST_AUTO_TEST_CASE(a_metered_answer_that_was_lost_or_cannot_be_read_stays_paid_for) {
  struct Case {
    Error error;
    std::uint64_t cost = 0;
  };
  const std::vector<Case> cases = {{{ErrorKind::refused, "no JSON", {}, 0, {}}, k_delta_page},
                                   {{ErrorKind::refused, "400", {}, 400, {}}, 0},
                                   {{ErrorKind::forbidden, "403", {}, 403, {}}, 0}};
  sweep_policy.route = RouteChoice::delta;
  start();
  for (const Case& each : cases) {
    const std::uint64_t before = store.spending(Bucket::exports, month_of(wall()))->spent;
    graph.script.fail("delta", each.error, 2);

    sweep_now();

    const std::uint64_t after = store.spending(Bucket::exports, month_of(wall()))->spent;
    BOOST_TEST(after - before == 2 * each.cost, each.error.text);
  }
  const std::uint64_t before = store.spending(Bucket::exports, month_of(wall()))->spent;
  graph.script.lose_answer("delta", ErrorKind::transient);
  sweep_now();
  BOOST_TEST(store.spending(Bucket::exports, month_of(wall()))->spent >= before + k_delta_page);
}

BOOST_AUTO_TEST_CASE(an_outage_that_answers_costs_no_more_than_empty_pages) {
  sweep_policy.route = RouteChoice::delta;
  start();
  sweep_now();
  for (const int status : {500, 502, 503, 504}) {
    const std::uint64_t before = store.spending(Bucket::exports, month_of(wall()))->spent;
    const std::size_t asked = graph.script.count("delta");
    graph.script.fail("delta", Error{ErrorKind::transient, "down", {}, status, {}}, 3);

    sweep_now();

    const std::uint64_t after = store.spending(Bucket::exports, month_of(wall()))->spent;
    BOOST_TEST(after - before == graph.script.count("delta") - asked, status);
    BOOST_TEST(graph.script.count("delta") - asked == 5U, status);  // two of them succeed
  }
}

BOOST_AUTO_TEST_CASE(a_void_delta_link_is_begun_anew_from_the_watermark) {
  sweep_policy.route = RouteChoice::delta;
  sweep_policy.model = PaymentModel::b;
  allowance_policy.model = PaymentModel::b;
  start();
  sweep_now();
  graph.say(chat, wall() - minutes{1});
  graph.script.fail("delta", ErrorKind::gone);

  sweep_now();

  BOOST_TEST(inbox().size() == 1U);
  BOOST_TEST(graph.script.count("chat_list") == 0U);
}

BOOST_AUTO_TEST_CASE(old_messages_on_many_pages_of_delta_make_one_summary) {
  sweep_policy.route = RouteChoice::delta;
  graph.page_size = 7;
  start();
  for (int i = 0; i < 40; ++i) graph.say(chat, wall() - hours{100} + minutes{i});

  sweep_now();

  const auto changes = inbox();
  BOOST_REQUIRE_EQUAL(changes.size(), 1);
  BOOST_REQUIRE(changes[0].missed);
  BOOST_TEST(changes[0].missed->count == 40U);
}

BOOST_AUTO_TEST_CASE(chats_of_another_organisation_are_swept_beside_delta) {
  sweep_policy.route = RouteChoice::delta;
  sweep_policy.tenant = TenantId{"ours"};
  const ChatId foreign{"19:foreign@thread.v2"};
  graph.chats[foreign].members = {anna};
  graph.chats[foreign].tenant = TenantId{"theirs"};
  start();
  graph.say(foreign, wall() - hours{1});
  graph.say(chat, wall() - hours{1});
  graph.script.fail_always("messages_since", ErrorKind::transient);
  sweep_now();
  BOOST_TEST(last().failed == 1U);
  graph.script.heal();

  sweep_now();

  BOOST_TEST(inbox().size() == 2U);
  BOOST_TEST(last().failed == 0U);
  BOOST_TEST((graph.read == std::vector<ChatId>{foreign}));
}

BOOST_AUTO_TEST_CASE(a_sweep_from_a_given_time_looks_back_by_delta_too) {
  sweep_policy.route = RouteChoice::delta;
  start();
  const Message late = graph.say(chat, wall() - hours{2});
  graph.hidden_from_delta = {late.ref};
  sweep_now();
  graph.hidden_from_delta.clear();
  reconciler->request({SweepTrigger::administrator, std::nullopt, wall() - hours{5}});

  live_for(minutes{20});

  BOOST_TEST(inbox().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_link_of_long_ago_does_not_pay_for_what_the_list_has_swept) {
  sweep_policy.route = RouteChoice::delta;
  BOOST_REQUIRE(store.set_last_webhook_time(wall()));
  start();
  sweep_now();
  graph.script.fail_always("delta", ErrorKind::forbidden);
  for (int day = 0; day < 5; ++day) {
    clock.advance(hours{24});
    for (int i = 0; i < 20; ++i) graph.say(chat, wall() - hours{1} + seconds{i});
    sweep_now();
  }
  graph.script.heal();
  const auto before = store.spending(Bucket::exports, month_of(wall()))->spent;

  sweep_now();

  BOOST_TEST(inbox().size() == 100U);
  BOOST_TEST(store.spending(Bucket::exports, month_of(wall()))->spent - before <= 4U);
}

BOOST_AUTO_TEST_CASE(a_message_that_graph_shows_late_is_found_by_delta) {
  sweep_policy.route = RouteChoice::delta;
  start();
  const Message late = graph.say(chat, wall() - hours{2});
  graph.hidden_from_delta = {late.ref};
  sweep_now();
  BOOST_TEST(inbox().empty());
  graph.hidden_from_delta.clear();
  graph.shown_late = {late.ref};

  sweep_now();

  BOOST_TEST(inbox().size() == 1U);
}

BOOST_AUTO_TEST_CASE(where_the_list_is_refused_the_allowance_is_spent_instead) {
  graph.list_refused = {anna, ben};
  graph.say(chat, wall() - hours{2});
  start();

  sweep_now();

  BOOST_TEST(inbox().size() == 1U);
  BOOST_TEST(store.spending(Bucket::exports, month_of(wall()))->spent >= 2U);
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
