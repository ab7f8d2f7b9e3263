#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/contract/store/samples.h"
#include "tests/contract/store/subjects.h"

using namespace belfry;
using namespace belfry::contract;
using belfry::sync::PlanOutcome;

namespace {

template <class Store>
InboxEntry accepted(Store& store, const Change& change) {
  must(store.accept(std::span(&change, 1)));
  return must(store.inbox_from(Sequence{0}, 1000)).back();
}

template <class Store>
void deliver(Store& store, int recipient, const Change& change) {
  const InboxEntry entry = accepted(store, change);
  const PlannedDelivery planned = planned_for(recipient, change);
  must(store.plan(entry, std::span(&planned, 1), std::nullopt, after_start(1)));
  must(
      store.record_delivery(*must(store.head(person(recipient))), delivery_for(recipient, change)));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(plan_store)

BOOST_AUTO_TEST_CASE_TEMPLATE(a_planned_change_becomes_its_deliveries, Subject, Subjects) {
  Subject subject;
  auto& store = subject.store();
  const InboxEntry entry = accepted(store, created(1));
  const std::vector<PlannedDelivery> planned = {planned_for(1, created(1)),
                                                planned_for(2, created(1))};

  const auto outcome = must(store.plan(entry, planned, std::nullopt, after_start(300)));

  BOOST_CHECK(outcome == PlanOutcome::planned);
  BOOST_TEST(store.inbox_entries() == 0U);
  BOOST_TEST(store.outbox_entries() == 2U);
  const auto head = must(store.head(person(2)));
  BOOST_TEST_REQUIRE(head.has_value());
  BOOST_CHECK(head->planned == planned[1]);
  BOOST_CHECK(head->entered == after_start(300));
  BOOST_CHECK(!head->attempting_since);
  BOOST_TEST(head->attempts == 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_plan_outlives_a_restart_and_a_power_cut, Subject, Subjects) {
  Subject subject;
  const InboxEntry entry = accepted(subject.store(), created(1));
  const PlannedDelivery planned = planned_for(1, created(1));
  must(subject.store().plan(entry, std::span(&planned, 1), std::nullopt, after_start(300)));
  const auto before = must(subject.store().head(person(1)));

  subject.reopen();
  const auto reopened = must(subject.store().head(person(1)));
  subject.cut_power();
  const auto after = must(subject.store().head(person(1)));

  BOOST_CHECK(reopened == before);
  BOOST_CHECK(after == before);
  BOOST_TEST(subject.store().inbox_entries() == 0U);
  BOOST_TEST(subject.store().outbox_entries() == 1U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_change_that_was_passed_over_is_remembered, Subject, Subjects) {
  Subject subject;
  const InboxEntry entry = accepted(subject.store(), edited(1));
  BOOST_TEST(!must(subject.store().was_passed_over(message(1))));

  must(subject.store().pass_over(entry));
  must(subject.store().pass_over(entry));
  subject.cut_power();

  BOOST_TEST(must(subject.store().was_passed_over(message(1))));
  BOOST_TEST(!must(subject.store().was_passed_over(message(2))));
  BOOST_TEST(subject.store().inbox_entries() == 0U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_was_passed_over_hides_neither_the_message_nor_later_edits,
                              Subject, Subjects) {
  Subject subject;
  auto& store = subject.store();
  must(store.pass_over(accepted(store, edited(1))));

  const InboxEntry creation = accepted(store, created(1));
  const PlannedDelivery planned = planned_for(1, edited(1));

  BOOST_CHECK(creation.change == created(1));
  BOOST_CHECK(must(store.plan(accepted(store, edited(1)), std::span(&planned, 1), after_start(5000),
                              after_start(1))) == PlanOutcome::planned);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_message_whose_deletion_was_announced_is_known_as_withdrawn, Subject,
                              Subjects) {
  Subject subject;
  BOOST_TEST(!must(subject.store().was_withdrawn(message(1))));

  accepted(subject.store(), created(1));
  BOOST_TEST(!must(subject.store().was_withdrawn(message(1))));
  accepted(subject.store(), deleted(1));
  subject.cut_power();

  BOOST_TEST(must(subject.store().was_withdrawn(message(1))));
  BOOST_TEST(!must(subject.store().was_withdrawn(message(2))));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_planned_text_that_hides_another_is_remembered, Subject, Subjects) {
  Subject subject;
  PlannedDelivery planned = planned_for(1, edited(1));
  planned.shows = PostShows::withheld;

  must(subject.store().plan(accepted(subject.store(), edited(1)), std::span(&planned, 1),
                            std::nullopt, after_start(1)));
  subject.cut_power();

  BOOST_TEST(must(subject.store().was_withdrawn(message(1))));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_deletion_is_another_one_after_its_message_was_read, Subject,
                              Subjects) {
  Subject subject;
  auto& store = subject.store();
  const Change deletion = deleted(1);
  must(store.plan(accepted(store, deletion), {}, std::nullopt, after_start(1)));
  BOOST_TEST(must(store.accept(std::span(&deletion, 1))).known == 1U);

  must(store.expect_deletion(message(1)));
  must(store.expect_deletion(message(1)));

  BOOST_TEST(must(store.was_withdrawn(message(1))));
  BOOST_TEST(must(store.accept(std::span(&deletion, 1))).stored == 1U);
  BOOST_TEST(must(store.accept(std::span(&deletion, 1))).known == 1U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_message_that_was_never_deleted_expects_its_deletion_anyway, Subject,
                              Subjects) {
  Subject subject;

  must(subject.store().expect_deletion(message(1)));

  BOOST_TEST(!must(subject.store().was_withdrawn(message(1))));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(planning_twice_is_planning_once, Subject, Subjects) {
  Subject subject;
  auto& store = subject.store();
  const InboxEntry entry = accepted(store, created(1));
  const PlannedDelivery planned = planned_for(1, created(1));
  must(store.plan(entry, std::span(&planned, 1), std::nullopt, after_start(1)));
  must(store.finish(*must(store.head(person(1)))));

  const auto again = must(store.plan(entry, std::span(&planned, 1), std::nullopt, after_start(2)));

  BOOST_CHECK(again == PlanOutcome::planned);
  BOOST_TEST(store.outbox_entries() == 0U);
  BOOST_TEST(store.inbox_entries() == 0U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_plan_for_nobody_just_removes_the_entry, Subject, Subjects) {
  Subject subject;
  auto& store = subject.store();
  const InboxEntry entry = accepted(store, created(1));

  must(store.plan(entry, {}, std::nullopt, after_start(1)));

  BOOST_TEST(store.inbox_entries() == 0U);
  BOOST_TEST(store.outbox_entries() == 0U);
  BOOST_TEST(must(store.lanes()).empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_edit_announced_twice_is_planned_once, Subject, Subjects) {
  Subject subject;
  auto& store = subject.store();
  const PlannedDelivery planned = planned_for(1, edited(1));
  const InboxEntry first = accepted(store, edited(1));
  const InboxEntry second = accepted(store, edited(1));
  must(store.plan(first, std::span(&planned, 1), after_start(5000), after_start(6000)));
  must(store.finish(*must(store.head(person(1)))));

  const auto outcome =
      must(store.plan(second, std::span(&planned, 1), after_start(5000), after_start(6001)));

  BOOST_CHECK(outcome == PlanOutcome::known);
  BOOST_TEST(store.inbox_entries() == 0U);
  BOOST_TEST(store.outbox_entries() == 0U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(edits_of_other_times_or_messages_are_planned, Subject, Subjects) {
  Subject subject;
  auto& store = subject.store();
  const PlannedDelivery planned = planned_for(1, edited(1));
  must(store.plan(accepted(store, edited(1)), std::span(&planned, 1), after_start(5000),
                  after_start(1)));

  const auto later =
      must(store.plan(accepted(store, edited(1)), {}, after_start(5001), after_start(2)));
  const auto other =
      must(store.plan(accepted(store, edited(2)), {}, after_start(5000), after_start(3)));
  const auto unnamed =
      must(store.plan(accepted(store, edited(1)), {}, std::nullopt, after_start(4)));

  BOOST_CHECK(later == PlanOutcome::planned);
  BOOST_CHECK(other == PlanOutcome::planned);
  BOOST_CHECK(unnamed == PlanOutcome::planned);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_edit_remembered_outlives_a_power_cut, Subject, Subjects) {
  Subject subject;
  must(subject.store().plan(accepted(subject.store(), edited(1)), {}, after_start(5000),
                            after_start(1)));

  subject.cut_power();
  const auto outcome = must(subject.store().plan(accepted(subject.store(), edited(1)), {},
                                                 after_start(5000), after_start(2)));

  BOOST_CHECK(outcome == PlanOutcome::known);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_postponed_change_stays_with_its_attempts, Subject, Subjects) {
  Subject subject;
  const InboxEntry entry = accepted(subject.store(), rich(1));

  must(subject.store().postpone(entry, 3, after_start(60'000), failure("graph is away")));
  must(subject.store().postpone(entry, 3, after_start(60'000), failure("graph is away")));
  subject.reopen();

  const auto entries = must(subject.store().inbox_from(Sequence{0}, 10));
  BOOST_TEST_REQUIRE(entries.size() == 1U);
  BOOST_CHECK(entries[0].change == entry.change);
  BOOST_CHECK(entries[0].sequence == entry.sequence);
  BOOST_TEST(entries[0].attempts == 3);
  BOOST_CHECK(entries[0].next_try == after_start(60'000));
  BOOST_TEST(entries[0].last_error == "graph is away");
  BOOST_TEST(subject.store().inbox_entries() == 1U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_change_that_is_gone_is_not_postponed_back, Subject, Subjects) {
  Subject subject;
  auto& store = subject.store();
  const InboxEntry entry = accepted(store, created(1));
  must(store.plan(entry, {}, std::nullopt, after_start(1)));

  must(store.postpone(entry, 1, after_start(2), failure("late")));
  must(store.give_up(entry, failure("late"), after_start(2)));
  must(store.refuse(entry));

  BOOST_TEST(store.inbox_entries() == 0U);
  BOOST_TEST(store.dead_letter_count() == 0U);
  BOOST_TEST(must(store.inbox_from(Sequence{0}, 10)).empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_refused_change_is_forgotten_so_that_the_true_one_can_come, Subject,
                              Subjects) {
  Subject subject;
  const InboxEntry forged = accepted(subject.store(), created(1));

  must(subject.store().refuse(forged));
  subject.cut_power();
  const Change change = created(1);
  const auto count = must(subject.store().accept(std::span(&change, 1)));

  BOOST_TEST(count.stored == 1U);
  BOOST_TEST(subject.store().inbox_entries() == 1U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(refusing_again_does_not_forget_the_true_one, Subject, Subjects) {
  Subject subject;
  auto& store = subject.store();
  const InboxEntry forged = accepted(store, created(1));
  must(store.refuse(forged));
  accepted(store, created(1));

  must(store.refuse(forged));

  const Change change = created(1);
  BOOST_TEST(must(store.accept(std::span(&change, 1))).known == 1U);
  BOOST_TEST(store.inbox_entries() == 1U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(who_was_told_of_a_message_is_known, Subject, Subjects) {
  Subject subject;
  deliver(subject.store(), 1, created(1));
  Change prefix = created(1);
  prefix.ref.message = MessageId{created(1).ref.message.text() + "0"};
  deliver(subject.store(), 2, prefix);

  subject.reopen();

  const auto told = must(subject.store().deliveries_of(created(1).ref));
  BOOST_TEST_REQUIRE(told.size() == 1U);
  BOOST_CHECK(told[0] == delivery_for(1, created(1)));
  BOOST_TEST(must(subject.store().deliveries_of(created(3).ref)).empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(who_still_waits_for_a_message_is_known, Subject, Subjects) {
  Subject subject;
  auto& store = subject.store();
  const std::vector<PlannedDelivery> planned = {planned_for(1, created(1)),
                                                planned_for(2, created(1))};
  must(store.plan(accepted(store, created(1)), planned, std::nullopt, after_start(1)));
  must(store.finish(*must(store.head(person(1)))));
  const std::vector<MattermostUserId> asked = {person(1), person(2), person(3)};
  const std::uint64_t due_order = planned[0].key.due_order;

  const auto waiting = must(store.waiting_for(created(1).ref, due_order, asked));
  const auto elsewhere = must(store.waiting_for(created(1).ref, due_order + 1, asked));

  BOOST_TEST_REQUIRE(waiting.size() == 1U);
  BOOST_CHECK(waiting[0] == person(2));
  BOOST_TEST(elsewhere.empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_distrusted_chat_is_stale_and_its_people_stay_known, Subject,
                              Subjects) {
  Subject subject;
  must(subject.store().cache_chat(chat(1)));
  must(subject.store().cache_chat(chat(1)));

  subject.reopen();
  const auto found = must(subject.store().cached_chat(chat(1).id));
  must(subject.store().distrust_chat(chat(1).id, chat(1).fetched_at - std::chrono::seconds{1}));
  const auto believed = must(subject.store().cached_chat(chat(1).id));
  must(subject.store().distrust_chat(chat(1).id, chat(1).fetched_at));
  must(subject.store().distrust_chat(chat(1).id, chat(1).fetched_at));
  must(subject.store().distrust_chat(chat(2).id, chat(1).fetched_at));
  subject.reopen();
  const auto stale = must(subject.store().cached_chat(chat(1).id));

  BOOST_TEST_REQUIRE(found.has_value());
  BOOST_CHECK(are_equal(*found, chat(1)));
  BOOST_CHECK(believed->fetched_at == chat(1).fetched_at);
  BOOST_TEST_REQUIRE(stale.has_value());
  BOOST_CHECK(stale->fetched_at == WallTime{});
  BOOST_TEST(stale->members.size() == chat(1).members.size());
  BOOST_TEST(must(subject.store().known_chats(ChatId{}, 10)).size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
