#include "sync/allowance.h"

#include <boost/test/unit_test.hpp>

#include "tests/kit/fake_clock.h"
#include "tests/kit/recording_journal.h"
#include "tests/sim/model/model_store.h"

namespace belfry::sync {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Month k_march{std::chrono::year{2026}, std::chrono::month{3}};
constexpr Month k_april{std::chrono::year{2026}, std::chrono::month{4}};

struct AllowanceFixture {
  kit::FakeClock clock;
  sim::ModelStore store;
  kit::RecordingJournal journal;
  ServerTime server_time;
  AllowancePolicy policy;
  std::optional<Allowance> allowance;

  AllowanceFixture() { of_model(PaymentModel::evaluation); }
  void of_model(PaymentModel model) {
    policy.model = model;
    allowance.emplace(store, server_time, journal, policy);
  }
  [[nodiscard]] std::optional<Reservation> reserved(Spend what_for, std::uint64_t most) {
    const auto reservation = allowance->reserve(what_for, most, clock.now());
    BOOST_REQUIRE(reservation);
    return *reservation;
  }
  [[nodiscard]] Spending exports(Month month = k_march) {
    return *store.spending(Bucket::exports, month);
  }
  /// The other day on which it may be asked again, by what Graph says to the first request.
  [[nodiscard]] std::optional<WallTime> closed_until(const char* code) {
    const auto reservation = reserved(Spend::incident, 50);
    BOOST_REQUIRE(reservation);
    const Error error{ErrorKind::exhausted, "402", {}, 402, code};
    BOOST_REQUIRE(allowance->refused(*reservation, error, clock.now()));
    BOOST_TEST(!reserved(Spend::incident, 50));
    BOOST_TEST(exports().spent == 0U);
    return exports().closed_until;
  }
  void set_machine_ahead(Duration ahead) {
    clock.jump(ahead);
    server_time.heard(clock.now().wall - ahead, clock.now());
  }
};

BOOST_FIXTURE_TEST_SUITE(allowance, AllowanceFixture)

BOOST_AUTO_TEST_CASE(what_is_kept_for_incidents_is_not_for_the_routine) {
  for (int page = 0; page < 8; ++page) BOOST_TEST(reserved(Spend::routine, 50).has_value());
  BOOST_TEST(!reserved(Spend::routine, 50));
  BOOST_TEST(!reserved(Spend::routine, 1));

  BOOST_TEST(reserved(Spend::incident, 50).has_value());
  BOOST_TEST(reserved(Spend::incident, 50).has_value());

  BOOST_TEST(!reserved(Spend::incident, 1));
  BOOST_TEST(exports().spent == 500U);
}

BOOST_AUTO_TEST_CASE(what_an_incident_took_is_missing_to_the_routine) {
  BOOST_TEST(reserved(Spend::incident, 360).has_value());

  BOOST_TEST(!reserved(Spend::routine, 50));
  BOOST_TEST(reserved(Spend::routine, 40).has_value());
}

BOOST_AUTO_TEST_CASE(where_nothing_is_capped_nothing_is_kept) {
  of_model(PaymentModel::b);

  BOOST_TEST(reserved(Spend::routine, 10'000).has_value());
  BOOST_TEST(!allowance->status(clock.now())->back().cap);
}

BOOST_AUTO_TEST_CASE(the_forecast_goes_straight_on) {
  const auto forecast_at = [this](Duration into_month) {
    clock.jump(begin_of(k_march) + into_month - clock.now().wall);
    return allowance->status(clock.now())->back().forecast;
  };
  BOOST_REQUIRE(reserved(Spend::routine, 100));

  BOOST_TEST(forecast_at(hours{31 * 12}) == 200U);
  BOOST_TEST(forecast_at(days{31} - seconds{1}) == 100U);
  // A flood in the first hour is taken for that of a day.
  BOOST_TEST(forecast_at(hours{1}) == 3'100U);
}

BOOST_AUTO_TEST_CASE(a_used_up_capacity_closes_the_month_and_mendable_refusals_a_day) {
  const WallTime tomorrow = clock.now().wall + days{1};
  struct Case {
    PaymentModel model;
    const char* code;
    WallTime until;
  };
  const std::vector<Case> cases = {
      {PaymentModel::evaluation, k_capacity_used_up, end_of(k_march)},
      {PaymentModel::evaluation, "", end_of(k_march)},
      {PaymentModel::evaluation, k_billing_missing, tomorrow},
      {PaymentModel::b, k_billing_missing, tomorrow},
      {PaymentModel::a, k_licence_missing, tomorrow},
      {PaymentModel::b, "", tomorrow},
      {PaymentModel::none, "", tomorrow},
      {PaymentModel::none, k_capacity_used_up, end_of(k_march)},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    AllowanceFixture one;
    one.of_model(cases[i].model);

    BOOST_TEST((one.closed_until(cases[i].code) == cases[i].until), i);

    BOOST_REQUIRE_EQUAL(one.journal.count<BucketClosed>(), 1U);
    BOOST_TEST((one.journal.all<BucketClosed>().back().closing.until == cases[i].until), i);
  }
}

BOOST_AUTO_TEST_CASE(what_was_refused_for_a_day_is_tried_again_after_it) {
  of_model(PaymentModel::b);
  static_cast<void>(closed_until(k_billing_missing));
  BOOST_TEST(allowance->status(clock.now())->back().is_closed);

  clock.advance(days{1});

  BOOST_TEST(!allowance->status(clock.now())->back().is_closed);
  BOOST_TEST(reserved(Spend::routine, 50).has_value());
}

BOOST_AUTO_TEST_CASE(a_clock_that_is_ahead_spends_and_closes_nothing_of_the_next_month) {
  set_machine_ahead(days{40});

  static_cast<void>(closed_until(k_capacity_used_up));

  BOOST_TEST(exports().closed_at.has_value());
  BOOST_TEST(!exports(k_april).closed_at);
  BOOST_TEST((allowance->status(clock.now())->back().spending.month == k_march));
  clock.jump(-days{40});
  server_time.heard(clock.now().wall, clock.now());
  clock.advance(end_of(k_march) + minutes{5} - clock.now().wall);
  BOOST_TEST(reserved(Spend::routine, 50).has_value());
  BOOST_TEST(exports(k_april).spent == 50U);
}

BOOST_AUTO_TEST_CASE(nothing_is_asked_for_while_the_month_cannot_be_told) {
  set_machine_ahead(Duration{0});
  clock.jump(days{40});

  BOOST_TEST(!reserved(Spend::incident, 50));

  set_machine_ahead(Duration{0});
  clock.jump(-days{40});
  set_machine_ahead(Duration{0});
  BOOST_TEST(reserved(Spend::incident, 50).has_value());
}

BOOST_AUTO_TEST_CASE(that_graph_is_silent_is_judged_by_its_own_month) {
  std::vector<Change> changes(500);
  for (std::size_t i = 0; i < changes.size(); ++i) {
    changes[i].ref = {ChatId{"19:release@thread.v2"},
                      MessageId{std::to_string(1'772'000'000'000 + i)}};
    changes[i].metered_by = SubscriptionId{"metered"};
    changes[i].metered_in = k_march;
  }
  BOOST_REQUIRE(store.accept(changes));

  set_machine_ahead(days{40});

  BOOST_TEST(*allowance->notifications_are_used_up(clock.now()));
}

BOOST_AUTO_TEST_CASE(clocks_that_differ_are_told_of_once_until_they_agree) {
  const auto look = [this](Duration ahead) {
    server_time.heard(clock.now().wall - ahead, clock.now());
    for (int i = 0; i < 3; ++i) static_cast<void>(allowance->step(clock.now()));
    return journal.count<ClocksDiffer>();
  };

  BOOST_TEST(look(minutes{4}) == 0U);
  BOOST_TEST(look(minutes{6}) == 1U);
  BOOST_TEST(look(minutes{7}) == 1U);
  BOOST_TEST(look(seconds{3}) == 1U);
  BOOST_TEST(look(-hours{2}) == 2U);
  BOOST_TEST((journal.all<ClocksDiffer>().back().ahead == -Duration{hours{2}}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
