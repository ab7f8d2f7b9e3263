#include <algorithm>
#include <atomic>
#include <barrier>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/contract/store/samples.h"
#include "tests/contract/store/subjects.h"

using namespace belfry;
using namespace belfry::contract;

namespace {

struct Found {
  std::vector<Change> changes{};
  std::vector<OldMessages> old{};
  std::vector<SweepCursor> moves{};
};

template <class Store>
sync::FoundCount accept_found(Store& store, const Found& found) {
  return must(store.accept_found(found.changes, found.old, found.moves, after_start(900)));
}

template <class Store>
void accept(Store& store, const std::vector<Change>& changes) {
  must(store.accept(changes));
}

template <class Store>
std::vector<Change> inbox(Store& store) {
  std::vector<Change> changes;
  for (const InboxEntry& entry : must(store.inbox_from(Sequence{0}, 1000)))
    changes.push_back(entry.change);
  return changes;
}

template <class Store>
void deliver(Store& store, const Change& change, const std::vector<int>& recipients) {
  accept(store, {change});
  const auto entry = must(store.inbox_from(Sequence{0}, 1000)).back();
  std::vector<PlannedDelivery> planned;
  for (const int recipient : recipients) planned.push_back(planned_for(recipient, change));
  must(store.plan(entry, planned, std::nullopt, after_start(1)));
  for (const int recipient : recipients) {
    const auto head = must(store.head(person(recipient)));
    must(store.record_delivery(*head, delivery_for(recipient, change)));
  }
}

std::vector<ChatId> ids_of(const std::vector<Chat>& chats) {
  std::vector<ChatId> ids;
  for (const Chat& chat : chats) ids.push_back(chat.id);
  return ids;
}

constexpr int k_threads = 8;

}  // namespace

BOOST_AUTO_TEST_SUITE(sweep_store)

BOOST_AUTO_TEST_CASE_TEMPLATE(what_a_sweep_found_and_its_cursors_come_together, Subject, Subjects) {
  Subject subject;
  auto& store = subject.store();
  must(store.connect(account(1), tokens(1)));

  const auto count =
      accept_found(store, {{found(1), deleted(2), edited(3)},
                           {},
                           {cursor(1, SweepRoute::list), cursor(1, SweepRoute::delta)}});
  subject.cut_power();

  auto& reopened = subject.store();
  BOOST_CHECK((count.stored == std::vector<MessageRef>{message(1)}));
  BOOST_TEST(count.known == 0U);
  BOOST_TEST(count.summed_up.empty());
  BOOST_CHECK((inbox(reopened) == std::vector<Change>{found(1), deleted(2), edited(3)}));
  BOOST_CHECK(
      (must(reopened.cursors(person(1))) ==
       std::vector<SweepCursor>{cursor(1, SweepRoute::list), cursor(1, SweepRoute::delta)}));
  BOOST_TEST(reopened.inbox_entries() == 3U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_a_webhook_announced_is_not_found_again, Subject, Subjects) {
  Subject subject;
  auto& store = subject.store();
  accept(store, {created(1), deleted(2)});

  const auto count = accept_found(store, {{found(1), deleted(2), found(3), found(3)}, {}, {}});

  BOOST_CHECK((count.stored == std::vector<MessageRef>{message(3)}));
  BOOST_TEST(count.known == 3U);
  BOOST_TEST(store.inbox_entries() == 3U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_a_sweep_found_is_known_when_the_webhook_comes, Subject,
                              Subjects) {
  Subject subject;
  auto& store = subject.store();
  accept_found(store, {{found(1)}, {old_messages({2})}, {}});

  const auto late = must(store.accept(std::vector<Change>{created(1), created(2), created(3)}));

  BOOST_TEST(late.known == 2U);
  BOOST_TEST(late.stored == 1U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_cursor_moves_and_those_of_others_stay, Subject, Subjects) {
  Subject subject;
  auto& store = subject.store();
  must(store.connect(account(1), tokens(1)));
  must(store.connect(account(2), tokens(2)));
  accept_found(store, {{}, {}, {cursor(1, SweepRoute::delta), cursor(2, SweepRoute::delta)}});

  accept_found(store, {{}, {}, {cursor(1, SweepRoute::delta, 2)}});
  subject.cut_power();

  auto& reopened = subject.store();
  BOOST_CHECK((must(reopened.cursors(person(1))) ==
               std::vector<SweepCursor>{cursor(1, SweepRoute::delta, 2)}));
  BOOST_CHECK((must(reopened.cursors(person(2))) ==
               std::vector<SweepCursor>{cursor(2, SweepRoute::delta)}));
  BOOST_TEST(must(reopened.cursors(person(3))).empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(cursors_go_with_the_account_and_do_not_come_back, Subject, Subjects) {
  Subject subject;
  auto& store = subject.store();
  must(store.connect(account(1), tokens(1)));
  accept_found(store, {{}, {}, {cursor(1, SweepRoute::list), cursor(1, SweepRoute::delta)}});

  must(store.remove_account(person(1)));
  const auto late = accept_found(store, {{found(1)}, {}, {cursor(1, SweepRoute::list, 2)}});
  must(store.connect(account(1), tokens(1)));
  subject.cut_power();

  BOOST_TEST(late.stored.size() == 1U);
  BOOST_TEST(must(subject.store().cursors(person(1))).empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(cursors_outlive_a_disconnection_but_not_another_teams_user, Subject,
                              Subjects) {
  Subject subject;
  auto& store = subject.store();
  must(store.connect(account(1), tokens(1)));
  accept_found(store, {{}, {}, {cursor(1, SweepRoute::list), cursor(1, SweepRoute::delta)}});
  must(store.mark_disconnected(person(1)));
  const auto disconnected = must(store.cursors(person(1)));
  must(store.connect(account(1), tokens(2)));
  const auto reconnected = must(store.cursors(person(1)));
  Account other = account(1);
  other.teams_user = account(2).teams_user;

  must(store.connect(other, tokens(3)));

  BOOST_TEST(disconnected.size() == 2U);
  BOOST_TEST(reconnected.size() == 2U);
  BOOST_TEST(must(store.cursors(person(1))).empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(old_messages_of_a_chat_become_one_summary, Subject, Subjects) {
  Subject subject;
  auto& store = subject.store();
  accept(store, {created(2)});

  const auto count = accept_found(
      store,
      {{found(9)}, {old_messages({1, 2, 3, 4}), old_messages({5}, 2), old_messages({2})}, {}});
  subject.cut_power();

  BOOST_TEST(count.summed_up.size() == 4U);
  BOOST_TEST(count.known == 2U);
  BOOST_CHECK((count.stored == std::vector<MessageRef>{message(9)}));
  const auto changes = inbox(subject.store());
  BOOST_TEST_REQUIRE(changes.size() == 4U);
  const Change& summary = changes[2];
  BOOST_CHECK(summary.kind == ChangeKind::summary);
  BOOST_CHECK(summary.source == Source::reconciler);
  BOOST_CHECK(summary.ref == message(4));
  BOOST_CHECK(summary.received == after_start(900));
  BOOST_CHECK(summary.shown_to == person(1));
  const auto each = [](int number) {
    return MissedMessage{after_start(number), teams_user(number)};
  };
  BOOST_CHECK((summary.missed ==
               MissedMessages{3, after_start(1), after_start(4), {each(1), each(3), each(4)}}));
  BOOST_CHECK(changes[3].ref == message(5, 2));
  BOOST_CHECK((changes[3].missed == MissedMessages{1, after_start(5), after_start(5), {each(5)}}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(old_messages_are_summed_up_once, Subject, Subjects) {
  Subject subject;
  auto& store = subject.store();
  accept_found(store, {{}, {old_messages({1, 2})}, {}});

  const auto again = accept_found(store, {{found(1)}, {old_messages({1, 2})}, {}});
  const auto more = accept_found(store, {{}, {old_messages({1, 2, 3})}, {}});

  BOOST_TEST(again.summed_up.empty());
  BOOST_TEST(again.known == 3U);
  BOOST_TEST(again.stored.empty());
  BOOST_TEST(more.summed_up.size() == 1U);
  const auto changes = inbox(store);
  BOOST_TEST_REQUIRE(changes.size() == 2U);
  BOOST_CHECK(changes[1].ref == message(3));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_message_that_is_found_as_new_and_as_old_is_told_once, Subject,
                              Subjects) {
  Subject subject;

  const auto count = accept_found(subject.store(), {{found(1)}, {old_messages({1})}, {}});

  BOOST_TEST(count.stored.size() == 1U);
  BOOST_TEST(count.summed_up.empty());
  BOOST_TEST(subject.store().inbox_entries() == 1U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_summary_is_planned_like_any_change, Subject, Subjects) {
  Subject subject;
  auto& store = subject.store();
  accept_found(store, {{}, {old_messages({1, 2})}, {}});
  const auto entry = must(store.inbox_from(Sequence{0}, 10)).at(0);

  const std::vector<PlannedDelivery> planned = {planned_for(1, entry.change)};
  must(store.plan(entry, planned, std::nullopt, after_start(1)));
  subject.cut_power();

  const auto head = must(subject.store().head(person(1)));
  BOOST_TEST_REQUIRE(head.has_value());
  BOOST_CHECK(head->planned.key.kind == ChangeKind::summary);
  BOOST_TEST(subject.store().inbox_entries() == 0U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(nothing_found_is_no_error, Subject, Subjects) {
  Subject subject;

  const auto count = accept_found(subject.store(), {});

  BOOST_TEST(count.stored.empty());
  BOOST_TEST(subject.store().inbox_entries() == 0U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_the_journal_says_of_a_found_message_comes_with_it, Subject,
                              Subjects) {
  Subject subject;
  auto& store = subject.store();
  accept(store, {created(2)});
  Change fresh = found(1);
  fresh.line = JournalRecord{after_start(1), "message_reconciled", "cause=missed"};
  Change known = found(2);
  known.line = JournalRecord{after_start(2), "message_reconciled", "cause=none"};

  OldMessages old = old_messages({2, 3});
  old.messages[0].line = known.line;
  old.messages[1].line = JournalRecord{after_start(3), "message_reconciled", "cause=old"};

  accept_found(store, {{fresh, known}, {old}, {}});
  accept_found(store, {{fresh, known}, {old}, {}});
  subject.cut_power();

  const auto lines = must(subject.store().newest_records(10));
  BOOST_TEST_REQUIRE(lines.size() == 2U);
  for (const JournalRecord& line : lines)
    BOOST_CHECK(line == *fresh.line || line == *old.messages[1].line);
  BOOST_CHECK(inbox(subject.store())[1] == found(1));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_turn_of_quiet_chats_is_remembered, Subject, Subjects) {
  Subject subject;
  BOOST_CHECK(!must(subject.store().quiet_turn(QuietKind::told)));
  const QuietTurn turn{chat(7).id, after_start(20), after_start(10), true, true};

  must(subject.store().keep_quiet_turn(QuietKind::told, turn));
  must(subject.store().keep_quiet_turn(QuietKind::named, {}));
  subject.reopen();

  BOOST_CHECK(must(subject.store().quiet_turn(QuietKind::told)) == turn);
  BOOST_CHECK(must(subject.store().quiet_turn(QuietKind::named)) == QuietTurn{});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_webhook_and_sweeps_at_once_bring_a_message_once, Subject,
                              Subjects) {
  Subject subject;
  constexpr int rounds = 60;
  std::atomic<std::size_t> told{0};
  std::barrier all_at_once(k_threads);

  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < k_threads; ++t) {
      threads.emplace_back([&, t] {
        for (int round = 0; round < rounds; ++round) {
          const std::vector<Change> changes = {found(round)};
          const std::vector<OldMessages> old = {old_messages({round})};
          all_at_once.arrive_and_wait();
          if (t % 3 == 0) {
            const auto count = subject.store().accept(changes);
            if (count) told += count->stored;
          } else {
            const auto count = t % 3 == 1
                                   ? subject.store().accept_found(changes, {}, {}, after_start(1))
                                   : subject.store().accept_found({}, old, {}, after_start(1));
            if (count) told += count->stored.size() + count->summed_up.size();
          }
        }
      });
    }
  }

  BOOST_TEST(told == static_cast<std::size_t>(rounds));
  BOOST_TEST(subject.store().inbox_entries() == static_cast<std::size_t>(rounds));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(known_chats_are_walked_in_parts_and_in_order, Subject, Subjects) {
  Subject subject;
  auto& store = subject.store();
  for (const int number : {3, 1, 2}) must(store.cache_chat(chat(number)));

  const auto first = must(store.known_chats(ChatId{}, 2));
  const auto rest = must(store.known_chats(first.back().id, 2));
  const auto none = must(store.known_chats(rest.back().id, 2));

  BOOST_CHECK((ids_of(first) == std::vector<ChatId>{chat(1).id, chat(2).id}));
  BOOST_CHECK((ids_of(rest) == std::vector<ChatId>{chat(3).id}));
  BOOST_TEST(none.empty());
  BOOST_CHECK(are_equal(first[0], chat(1)));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(of_each_chat_the_newest_delivered_message_is_named, Subject,
                              Subjects) {
  Subject subject;
  auto& store = subject.store();
  for (const int number : {5, 9, 7}) deliver(store, created(number, 1), {1, 2});
  deliver(store, created(3, 2), {2});
  deliver(store, created(1, 3), {1});
  deliver(store, created(2, 3), {3});

  const auto first = must(store.delivered_chats(ChatId{}, 2));
  const auto rest = must(store.delivered_chats(first.back().ref.chat, 2));
  const auto none = must(store.delivered_chats(rest.back().ref.chat, 2));

  BOOST_TEST_REQUIRE(first.size() == 2U);
  BOOST_CHECK(first[0].ref == message(9, 1));
  BOOST_CHECK(first[1].ref == message(3, 2));
  BOOST_CHECK(first[1].recipient == person(2));
  BOOST_TEST_REQUIRE(rest.size() == 1U);
  BOOST_CHECK(rest[0].ref == message(2, 3));
  BOOST_CHECK(rest[0].recipient == person(3));
  BOOST_TEST(none.empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_chat_whose_name_begins_like_anothers_is_walked_too, Subject,
                              Subjects) {
  Subject subject;
  auto& store = subject.store();
  const std::vector<std::string> names = {"a", std::string("a\0b", 3), "a\x01", "ab"};
  std::vector<MessageRef> all;
  for (const std::string& name : names) {
    Change change = created(1);
    change.ref.chat = ChatId{name};
    deliver(store, change, {1});
    all.push_back(change.ref);
    Chat known = chat(1);
    known.id = change.ref.chat;
    must(store.cache_chat(known));
  }

  std::vector<MessageRef> delivered;
  for (ChatId after;;) {
    const auto page = must(store.delivered_chats(after, 1));
    if (page.empty()) break;
    delivered.push_back(page[0].ref);
    after = page[0].ref.chat;
  }
  std::vector<ChatId> known;
  for (ChatId after;;) {
    const auto page = must(store.known_chats(after, 1));
    if (page.empty()) break;
    known.push_back(page[0].id);
    after = page[0].id;
  }

  BOOST_CHECK(delivered == all);
  BOOST_TEST(known.size() == names.size());
  BOOST_CHECK(std::is_sorted(known.begin(), known.end()));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_is_usual_is_remembered, Subject, Subjects) {
  Subject subject;
  BOOST_CHECK(!must(subject.store().traffic()));

  must(subject.store().keep_traffic(traffic_profile(1)));
  must(subject.store().keep_traffic(traffic_profile(2)));
  subject.reopen();

  BOOST_CHECK(must(subject.store().traffic()) == traffic_profile(2));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_owed_sweep_is_remembered_until_it_is_settled, Subject, Subjects) {
  Subject subject;
  BOOST_CHECK(!must(subject.store().sweep_is_owed()));

  must(subject.store().owe_sweep());
  subject.cut_power();
  BOOST_CHECK(must(subject.store().sweep_is_owed()));

  must(subject.store().settle_sweep());
  BOOST_CHECK(!must(subject.store().sweep_is_owed()));
}

BOOST_AUTO_TEST_SUITE_END()
