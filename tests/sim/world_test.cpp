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
  return wanted == nullptr ? 2000 : std::stoull(wanted);
}

/// Where an event stands among sync::Event.
template <class Event>
std::size_t place_of() {
  return sync::Event(Event{}).index();
}

/// The store of these worlds answers whatever it is asked, the faulty files of tests/contract do
/// not; their Graph refuses no kind of subscription to everybody, and few of them live the day
/// after which signing keys are read anew: those of tests/unit do.
std::set<std::size_t> events_of_other_tests() {
  return {place_of<sync::StoreTrouble>(), place_of<sync::SubscribeKindChanged>(),
          place_of<sync::SigningKeysUnread>()};
}

BOOST_AUTO_TEST_SUITE(world)

BOOST_AUTO_TEST_CASE(every_world_keeps_the_promises_through_chaos_and_healing) {
  std::size_t posts = 0;
  int crashes = 0;
  std::set<std::size_t> events = events_of_other_tests();
  std::set<ErrorKind> errors;
  for (std::uint64_t seed = 1; seed <= worlds(); ++seed) {
    World one(seed);
    const std::string broken = one.run();
    BOOST_REQUIRE_MESSAGE(broken.empty(), "seed " << seed << ": " << broken);
    posts += one.posts();
    crashes += one.crashes();
    events.insert(one.events().begin(), one.events().end());
    const auto answered = one.errors();
    errors.insert(answered.begin(), answered.end());
  }
  BOOST_TEST_MESSAGE(worlds() << " worlds, " << posts << " posts, " << crashes << " crashes, "
                              << events.size() << " kinds of events");

  BOOST_TEST(posts > worlds());
  BOOST_TEST(crashes > 0);
  // Worlds in which some of it never happens would be too tame.
  if (worlds() < 1000) return;
  for (std::size_t kind = 0; kind < std::variant_size_v<sync::Event>; ++kind)
    BOOST_TEST(events.contains(kind), "no event of kind " << kind << " occurred");
  for (int kind = 0; kind <= static_cast<int>(ErrorKind::damaged); ++kind)
    BOOST_TEST(errors.contains(static_cast<ErrorKind>(kind)), "no error of kind " << kind);
}

BOOST_AUTO_TEST_CASE(one_seed_is_one_world) {
  const auto runs_alike = [](std::uint64_t seed) {
    World first(seed);
    World second(seed);
    BOOST_TEST(first.run() == second.run());
    BOOST_TEST(first.digest() == second.digest());
  };

  for (std::uint64_t seed = 1; seed <= 20; ++seed) runs_alike(seed);
  runs_alike(200);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sim
