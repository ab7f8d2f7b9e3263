#include "net/http/visitors.h"

#include <chrono>
#include <string>

#include <boost/test/unit_test.hpp>

namespace belfry::net {

BOOST_AUTO_TEST_SUITE(visitors)

BOOST_AUTO_TEST_CASE(an_address_has_its_share_and_others_theirs) {
  Visitors visitors({2, 3, 100});
  const Instant now{Duration{5'000}};

  BOOST_TEST(visitors.enter("a", now));
  BOOST_TEST(visitors.enter("a", now));
  BOOST_TEST(!visitors.enter("a", now));
  BOOST_TEST(visitors.enter("b", now));
  visitors.leave("a");
  BOOST_TEST(visitors.enter("a", now));

  for (int i = 0; i < 3; ++i) BOOST_TEST(visitors.may_ask("a", now));
  BOOST_TEST(!visitors.may_ask("a", now));
  BOOST_TEST(visitors.may_ask("b", now));
  BOOST_TEST(visitors.may_ask("a", now + std::chrono::seconds{1}));
}

BOOST_AUTO_TEST_CASE(a_flood_of_addresses_is_forgotten_but_not_those_connected) {
  Visitors visitors({1, 1, 10});
  const Instant now{Duration{5'000}};
  BOOST_REQUIRE(visitors.enter("kept", now));
  for (int i = 0; i < 1000; ++i) {
    BOOST_TEST(visitors.may_ask(std::to_string(i), now + Duration{i * 1000}));
  }

  BOOST_TEST(!visitors.enter("kept", now + std::chrono::hours{1}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace belfry::net
