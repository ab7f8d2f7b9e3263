#include "sync/wanted_subscriptions.h"

#include "tests/unit/sync/subscriptions_fixture.h"

namespace belfry::sync {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

struct WantedFixture : SubscriptionsFixture {
  void of_kind(SubscribeKind kind) { policy.kind = kind; }
  void chats_of(const std::string& person, const std::vector<std::string>& names) {
    std::vector<ChatId> chats;
    for (const std::string& name : names) chats.emplace_back(name);
    graph.chats_of[TeamsUserId{"teams-" + person}] = chats;
  }
  static std::set<std::string> messages_of(const std::vector<std::string>& chats) {
    std::set<std::string> all;
    for (const std::string& chat : chats) all.insert("/chats/" + chat + "/messages");
    return all;
  }
};

BOOST_FIXTURE_TEST_SUITE(wanted_subscriptions, WantedFixture)

BOOST_AUTO_TEST_CASE(kind_accounts_makes_one_for_each_connected_person) {
  of_kind(SubscribeKind::accounts);
  for (const char* name : {"anna", "ben", "cleo"}) connect(name);
  BOOST_REQUIRE(model.mark_disconnected(MattermostUserId{"cleo"}));

  begin();

  BOOST_TEST((resources_at_graph() ==
              std::set<std::string>{"/users/teams-anna/chats/getAllMessages?model=B",
                                    "/users/teams-ben/chats/getAllMessages?model=B"}));
  BOOST_TEST(is_complete());
}

BOOST_AUTO_TEST_CASE(more_people_than_one_page_holds_are_all_served) {
  of_kind(SubscribeKind::accounts);
  for (int i = 0; i < 501; ++i) connect("person-" + std::to_string(i));

  begin();

  BOOST_TEST(resources_at_graph().size() == 501U);
}

BOOST_AUTO_TEST_CASE(without_anybody_connected_nothing_is_wanted_and_that_is_complete) {
  of_kind(SubscribeKind::accounts);
  start();
  BOOST_TEST(!is_complete());

  settle();

  BOOST_TEST(graph.subscriptions.empty());
  BOOST_TEST(is_complete());
}

BOOST_AUTO_TEST_CASE(who_connects_is_served_at_once_and_who_leaves_no_more) {
  of_kind(SubscribeKind::accounts);
  tokens.tell_of_changed_grants([this] { subscriptions->review_soon(); });
  connect("anna");
  begin();
  Account ben;
  ben.user = MattermostUserId{"ben"};
  ben.teams_user = TeamsUserId{"teams-ben"};

  BOOST_REQUIRE(tokens.replace(ben.user, [&] { return model.connect(ben, {}); }));
  settle();
  BOOST_TEST(resources_at_graph().size() == 2U);

  const MattermostUserId anna{"anna"};
  BOOST_REQUIRE(tokens.replace(anna, [&] { return model.remove_account(anna); }));
  live_for(seconds{11});
  BOOST_TEST((resources_at_graph() ==
              std::set<std::string>{"/users/teams-ben/chats/getAllMessages?model=B"}));
}

BOOST_AUTO_TEST_CASE(kind_chats_makes_one_for_each_chat_whoever_shares_it_and_pays_nothing) {
  of_kind(SubscribeKind::chats);
  connect("anna");
  connect("ben");
  chats_of("anna", {"a", "shared"});
  chats_of("ben", {"shared", "b"});

  begin();

  BOOST_TEST((resources_at_graph() == messages_of({"a", "b", "shared"})));
  for (const auto& [id, held] : graph.subscriptions)
    BOOST_TEST(held.remote.change_types == "created,updated,deleted");
  BOOST_TEST(is_complete());
}

BOOST_AUTO_TEST_CASE(over_the_bound_everybodys_latest_chats_come_first) {
  of_kind(SubscribeKind::chats);
  policy.most_chats = 4;
  connect("anna");
  connect("ben");
  chats_of("anna", {"a1", "a2", "a3", "a4", "a5"});
  chats_of("ben", {"b1", "b2", "b3"});

  begin();

  BOOST_TEST((resources_at_graph() == messages_of({"a1", "a2", "b1", "b2"})));
}

BOOST_AUTO_TEST_CASE(a_chat_that_comes_alive_takes_the_place_of_the_least_active_one) {
  of_kind(SubscribeKind::chats);
  policy.most_chats = 2;
  connect("anna");
  chats_of("anna", {"a1", "a2", "old"});
  begin();

  chats_of("anna", {"old", "a1", "a2"});
  live_for(minutes{11});

  BOOST_TEST((resources_at_graph() == messages_of({"a1", "old"})));
}

BOOST_AUTO_TEST_CASE(who_connects_does_not_make_everybody_be_listed_again) {
  of_kind(SubscribeKind::chats);
  connect("anna");
  connect("ben");
  begin();
  graph.script.forget_calls();

  connect("cleo");
  chats_of("cleo", {"c"});
  subscriptions->review_soon();
  settle();

  BOOST_TEST(graph.script.count("recent_chats") == 1U);
  BOOST_TEST((resources_at_graph() == messages_of({"c"})));
}

BOOST_AUTO_TEST_CASE(who_connects_while_others_are_being_listed_is_not_forgotten) {
  of_kind(SubscribeKind::chats);
  connect("anna");
  chats_of("cleo", {"c"});
  graph.script.during("recent_chats", [this] {
    connect("cleo");
    subscriptions->review_soon();
  });

  begin();

  BOOST_TEST((resources_at_graph() == messages_of({"c"})));
}

BOOST_AUTO_TEST_CASE(one_person_whose_chats_cannot_be_listed_harms_no_other) {
  of_kind(SubscribeKind::chats);
  connect("anna");
  connect("ben");
  chats_of("anna", {"a"});
  chats_of("ben", {"b"});
  begin();
  chats_of("anna", {"a", "a2"});
  chats_of("ben", {"b", "b2"});
  graph.script.fail("recent_chats", ErrorKind::forbidden);

  live_for(minutes{11});

  // What was known of that person still stands.
  BOOST_TEST(resources_at_graph().size() == 3U);
  BOOST_TEST(journal.all<SubscriptionFailed>().at(0).resource == "list of chats");
}

BOOST_AUTO_TEST_CASE(an_hour_in_which_no_chats_can_be_listed_costs_no_renewal) {
  of_kind(SubscribeKind::chats);
  connect("anna");
  chats_of("anna", {"a", "b"});
  begin();
  graph.script.fail_always("recent_chats",
                           Error{ErrorKind::transient, "scripted", std::nullopt, 503, {}});
  graph.script.forget_calls();

  live_for(hours{2});

  BOOST_TEST(graph.script.count("renew") >= 6U);
  BOOST_TEST((resources_at_graph() == messages_of({"a", "b"})));
}

BOOST_AUTO_TEST_CASE(after_a_restart_renewals_come_before_long_lists) {
  of_kind(SubscribeKind::chats);
  for (int i = 0; i < 20; ++i) {
    connect("person-" + std::to_string(i));
    chats_of("person-" + std::to_string(i), {"chat-" + std::to_string(i)});
  }
  begin();
  graph.script.forget_calls();
  start();

  for (int i = 0; i < 30; ++i) {
    clock.advance(seconds{1});
    BOOST_REQUIRE(subscriptions->step(clock.now()).worked);
  }

  BOOST_TEST(graph.script.count("renew") == 20U);
}

BOOST_AUTO_TEST_CASE(a_store_that_cannot_be_read_takes_nothing_away) {
  of_kind(SubscribeKind::accounts);
  connect("anna");
  begin();
  accounts.script.fail_always("accounts", ErrorKind::transient);

  live_for(hours{1});

  BOOST_TEST(resources_at_graph().size() == 1U);
  BOOST_TEST(is_complete());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
