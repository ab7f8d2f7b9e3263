#include "sync/signing_key_upkeep.h"

#include <boost/test/unit_test.hpp>

#include "tests/kit/fake_clock.h"
#include "tests/kit/fake_resources.h"
#include "tests/kit/recording_journal.h"
#include "tests/kit/seeded_random.h"

namespace belfry::sync {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

struct UpkeepFixture {
  kit::FakeClock clock;
  kit::FakeResources resources;
  kit::SeededRandom random;
  kit::RecordingJournal journal;
  SigningKeyUpkeep upkeep{resources, random, journal, {}};

  Result<Instant> read() { return upkeep.read_for_unknown(clock.now()); }
  [[nodiscard]] std::size_t readings() const {
    return resources.script.count("fetch_signing_keys");
  }
  void live_for(Duration time) {
    const Instant end = clock.now().steady + time;
    while (clock.now().steady < end) {
      const StepOutcome outcome = upkeep.step(clock.now());
      BOOST_REQUIRE(outcome.next > clock.now().steady);
      clock.advance_to(std::min(outcome.next, end));
    }
  }
};

BOOST_FIXTURE_TEST_SUITE(signing_key_upkeep, UpkeepFixture)

BOOST_AUTO_TEST_CASE(an_unknown_key_makes_them_be_read_at_once_and_not_again_for_five_minutes) {
  BOOST_TEST((*read() == clock.now().steady));

  clock.advance(minutes{5} - milliseconds{1});
  const auto too_soon = read();
  clock.advance(milliseconds{1});
  const auto again = read();

  BOOST_TEST((too_soon.error().kind == ErrorKind::throttled));
  BOOST_TEST(again.has_value());
  BOOST_TEST(readings() == 2U);
}

BOOST_AUTO_TEST_CASE(others_wait_for_the_worker_that_reads_them) {
  Result<Instant> meanwhile = Instant{};
  resources.script.during("fetch_signing_keys", [&] { meanwhile = read(); });

  BOOST_TEST(read().has_value());

  BOOST_REQUIRE(meanwhile.has_value());
  BOOST_TEST((*meanwhile > clock.now().steady));
  BOOST_TEST(readings() == 1U);
}

BOOST_AUTO_TEST_CASE(a_reading_that_failed_is_told_and_repeated_soon) {
  resources.script.fail("fetch_signing_keys", ErrorKind::transient);

  BOOST_TEST((read().error().kind == ErrorKind::transient));
  clock.advance(seconds{1});

  BOOST_TEST(read().has_value());
}

BOOST_AUTO_TEST_CASE(keys_that_are_a_day_old_are_read_again_so_that_a_withdrawn_one_goes) {
  BOOST_REQUIRE(read());

  live_for(hours{23});
  BOOST_TEST(readings() == 1U);
  live_for(hours{2});
  BOOST_TEST(readings() == 2U);
  live_for(hours{24 * 7});

  BOOST_TEST(readings() == 9U);
}

BOOST_AUTO_TEST_CASE(nobody_reads_keys_that_nobody_needs) {
  live_for(hours{72});

  BOOST_TEST(readings() == 0U);
}

BOOST_AUTO_TEST_CASE(a_daily_reading_that_fails_is_told_and_tried_again_until_it_works) {
  BOOST_REQUIRE(read());
  resources.script.fail("fetch_signing_keys", ErrorKind::transient, 3);

  live_for(hours{25});

  BOOST_TEST(readings() == 5U);
  BOOST_TEST(journal.count<SigningKeysUnread>() == 3U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
