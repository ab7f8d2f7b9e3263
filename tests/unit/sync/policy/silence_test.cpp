#include "sync/policy/silence.h"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(silence)

using belfry::Duration;
using belfry::parse_iso8601;
using belfry::TrafficProfile;
using belfry::WallTime;
using belfry::sync::is_alarming;
using belfry::sync::learnt;
using belfry::sync::SilencePolicy;
using belfry::sync::usual_beside;
using belfry::sync::usual_traffic;
using std::chrono::hours;
using std::chrono::minutes;

namespace {

const WallTime k_monday = *parse_iso8601("2026-03-02T00:00:00Z");

/// Three weeks with 60 messages an hour on working days from 8 to 18.
TrafficProfile office_hours() {
  const SilencePolicy policy;
  TrafficProfile profile;
  profile.counted_to = k_monday - hours{3 * 168};
  while (profile.counted_to < k_monday) {
    const auto since_monday = profile.counted_to - (k_monday - hours{3 * 168});
    const auto hour = std::chrono::duration_cast<hours>(since_monday).count() % 168;
    const bool works = hour / 24 < 5 && hour % 24 >= 8 && hour % 24 < 18;
    profile = learnt(profile, works ? 60 : 0, policy);
  }
  return profile;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_quiet_night_is_no_alarm) {
  const TrafficProfile profile = office_hours();

  const WallTime evening = k_monday + hours{18};
  BOOST_TEST(!is_alarming(profile, evening, 0, evening + hours{13}, {}));
}

BOOST_AUTO_TEST_CASE(a_quiet_monday_morning_is_one) {
  const TrafficProfile profile = office_hours();

  const WallTime friday_evening = k_monday - hours{54};
  BOOST_TEST(!is_alarming(profile, friday_evening, 0, k_monday + hours{8}, {}));
  BOOST_TEST(is_alarming(profile, friday_evening, 0, k_monday + hours{8} + minutes{9}, {}));
}

BOOST_AUTO_TEST_CASE(nothing_is_alarming_before_anything_is_usual) {
  const TrafficProfile nothing;

  BOOST_TEST(!is_alarming(nothing, k_monday, 0, k_monday + hours{1000}, {}));
}

BOOST_AUTO_TEST_CASE(a_moment_without_messages_is_no_silence) {
  const TrafficProfile profile = office_hours();

  const WallTime morning = k_monday + hours{10};
  BOOST_TEST(!is_alarming(profile, morning, 0, morning + minutes{9}, {}));
  BOOST_TEST(is_alarming(profile, morning, 0, morning + minutes{10}, {}));
}

BOOST_AUTO_TEST_CASE(one_silence_alarms_ever_more_rarely) {
  const TrafficProfile profile = office_hours();

  const WallTime morning = k_monday + hours{9};
  BOOST_TEST(!is_alarming(profile, morning, 3, morning + minutes{60}, {}));
  BOOST_TEST(is_alarming(profile, morning, 3, morning + minutes{65}, {}));
}

BOOST_AUTO_TEST_CASE(a_set_time_needs_no_learning) {
  SilencePolicy policy;
  policy.fixed = minutes{30};

  BOOST_TEST(!is_alarming({}, k_monday, 0, k_monday + minutes{29}, policy));
  BOOST_TEST(is_alarming({}, k_monday, 0, k_monday + minutes{30}, policy));
}

BOOST_AUTO_TEST_CASE(doubling_has_no_end) {
  SilencePolicy policy;
  policy.fixed = minutes{1};

  BOOST_TEST(!is_alarming({}, k_monday, 30, k_monday + hours{24 * 365}, policy));
  BOOST_TEST(!is_alarming({}, k_monday, 1'000, k_monday + hours{24 * 365}, policy));
}

BOOST_AUTO_TEST_CASE(an_hour_that_was_never_seen_is_as_usual) {
  const TrafficProfile profile = office_hours();

  BOOST_TEST(usual_beside(profile, k_monday + hours{9}, 3) == 60);
  BOOST_TEST(usual_beside(profile, k_monday + hours{20}, 3) == 0);
  BOOST_TEST(usual_beside({}, k_monday + hours{9}, 3) == 3);
}

BOOST_AUTO_TEST_CASE(what_is_usual_follows_new_habits) {
  TrafficProfile profile = office_hours();
  const double before = usual_traffic(profile, k_monday + hours{9}, k_monday + hours{10});

  for (int hour = 0; hour < 8 * 168; ++hour) profile = learnt(profile, 0, {});

  BOOST_TEST(before == 60);
  BOOST_TEST(usual_traffic(profile, k_monday + hours{9}, k_monday + hours{10}) < 6);
}

BOOST_AUTO_TEST_CASE(parts_of_hours_count_by_their_share) {
  const TrafficProfile profile = office_hours();

  const WallTime from = k_monday + hours{7} + minutes{30};
  BOOST_TEST(usual_traffic(profile, from, from + minutes{45}) == 15);
}

BOOST_AUTO_TEST_SUITE_END()
