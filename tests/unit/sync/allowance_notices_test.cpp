#include "sync/allowance_notices.h"

#include <algorithm>

#include <boost/test/unit_test.hpp>

#include "sync/allowance.h"
#include "tests/kit/fake_clock.h"
#include "tests/kit/fake_mattermost.h"
#include "tests/kit/plain_signer.h"
#include "tests/kit/recording_journal.h"
#include "tests/kit/seeded_random.h"
#include "tests/sim/model/model_store.h"

namespace belfry::sync {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

/// Ada and Bob administrate; 100 messages a month.
struct NoticesFixture {
  kit::FakeClock clock;
  kit::FakeMattermost mattermost{clock};
  kit::PlainSigner signer;
  sim::ModelStore store;
  kit::SeededRandom random;
  kit::RecordingJournal journal;
  UpstreamGate gate{Upstream::mattermost, journal};
  AllowanceNoticePolicy policy;
  ServerTime server_time;
  AllowancePolicy allowance_policy;
  std::optional<Allowance> allowance;
  std::optional<AllowanceNotices> notices;
  MattermostUserId ada = mattermost.hire("ada");
  MattermostUserId bob = mattermost.hire("bob");

  NoticesFixture() {
    policy.administrators = {"ada", "bob"};
    policy.cap = 100;
    start();
  }
  /// The process begins, or begins again.
  void start() {
    allowance_policy.evaluation_cap = policy.cap.value_or(0);
    allowance.emplace(store, server_time, journal, allowance_policy);
    notices.emplace(
        AllowanceNotices::Ports{store, server_time, mattermost, signer, random, journal}, gate,
        policy);
  }
  void spend(Bucket bucket, std::uint64_t messages) {
    BOOST_REQUIRE(store.reserve(bucket, messages, messages, 1'000, clock.now().wall));
  }
  void live_for(Duration time) {
    const Instant end = clock.now().steady + time;
    for (int i = 0; i < 10'000 && clock.now().steady < end; ++i) {
      static_cast<void>(allowance->step(clock.now()));
      const StepOutcome outcome = notices->step(clock.now());
      if (!outcome.worked) clock.advance_to(std::min(outcome.next, end));
    }
    BOOST_REQUIRE(clock.now().steady >= end);
  }
  [[nodiscard]] std::size_t told(const MattermostUserId& user, const std::string& part) const {
    const auto texts = mattermost.texts_to(user);
    return static_cast<std::size_t>(std::count_if(
        texts.begin(), texts.end(),
        [&](const std::string& text) { return text.find(part) != std::string::npos; }));
  }
};

BOOST_FIXTURE_TEST_SUITE(allowance_notices, NoticesFixture)

BOOST_AUTO_TEST_CASE(below_the_first_mark_nobody_is_written_to) {
  spend(Bucket::notifications, 79);
  spend(Bucket::exports, 79);

  live_for(hours{1});

  BOOST_TEST(mattermost.posts.empty());
}

BOOST_AUTO_TEST_CASE(each_mark_of_each_bucket_is_told_once_to_each_administrator) {
  spend(Bucket::notifications, 80);
  live_for(minutes{5});
  spend(Bucket::notifications, 20);
  live_for(minutes{5});
  spend(Bucket::exports, 80);
  live_for(minutes{5});
  spend(Bucket::exports, 20);
  live_for(hours{2});

  for (const MattermostUserId& person : {ada, bob}) {
    BOOST_TEST(told(person, "notifications at Microsoft are nearly used up: 80 of the 100") == 1U);
    BOOST_TEST(told(person, "notifications at Microsoft are used up: 100 of the 100") == 1U);
    BOOST_TEST(told(person, "exported messages at Microsoft are nearly used up") == 1U);
    BOOST_TEST(told(person, "No more messages can be exported") == 1U);
    BOOST_TEST(mattermost.texts_to(person).size() == 4U);
  }
  BOOST_TEST(journal.count<AdministratorsTold>() == 4U);
}

BOOST_AUTO_TEST_CASE(a_restart_tells_nothing_again) {
  spend(Bucket::notifications, 85);
  live_for(minutes{5});

  start();
  live_for(hours{1});

  BOOST_TEST(mattermost.posts.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_restart_in_the_middle_goes_on_with_whom_was_not_told) {
  spend(Bucket::notifications, 85);
  static_cast<void>(allowance->step(clock.now()));
  while (mattermost.posts.empty()) BOOST_REQUIRE(notices->step(clock.now()).worked);
  clock.advance(minutes{2});  // the server has forgotten the pending post by then

  start();
  live_for(minutes{5});

  BOOST_TEST(told(ada, "nearly used up") == 1U);
  BOOST_TEST(told(bob, "nearly used up") == 1U);
}

BOOST_AUTO_TEST_CASE(a_post_whose_answer_was_lost_is_not_made_again) {
  // The second try comes when the server has forgotten the pending post.
  policy.retry.first = hours{2};
  policy.retry.most = hours{2};
  start();
  spend(Bucket::notifications, 85);
  mattermost.script.lose_answer("create_post", ErrorKind::in_doubt);

  live_for(hours{3});

  BOOST_TEST(told(ada, "nearly used up") == 1U);
  BOOST_TEST(told(bob, "nearly used up") == 1U);
}

BOOST_AUTO_TEST_CASE(a_refusal_is_told_once_a_month_where_nothing_is_capped_too) {
  policy.cap.reset();
  allowance_policy.model = PaymentModel::b;
  start();
  const Error no_billing{ErrorKind::exhausted, "402", {}, 402, k_billing_missing};
  for (int day = 0; day < 3; ++day) {
    const auto reserved = allowance->reserve(Spend::routine, 50, clock.now());
    BOOST_REQUIRE(reserved->has_value());
    BOOST_REQUIRE(allowance->refused(**reserved, no_billing, clock.now()));
    live_for(minutes{5});
    clock.advance(hours{24});
  }

  for (const MattermostUserId& person : {ada, bob}) {
    BOOST_TEST(told(person, "no Azure subscription is linked") == 1U);
    BOOST_TEST(mattermost.texts_to(person).size() == 1U);
  }
  BOOST_TEST(journal.count<BucketClosed>() == 3U);
  BOOST_TEST(journal.count<AllowanceWarning>() == 0U);
}

BOOST_AUTO_TEST_CASE(the_next_month_is_told_of_again) {
  spend(Bucket::notifications, 85);
  live_for(minutes{5});
  clock.advance(hours{31 * 24});
  spend(Bucket::notifications, 85);

  live_for(minutes{5});

  BOOST_TEST(told(ada, "nearly used up") == 2U);
}

BOOST_AUTO_TEST_CASE(both_marks_at_once_are_one_message) {
  spend(Bucket::notifications, 100);

  live_for(hours{1});

  BOOST_TEST(mattermost.texts_to(ada).size() == 1U);
  BOOST_TEST(told(ada, "are used up: 100 of the 100") == 1U);
}

BOOST_AUTO_TEST_CASE(a_name_that_nobody_has_is_told_of_once_at_the_start) {
  policy.administrators = {"nobody", "bob"};
  start();
  live_for(minutes{5});
  BOOST_REQUIRE_EQUAL(journal.count<AdministratorUnknown>(), 1);
  BOOST_TEST(journal.all<AdministratorUnknown>()[0].username == "nobody");

  spend(Bucket::notifications, 100);
  live_for(hours{1});

  BOOST_TEST(journal.count<AdministratorUnknown>() == 1U);
  BOOST_TEST(mattermost.texts_to(bob).size() == 1U);
  BOOST_TEST(mattermost.posts.size() == 1U);
  BOOST_TEST(journal.all<AdministratorsTold>().at(0).people == 1U);
}

BOOST_AUTO_TEST_CASE(somebody_who_is_made_later_is_told_all_the_same) {
  policy.administrators = {"carl"};
  start();
  live_for(minutes{5});
  const MattermostUserId carl = mattermost.hire("carl");

  spend(Bucket::notifications, 100);
  live_for(minutes{5});

  BOOST_TEST(mattermost.texts_to(carl).size() == 1U);
}

BOOST_AUTO_TEST_CASE(who_is_deactivated_is_named_and_not_written_to) {
  mattermost.people.at(ada).is_active = false;
  start();
  spend(Bucket::notifications, 100);

  live_for(hours{1});

  BOOST_TEST(journal.count<AdministratorUnknown>() == 1U);
  BOOST_TEST(mattermost.texts_to(ada).empty());
  BOOST_TEST(mattermost.texts_to(bob).size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_message_that_fails_is_tried_again_and_holds_up_nobody) {
  spend(Bucket::notifications, 85);
  mattermost.script.fail("direct_channel", ErrorKind::transient, 4);

  live_for(hours{1});

  BOOST_TEST(journal.count<NoticeFailed>() == 4U);
  BOOST_TEST(mattermost.texts_to(ada).size() == 1U);
  BOOST_TEST(mattermost.texts_to(bob).size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_message_that_is_refused_is_not_tried_for_ever) {
  spend(Bucket::notifications, 85);
  mattermost.script.fail("create_post", ErrorKind::refused);

  live_for(hours{2});

  BOOST_TEST(journal.count<NoticeFailed>() == 1U);
  BOOST_TEST(mattermost.posts.size() == 1U);
  BOOST_TEST(journal.count<AdministratorsTold>() == 1U);
}

BOOST_AUTO_TEST_CASE(without_administrators_nothing_is_asked_of_mattermost) {
  policy.administrators = {};
  start();
  spend(Bucket::notifications, 100);

  live_for(hours{1});

  BOOST_TEST(mattermost.posts.empty());
  BOOST_TEST(mattermost.script.calls().empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
