#include <boost/test/unit_test.hpp>

#include "sync/base/secret.h"
#include "sync/base/time.h"
#include "sync/model/change.h"

namespace belfry {
namespace {

BOOST_AUTO_TEST_SUITE(base_time)

BOOST_AUTO_TEST_CASE(every_form_that_graph_writes_is_read) {
  const WallTime expected = from_epoch_ms(1612290634909);

  BOOST_TEST((parse_iso8601("2021-02-02T10:30:34.9097561-08:00") == expected));
  BOOST_TEST((parse_iso8601("2021-02-02T18:30:34.909Z") == expected));
  BOOST_TEST((parse_iso8601("2021-02-02 18:30:34.909") == expected));
  BOOST_TEST((parse_iso8601("2021-02-02T18:30:34Z") == from_epoch_ms(1612290634000)));
  BOOST_TEST((parse_iso8601("2024-02-29T23:59:59.9Z") == from_epoch_ms(1709251199900)));
}

BOOST_AUTO_TEST_CASE(what_is_no_time_is_refused) {
  for (const char* text :
       {"", "yesterday", "2021-13-02T10:30:34Z", "2023-02-29T10:30:34Z", "2021-02-02",
        "2021-02-02T25:00:00Z", "2021-02-02T10:30:34Zx", "2021-02-02T10:30:34.Z"}) {
    BOOST_TEST(!parse_iso8601(text).has_value(), text);
  }
}

BOOST_AUTO_TEST_CASE(what_is_written_is_read_back) {
  const WallTime time = from_epoch_ms(1772439330417);

  BOOST_TEST(format_iso8601(time) == "2026-03-02T08:15:30.417Z");
  BOOST_TEST((parse_iso8601(format_iso8601(time)) == time));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(base_secret)

BOOST_AUTO_TEST_CASE(a_secret_equals_only_itself) {
  const Secret secret("q3Vt0mZr8x");

  BOOST_TEST(secret.equals("q3Vt0mZr8x"));
  BOOST_TEST(!secret.equals("q3Vt0mZr8X"));
  BOOST_TEST(!secret.equals("q3Vt0mZr8"));
  BOOST_TEST(!secret.equals("q3Vt0mZr8xq3Vt0mZr8x"));
  BOOST_TEST(!secret.equals(""));
  BOOST_TEST(!Secret{}.equals("a"));
}

BOOST_AUTO_TEST_CASE(a_moved_secret_leaves_nothing_behind) {
  Secret secret("token");

  const Secret moved = std::move(secret);

  BOOST_TEST(moved.reveal() == "token");
  BOOST_TEST(secret.empty());  // NOLINT(bugprone-use-after-move): that is the point
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(model_change)

BOOST_AUTO_TEST_CASE(message_ids_are_their_order_and_others_fall_back_to_the_time) {
  BOOST_TEST(creation_order(MessageId{"1772439330417"}, from_epoch_ms(5)) == 1772439330417U);
  BOOST_TEST(creation_order(MessageId{"abc"}, from_epoch_ms(5)) == 5U);
  BOOST_TEST(creation_order(MessageId{"12x"}, from_epoch_ms(5)) == 5U);
  BOOST_TEST(creation_order(MessageId{""}, from_epoch_ms(-5)) == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry
