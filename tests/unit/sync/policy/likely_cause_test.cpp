#include "sync/policy/likely_cause.h"

#include <boost/test/unit_test.hpp>

namespace belfry::sync {
namespace {

using std::chrono::hours;

struct CauseFixture {
  const WallTime written = *parse_iso8601("2026-03-09T10:00:00Z");
  KnownTroubles troubles{written - hours{2}, written - hours{3}, false};

  [[nodiscard]] std::string cause(SweepTrigger trigger, std::optional<WallTime> since) const {
    return likely_cause(trigger, written, since, troubles);
  }
};

BOOST_FIXTURE_TEST_SUITE(likely_causes, CauseFixture)

BOOST_AUTO_TEST_CASE(of_an_announced_chat_it_is_what_the_round_was_for) {
  const WallTime since = written - hours{1};

  BOOST_TEST(cause(SweepTrigger::schedule, since) == "a notification was lost");
  BOOST_TEST(cause(SweepTrigger::silence, since) == "Graph had fallen silent");
  BOOST_TEST(cause(SweepTrigger::lifecycle, since) == "the subscription was interrupted");
  BOOST_TEST(cause(SweepTrigger::new_subscription, WallTime::min()) ==
             "the subscription was interrupted");
}

BOOST_AUTO_TEST_CASE(a_chat_without_a_subscription_lost_nothing_whatever_the_round_was_for) {
  for (const SweepTrigger trigger : {SweepTrigger::schedule, SweepTrigger::silence,
                                     SweepTrigger::administrator, SweepTrigger::new_subscription})
    BOOST_TEST(cause(trigger, std::nullopt) == "the chat has no subscription");
}

BOOST_AUTO_TEST_CASE(what_was_written_before_the_subscription_was_made_was_not_promised) {
  const WallTime later = written + hours{1};

  BOOST_TEST(cause(SweepTrigger::new_subscription, later) == "the chat had no subscription then");
  BOOST_TEST(cause(SweepTrigger::schedule, later) == "the chat had no subscription then");
  BOOST_TEST(!was_promised(written, later));
  BOOST_TEST(!was_promised(written, std::nullopt));
  BOOST_TEST(was_promised(written, written));
}

BOOST_AUTO_TEST_CASE(that_the_service_was_away_explains_it_before_all_else) {
  troubles.service_began = written + hours{1};

  BOOST_TEST(cause(SweepTrigger::schedule, std::nullopt) == "the service was away");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
