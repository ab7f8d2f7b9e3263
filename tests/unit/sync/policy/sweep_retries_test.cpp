#include "sync/policy/sweep_retries.h"

#include <boost/test/unit_test.hpp>

#include "tests/kit/fake_clock.h"

namespace belfry::sync {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

struct RetriesFixture {
  SweepRetries retries;
  const MattermostUserId anna{"anna"};
  const MattermostUserId ben{"ben"};
  const WallTime now = kit::FakeClock().now().wall;

  void fail(const MattermostUserId& user, SweepTrigger trigger = SweepTrigger::schedule,
            std::optional<WallTime> since = std::nullopt) {
    retries.failed(user, trigger, since, now);
  }
};

BOOST_FIXTURE_TEST_SUITE(sweep_retries, RetriesFixture)

BOOST_AUTO_TEST_CASE(each_failure_doubles_the_wait_of_that_account_alone_up_to_a_day) {
  for (int i = 0; i < 20; ++i) fail(anna);
  fail(ben);

  BOOST_TEST((retries.next() == now + minutes{15}));
  const auto due = retries.take_due(now + minutes{15});
  BOOST_REQUIRE_EQUAL(due.size(), 1U);
  BOOST_TEST((due[0].user == ben));
  BOOST_TEST((retries.next() == now + hours{24}));
}

BOOST_AUTO_TEST_CASE(who_was_swept_begins_with_the_shortest_wait) {
  for (int i = 0; i < 5; ++i) fail(anna);
  retries.swept(anna);
  BOOST_TEST(retries.empty());

  fail(anna);

  BOOST_TEST((retries.next() == now + minutes{15}));
}

BOOST_AUTO_TEST_CASE(what_is_due_is_taken_once_until_it_has_failed_again) {
  retries.owe(anna, SweepTrigger::schedule, now);
  BOOST_TEST(retries.take_due(now).size() == 1U);
  BOOST_TEST(retries.take_due(now + hours{24}).empty());
  BOOST_TEST(!retries.empty());

  fail(anna);

  BOOST_TEST(retries.take_due(now + minutes{15}).size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_clock_that_was_ahead_puts_nobody_off) {
  retries.failed(anna, SweepTrigger::schedule, std::nullopt, now + hours{24 * 40});

  BOOST_TEST(retries.take_due(now).size() == 1U);
}

BOOST_AUTO_TEST_CASE(an_incident_and_the_earliest_time_asked_for_are_kept) {
  fail(anna, SweepTrigger::lifecycle, now - hours{2});
  BOOST_TEST(retries.await_incident());
  fail(anna, SweepTrigger::schedule, now - hours{1});
  fail(anna, SweepTrigger::schedule);

  BOOST_TEST(retries.await_incident());
  const auto due = retries.take_due(now + hours{24});
  BOOST_REQUIRE_EQUAL(due.size(), 1U);
  BOOST_CHECK(due[0].trigger == SweepTrigger::lifecycle);
  BOOST_TEST((due[0].since == now - hours{2}));
}

BOOST_AUTO_TEST_CASE(a_round_of_all_leaves_only_those_who_failed_in_it) {
  fail(anna);
  fail(ben);

  retries.keep_only({ben});

  BOOST_TEST(retries.take_due(now + hours{1}).size() == 1U);
  retries.keep_only({});
  BOOST_TEST(retries.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
