#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/contract/store/samples.h"
#include "tests/contract/store/subjects.h"

using namespace belfry;
using namespace belfry::contract;

namespace {

template <class Store>
InboxEntry accepted(Store& store, const Change& change) {
  must(store.accept(std::span(&change, 1)));
  return must(store.inbox_from(Sequence{0}, 1000)).back();
}

template <class Store>
OutboxEntry enqueued(Store& store, const Change& change) {
  const PlannedDelivery planned = planned_for(1, change);
  must(store.plan(accepted(store, change), std::span(&planned, 1), std::nullopt, after_start(100)));
  return *must(store.head(person(1)));
}

template <class Store>
std::vector<DeadLetter> letters(Store& store) {
  return must(store.dead_letters("", 1000));
}

template <class T>
bool is_gone(const Result<T>& result) {
  return !result && result.error().kind == ErrorKind::gone;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(dead_letter_store)

BOOST_AUTO_TEST_CASE_TEMPLATE(a_change_given_up_stands_in_the_dead_letters_with_its_reason, Subject,
                              Subjects) {
  Subject subject;
  InboxEntry entry = accepted(subject.store(), rich(1));
  entry.attempts = 4;

  must(subject.store().give_up(entry, failure("no such chat"), after_start(7000)));
  must(subject.store().give_up(entry, failure("no such chat"), after_start(7001)));
  subject.cut_power();

  const auto dead = letters(subject.store());
  BOOST_TEST_REQUIRE(dead.size() == 1U);
  BOOST_CHECK(dead[0].since == after_start(7000));
  BOOST_TEST(dead[0].stage == "resolve");
  BOOST_CHECK(dead[0].ref == message(1));
  BOOST_CHECK(dead[0].kind == ChangeKind::created);
  BOOST_CHECK(dead[0].recipient.empty());
  BOOST_TEST(dead[0].attempts == 4);
  BOOST_TEST(dead[0].reason == "refused");
  BOOST_TEST(dead[0].last_error == "no such chat");
  BOOST_TEST(subject.store().inbox_entries() == 0U);
  BOOST_TEST(subject.store().dead_letter_count() == 1U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_delivery_given_up_stands_in_the_dead_letters_with_its_recipient,
                              Subject, Subjects) {
  Subject subject;
  const OutboxEntry entry = enqueued(subject.store(), edited(1));

  must(subject.store().give_up(entry, failure("channel archived"), after_start(7000)));
  must(subject.store().give_up(entry, failure("channel archived"), after_start(7001)));
  subject.cut_power();

  const auto dead = letters(subject.store());
  BOOST_TEST_REQUIRE(dead.size() == 1U);
  BOOST_TEST(dead[0].stage == "deliver");
  BOOST_CHECK(dead[0].kind == ChangeKind::edited);
  BOOST_CHECK(dead[0].recipient == person(1));
  BOOST_TEST(subject.store().outbox_entries() == 0U);
  BOOST_CHECK(!must(subject.store().head(person(1))));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_retried_change_is_in_the_inbox_again_with_no_attempts, Subject,
                              Subjects) {
  Subject subject;
  InboxEntry entry = accepted(subject.store(), rich(1));
  BOOST_CHECK(entry.entered() == rich(1).received);
  must(subject.store().postpone(entry, 4, after_start(1), failure("away")));
  entry = must(subject.store().inbox_from(Sequence{0}, 1)).front();
  must(subject.store().give_up(entry, failure("no such chat"), after_start(7000)));
  const std::string id = letters(subject.store())[0].id;

  const auto letter = must(subject.store().retry_dead_letter(id, after_start(8000)));
  const auto again = subject.store().retry_dead_letter(id, after_start(8001));
  subject.cut_power();

  BOOST_CHECK(letter.ref == message(1));
  BOOST_CHECK(is_gone(again));
  BOOST_TEST(subject.store().dead_letter_count() == 0U);
  // A reader that went past its old place has to meet it again.
  const auto entries = must(
      subject.store().inbox_from(Sequence{static_cast<std::uint64_t>(entry.sequence) + 1}, 10));
  BOOST_TEST_REQUIRE(entries.size() == 1U);
  BOOST_CHECK(entries[0].change == rich(1));
  BOOST_TEST(entries[0].attempts == 0);
  BOOST_CHECK(entries[0].next_try == WallTime{});
  BOOST_TEST(entries[0].last_error.empty());
  BOOST_CHECK(entries[0].entered() == after_start(8000));
  BOOST_TEST(subject.store().inbox_entries() == 1U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_retried_delivery_is_in_its_lane_again_and_keeps_its_doubt, Subject,
                              Subjects) {
  Subject subject;
  const OutboxEntry entry = enqueued(subject.store(), created(1));
  enqueued(subject.store(), created(2));
  must(subject.store().mark_attempting(entry, after_start(500)));
  must(subject.store().give_up(entry, failure("channel archived"), after_start(7000)));
  BOOST_CHECK(must(subject.store().head(person(1)))->planned.key.ref == message(2));

  must(subject.store().retry_dead_letter(letters(subject.store())[0].id, after_start(8000)));

  BOOST_CHECK(must(subject.store().head(person(1)))->planned == entry.planned);
  subject.reopen();
  const auto head = must(subject.store().head(person(1)));
  BOOST_TEST_REQUIRE(head.has_value());
  BOOST_CHECK(head->planned == entry.planned);
  BOOST_CHECK(head->attempting_since == after_start(500));
  BOOST_CHECK(head->entered == after_start(8000));
  BOOST_TEST(head->attempts == 0);
  BOOST_TEST(subject.store().outbox_entries() == 2U);
  BOOST_TEST(subject.store().dead_letter_count() == 0U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_creation_among_the_dead_letters_is_found_by_its_message, Subject,
                              Subjects) {
  Subject subject;
  must(subject.store().give_up(enqueued(subject.store(), created(1)), failure("no"),
                               after_start(7000)));
  must(subject.store().give_up(enqueued(subject.store(), edited(2)), failure("no"),
                               after_start(7001)));

  subject.cut_power();

  const auto buried = must(subject.store().delivery(message(1), person(1)));
  BOOST_TEST_REQUIRE(buried.has_value());
  BOOST_TEST(buried->is_buried());
  BOOST_TEST(buried->letter == letters(subject.store())[0].id);
  BOOST_CHECK(buried->delivered_at == after_start(7000));
  BOOST_CHECK(!must(subject.store().delivery(message(2), person(1))));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_is_said_of_a_dead_letter_is_what_its_retry_says, Subject,
                              Subjects) {
  Subject subject;
  const OutboxEntry creation = enqueued(subject.store(), created(1));
  must(subject.store().record_upload(creation, 1, {FileUploaded{FileId{"file-1"}}, 0, {}}));
  must(subject.store().give_up(creation, failure("no"), after_start(7000)));
  PlannedDelivery better = planned_for(1, edited(1));
  better.text = Content{"better words"};
  must(subject.store().plan(accepted(subject.store(), edited(1)), std::span(&better, 1),
                            std::nullopt, after_start(7100)));
  const OutboxEntry edit = *must(subject.store().head(person(1)));
  Delivery buried = *must(subject.store().delivery(message(1), person(1)));
  buried.edited = edit.planned.edited;

  BOOST_TEST(must(subject.store().amend(edit, buried)));
  BOOST_TEST(must(subject.store().amend(edit, buried)));
  subject.cut_power();

  BOOST_TEST(subject.store().outbox_entries() == 0U);
  BOOST_TEST(subject.store().dead_letter_count() == 1U);
  BOOST_CHECK(must(subject.store().delivery(message(1), person(1))) == buried);
  must(subject.store().retry_dead_letter(buried.letter, after_start(8000)));
  const auto head = must(subject.store().head(person(1)));
  BOOST_TEST_REQUIRE(head.has_value());
  BOOST_CHECK(head->planned.key == creation.planned.key);
  BOOST_CHECK(head->planned.mark == creation.planned.mark);
  BOOST_CHECK(head->planned.text == edit.planned.text);
  BOOST_CHECK(head->planned.edited == edit.planned.edited);
  BOOST_CHECK(head->file(1).progress == FileProgress{FileUploaded{FileId{"file-1"}}});
  BOOST_TEST(head->is_amended);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_is_said_of_a_letter_that_is_gone_stays_in_its_lane, Subject,
                              Subjects) {
  Subject subject;
  auto& store = subject.store();
  must(store.give_up(enqueued(store, created(1)), failure("no"), after_start(7000)));
  const Delivery buried = *must(store.delivery(message(1), person(1)));
  must(store.drop_dead_letter(buried.letter));
  const OutboxEntry edit = enqueued(store, edited(1));

  BOOST_TEST(!must(store.amend(edit, buried)));

  BOOST_TEST(store.outbox_entries() == 1U);
  BOOST_TEST(store.dead_letter_count() == 0U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_dropped_letter_is_gone_for_good, Subject, Subjects) {
  Subject subject;
  must(subject.store().give_up(accepted(subject.store(), created(1)), failure("no"),
                               after_start(1)));
  const std::string id = letters(subject.store())[0].id;

  const auto letter = must(subject.store().drop_dead_letter(id));
  const auto again = subject.store().drop_dead_letter(id);
  subject.cut_power();

  BOOST_CHECK(letter.ref == message(1));
  BOOST_CHECK(is_gone(again));
  BOOST_CHECK(is_gone(subject.store().retry_dead_letter(id, after_start(2))));
  BOOST_TEST(letters(subject.store()).empty());
  BOOST_TEST(subject.store().dead_letter_count() == 0U);
  BOOST_TEST(subject.store().inbox_entries() == 0U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(letters_are_shown_oldest_first_and_in_parts, Subject, Subjects) {
  Subject subject;
  auto& store = subject.store();
  for (const int at : {3, 1, 2}) {
    must(store.give_up(accepted(store, created(at)), failure("no"), after_start(at)));
  }

  const auto first = must(store.dead_letters("", 2));
  const auto rest = must(store.dead_letters(first.back().id, 2));

  BOOST_TEST_REQUIRE(first.size() == 2U);
  BOOST_TEST_REQUIRE(rest.size() == 1U);
  BOOST_CHECK(first[0].ref == message(1));
  BOOST_CHECK(first[1].ref == message(2));
  BOOST_CHECK(rest[0].ref == message(3));
  BOOST_TEST(first[0].id < first[1].id);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(no_other_id_is_taken_for_a_letter, Subject, Subjects) {
  Subject subject;

  for (const char* id : {"", "12", "xyz", "00000000000000000000000000000000"}) {
    BOOST_CHECK(is_gone(subject.store().retry_dead_letter(id, after_start(1))));
    BOOST_CHECK(is_gone(subject.store().drop_dead_letter(id)));
  }
}

BOOST_AUTO_TEST_SUITE_END()
