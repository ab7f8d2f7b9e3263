#include "tests/unit/sync/reconcile_fixture.h"

/// Whom a round concerns, where not all are meant alike.
namespace belfry::sync {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

struct RequestsFixture : ReconcileFixture {
  RequestsFixture() { BOOST_REQUIRE(store.set_last_webhook_time(wall())); }
  void was_swept(const std::string& person, WallTime at) {
    const SweepCursor move{MattermostUserId{person}, SweepRoute::list, at, {}, {}};
    BOOST_REQUIRE(store.accept_found({}, {}, {&move, 1}, wall()));
  }
};

BOOST_FIXTURE_TEST_SUITE(reconcile_requests, RequestsFixture)

BOOST_AUTO_TEST_CASE(how_far_back_one_account_is_read_concerns_no_other_of_the_same_round) {
  const ChatId of_ben{"19:ben@thread.v2"};
  graph.chats[of_ben].members = {ben};
  const ChatId of_anna{"19:anna@thread.v2"};
  graph.chats[of_anna].members = {anna};
  for (const ChatId& where : {of_anna, of_ben}) graph.say(where, wall() - hours{10});
  was_swept("anna", wall() - hours{1});
  was_swept("ben", wall() - hours{1});
  start();

  reconciler->request({SweepTrigger::administrator, MattermostUserId{"anna"}, wall() - hours{12}});
  reconciler->request({SweepTrigger::lifecycle, std::nullopt, std::nullopt});
  live_for(minutes{20});

  BOOST_TEST(journal.count<SweepBegan>() == 1U);
  BOOST_TEST(last().accounts == 2U);
  const auto found = journal.all<MessageReconciled>();
  BOOST_REQUIRE_EQUAL(found.size(), 1);
  BOOST_TEST(found[0].ref.chat.text() == of_anna.text());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
