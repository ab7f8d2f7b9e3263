#include "app/admin_backend.h"

#include <boost/test/unit_test.hpp>

namespace belfry::app {
namespace {

struct ProspectFixture {
  sync::BucketStatus bucket;

  ProspectFixture() {
    bucket.spending.month = Month{std::chrono::year{2026}, std::chrono::month{3}};
    bucket.spending.spent = 120;
    bucket.cap = 500;
    bucket.forecast = 310;
  }
};

BOOST_FIXTURE_TEST_SUITE(prospect, ProspectFixture)

BOOST_AUTO_TEST_CASE(a_month_that_lasts_tells_where_it_ends) {
  BOOST_TEST(prospect_of(bucket) == "310 by the end of the month if it goes on like this");
}

BOOST_AUTO_TEST_CASE(a_month_that_does_not_last_tells_until_when_it_does) {
  bucket.used_up_by = parse_iso8601("2026-03-19T12:00:00Z");

  BOOST_TEST(prospect_of(bucket) == "used up about 2026-03-19 if it goes on like this");
}

BOOST_AUTO_TEST_CASE(what_is_used_up_is_so_until_the_month_ends) {
  bucket.spending.spent = 500;
  bucket.used_up_by = parse_iso8601("2026-03-19T12:00:00Z");

  BOOST_TEST(prospect_of(bucket) == "used up until 2026-04-01 (UTC)");
}

BOOST_AUTO_TEST_CASE(what_graph_refused_is_closed_however_little_was_counted) {
  bucket.is_closed = true;
  bucket.spending.closed_at = parse_iso8601("2026-03-05T12:00:00Z");

  BOOST_TEST(prospect_of(bucket) ==
             "Graph refused more on 2026-03-05; open again on 2026-04-01 (UTC)");
}

BOOST_AUTO_TEST_CASE(what_can_be_mended_is_asked_for_again) {
  bucket.is_closed = true;
  bucket.cap.reset();
  bucket.spending.closed_at = parse_iso8601("2026-03-05T12:00:00Z");
  bucket.spending.closed_until = parse_iso8601("2026-03-06T12:00:00Z");
  bucket.spending.closed_by = Refusal::billing;

  BOOST_TEST(prospect_of(bucket) ==
             "Graph refused more on 2026-03-05: no Azure subscription is linked to the app "
             "registration; asked again on 2026-03-06 (UTC)");
  bucket.is_closed = false;
  BOOST_TEST(prospect_of(bucket) == "310 by the end of the month if it goes on like this");
}

BOOST_AUTO_TEST_CASE(without_a_cap_nothing_is_used_up) {
  bucket.cap.reset();
  bucket.spending.spent = 1'000'000;

  BOOST_TEST(prospect_of(bucket) == "310 by the end of the month if it goes on like this");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::app
