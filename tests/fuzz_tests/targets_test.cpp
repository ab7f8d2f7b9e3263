#include "tests/fuzz/targets.h"

#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/fuzz/seeds.h"

namespace belfry::fuzz {
namespace {

/// A target aborts when an input shows a fault: that there is an end is the check.
void run_all(const std::string& name, void (*target)(std::string_view)) {
  const auto all = seeds();
  const auto inputs = all.find(name);
  BOOST_REQUIRE(inputs != all.end());
  BOOST_TEST(inputs->second.size() > 1U);

  for (const std::string& input : inputs->second) target(input);
}

BOOST_AUTO_TEST_SUITE(fuzz_targets)

BOOST_AUTO_TEST_CASE(no_kept_body_breaks_the_converter) {
  run_all("html", html);
}

BOOST_AUTO_TEST_CASE(no_kept_card_breaks_its_readers) {
  run_all("card", card);
}

BOOST_AUTO_TEST_CASE(no_kept_message_breaks_a_post) {
  run_all("post", post);
}

BOOST_AUTO_TEST_CASE(no_kept_webhook_body_breaks_the_notification_parser) {
  run_all("notification", notification);
}

BOOST_AUTO_TEST_CASE(no_kept_payload_breaks_the_message_parser) {
  run_all("message", message);
}

BOOST_AUTO_TEST_CASE(no_kept_token_passes_by_a_fault) {
  run_all("token", token);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::fuzz
