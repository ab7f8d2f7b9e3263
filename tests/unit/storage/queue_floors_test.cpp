#include "storage/queue_floors.h"

#include <boost/test/unit_test.hpp>

using belfry::storage::QueueFloors;

BOOST_AUTO_TEST_SUITE(queue_floors)

BOOST_AUTO_TEST_CASE(a_floor_rises_to_what_was_found) {
  QueueFloors floors;

  const auto mark = floors.start("lane", 1, "a");
  floors.raise("lane", mark, "m");

  BOOST_TEST(mark.from == "a");
  BOOST_TEST(floors.start("lane", 1, "a").from == "m");
}

BOOST_AUTO_TEST_CASE(an_entry_stored_while_somebody_looks_is_not_passed_over) {
  QueueFloors floors;
  floors.raise("lane", floors.start("lane", 1, "a"), "k");

  const auto mark = floors.start("lane", 1, "a");
  floors.lower("lane", "c");
  floors.raise("lane", mark, "m");

  BOOST_TEST(floors.start("lane", 1, "a").from == "c");
}

BOOST_AUTO_TEST_CASE(an_entry_above_the_floor_also_stops_who_looks_already) {
  QueueFloors floors;

  const auto mark = floors.start("lane", 1, "a");
  floors.lower("lane", "c");
  floors.raise("lane", mark, "m");

  BOOST_TEST(floors.start("lane", 1, "a").from == "a");
}

BOOST_AUTO_TEST_CASE(nothing_is_remembered_of_a_database_that_was_opened_anew) {
  QueueFloors floors;
  const auto old_mark = floors.start("lane", 1, "a");
  floors.raise("lane", old_mark, "m");

  BOOST_TEST(floors.start("lane", 2, "a").from == "a");
  floors.raise("lane", old_mark, "z");

  BOOST_TEST(floors.start("lane", 2, "a").from == "a");
}

BOOST_AUTO_TEST_SUITE_END()
