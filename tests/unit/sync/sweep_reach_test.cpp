#include <algorithm>

#include "tests/unit/sync/reconcile_fixture.h"

/// Where sweeps look beyond the chats that moved, and what they make of lists that mislead.
namespace belfry::sync {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

struct ReachFixture : ReconcileFixture {
  const MattermostUserId of_anna{"anna"};

  /// Somebody was told of a message of that chat: it is seen, and a post of it stands.
  Message tell(const ChatId& of, WallTime written) {
    const Message message = graph.say(of, written);
    const Change change{message.ref, ChangeKind::created, Source::webhook, wall()};
    BOOST_REQUIRE(store.accept({&change, 1}));
    const InboxEntry entry = store.inbox_from(Sequence{0}, 1'000).value().back();
    PlannedDelivery planned;
    planned.key = {of_anna, creation_order(message.ref.message, {}), message.ref,
                   ChangeKind::created};
    BOOST_REQUIRE(store.plan(entry, {&planned, 1}, std::nullopt, wall()));
    Delivery delivery;
    delivery.ref = message.ref;
    delivery.recipient = of_anna;
    BOOST_REQUIRE(store.record_delivery(store.head(of_anna).value().value(), delivery));
    return message;
  }
  static ChatId quiet(int number) { return ChatId{"19:quiet" + std::to_string(100 + number)}; }
  void tell_in_quiet_chats(int count) {
    for (int i = 0; i < count; ++i) {
      graph.chats[quiet(i)].members = {anna};
      tell(quiet(i), wall() - hours{6 * 24} - minutes{i});
    }
  }
  /// A webhook named it once for Anna.
  void name(const ChatId& named) {
    Chat known;
    known.id = named;
    known.members = {{anna, "Anna", "", std::nullopt},
                     {TeamsUserId{}, "a guest", "", std::nullopt}};
    known.fetched_at = wall();
    BOOST_REQUIRE(store.cache_chat(known));
  }
  void edit(const ChatId& of) { graph.newest(of).edited = graph.newest(of).modified = wall(); }
  [[nodiscard]] bool has_found(ChangeKind kind) {
    const auto changes = inbox();
    return std::any_of(changes.begin(), changes.end(),
                       [kind](const Change& change) { return change.kind == kind; });
  }
  [[nodiscard]] std::set<ChatId> read_quiet() const {
    std::set<ChatId> read(graph.read.begin(), graph.read.end());
    read.erase(chat);
    return read;
  }
};

BOOST_FIXTURE_TEST_SUITE(sweep_reach, ReachFixture)

BOOST_AUTO_TEST_CASE(every_chat_that_somebody_was_told_of_has_its_turn_across_restarts) {
  tell_in_quiet_chats(60);
  start();
  sweep_now();  // they moved, for the first sweep
  std::set<ChatId> visited;
  for (int round = 0; round < 7; ++round) {
    graph.read.clear();
    start();

    sweep_now();

    BOOST_TEST(graph.read.size() <= sweep_policy.least_quiet);
    visited.merge(read_quiet());
  }

  BOOST_TEST(visited.size() == 60U);
}

BOOST_AUTO_TEST_CASE(an_edit_that_waits_long_for_its_chats_turn_is_found) {
  tell_in_quiet_chats(60);
  start();
  for (int round = 0; round < 8; ++round) sweep_now();
  for (int i = 0; i < 60; ++i) {
    if (i % 10 == 9) edit(quiet(i));
  }
  clock.advance(hours{12 * 24});

  for (int round = 0; round < 8; ++round) sweep_now();

  const auto changes = inbox();
  std::set<ChatId> edited;
  for (const Change& change : changes) {
    if (change.kind == ChangeKind::edited) edited.insert(change.ref.chat);
  }
  BOOST_TEST(edited.size() == 6U);
}

BOOST_AUTO_TEST_CASE(a_quiet_chat_that_fails_holds_nobody_back_and_is_read_as_far_back_next_time) {
  tell_in_quiet_chats(1);
  start();
  sweep_now();
  sweep_now();
  edit(quiet(0));
  clock.advance(hours{12 * 24});
  graph.script.fail_always("messages_since", ErrorKind::transient);
  sweep_now();
  BOOST_TEST(last().failed == 0U);
  BOOST_TEST(!has_found(ChangeKind::edited));
  graph.script.heal();

  sweep_now();

  BOOST_TEST(has_found(ChangeKind::edited));
}

BOOST_AUTO_TEST_CASE(a_chat_that_can_never_be_read_does_not_make_turns_reach_ever_further_back) {
  tell_in_quiet_chats(1);
  start();
  sweep_now();
  graph.script.fail_always("messages_since", ErrorKind::transient);
  for (int turn = 0; turn < 4; ++turn) {
    clock.advance(hours{24});
    sweep_now();
  }

  const auto turn = store.quiet_turn(QuietKind::told).value();

  BOOST_REQUIRE(turn);
  BOOST_TEST((turn->read_from > wall() - hours{3 * 24}));
}

BOOST_AUTO_TEST_CASE(where_a_turn_has_come_to_is_begun_anew_where_its_record_is_damaged) {
  tell_in_quiet_chats(1);
  start();
  sweep_now();
  edit(quiet(0));
  sweeps.turns_are_damaged = true;

  sweep_now();

  BOOST_TEST(has_found(ChangeKind::edited));
  BOOST_TEST(last().failed == 0U);
}

BOOST_AUTO_TEST_CASE(one_persons_sweep_reads_that_persons_quiet_chats_only) {
  tell_in_quiet_chats(3);
  const ChatId of_ben{"19:of ben"};
  name(of_ben);
  start();
  sweep_now();
  edit(quiet(2));
  graph.read.clear();
  reconciler->request({SweepTrigger::person, of_anna, std::nullopt});

  live_for(minutes{20});

  BOOST_TEST(has_found(ChangeKind::edited));
  BOOST_TEST((read_quiet() == std::set<ChatId>{quiet(0), quiet(1), quiet(2)}));
}

BOOST_AUTO_TEST_CASE(a_chat_that_a_webhook_named_is_visited_though_no_list_shows_it) {
  const ChatId unlisted{"19:meeting_unlisted@thread.v2"};
  name(unlisted);
  start();
  sweep_now();
  graph.say(unlisted, wall());

  sweep_now();

  BOOST_TEST(inbox().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_chat_that_a_webhook_named_is_visited_after_its_members_changed) {
  const ChatId unlisted{"19:unlisted@thread.v2"};
  name(unlisted);
  BOOST_REQUIRE(store.distrust_chat(unlisted, wall()));
  start();
  graph.say(unlisted, wall());

  sweep_now();

  BOOST_TEST(inbox().size() == 1U);
}

BOOST_AUTO_TEST_CASE(every_chat_that_was_ever_named_has_its_turn) {
  for (int i = 0; i < 40; ++i) {
    name(quiet(i));
    graph.say(quiet(i), wall() - hours{1});
  }
  start();

  for (int round = 0; round < 3; ++round) sweep_now();

  BOOST_TEST(inbox().size() == 40U);
}

BOOST_AUTO_TEST_CASE(what_was_written_in_a_named_chat_before_anybody_connected_is_left_alone) {
  const ChatId unlisted{"19:unlisted@thread.v2"};
  name(unlisted);
  graph.say(unlisted, wall() - hours{7 * 24} - minutes{1});
  start();

  sweep_now();

  BOOST_TEST((graph.read == std::vector<ChatId>{unlisted}));
  BOOST_TEST(inbox().empty());
}

BOOST_AUTO_TEST_CASE(other_peoples_chats_are_not_visited) {
  Chat known;
  known.id = quiet(0);
  known.members = {{TeamsUserId{"teams-cleo"}, "", "", std::nullopt}};
  BOOST_REQUIRE(store.cache_chat(known));
  start();

  sweep_now();

  BOOST_TEST(graph.read.empty());
}

BOOST_AUTO_TEST_CASE(nobodys_chats_are_visited_who_is_disconnected) {
  const ChatId unlisted{"19:unlisted@thread.v2"};
  name(unlisted);
  BOOST_REQUIRE(store.mark_disconnected(of_anna));
  start();

  sweep_now();

  BOOST_TEST(graph.read.empty());
}

BOOST_AUTO_TEST_CASE(a_member_event_that_a_sweep_finds_makes_the_cached_chat_stale) {
  for (const RouteChoice route : {RouteChoice::list, RouteChoice::delta}) {
    sweep_policy.route = route;
    name(chat);
    start();
    clock.advance(minutes{1});
    graph.say(chat, wall());
    graph.newest(chat).is_system_event = true;

    sweep_now();

    const auto known = store.cached_chat(chat).value();
    BOOST_REQUIRE(known);
    BOOST_TEST((known->fetched_at == WallTime{}));
    BOOST_TEST(inbox().empty());
    clock.advance(hours{1});
  }
}

BOOST_AUTO_TEST_CASE(a_chat_that_was_read_after_its_members_changed_is_believed) {
  graph.say(chat, wall() - hours{1});
  graph.newest(chat).is_system_event = true;
  name(chat);
  start();

  sweep_now();

  BOOST_TEST((store.cached_chat(chat).value()->fetched_at != WallTime{}));
}

/// Graph was asked for an order and gave none, without a word.
struct MisleadingLists : ReachFixture {
  const ChatId last_in_list{"19:z@thread.v2"};

  MisleadingLists() {
    graph.orders = false;
    graph.claims_order = true;
    graph.page_size = 2;
  }
  /// Of Anna and Ben, in order of the lists.
  void say_ago(const std::string& id, const std::vector<TeamsUserId>& members, Duration ago) {
    graph.chats[ChatId{id}].members = members;
    graph.say(ChatId{id}, wall() - ago);
  }
};

BOOST_FIXTURE_TEST_CASE(a_list_out_of_order_is_read_to_its_last_page_from_then_on,
                        MisleadingLists) {
  for (int i = 0; i < 8; ++i) say_ago("19:a" + std::to_string(i), {anna}, hours{24} * (20 - i));
  start();
  say_ago(last_in_list.text(), {anna}, hours{2});
  sweep_now();
  BOOST_TEST(inbox().size() == 1U);
  graph.script.forget_calls();
  graph.say(last_in_list, wall());

  sweep_now();

  BOOST_TEST(inbox().size() == 2U);
  // Five pages of Anna's, twice, since nothing says what moved meanwhile; one of Ben's.
  BOOST_TEST(graph.script.count("chat_list") == 11U);
}

BOOST_FIXTURE_TEST_CASE(an_order_that_breaks_between_two_pages_is_seen, MisleadingLists) {
  say_ago("19:a", {anna}, hours{1});
  say_ago("19:b", {anna}, hours{2});
  say_ago("19:c", {anna}, minutes{10});
  say_ago("19:d", {anna}, hours{20 * 24});
  start();
  say_ago(last_in_list.text(), {anna}, minutes{1});

  sweep_now();

  BOOST_TEST(inbox().size() == 4U);
}

BOOST_FIXTURE_TEST_CASE(lists_that_were_left_early_are_read_on_once_an_order_proved_false,
                        MisleadingLists) {
  say_ago("19:a", {anna}, hours{1});
  say_ago("19:b", {anna}, hours{20 * 24});
  say_ago("19:c", {ben}, hours{20 * 24});
  say_ago("19:d", {ben}, hours{1});
  start();
  say_ago(last_in_list.text(), {anna}, hours{2});

  sweep_now();

  BOOST_TEST(inbox().size() == 3U);
}

BOOST_AUTO_TEST_CASE(what_the_journal_says_of_a_found_message_is_stored_with_it) {
  start();
  const Message said = graph.say(chat, wall() - hours{2});

  sweep_now();
  store.crash();

  BOOST_TEST(inbox().size() == 1U);
  const auto lines = store.newest_records(10).value();
  BOOST_REQUIRE_EQUAL(lines.size(), 1);
  BOOST_TEST(lines[0].event == "message_reconciled");
  BOOST_TEST(lines[0].detail == said.ref.message.text());
}

BOOST_AUTO_TEST_CASE(a_foreign_chat_that_the_app_does_not_see_is_swept_with_its_members_token) {
  const ChatId foreign{"19:foreign@thread.v2"};
  graph.chats[foreign].members = {anna, TeamsUserId{"guest"}};
  graph.chats[foreign].tenant = TenantId{"theirs"};
  sweep_policy.tenant = TenantId{"ours"};
  graph.say(foreign, wall() - hours{1});
  start();

  sweep_now();

  BOOST_TEST(inbox().size() == 1U);
  BOOST_TEST(last().failed == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
