#include "sync/policy/allowance_words.h"

#include <boost/test/unit_test.hpp>

namespace belfry::sync {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

constexpr Month k_march{std::chrono::year{2026}, std::chrono::month{3}};

struct WordsFixture {
  AllowanceFacts facts;

  WordsFixture() {
    facts.spending.month = k_march;
    facts.spending.spent = 400;
    facts.now = begin_of(k_march) + days{16};
    facts.exhausted_interval = minutes{15};
  }
  [[nodiscard]] bool says(const std::string& part) const {
    const std::string words = allowance_words(facts);
    BOOST_TEST_INFO(words);
    return words.find(part) != std::string::npos;
  }
};

BOOST_FIXTURE_TEST_SUITE(allowance_words_of, WordsFixture)

BOOST_AUTO_TEST_CASE(what_is_left_lasts_as_long_as_it_did_so_far) {
  const WallTime begin = begin_of(k_march);

  BOOST_TEST((used_up_by(facts.spending, 500, begin + days{16}) == begin + days{20}));
  BOOST_TEST((used_up_by(facts.spending, 500, begin + days{28}) == end_of(k_march)));
  BOOST_TEST((used_up_by(facts.spending, 400, begin + days{3}) == begin + days{3}));
  facts.spending.spent = 0;
  BOOST_TEST((used_up_by(facts.spending, 500, begin + days{3}) == end_of(k_march)));
}

BOOST_AUTO_TEST_CASE(a_flood_in_the_first_hour_is_taken_for_that_of_a_day) {
  const WallTime begin = begin_of(k_march);
  facts.spending.spent = 100;

  BOOST_TEST((used_up_by(facts.spending, 500, begin + hours{1}) == begin + days{5}));
}

BOOST_AUTO_TEST_CASE(the_first_mark_says_how_long_the_rest_lasts_and_what_comes_then) {
  BOOST_TEST(says("nearly used up: 400 of the 500"));
  BOOST_TEST(says("used up about 2026-03-21"));
  BOOST_TEST(says("every 15 minutes"));
  BOOST_TEST(says("teams.subscribe"));
  BOOST_TEST(says("teams.payment_model"));
}

BOOST_AUTO_TEST_CASE(the_last_mark_says_until_when_graph_is_silent) {
  facts.percent = 100;
  facts.spending.spent = 500;
  facts.exhausted_interval = hours{1};

  BOOST_TEST(says("are used up: 500 of the 500"));
  BOOST_TEST(says("until 2026-04-01 (UTC)"));
  BOOST_TEST(says("every hour"));
}

BOOST_AUTO_TEST_CASE(exports_tell_of_the_part_that_is_kept_and_of_refusals) {
  facts.spending.bucket = Bucket::exports;
  BOOST_TEST(says("The last 20 % are kept for incidents"));

  facts.percent = 100;
  facts.spending.close({Refusal::capacity, facts.now, end_of(k_march)});

  BOOST_TEST(says("refused (402): the capacity of Evaluation mode is used up"));
  BOOST_TEST(says("counted 400 of the 500"));
  BOOST_TEST(says("closed until 2026-04-01 (UTC)"));
}

BOOST_AUTO_TEST_CASE(a_refusal_that_somebody_can_mend_says_how) {
  facts.spending.bucket = Bucket::exports;
  facts.percent = 100;
  facts.cap.reset();
  facts.spending.close({Refusal::billing, facts.now, facts.now + days{1}});

  BOOST_TEST(says("no Azure subscription is linked"));
  BOOST_TEST(says("https://aka.ms/teams-api-payment-requirements"));
  BOOST_TEST(says("counted 400 of this month"));
  BOOST_TEST(says("asks again once a day"));
  BOOST_TEST(!says("closed until"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
