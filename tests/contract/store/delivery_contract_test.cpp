#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/contract/store/samples.h"
#include "tests/contract/store/subjects.h"

using namespace belfry;
using namespace belfry::contract;
using Doubt = belfry::sync::DeliveryStore::Doubt;

namespace {

/// Puts the change into the lanes of `recipients`.
template <class Store>
void enqueue(Store& store, const Change& change, const std::vector<int>& recipients) {
  must(store.accept(std::span(&change, 1)));
  std::vector<PlannedDelivery> planned;
  for (const int recipient : recipients) planned.push_back(planned_for(recipient, change));
  const InboxEntry entry = must(store.inbox_from(Sequence{0}, 1000)).back();
  must(store.plan(entry, planned, std::nullopt, after_start(100)));
}

template <class Store>
OutboxEntry head(Store& store, int recipient) {
  const auto entry = must(store.head(person(recipient)));
  if (!entry) throw std::runtime_error("the lane is empty");
  return *entry;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(delivery_store)

BOOST_AUTO_TEST_CASE_TEMPLATE(a_lane_leaves_in_teams_order_whatever_came_first, Subject, Subjects) {
  Subject subject;
  auto& store = subject.store();
  for (const int number : {300, 5, 70, 9}) enqueue(store, created(number), {1});

  std::vector<MessageId> order;
  while (const auto entry = must(store.head(person(1)))) {
    order.push_back(entry->planned.key.ref.message);
    must(store.finish(*entry));
  }

  const std::vector<MessageId> expected = {message(5).message, message(9).message,
                                           message(70).message, message(300).message};
  BOOST_CHECK(order == expected);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_late_message_goes_before_those_that_still_wait, Subject, Subjects) {
  Subject subject;
  auto& store = subject.store();
  for (const int number : {10, 20, 30}) enqueue(store, created(number), {1});
  must(store.finish(head(store, 1)));
  BOOST_CHECK(head(store, 1).planned.key.ref == message(20));

  enqueue(store, created(15), {1});

  BOOST_CHECK(head(store, 1).planned.key.ref == message(15));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_lane_that_was_emptied_works_again, Subject, Subjects) {
  Subject subject;
  auto& store = subject.store();
  enqueue(store, created(10), {1});
  must(store.finish(head(store, 1)));
  BOOST_CHECK(!must(store.head(person(1))));

  enqueue(store, created(5), {1});

  BOOST_CHECK(head(store, 1).planned.key.ref == message(5));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(creation_edit_and_deletion_of_one_moment_leave_in_this_order, Subject,
                              Subjects) {
  Subject subject;
  auto& store = subject.store();
  enqueue(store, deleted(1), {1});
  enqueue(store, edited(1), {1});
  enqueue(store, created(1), {1});

  std::vector<ChangeKind> kinds;
  while (const auto entry = must(store.head(person(1)))) {
    kinds.push_back(entry->planned.key.kind);
    must(store.finish(*entry));
  }

  const std::vector<ChangeKind> expected = {ChangeKind::created, ChangeKind::edited,
                                            ChangeKind::deleted};
  BOOST_CHECK(kinds == expected);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(lanes_are_those_with_work_and_tell_when_it_is_due, Subject,
                              Subjects) {
  Subject subject;
  auto& store = subject.store();
  enqueue(store, created(1), {1, 2, 3});
  enqueue(store, created(2), {1, 2});
  must(store.postpone(head(store, 2), Doubt::none, 1, after_start(60'000), failure("away")));
  must(store.finish(head(store, 3)));

  subject.reopen();
  const auto lanes = must(subject.store().lanes());

  BOOST_TEST_REQUIRE(lanes.size() == 2U);
  BOOST_CHECK(lanes[0].recipient == person(1));
  BOOST_CHECK(lanes[0].next_try == WallTime{});
  BOOST_CHECK(lanes[1].recipient == person(2));
  BOOST_CHECK(lanes[1].next_try == after_start(60'000));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(lanes_whose_names_begin_alike_do_not_mix, Subject, Subjects) {
  Subject subject;
  auto& store = subject.store();
  const Change change = created(1);
  must(store.accept(std::span(&change, 1)));
  std::vector<PlannedDelivery> planned = {planned_for(1, change), planned_for(1, change)};
  planned[0].key.recipient = MattermostUserId{"ab"};
  planned[1].key.recipient = MattermostUserId{std::string("a\0b", 3)};
  must(store.plan(must(store.inbox_from(Sequence{0}, 1)).front(), planned, std::nullopt,
                  after_start(1)));

  BOOST_CHECK(!must(store.head(MattermostUserId{"a"})));
  BOOST_TEST(must(store.lanes()).size() == 2U);
  BOOST_CHECK(must(store.head(planned[1].key.recipient))->planned == planned[1]);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_attempt_is_known_after_a_power_cut, Subject, Subjects) {
  Subject subject;
  enqueue(subject.store(), created(1), {1});

  must(subject.store().mark_attempting(head(subject.store(), 1), after_start(500)));
  subject.cut_power();

  BOOST_CHECK(head(subject.store(), 1).attempting_since == after_start(500));
  BOOST_TEST(subject.store().outbox_entries() == 1U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(of_several_attempts_the_first_is_remembered, Subject, Subjects) {
  Subject subject;
  auto& store = subject.store();
  enqueue(store, created(1), {1});
  const OutboxEntry entry = head(store, 1);

  must(store.mark_attempting(entry, after_start(500)));
  must(store.mark_attempting(entry, after_start(900)));

  BOOST_CHECK(head(store, 1).attempting_since == after_start(500));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(how_far_each_file_has_come_outlives_the_process, Subject, Subjects) {
  Subject subject;
  enqueue(subject.store(), created(1), {1});
  const OutboxEntry entry = head(subject.store(), 1);
  const FileState uploading{FileUploading{UploadId{"upload-1"}, 20'000'000, 6'291'456, "version"},
                            2, after_start(400), 1, true};
  const FileState missing{FileMissing{FileTrouble::refused}, 0, {}};

  must(subject.store().record_upload(entry, 1, missing));
  must(subject.store().record_upload(entry, 0, uploading));
  subject.reopen();

  const OutboxEntry found = head(subject.store(), 1);
  BOOST_CHECK(found.planned == entry.planned);
  BOOST_CHECK(found.file(0) == uploading);
  BOOST_CHECK(found.file(1) == missing);
  BOOST_CHECK(!found.attempting_since);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_file_that_waits_or_came_is_remembered_as_such, Subject, Subjects) {
  Subject subject;
  auto& store = subject.store();
  enqueue(store, created(1), {1});
  const OutboxEntry entry = head(store, 1);
  const FileState uploaded{FileUploaded{FileId{"file-1"}}, 0, {}};
  BOOST_CHECK(entry.file(0) == FileState{});

  must(store.record_upload(entry, 0, uploaded));
  must(store.record_upload(entry, 0, uploaded));
  BOOST_CHECK(head(store, 1).file(0) == uploaded);
  must(store.record_upload(entry, 0, {FileWaiting{}, 3, after_start(5)}));

  BOOST_CHECK(head(store, 1).file(0) == (FileState{FileWaiting{}, 3, after_start(5)}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_file_of_nothing_cannot_be_recorded, Subject, Subjects) {
  Subject subject;
  auto& store = subject.store();
  enqueue(store, created(1), {1});
  const OutboxEntry entry = head(store, 1);

  const auto beyond = store.record_upload(entry, 2, {FileUploaded{FileId{"file-1"}}, 0, {}});
  must(store.finish(entry));
  const auto late = store.record_upload(entry, 0, {FileUploaded{FileId{"file-1"}}, 0, {}});

  BOOST_TEST_REQUIRE(!beyond.has_value());
  BOOST_CHECK(beyond.error().kind == ErrorKind::gone);
  BOOST_TEST_REQUIRE(!late.has_value());
  BOOST_CHECK(late.error().kind == ErrorKind::gone);
  BOOST_TEST(store.outbox_entries() == 0U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_entry_that_is_gone_cannot_be_attempted, Subject, Subjects) {
  Subject subject;
  auto& store = subject.store();
  enqueue(store, created(1), {1});
  const OutboxEntry entry = head(store, 1);
  must(store.finish(entry));

  const auto marked = store.mark_attempting(entry, after_start(500));

  BOOST_TEST_REQUIRE(!marked.has_value());
  BOOST_CHECK(marked.error().kind == ErrorKind::gone);
  BOOST_TEST(store.outbox_entries() == 0U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_delivery_is_recorded_and_its_entry_leaves, Subject, Subjects) {
  Subject subject;
  enqueue(subject.store(), created(1), {1, 2});
  const OutboxEntry entry = head(subject.store(), 1);

  must(subject.store().record_delivery(entry, delivery_for(1, created(1))));
  must(subject.store().record_delivery(entry, delivery_for(1, created(1))));
  subject.cut_power();

  BOOST_CHECK(must(subject.store().delivery(message(1), person(1))) == delivery_for(1, created(1)));
  BOOST_CHECK(!must(subject.store().delivery(message(1), person(2))));
  BOOST_CHECK(!must(subject.store().head(person(1))));
  BOOST_TEST(subject.store().outbox_entries() == 1U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_edit_replaces_the_record_of_the_delivery, Subject, Subjects) {
  Subject subject;
  auto& store = subject.store();
  enqueue(store, created(1), {1});
  must(store.record_delivery(head(store, 1), delivery_for(1, created(1))));
  enqueue(store, edited(1), {1});

  must(store.record_delivery(head(store, 1), delivery_for(1, edited(1))));

  BOOST_CHECK(must(store.delivery(message(1), person(1))) == delivery_for(1, edited(1)));
  BOOST_TEST(must(store.deliveries_of(message(1))).size() == 1U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_finished_entry_leaves_no_delivery, Subject, Subjects) {
  Subject subject;
  enqueue(subject.store(), created(1), {1});
  const OutboxEntry entry = head(subject.store(), 1);

  must(subject.store().finish(entry));
  must(subject.store().finish(entry));
  subject.cut_power();

  BOOST_TEST(subject.store().outbox_entries() == 0U);
  BOOST_CHECK(!must(subject.store().delivery(message(1), person(1))));
  BOOST_TEST(must(subject.store().lanes()).empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_postponed_entry_stays_in_doubt_until_that_is_cleared, Subject,
                              Subjects) {
  Subject subject;
  auto& store = subject.store();
  enqueue(store, created(1), {1});
  const OutboxEntry before_the_attempt = head(store, 1);
  must(store.mark_attempting(before_the_attempt, after_start(500)));

  must(
      store.postpone(before_the_attempt, Doubt::remains, 1, after_start(2000), failure("timeout")));
  const OutboxEntry in_doubt = head(store, 1);
  must(store.postpone(in_doubt, Doubt::none, 2, after_start(4000), failure("not there")));
  subject.cut_power();
  const OutboxEntry cleared = head(subject.store(), 1);

  BOOST_CHECK(in_doubt.attempting_since == after_start(500));
  BOOST_TEST(in_doubt.attempts == 1);
  BOOST_CHECK(in_doubt.next_try == after_start(2000));
  BOOST_TEST(in_doubt.last_error == "timeout");
  BOOST_CHECK(!cleared.attempting_since);
  BOOST_TEST(cleared.attempts == 2);
  BOOST_CHECK(cleared.planned == before_the_attempt.planned);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_entry_that_is_gone_is_not_postponed_back, Subject, Subjects) {
  Subject subject;
  auto& store = subject.store();
  enqueue(store, created(1), {1});
  const OutboxEntry entry = head(store, 1);
  must(store.record_delivery(entry, delivery_for(1, created(1))));

  must(store.postpone(entry, Doubt::none, 1, after_start(1), failure("late")));
  must(store.give_up(entry, failure("late"), after_start(1)));

  BOOST_TEST(store.outbox_entries() == 0U);
  BOOST_TEST(store.dead_letter_count() == 0U);
  BOOST_CHECK(!must(store.head(person(1))));
}

BOOST_AUTO_TEST_SUITE_END()
