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

template <class Store>
sync::AcceptCount accept(Store& store, const std::vector<Change>& changes) {
  return must(store.accept(changes));
}

template <class Store>
std::vector<InboxEntry> inbox(Store& store) {
  return must(store.inbox_from(Sequence{0}, 1000));
}

constexpr int k_threads = 8;

}  // namespace

BOOST_AUTO_TEST_SUITE(intake_store)

BOOST_AUTO_TEST_CASE_TEMPLATE(an_accepted_change_stands_in_the_inbox_as_it_came, Subject,
                              Subjects) {
  Subject subject;

  const auto count = accept(subject.store(), {rich(1), edited(2)});

  BOOST_TEST(count.stored == 2U);
  BOOST_TEST(count.known == 0U);
  const auto entries = inbox(subject.store());
  BOOST_TEST_REQUIRE(entries.size() == 2U);
  BOOST_CHECK(entries[0].change == rich(1));
  BOOST_CHECK(entries[1].change == edited(2));
  BOOST_TEST(entries[0].attempts == 0);
  BOOST_CHECK(entries[0].next_try == WallTime{});
  BOOST_CHECK(entries[0].sequence < entries[1].sequence);
  BOOST_TEST(subject.store().inbox_entries() == 2U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_accepted_change_outlives_a_restart_and_a_power_cut, Subject,
                              Subjects) {
  Subject subject;
  accept(subject.store(), {rich(1), created(2)});
  const auto before = inbox(subject.store());

  subject.reopen();
  const auto reopened = inbox(subject.store());
  subject.cut_power();
  const auto after = inbox(subject.store());

  BOOST_CHECK(reopened == before);
  BOOST_CHECK(after == before);
  BOOST_TEST(subject.store().inbox_entries() == 2U);
  BOOST_TEST(accept(subject.store(), {created(2)}).known == 1U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_change_accepted_twice_is_one, Subject, Subjects) {
  Subject subject;
  accept(subject.store(), {created(1), deleted(1)});

  const auto again = accept(subject.store(), {created(1), deleted(1), created(2)});

  BOOST_TEST(again.stored == 1U);
  BOOST_TEST(again.known == 2U);
  BOOST_TEST(subject.store().inbox_entries() == 3U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(two_equal_changes_in_one_call_are_one, Subject, Subjects) {
  Subject subject;

  const auto count = accept(subject.store(), {created(1), created(1), created(1)});

  BOOST_TEST(count.stored == 1U);
  BOOST_TEST(count.known == 2U);
  BOOST_TEST(inbox(subject.store()).size() == 1U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(who_reports_a_change_and_when_does_not_make_it_another, Subject,
                              Subjects) {
  Subject subject;
  accept(subject.store(), {created(1)});
  Change swept = created(1);
  swept.source = Source::reconciler;
  swept.received = after_start(999);

  const auto count = accept(subject.store(), {swept});

  BOOST_TEST(count.known == 1U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_edit_is_always_new, Subject, Subjects) {
  Subject subject;

  const auto count = accept(subject.store(), {edited(1), edited(1)});

  BOOST_TEST(count.stored == 2U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(equal_message_ids_in_two_chats_are_two_messages, Subject, Subjects) {
  Subject subject;

  const auto count = accept(subject.store(), {created(1, 1), created(1, 2)});

  BOOST_TEST(count.stored == 2U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(names_that_run_together_are_told_apart, Subject, Subjects) {
  Subject subject;
  Change one = created(1);
  one.ref = {ChatId{"ab"}, MessageId{"c"}};
  Change other = created(1);
  other.ref = {ChatId{"a"}, MessageId{"bc"}};

  const auto count = accept(subject.store(), {one, other});

  BOOST_TEST(count.stored == 2U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(nothing_accepted_is_no_error, Subject, Subjects) {
  Subject subject;

  const auto count = accept(subject.store(), {});

  BOOST_TEST(count.stored == 0U);
  BOOST_TEST(subject.store().inbox_entries() == 0U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(two_equal_changes_at_once_are_one, Subject, Subjects) {
  Subject subject;
  constexpr int rounds = 20;
  constexpr int each = 30;  // long enough that the calls overlap
  constexpr int changes = rounds * each;
  std::atomic<std::size_t> stored{0};
  std::atomic<std::size_t> known{0};
  std::barrier all_at_once(k_threads);

  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < k_threads; ++t) {
      threads.emplace_back([&] {
        for (int round = 0; round < rounds; ++round) {
          std::vector<Change> equal;
          for (int i = 0; i < each; ++i) equal.push_back(created(round * each + i));
          all_at_once.arrive_and_wait();
          const auto count = subject.store().accept(equal);
          if (!count) continue;
          stored += count->stored;
          known += count->known;
        }
      });
    }
  }

  BOOST_TEST(stored == static_cast<std::size_t>(changes));
  BOOST_TEST(known == static_cast<std::size_t>(changes * (k_threads - 1)));
  BOOST_TEST(inbox(subject.store()).size() == static_cast<std::size_t>(changes));
  BOOST_TEST(subject.store().inbox_entries() == static_cast<std::size_t>(changes));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_reader_that_goes_on_from_the_last_entry_skips_none, Subject,
                              Subjects) {
  Subject subject;
  constexpr std::size_t each = 60;
  std::atomic<int> writing{k_threads};
  std::size_t read = 0;

  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < k_threads; ++t) {
      threads.emplace_back([&, t] {
        for (std::size_t i = 0; i < each; ++i) {
          const Change change = created(static_cast<int>(i), t);
          if (!subject.store().accept(std::span(&change, 1))) break;
        }
        --writing;
      });
    }
    std::uint64_t next = 0;
    for (bool is_last = false; !is_last;) {
      is_last = writing == 0;
      const auto entries = must(subject.store().inbox_from(Sequence{next}, 1000));
      read += entries.size();
      if (!entries.empty()) next = static_cast<std::uint64_t>(entries.back().sequence) + 1;
    }
  }

  BOOST_TEST(read == each * k_threads);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(places_are_not_given_twice_even_when_the_inbox_was_empty, Subject,
                              Subjects) {
  Subject subject;
  accept(subject.store(), {created(1), created(2)});
  const Sequence last = inbox(subject.store()).back().sequence;
  for (const InboxEntry& entry : inbox(subject.store())) {
    must(subject.store().plan(entry, {}, std::nullopt, after_start(1)));
  }

  subject.reopen();
  accept(subject.store(), {created(3)});
  subject.cut_power();
  accept(subject.store(), {created(4)});

  const auto entries = inbox(subject.store());
  BOOST_TEST_REQUIRE(entries.size() == 2U);
  BOOST_CHECK(entries[0].sequence > last);
  BOOST_CHECK(entries[1].sequence > entries[0].sequence);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_inbox_is_read_in_parts_and_in_order, Subject, Subjects) {
  Subject subject;
  accept(subject.store(), {created(3), created(1), created(2)});

  const auto first = must(subject.store().inbox_from(Sequence{0}, 2));
  const auto rest = must(subject.store().inbox_from(
      Sequence{static_cast<std::uint64_t>(first.back().sequence) + 1}, 2));

  BOOST_TEST_REQUIRE(first.size() == 2U);
  BOOST_TEST_REQUIRE(rest.size() == 1U);
  BOOST_CHECK(first[0].change == created(3));
  BOOST_CHECK(first[1].change == created(1));
  BOOST_CHECK(rest[0].change == created(2));
}

BOOST_AUTO_TEST_SUITE_END()
