#include "tests/unit/sync/subscriptions_fixture.h"

/// Which chats ring, and how many do not.
namespace belfry::sync {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

struct AnnouncedFixture : SubscriptionsFixture {
  AnnouncedFixture() {
    policy.kind = SubscribeKind::chats;
    connect("anna");
    for (const char* chat : {"a", "b", "c"}) {
      lists.chats[ChatId{chat}].members.emplace_back("teams-anna");
      lists.say(ChatId{chat}, clock.now().wall - hours{chat[0] - 'a' + 1});
    }
  }
  void live() {
    start();
    live_for(minutes{20});
  }
  [[nodiscard]] std::optional<WallTime> since(const char* chat) const {
    return subscriptions->announced_since(ChatId{chat}, clock.now().wall);
  }
  void refuse(const std::string& chat) {
    graph.refuses = [refused = chat_resource(ChatId{chat})](
                        const Secret&, const std::string& resource) { return resource == refused; };
  }
};

BOOST_FIXTURE_TEST_SUITE(announced_chats, AnnouncedFixture)

BOOST_AUTO_TEST_CASE(a_chat_is_announced_from_when_its_subscription_was_made) {
  const WallTime before = clock.now().wall;

  live();
  live_for(hours{2});  // renewals change nothing of that

  BOOST_REQUIRE(since("a").has_value());
  BOOST_TEST((*since("a") >= before));
  BOOST_TEST((*since("a") <= before + minutes{20}));
  BOOST_TEST(!since("unheard-of").has_value());
  BOOST_TEST(subscriptions->overview().chats_unannounced() == 0U);
}

BOOST_AUTO_TEST_CASE(chats_over_the_bound_are_announced_by_nobody_and_counted) {
  policy.most_chats = 1;

  live();

  BOOST_TEST(since("a").has_value());
  BOOST_TEST(!since("b").has_value());
  const SubscriptionsOverview overview = subscriptions->overview();
  BOOST_TEST(overview.chats_left_out == 2U);
  BOOST_TEST(overview.chats_unannounced() == 2U);
  BOOST_TEST(overview.most_chats == 1U);
  BOOST_TEST(!overview.is_room_limited_by_graph);
}

BOOST_AUTO_TEST_CASE(a_chat_that_graph_refuses_is_announced_by_nobody_and_counted) {
  refuse("b");

  live();

  BOOST_TEST(since("a").has_value());
  BOOST_TEST(!since("b").has_value());
  BOOST_TEST(subscriptions->overview().chats_refused == 1U);
  BOOST_TEST(subscriptions->overview().chats_unannounced() == 1U);
}

BOOST_AUTO_TEST_CASE(that_nobody_tells_of_new_chats_leaves_no_known_one_unannounced) {
  graph.refuses = [](const Secret&, const std::string& resource) {
    return resource == k_chats_resource;
  };

  live();

  BOOST_TEST(subscriptions->overview().refused == 1U);
  BOOST_TEST(subscriptions->overview().chats_unannounced() == 0U);
}

BOOST_AUTO_TEST_CASE(where_graph_has_no_room_what_it_left_out_is_told_as_its_own_doing) {
  graph.room = 2;  // one chat and the one that tells of new ones

  live();

  BOOST_TEST(subscriptions->overview().chats_left_out == 2U);
  BOOST_TEST(subscriptions->overview().is_room_limited_by_graph);
}

BOOST_AUTO_TEST_CASE(a_subscription_that_has_run_out_announces_nothing) {
  live();

  clock.advance(policy.lifetime + hours{1});

  BOOST_TEST(!since("a").has_value());
}

BOOST_AUTO_TEST_CASE(one_that_calls_another_address_announces_nothing_to_us) {
  policy.kind = SubscribeKind::tenant;
  live();
  BOOST_REQUIRE(since("a").has_value());
  policy.notification_url = "https://elsewhere.test/changes";

  start();

  BOOST_TEST(!since("a").has_value());
}

BOOST_AUTO_TEST_CASE(the_other_kinds_announce_every_chat) {
  for (const SubscribeKind kind : {SubscribeKind::tenant, SubscribeKind::accounts}) {
    policy.kind = kind;
    start();

    live_for(minutes{1});

    for (const char* chat : {"a", "unheard-of"}) {
      BOOST_TEST_CONTEXT(name_of(kind) << " " << chat)
      BOOST_TEST((since(chat) == WallTime::min()));
    }
    BOOST_TEST(subscriptions->overview().chats_unannounced() == 0U);
  }
}

BOOST_AUTO_TEST_CASE(before_one_for_the_tenant_is_in_force_no_chat_is_announced) {
  policy.kind = SubscribeKind::tenant;
  graph.refuses = [](const Secret&, const std::string&) { return true; };

  live();

  BOOST_TEST(!since("a").has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
