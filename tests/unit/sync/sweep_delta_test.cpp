#include "tests/unit/sync/reconcile_fixture.h"

/// The metered route: its links, its cost, and what takes over.
namespace belfry::sync {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

BOOST_FIXTURE_TEST_SUITE(sweep_delta, ReconcileFixture)

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

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
