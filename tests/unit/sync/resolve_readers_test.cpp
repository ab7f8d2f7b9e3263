#include "tests/unit/sync/resolve_fixture.h"

/// With whose token a message is read, and what is made of refusals.
namespace belfry::sync {
namespace {

using std::chrono::minutes;

struct ReadersFixture : ResolveFixture {
  [[nodiscard]] bool is_of(const Secret& bearer, const std::string& person) const {
    return bearer.equals("access of " + person) || identity.owner_of(bearer) == person;
  }
  /// Its members are known.
  void get_to_know_the_chat() {
    handle(change_of(say("before")));
    journal.clear();
  }
};

BOOST_FIXTURE_TEST_SUITE(resolve_readers, ReadersFixture)

BOOST_AUTO_TEST_CASE(what_the_first_member_may_not_read_the_next_one_may) {
  handle(change_of(say("one")));
  clock.advance(minutes{30});
  graph.script.forget_calls();
  graph.script.fail("chat", ErrorKind::forbidden);

  handle(change_of(say("two")));

  BOOST_TEST(graph.script.count("chat") == 2U);
  BOOST_TEST(store.outbox_entries() == 4U);
  BOOST_TEST(identity.script.count("app_token") == 1U);
}

BOOST_AUTO_TEST_CASE(what_none_of_its_members_may_read_is_a_dead_letter_with_its_reason) {
  handle(change_of(say("before")));
  clock.advance(minutes{30});
  journal.clear();
  graph.script.fail_always("chat", ErrorKind::forbidden);

  handle(change_of(say("hello")));

  BOOST_TEST((result() == ChangeResult::dead));
  const auto letters = store.dead_letters("", 10).value();
  BOOST_REQUIRE(letters.size() == 1U);
  BOOST_TEST(letters[0].stage == "resolve");
  BOOST_TEST(letters[0].reason == "forbidden");
}

BOOST_AUTO_TEST_CASE(a_void_token_is_replaced_once_before_another_reader_is_tried) {
  // Nobody is known of the chat yet: the app asks.
  graph.script.fail("chat", ErrorKind::unauthorized);

  handle(change_of(say("hello")));

  BOOST_TEST(identity.script.count("app_token") == 2U);
  BOOST_TEST(told() == names({"anna", "ben"}));
}

BOOST_AUTO_TEST_CASE(a_chat_that_is_known_as_somebodys_is_read_with_that_persons_token) {
  chats.note_listed(ben, chat, clock.now().wall);
  const Message message = say("hosted elsewhere");
  // The first one who asks may: the app would not be the first.
  graph.script.fail("chat", ErrorKind::forbidden);

  handle(change_of(message));

  BOOST_TEST(told() == names({"anna", "ben"}));
  BOOST_TEST(graph.script.count("chat") == 2U);
}

BOOST_AUTO_TEST_CASE(what_is_hidden_from_the_member_who_asks_is_read_by_the_app) {
  get_to_know_the_chat();
  graph.hides = [this](const Secret& bearer, const MessageRef&) { return is_of(bearer, "anna"); };
  graph.script.forget_calls();

  handle(change_of(say("written before Anna came")));

  BOOST_TEST((result() == ChangeResult::planned));
  BOOST_TEST(graph.script.count("message") == 2U);
}

BOOST_AUTO_TEST_CASE(what_is_hidden_from_a_member_and_forbidden_to_the_app_is_read_by_the_next) {
  get_to_know_the_chat();
  graph.hides = [this](const Secret& bearer, const MessageRef&) { return is_of(bearer, "anna"); };
  graph.forbids = [this](const Secret& bearer, const ChatId&) { return is_of(bearer, "app"); };

  handle(change_of(say("written before Anna came")));

  BOOST_TEST((result() == ChangeResult::planned));
}

BOOST_AUTO_TEST_CASE(what_is_hidden_from_all_who_may_ask_is_gone) {
  get_to_know_the_chat();
  graph.hides = [](const Secret&, const MessageRef&) { return true; };
  graph.forbids = [this](const Secret& bearer, const ChatId&) { return is_of(bearer, "app"); };
  arrive(change_of(say("not there")));

  live_for(minutes{2});

  BOOST_TEST((result() == ChangeResult::gone));
}

BOOST_AUTO_TEST_CASE(what_is_announced_before_it_is_there_is_asked_for_again) {
  const Message message = say("soon");
  graph.messages.clear();
  arrive(change_of(message));
  settle();
  graph.messages[message.ref] = message;

  live_for(minutes{1});

  BOOST_TEST(told() == names({"anna", "ben"}));
}

BOOST_AUTO_TEST_CASE(who_was_shown_it_reads_the_chat_that_nobody_else_is_known_to_have) {
  graph.forbids = [this](const Secret& bearer, const ChatId&) { return !is_of(bearer, "ben"); };
  Change change = change_of(say("hosted elsewhere, found before a restart"));
  change.shown_to = ben;

  handle(change);

  BOOST_TEST(told() == names({"anna", "ben"}));
}

BOOST_AUTO_TEST_CASE(who_was_shown_it_reads_the_chat_whose_members_have_changed) {
  const auto members = graph.chats[chat].members;
  graph.chats[chat].members = {members.back()};
  handle(change_of(say("among strangers")));
  graph.chats[chat].members = members;
  clock.advance(minutes{30});
  graph.forbids = [this](const Secret& bearer, const ChatId&) { return !is_of(bearer, "ben"); };
  Change change = change_of(say("now with Anna and Ben"));
  change.shown_to = ben;

  handle(change);

  BOOST_TEST(told() == names({"anna", "ben"}));
}

BOOST_AUTO_TEST_CASE(what_nobody_of_ours_is_known_to_have_is_left_to_whose_sweep_shows_it) {
  const Message message = say("of another organisation");
  graph.forbids = [this](const Secret& bearer, const ChatId&) { return is_of(bearer, "app"); };
  handle(change_of(message));
  BOOST_TEST((result() == ChangeResult::foreign));
  BOOST_TEST(store.dead_letter_count() == 0U);
  Change found = change_of(message);
  found.shown_to = anna;

  handle(found);

  BOOST_TEST(told() == names({"anna", "ben"}));
}

BOOST_AUTO_TEST_CASE(what_nobody_could_read_is_asked_of_whom_a_sweep_has_shown_the_chat_meanwhile) {
  graph.forbids = [this](const Secret& bearer, const ChatId&) {
    if (!is_of(bearer, "app")) return false;
    chats.note_listed(anna, chat, clock.now().wall);  // a sweep runs beside
    return true;
  };

  handle(change_of(say("of another organisation")));

  BOOST_TEST(told() == names({"anna", "ben"}));
}

BOOST_AUTO_TEST_CASE(a_token_that_stays_void_kills_nothing) {
  get_to_know_the_chat();
  clock.advance(minutes{30});
  graph.script.fail("chat", ErrorKind::unauthorized, 6);

  handle(change_of(say("hello")));
  BOOST_TEST(store.dead_letter_count() == 0U);
  live_for(minutes{10});

  BOOST_TEST((result() == ChangeResult::planned));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
