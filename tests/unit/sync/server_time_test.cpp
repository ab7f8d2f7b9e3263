#include "sync/server_time.h"

#include <boost/test/unit_test.hpp>

#include "tests/kit/fake_clock.h"

namespace belfry::sync {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Month k_march{std::chrono::year{2026}, std::chrono::month{3}};

struct TimeFixture {
  kit::FakeClock clock;
  ServerTime time;

  /// Microsoft answers, by whose clock ours is so far ahead.
  void answer(Duration ahead) { time.heard(clock.now().wall - ahead, clock.now()); }
  [[nodiscard]] std::optional<Month> month() const {
    return time.month_at(clock.now(), minutes{2});
  }
};

BOOST_FIXTURE_TEST_SUITE(server_time, TimeFixture)

BOOST_AUTO_TEST_CASE(before_the_first_answer_our_own_time_is_all_there_is) {
  BOOST_TEST((time.at(clock.now()) == clock.now().wall));
  BOOST_TEST((month() == k_march));
  BOOST_TEST(!time.ahead());
}

BOOST_AUTO_TEST_CASE(of_two_clocks_the_earlier_is_no_later_than_either) {
  answer(minutes{20});
  BOOST_TEST((time.no_later_than(clock.now()) == clock.now().wall - minutes{20}));
  answer(-minutes{20});
  BOOST_TEST((time.no_later_than(clock.now()) == clock.now().wall));
}

BOOST_AUTO_TEST_CASE(ours_is_taken_to_the_millisecond_where_it_agrees_and_theirs_where_not) {
  answer(std::chrono::milliseconds{999});
  BOOST_TEST((time.closest_at(clock.now()) == clock.now().wall));
  answer(minutes{20});
  BOOST_TEST((time.closest_at(clock.now()) == clock.now().wall - minutes{20}));
  answer(-minutes{20});
  BOOST_TEST((time.closest_at(clock.now()) == clock.now().wall + minutes{20}));
}

BOOST_AUTO_TEST_CASE(an_answer_corrects_the_month_and_time_goes_on_from_there) {
  clock.jump(days{40});
  answer(days{40});
  clock.advance(hours{5});

  BOOST_TEST((time.at(clock.now()) == clock.now().wall - days{40}));
  BOOST_TEST((month() == k_march));
  BOOST_TEST((time.ahead() == Duration{days{40}}));
}

BOOST_AUTO_TEST_CASE(a_time_of_day_that_is_set_later_moves_nothing) {
  answer(seconds{1});
  const WallTime before = time.at(clock.now());

  clock.jump(days{40});

  BOOST_TEST((time.at(clock.now()) == before));
}

BOOST_AUTO_TEST_CASE(clocks_that_went_apart_do_not_tell_the_month_until_the_next_answer) {
  answer(seconds{0});
  clock.jump(days{40});
  const auto apart = month();
  answer(days{40});
  const auto told = month();
  clock.jump(-days{40});
  const auto back = month();
  answer(seconds{0});

  BOOST_TEST(!apart);
  BOOST_TEST((told == k_march));
  BOOST_TEST(!back);
  BOOST_TEST((month() == k_march));
}

// While a machine sleeps its steady clock stands still.
BOOST_AUTO_TEST_CASE(a_sleep_over_the_turn_of_the_month_leaves_it_open) {
  clock.advance(end_of(k_march) - minutes{30} - clock.now().wall);
  answer(seconds{0});
  BOOST_TEST((month() == k_march));

  clock.jump(hours{1});

  BOOST_TEST(!month());
}

BOOST_AUTO_TEST_CASE(next_to_the_turn_of_the_month_either_is_possible) {
  answer(hours{3});
  const auto at_turn = [&](Duration past) {
    clock.advance(end_of(k_march) + past - time.at(clock.now()));
    return month();
  };

  BOOST_TEST((at_turn(-minutes{3}) == k_march));
  BOOST_TEST(!at_turn(-minutes{1}));
  BOOST_TEST(!at_turn(minutes{1}));
  BOOST_TEST((at_turn(minutes{3}) == k_march + std::chrono::months{1}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
