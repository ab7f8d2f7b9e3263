#include "tests/sim/world.h"

#include <cstdlib>
#include <set>
#include <string>

#include <boost/test/unit_test.hpp>

namespace belfry::sim {
namespace {

/// More seeds by BELFRY_WORLDS; the sanitizers' runs take fewer.
std::uint64_t worlds() {
  const char* wanted = std::getenv("BELFRY_WORLDS");
  return wanted == nullptr ? 5000 : std::stoull(wanted);
}

BOOST_AUTO_TEST_SUITE(world)

BOOST_AUTO_TEST_CASE(every_world_keeps_the_promises_through_chaos_and_healing) {
  std::size_t posts = 0;
  int crashes = 0;
  std::set<std::string> events;
  for (std::uint64_t seed = 1; seed <= worlds(); ++seed) {
    World one(seed);
    const std::string broken = one.run();
    BOOST_REQUIRE_MESSAGE(broken.empty(), "seed " << seed << ": " << broken);
    posts += one.posts();
    crashes += one.crashes();
    events.insert(one.events().begin(), one.events().end());
  }
  BOOST_TEST_MESSAGE(worlds() << " worlds, " << posts << " posts, " << crashes << " crashes, "
                              << events.size() << " kinds of events");

  BOOST_TEST(posts > worlds());
  BOOST_TEST(crashes > 0);
  BOOST_TEST(events.size() >= 10U);
}

BOOST_AUTO_TEST_CASE(one_seed_is_one_world) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    World first(seed);
    World second(seed);

    BOOST_TEST(first.run() == second.run());
    BOOST_TEST(first.digest() == second.digest());
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sim
