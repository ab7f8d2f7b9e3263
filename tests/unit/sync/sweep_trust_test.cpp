#include "tests/unit/sync/reconcile_fixture.h"

/// What sweeps make of readers who are refused, tokens that take long, and answers that are not as
/// they were asked for.
namespace belfry::sync {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

struct TrustFixture : ReconcileFixture {
  const MattermostUserId of_anna{"anna"};

  TrustFixture() { sweep_policy.least_quiet = sweep_policy.quiet_percent = 0; }

  [[nodiscard]] WallTime watermark_of(const MattermostUserId& user) {
    const auto cursors = store.cursors(user);
    return cursors->empty() ? WallTime{} : cursors->front().watermark;
  }
  /// Somebody else refreshes Anna's token, which takes that long.
  void refresh_for(Duration time) {
    BOOST_REQUIRE(std::holds_alternative<Tokens::NeedsRefresh>(tokens.user(of_anna, clock.now())));
    bool has_waited = false;
    identity.script.during("refresh", [this, time, &has_waited] {
      has_waited = true;
      live_for(time);
    });
    BOOST_REQUIRE(tokens.refresh_user(of_anna, clock.now()));
    BOOST_REQUIRE(has_waited);
  }
};

BOOST_FIXTURE_TEST_SUITE(sweep_trust, TrustFixture)

BOOST_AUTO_TEST_CASE(who_disconnects_during_a_round_is_asked_for_no_more_and_is_no_failure) {
  graph.page_size = 1;
  for (int i = 0; i < 3; ++i) {
    const ChatId of{"19:of anna " + std::to_string(i)};
    graph.chats[of].members = {anna};
    graph.say(of, wall() - minutes{i});
  }
  start();
  graph.script.during("chat_list", [this] { BOOST_REQUIRE(store.mark_disconnected(of_anna)); });

  sweep_now();

  BOOST_TEST(last().failed == 0U);
  BOOST_TEST(journal.all<SweepFailed>().empty());
  // One of Anna's, one of Ben's.
  BOOST_TEST(graph.script.count("chat_list") == 2U);
  BOOST_TEST((watermark_of(of_anna) == WallTime{}));
}

BOOST_AUTO_TEST_CASE(a_token_that_somebody_else_refreshes_for_long_is_waited_for) {
  graph.say(chat, wall() - hours{1});
  start();
  reconciler->request({SweepTrigger::administrator, std::nullopt, std::nullopt});
  refresh_for(seconds{20});

  live_for(minutes{5});

  BOOST_TEST(last().failed == 0U);
  BOOST_TEST(inbox().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_token_that_never_comes_fails_its_account_alone) {
  graph.say(chat, wall() - hours{1});
  start();
  reconciler->request({SweepTrigger::administrator, std::nullopt, std::nullopt});

  refresh_for(minutes{20});

  BOOST_TEST(last().failed == 1U);
  BOOST_TEST(inbox().size() == 1U);
}

BOOST_AUTO_TEST_CASE(one_list_that_has_to_wait_keeps_the_chats_of_others_for_minutes_only) {
  const ChatId of_ben{"19:ben@thread.v2"};
  graph.chats[of_ben].members = {ben};
  graph.say(of_ben, wall() - minutes{10});
  Error busy{ErrorKind::transient, "list chats: 503", {}, 503, {}};
  busy.retry_after = minutes{10};
  graph.failing_lists[anna] = busy;
  BOOST_REQUIRE(store.set_last_webhook_time(wall()));
  start();
  reconciler->request({SweepTrigger::administrator, std::nullopt, std::nullopt});

  live_for(minutes{3});

  BOOST_TEST(inbox().size() == 1U);
  BOOST_TEST(last().failed == 1U);
  graph.failing_lists.clear();
  live_for(minutes{20});
  BOOST_TEST(last().failed == 0U);  // and tried again
}

BOOST_AUTO_TEST_CASE(nobody_looks_back_beyond_what_is_remembered) {
  sweep_policy.rules.max_age = hours{24 * 365};
  connect("anna", wall() - hours{24 * 90});
  graph.say(chat, wall() - hours{24 * 40});
  graph.say(chat, wall() - hours{24 * 20});
  start();
  reconciler->request({SweepTrigger::administrator, std::nullopt, wall() - hours{24 * 60}});

  live_for(minutes{20});

  BOOST_REQUIRE_EQUAL(inbox().size(), 1);
  BOOST_TEST((inbox()[0].ref == graph.newest(chat).ref));
}

BOOST_AUTO_TEST_CASE(changes_that_do_not_fit_into_memory_are_found_one_after_the_other) {
  sweep_policy.most_held_bytes = 1;
  start();
  for (int i = 5; i > 0; --i) graph.say(chat, wall() - minutes{i});

  sweep_now();

  BOOST_TEST(inbox().size() == 5U);
  BOOST_TEST(last().failed == 0U);
}

BOOST_AUTO_TEST_CASE(messages_in_another_order_than_asked_for_are_read_to_their_end) {
  graph.ignores_what_is_asked = true;
  graph.page_size = 2;
  for (int i = 9; i > 0; --i) graph.say(chat, wall() - hours{24 * 8} - minutes{i});
  start();
  graph.say(chat, wall());

  sweep_now();

  BOOST_TEST(inbox().size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_found_in_whatever_order_it_comes) {
  graph.ignores_what_is_asked = true;
  graph.page_size = 2;
  sweep_policy.most_held = 3;
  start();
  for (int i = 9; i > 0; --i) graph.say(chat, wall() - minutes{i});

  sweep_now();

  BOOST_TEST(inbox().size() == 9U);
}

BOOST_AUTO_TEST_CASE(a_chat_that_is_listed_and_refused_is_not_given_up_at_once) {
  start();
  graph.say(chat, wall());
  graph.script.fail("messages_since", ErrorKind::gone, 3);

  sweep_now();  // and once more for those who failed

  BOOST_TEST(journal.count<SweepFailed>() == 2U);
  BOOST_TEST(inbox().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_list_by_the_app_in_place_of_a_void_token_leaves_the_watermark_where_it_is) {
  connect("ben", wall());  // nobody's messages of before
  graph.say(chat, wall() - hours{1});
  const ChatId foreign{"19:foreign"};
  graph.chats[foreign].members = {anna};
  graph.chats[foreign].tenant = TenantId{"theirs"};
  graph.say(foreign, wall() - hours{1});
  sweep_policy.tenant = TenantId{"ours"};
  start();
  graph.script.fail("chat_list", ErrorKind::unauthorized, 2);

  sweep_now();

  BOOST_TEST(inbox().size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_list_in_no_order_is_read_again_until_nothing_new_comes_of_it) {
  graph.orders = false;
  graph.page_size = 1;
  const ChatId jumping{"19:z"};
  graph.chats[jumping].members = {anna};
  graph.chats[ChatId{"19:y"}].members = {anna};
  start();
  sweep_now();
  graph.say(jumping, wall());
  // Right after the first page was read, the chat moves to the front of the list.
  graph.script.before_answer("chat_list", [this, jumping] {
    auto moved = graph.chats.extract(jumping);
    moved.key() = ChatId{"19:a"};
    for (Message& message : moved.mapped().messages) message.ref.chat = moved.key();
    graph.chats.insert(std::move(moved));
  });

  sweep_now();

  BOOST_TEST(inbox().size() == 1U);
}

BOOST_AUTO_TEST_CASE(that_a_list_had_no_order_is_forgotten_by_the_next_round) {
  graph.page_size = 2;
  for (int i = 0; i < 20; ++i) {
    const ChatId other{"19:a" + std::to_string(i) + "@thread.v2"};
    graph.chats[other].members = {anna};
    graph.say(other, wall() - hours{24 + i});
  }
  start();
  graph.orders = false;
  graph.claims_order = true;
  sweep_now();
  graph.orders = true;
  clock.advance(hours{1});

  sweep_now();

  BOOST_TEST(last().requests < 10U);
}

BOOST_AUTO_TEST_CASE(a_chat_that_a_message_shown_late_moves_behind_our_back_is_read) {
  BOOST_REQUIRE(store.mark_disconnected(MattermostUserId{"ben"}));
  graph.page_size = 1;
  const ChatId moved{"19:c"};
  for (const char* id : {"19:a", "19:b", "19:c"}) graph.chats[ChatId{id}].members = {anna};
  graph.say(ChatId{"19:a"}, wall() - minutes{1});
  graph.say(ChatId{"19:b"}, wall() - minutes{3});
  graph.say(moved, wall() - minutes{40});
  start();
  // While the second page is on its way, the third chat comes to stand on it.
  graph.script.before_answer("chat_list", [this, moved] {
    graph.script.before_answer("chat_list",
                               [this, moved] { graph.say(moved, wall() - minutes{2}); });
  });

  sweep_now();

  BOOST_TEST(inbox().size() == 4U);
}

BOOST_AUTO_TEST_CASE(what_was_found_names_who_was_shown_it) {
  sweep_policy.rules.max_age = hours{2};
  const ChatId own{"19:of anna"};
  graph.chats[own].members = {anna};
  graph.say(own, wall() - hours{3});
  graph.say(own, wall() - hours{1});
  graph.say(chat, wall() - hours{1});
  start();

  sweep_now();

  BOOST_REQUIRE_EQUAL(inbox().size(), 3);
  for (const Change& change : inbox()) {
    const bool is_shared = change.ref.chat == chat;
    BOOST_TEST((change.shown_to == (is_shared ? MattermostUserId{} : of_anna)));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
