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
  [[nodiscard]] std::optional<WallTime> swept_to(const std::string& person) {
    const auto cursors = store.cursors(MattermostUserId{person});
    BOOST_REQUIRE(cursors.has_value());
    for (const SweepCursor& cursor : *cursors) {
      if (cursor.route == SweepRoute::list) return cursor.watermark;
    }
    return std::nullopt;
  }
};

BOOST_FIXTURE_TEST_SUITE(reconcile_requests, RequestsFixture)

BOOST_AUTO_TEST_CASE(who_failed_for_days_is_swept_after_a_restart_and_nobody_else_before_the_day) {
  connect("cleo");
  const WallTime recent = wall() - hours{20};
  was_swept("anna", wall() - hours{72});
  was_swept("ben", recent);
  was_swept("cleo", recent);

  start();
  BOOST_TEST((reconciler->status().all_swept_to == wall() - hours{72}));
  live_for(hours{3});

  BOOST_TEST((swept_to("anna") > wall() - hours{4}));
  BOOST_TEST((swept_to("ben") == recent));
  BOOST_TEST((swept_to("cleo") == recent));
  BOOST_TEST((reconciler->status().all_swept_to == recent));
  live_for(hours{4});
  BOOST_TEST((swept_to("ben") > recent));
}

BOOST_AUTO_TEST_CASE(where_most_are_overdue_it_is_everybodys_turn) {
  was_swept("anna", wall() - hours{72});
  was_swept("ben", wall() - hours{72});

  start();
  live_for(minutes{20});

  BOOST_REQUIRE_EQUAL(journal.count<SweepBegan>(), 1);
  BOOST_TEST(last().accounts == 2U);
  BOOST_TEST((swept_to("ben") > wall() - hours{1}));
}

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
