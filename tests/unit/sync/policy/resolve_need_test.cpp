#include "sync/policy/resolve_need.h"

#include <boost/test/unit_test.hpp>

namespace belfry::sync {
namespace {

Change change_of(ChangeKind kind) {
  Change change;
  change.ref = {ChatId{"19:a@thread.v2"}, MessageId{"1"}};
  change.kind = kind;
  return change;
}

Change rich(Change change) {
  change.resource.emplace();
  return change;
}

Account account(const std::string& name) {
  Account made;
  made.user = MattermostUserId{"mm-" + name};
  made.teams_user = TeamsUserId{name};
  return made;
}

Chat chat_with(const std::vector<std::string>& people) {
  Chat chat;
  for (const std::string& person : people) {
    Member member;
    member.user = TeamsUserId{person};
    chat.members.push_back(member);
  }
  return chat;
}

Message message_from(const std::string& sender) {
  Message message;
  message.sender = Sender{Sender::Kind::user, TeamsUserId{sender}, sender};
  return message;
}

template <class Need>
Need expect(const ResolveNeed& need) {
  BOOST_REQUIRE(std::holds_alternative<Need>(need));
  return std::get<Need>(need);
}

BOOST_AUTO_TEST_SUITE(resolve_need)

BOOST_AUTO_TEST_CASE(a_basic_notification_asks_for_the_chat_before_the_message) {
  const auto need = expect<FetchChat>(next_need(change_of(ChangeKind::created), {}, {}));

  BOOST_TEST(need.reader.is_app());
}

BOOST_AUTO_TEST_CASE(a_chat_that_concerns_nobody_costs_no_reading_of_its_message) {
  ResolveKnown known;
  known.chat = chat_with({"mira"});

  BOOST_TEST((expect<Drop>(next_need(change_of(ChangeKind::created), known, {})).result ==
              ChangeResult::nobody));
}

BOOST_AUTO_TEST_CASE(rich_content_is_opened_first_since_it_may_tell_of_new_members) {
  ResolveKnown known;
  known.chat = chat_with({"mira"});

  expect<OpenResource>(next_need(rich(change_of(ChangeKind::created)), known, {}));
}

BOOST_AUTO_TEST_CASE(a_one_to_one_chat_of_two_strangers_is_dropped_unopened) {
  ResolveKnown known;
  known.is_concern_certain = true;

  expect<Drop>(next_need(rich(change_of(ChangeKind::created)), known, {}));
}

BOOST_AUTO_TEST_CASE(readers_are_the_connected_members_one_after_the_other_and_then_the_app) {
  ResolveKnown known;
  known.chat = chat_with({"anna", "bert"});
  known.accounts = {account("anna"), account("bert")};

  BOOST_TEST(expect<FetchMessage>(next_need(change_of(ChangeKind::created), known, {}))
                 .reader.user.text() == "mm-anna");
  known.refused.push_back(Reader{MattermostUserId{"mm-anna"}});
  BOOST_TEST(expect<FetchMessage>(next_need(change_of(ChangeKind::created), known, {}))
                 .reader.user.text() == "mm-bert");
  known.refused.push_back(Reader{MattermostUserId{"mm-bert"}});
  BOOST_TEST(
      expect<FetchMessage>(next_need(change_of(ChangeKind::created), known, {})).reader.is_app());
  known.refused.push_back(Reader{});
  known.last_refusal = Error{ErrorKind::forbidden, "no", {}, 403, {}};
  BOOST_TEST(expect<GiveUp>(next_need(change_of(ChangeKind::created), known, {})).why.text == "no");
}

BOOST_AUTO_TEST_CASE(a_sender_whom_the_cached_chat_does_not_know_makes_it_read_again_once) {
  ResolveKnown known;
  known.chat = chat_with({"anna"});
  known.accounts = {account("anna")};
  known.message = message_from("newcomer");

  expect<FetchChat>(next_need(change_of(ChangeKind::created), known, {}));
  known.chat_was_fetched = true;
  expect<FetchPresence>(next_need(change_of(ChangeKind::created), known, {}));
}

BOOST_AUTO_TEST_CASE(presence_is_asked_for_those_alone_who_would_be_told) {
  ResolveKnown known;
  known.chat = chat_with({"anna", "bert"});
  known.accounts = {account("anna"), account("bert")};
  known.message = message_from("anna");

  const auto need = expect<FetchPresence>(next_need(change_of(ChangeKind::created), known, {}));
  BOOST_REQUIRE(need.users.size() == 1U);
  BOOST_TEST(need.users[0].text() == "bert");
  known.presence = std::vector<Presence>{{TeamsUserId{"bert"}, false}};
  BOOST_TEST(expect<Ready>(next_need(change_of(ChangeKind::created), known, {})).told.size() == 1U);
}

BOOST_AUTO_TEST_CASE(edits_and_deletions_of_what_nobody_was_told_end_without_a_request) {
  for (const ChangeKind kind : {ChangeKind::edited, ChangeKind::deleted}) {
    BOOST_TEST(
        (expect<Drop>(next_need(change_of(kind), {}, {})).result == ChangeResult::not_delivered));
  }
}

BOOST_AUTO_TEST_CASE(a_reaction_changes_nothing_and_an_edit_that_was_a_deletion_is_one) {
  ResolveKnown known;
  known.chat = chat_with({"anna"});
  known.accounts = {account("anna")};
  known.message = message_from("mira");

  BOOST_TEST((expect<Drop>(next_need(change_of(ChangeKind::edited), known, {})).result ==
              ChangeResult::reaction));
  known.message->edited = WallTime{Duration{5}};
  BOOST_TEST((expect<Ready>(next_need(change_of(ChangeKind::edited), known, {})).kind ==
              ChangeKind::edited));
  known.message->deleted = WallTime{Duration{6}};
  BOOST_TEST((expect<Ready>(next_need(change_of(ChangeKind::edited), known, {})).kind ==
              ChangeKind::deleted));
}

BOOST_AUTO_TEST_CASE(a_message_that_is_gone_before_it_was_read_is_done_and_a_gone_post_is_marked) {
  ResolveKnown known;
  known.chat = chat_with({"anna"});
  known.accounts = {account("anna")};
  known.message_is_gone = true;

  BOOST_TEST((expect<Drop>(next_need(change_of(ChangeKind::created), known, {})).result ==
              ChangeResult::gone));
  BOOST_TEST((expect<Ready>(next_need(change_of(ChangeKind::deleted), known, {})).kind ==
              ChangeKind::deleted));
}

BOOST_AUTO_TEST_CASE(a_text_that_was_hidden_once_is_told_as_it_is_whatever_was_announced) {
  ResolveKnown known;
  known.accounts = {account("anna")};
  known.was_withdrawn = true;

  // The message last, so that nothing comes between its reading and its planning.
  expect<FetchChat>(next_need(change_of(ChangeKind::deleted), known, {}));
  known.chat = chat_with({"anna"});
  expect<FetchMessage>(next_need(change_of(ChangeKind::deleted), known, {}));
  known.message = message_from("mira");
  for (const ChangeKind kind : {ChangeKind::edited, ChangeKind::deleted}) {
    BOOST_TEST((expect<Ready>(next_need(change_of(kind), known, {})).kind == ChangeKind::edited));
  }
}

BOOST_AUTO_TEST_CASE(a_deletion_is_told_to_those_who_do_not_see_it_yet) {
  ResolveKnown known;
  known.chat = chat_with({"anna", "ben"});
  known.accounts = {account("anna"), account("ben")};
  known.message = message_from("mira");
  known.message->deleted = WallTime{Duration{6}};
  known.deleted_for[MattermostUserId{"mm-anna"}] = WallTime{Duration{6}};

  const auto ready = expect<Ready>(next_need(change_of(ChangeKind::deleted), known, {}));
  BOOST_TEST(ready.told.size() == 1U);
  known.deleted_for[MattermostUserId{"mm-ben"}] = WallTime{Duration{5}};  // and undone since
  expect<Ready>(next_need(change_of(ChangeKind::deleted), known, {}));
  known.deleted_for[MattermostUserId{"mm-ben"}] = WallTime{Duration{6}};

  BOOST_TEST((expect<Drop>(next_need(change_of(ChangeKind::deleted), known, {})).result ==
              ChangeResult::known));
}

BOOST_AUTO_TEST_CASE(
    content_that_hides_or_was_hidden_is_not_believed_but_what_a_sweep_just_read_is) {
  InboxEntry entry;
  entry.change = rich(change_of(ChangeKind::edited));
  Message plain = message_from("mira");
  Message hidden = plain;
  hidden.deleted = WallTime{Duration{6}};
  ResolveKnown withdrawn;
  withdrawn.was_withdrawn = true;

  BOOST_TEST(!may_be_outdated(entry, plain, {}));
  BOOST_TEST(may_be_outdated(entry, hidden, {}));
  BOOST_TEST(may_be_outdated(entry, plain, withdrawn));
  entry.change.resource.reset();
  entry.change.found = Content{"{}"};
  BOOST_TEST(!may_be_outdated(entry, hidden, withdrawn));
  BOOST_TEST(may_be_outdated(entry, plain, withdrawn));
  entry.retried = WallTime{Duration{9}};
  BOOST_TEST(may_be_outdated(entry, hidden, withdrawn));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
