#include <atomic>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/contract/store/samples.h"
#include "tests/contract/store/subjects.h"

using namespace belfry;
using namespace belfry::contract;
using std::chrono::days;

namespace {

constexpr WallTime k_april = from_epoch_ms(k_start_ms) + days{31};
constexpr std::uint64_t k_cap = 500;

template <class Store>
std::uint64_t spent(Store& store, Bucket bucket, WallTime at = after_start(0)) {
  return must(store.spending(bucket, month_of(at))).spent;
}

/// How many of at most `most` were reserved; 0 for none.
template <class Store>
std::uint64_t reserved(Store& store, std::uint64_t most, std::uint64_t ceiling = k_cap) {
  const auto reservation = must(store.reserve(Bucket::exports, 1, most, ceiling, after_start(1)));
  return reservation ? reservation->most : 0;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(allowance_store)

BOOST_AUTO_TEST_CASE_TEMPLATE(a_month_without_spending_is_zero, Subject, Subjects) {
  Subject subject;

  const Spending spending = must(subject.store().spending(Bucket::exports, k_start_month));

  Spending nothing;
  nothing.bucket = Bucket::exports;
  nothing.month = k_start_month;
  BOOST_CHECK(spending == nothing);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_is_reserved_is_spent_until_it_is_settled, Subject, Subjects) {
  Subject subject;
  const auto reservation =
      must(subject.store().reserve(Bucket::exports, 1, 50, k_cap, after_start(1)));
  BOOST_TEST_REQUIRE(reservation.has_value());
  BOOST_TEST(reservation->most == 50U);
  BOOST_CHECK(reservation->bucket == Bucket::exports);
  BOOST_CHECK(reservation->month == k_start_month);

  subject.cut_power();
  const auto after_crash = spent(subject.store(), Bucket::exports);
  must(subject.store().settle(*reservation, 7));
  subject.cut_power();
  const auto after_settling = spent(subject.store(), Bucket::exports);

  BOOST_TEST(after_crash == 50U);
  BOOST_TEST(after_settling == 7U);
  BOOST_TEST(spent(subject.store(), Bucket::notifications) == 0U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(never_more_is_reserved_than_is_left, Subject, Subjects) {
  Subject subject;

  const auto first = reserved(subject.store(), 300);
  const auto rest = reserved(subject.store(), 300);
  const auto none = reserved(subject.store(), 300);

  BOOST_TEST(first == 300U);
  BOOST_TEST(rest == 200U);
  BOOST_TEST(none == 0U);
  BOOST_TEST(spent(subject.store(), Bucket::exports) == k_cap);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(less_than_the_least_is_not_reserved, Subject, Subjects) {
  Subject subject;
  reserved(subject.store(), 460);

  const auto too_little =
      must(subject.store().reserve(Bucket::exports, 41, 50, k_cap, after_start(1)));
  const auto enough = must(subject.store().reserve(Bucket::exports, 40, 50, k_cap, after_start(1)));

  BOOST_CHECK(!too_little);
  BOOST_TEST_REQUIRE(enough.has_value());
  BOOST_TEST(enough->most == 40U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_lower_ceiling_keeps_the_rest_for_others, Subject, Subjects) {
  Subject subject;
  reserved(subject.store(), 400, 400);

  const auto routine = reserved(subject.store(), 50, 400);
  const auto incident = reserved(subject.store(), 50, k_cap);

  BOOST_TEST(routine == 0U);
  BOOST_TEST(incident == 50U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(it_may_cost_more_than_was_reserved, Subject, Subjects) {
  Subject subject;
  const auto reservation =
      must(subject.store().reserve(Bucket::exports, 1, 10, 10, after_start(1)));

  must(subject.store().settle(*reservation, 60));

  BOOST_TEST(spent(subject.store(), Bucket::exports) == 60U);
  BOOST_TEST(reserved(subject.store(), 1, 50) == 0U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(each_month_has_its_own, Subject, Subjects) {
  Subject subject;
  auto& store = subject.store();
  const auto march = must(store.reserve(Bucket::exports, 1, 500, k_cap, after_start(1)));

  const auto april = must(store.reserve(Bucket::exports, 1, 30, k_cap, k_april));
  must(store.settle(*march, 4));  // the sweep went on over midnight

  BOOST_TEST_REQUIRE(april.has_value());
  BOOST_TEST(april->most == 30U);
  BOOST_TEST(spent(store, Bucket::exports) == 4U);
  BOOST_TEST(spent(store, Bucket::exports, k_april) == 30U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_month_ends_at_midnight_utc, Subject, Subjects) {
  Subject subject;
  auto& store = subject.store();
  const WallTime midnight = end_of(k_start_month);

  must(store.reserve(Bucket::exports, 1, 1, k_cap, midnight - Duration{1}));
  must(store.reserve(Bucket::exports, 1, 2, k_cap, midnight));

  BOOST_TEST(spent(store, Bucket::exports) == 1U);
  BOOST_TEST(spent(store, Bucket::exports, midnight) == 2U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_closed_bucket_reserves_nothing_until_the_month_ends, Subject,
                              Subjects) {
  Subject subject;
  const WallTime end = end_of(k_start_month);
  for (const int at : {5, 6}) {
    must(subject.store().close_bucket(Bucket::exports, k_start_month,
                                      {Refusal::capacity, after_start(at), end}));
  }
  subject.cut_power();

  auto& store = subject.store();
  const Spending spending = must(store.spending(Bucket::exports, k_start_month));
  BOOST_TEST(reserved(store, 1) == 0U);
  BOOST_CHECK(must(store.reserve(Bucket::notifications, 1, 1, k_cap, after_start(7))));
  BOOST_CHECK(must(store.reserve(Bucket::exports, 1, 1, k_cap, k_april)));
  BOOST_CHECK(spending.closed_at == after_start(5));
  BOOST_CHECK(spending.closed_by == Refusal::capacity);
  BOOST_TEST(spending.refusals == 2U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_is_closed_for_a_while_opens_and_can_be_closed_again, Subject,
                              Subjects) {
  Subject subject;
  const auto close = [&](Refusal why, int at, int until) {
    must(subject.store().close_bucket(Bucket::exports, k_start_month,
                                      {why, after_start(at), after_start(until)}));
    subject.cut_power();
  };
  const auto opens = [&](int at) {
    const auto got = must(subject.store().reserve(Bucket::exports, 1, 1, k_cap, after_start(at)));
    return got.has_value();
  };

  close(Refusal::billing, 10, 100);
  BOOST_TEST(!opens(99));
  BOOST_TEST(opens(100));
  close(Refusal::licence, 110, 200);
  close(Refusal::capacity, 111, 150);  // asked at the same time, and for less
  const Spending spending = must(subject.store().spending(Bucket::exports, k_start_month));

  BOOST_TEST(!opens(199));
  BOOST_TEST(opens(200));
  BOOST_CHECK(spending.closed_at == after_start(110));
  BOOST_CHECK(spending.closed_until == after_start(200));
  BOOST_CHECK(spending.closed_by == Refusal::licence);
  BOOST_TEST(spending.refusals == 3U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(each_warning_is_given_once_a_month, Subject, Subjects) {
  Subject subject;
  const auto warn = [&](int percent, Month month = k_start_month) {
    return must(subject.store().mark_warned(Bucket::exports, month, percent));
  };

  const bool first = warn(80);
  const bool again = warn(80);
  subject.cut_power();
  const bool after_crash = warn(80);
  const bool full = warn(100);
  const bool back = warn(80);
  const bool next_month = warn(80, k_start_month + std::chrono::months{1});

  BOOST_TEST(first);
  BOOST_TEST(!again);
  BOOST_TEST(!after_crash);
  BOOST_TEST(full);
  BOOST_TEST(!back);
  BOOST_TEST(next_month);
  BOOST_TEST(must(subject.store().spending(Bucket::exports, k_start_month)).warned_percent == 100);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_administrators_were_told_is_remembered_apart, Subject,
                              Subjects) {
  Subject subject;
  must(subject.store().mark_warned(Bucket::exports, k_start_month, 100));

  must(subject.store().mark_told(Bucket::exports, k_start_month, 80));
  subject.cut_power();
  const Spending once = must(subject.store().spending(Bucket::exports, k_start_month));
  must(subject.store().mark_told(Bucket::exports, k_start_month, 100));
  must(subject.store().mark_told(Bucket::exports, k_start_month, 80));
  const Spending twice = must(subject.store().spending(Bucket::exports, k_start_month));
  const Spending other = must(subject.store().spending(Bucket::notifications, k_start_month));

  BOOST_TEST(once.told_percent == 80);
  BOOST_TEST(once.warned_percent == 100);
  BOOST_TEST(twice.told_percent == 100);
  BOOST_TEST(other.told_percent == 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_metered_subscriptions_announce_counts_once, Subject, Subjects) {
  Subject subject;
  auto& store = subject.store();
  const std::vector<Change> changes = {
      metered(created(1), after_start(1)), metered(created(2), after_start(2)), created(3),
      metered(edited(4), after_start(3)), metered(created(5), k_april)};

  must(store.accept(changes));
  must(store.accept(std::vector<Change>{metered(created(1), after_start(9))}));
  subject.cut_power();

  BOOST_TEST(spent(subject.store(), Bucket::notifications) == 3U);
  BOOST_TEST(spent(subject.store(), Bucket::notifications, k_april) == 1U);
  BOOST_TEST(spent(subject.store(), Bucket::exports) == 0U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_a_sweep_found_first_counts_when_it_is_announced, Subject,
                              Subjects) {
  Subject subject;
  auto& store = subject.store();
  must(store.accept_found(std::vector<Change>{found(1, 1), found(2, 1)}, {}, {}, after_start(1)));
  const auto found_only = spent(store, Bucket::notifications);

  const auto late = must(store.accept(std::vector<Change>{metered(created(1, 1), after_start(2))}));
  subject.cut_power();
  must(subject.store().accept(std::vector<Change>{metered(created(1, 1), after_start(3))}));

  BOOST_TEST(found_only == 0U);
  BOOST_TEST(late.stored == 0U);
  BOOST_TEST(late.known == 1U);
  BOOST_TEST(spent(subject.store(), Bucket::notifications) == 1U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(each_subscription_that_announces_it_counts, Subject, Subjects) {
  Subject subject;
  auto& store = subject.store();
  const auto announced = [](int number, const char* subscription) {
    return metered(created(number), after_start(1), subscription);
  };

  must(store.accept(std::vector<Change>{announced(1, "of anna"), announced(1, "of bert"),
                                        announced(1, "of anna"), announced(2, "of anna")}));
  must(store.accept(std::vector<Change>{announced(2, "of bert"), announced(2, "of anna")}));
  subject.cut_power();

  BOOST_TEST(spent(subject.store(), Bucket::notifications) == 4U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_was_announced_is_not_left_to_reserve, Subject, Subjects) {
  Subject subject;
  auto& store = subject.store();
  must(store.accept(std::vector<Change>{metered(created(1), after_start(1)),
                                        metered(created(2), after_start(1))}));

  const auto reservation = must(store.reserve(Bucket::notifications, 1, 50, 10, after_start(1)));

  BOOST_TEST_REQUIRE(reservation.has_value());
  BOOST_TEST(reservation->most == 8U);
  BOOST_TEST(spent(store, Bucket::notifications) == 10U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(many_at_once_never_get_more_than_there_is, Subject, Subjects) {
  Subject subject;
  constexpr int threads = 8;
  std::atomic<std::uint64_t> taken{0};
  std::atomic<std::uint64_t> kept{0};

  {
    std::vector<std::jthread> all;
    for (int t = 0; t < threads; ++t) {
      all.emplace_back([&, t] {
        for (int i = 0; i < 30; ++i) {
          const auto reservation =
              subject.store().reserve(Bucket::exports, 1, 9, 300, after_start(1));
          if (!reservation || !*reservation) continue;
          taken += (*reservation)->most;
          const std::uint64_t cost = t % 2 == 0 ? (*reservation)->most : 1;
          if (subject.store().settle(**reservation, cost)) kept += cost;
        }
      });
    }
  }

  BOOST_TEST(spent(subject.store(), Bucket::exports) == kept);
  BOOST_TEST(kept <= 300U);
  BOOST_TEST(taken >= kept);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(announcements_at_once_are_all_counted, Subject, Subjects) {
  Subject subject;
  constexpr int threads = 8;
  constexpr int each = 40;
  std::atomic<int> accepted{0};  // Boost.Test is for one thread

  {
    std::vector<std::jthread> all;
    for (int t = 0; t < threads; ++t) {
      all.emplace_back([&, t] {
        for (int i = 0; i < each; ++i) {
          const std::vector<Change> changes = {metered(created(i, t), after_start(1))};
          if (subject.store().accept(changes)) ++accepted;
        }
      });
    }
  }

  BOOST_TEST(accepted == threads * each);
  BOOST_TEST(spent(subject.store(), Bucket::notifications) ==
             static_cast<std::uint64_t>(threads * each));
}

BOOST_AUTO_TEST_SUITE_END()
