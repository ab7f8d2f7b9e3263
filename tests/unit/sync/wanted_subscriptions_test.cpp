#include "sync/wanted_subscriptions.h"

#include "tests/unit/sync/subscriptions_fixture.h"

namespace belfry::sync {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

struct WantedFixture : SubscriptionsFixture {
  void of_kind(SubscribeKind kind) { policy.kind = kind; }
  /// `person` has the chat, in which somebody wrote so long ago.
  void has_chat(const std::string& person, const std::string& chat, Duration ago = hours{1}) {
    lists.chats[ChatId{chat}].members.emplace_back("teams-" + person);
    lists.say(ChatId{chat}, clock.now().wall - ago);
  }
  /// The first of the chats is the most active one.
  void has_chats(const std::string& person, const std::vector<std::string>& chats) {
    for (std::size_t i = 0; i < chats.size(); ++i)
      has_chat(person, chats[i], hours{5} * static_cast<Duration::rep>(i + 1));
  }
  [[nodiscard]] std::set<std::string> chats_at_graph() const {
    std::set<std::string> chats;
    for (const std::string& resource : resources_at_graph()) {
      if (const auto chat = chat_of_resource(resource)) chats.insert(chat->text());
    }
    return chats;
  }
  [[nodiscard]] bool finds_new_chats() const {
    return resources_at_graph().contains(k_chats_resource);
  }
  [[nodiscard]] bool is_apps(const Secret& bearer) const {
    return identity.owner_of(bearer) == "app";
  }
};
using Names = std::set<std::string>;

BOOST_FIXTURE_TEST_SUITE(wanted_subscriptions, WantedFixture)

BOOST_AUTO_TEST_CASE(kind_accounts_makes_one_for_each_connected_person) {
  of_kind(SubscribeKind::accounts);
  for (const char* name : {"anna", "ben", "cleo"}) connect(name);
  BOOST_REQUIRE(model.mark_disconnected(MattermostUserId{"cleo"}));

  begin();

  BOOST_TEST((resources_at_graph() == Names{"/users/teams-anna/chats/getAllMessages?model=B",
                                            "/users/teams-ben/chats/getAllMessages?model=B"}));
  BOOST_TEST(is_complete());
  BOOST_TEST((sweeps.people == std::set{MattermostUserId{"anna"}, MattermostUserId{"ben"}}));
}

BOOST_AUTO_TEST_CASE(more_people_than_one_page_holds_are_all_served) {
  of_kind(SubscribeKind::accounts);
  for (int i = 0; i < 501; ++i) connect("person-" + std::to_string(i));

  begin();
  live_for(minutes{1});

  BOOST_TEST(resources_at_graph().size() == 501U);
}

BOOST_AUTO_TEST_CASE(without_anybody_connected_nothing_is_wanted_and_that_is_complete) {
  of_kind(SubscribeKind::chats);
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
  live_for(seconds{2});
  Account ben;
  ben.user = MattermostUserId{"ben"};
  ben.teams_user = TeamsUserId{"teams-ben"};

  BOOST_REQUIRE(tokens.replace(ben.user, [&] { return model.connect(ben, {}); }));
  live_for(seconds{2});
  BOOST_TEST(resources_at_graph().size() == 2U);

  const MattermostUserId anna{"anna"};
  BOOST_REQUIRE(tokens.replace(anna, [&] { return model.remove_account(anna); }));
  live_for(seconds{13});
  BOOST_TEST((resources_at_graph() == Names{"/users/teams-ben/chats/getAllMessages?model=B"}));
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

BOOST_FIXTURE_TEST_SUITE(subscriptions_of_chats, WantedFixture,
                         *boost::unit_test::description("kind chats"))

BOOST_AUTO_TEST_CASE(each_chat_has_one_whoever_shares_it_and_another_one_tells_of_new_chats) {
  of_kind(SubscribeKind::chats);
  connect("anna");
  connect("ben");
  has_chats("anna", {"a", "shared"});
  has_chats("ben", {"shared", "b"});

  start();
  live_for(seconds{10});

  BOOST_TEST((chats_at_graph() == Names{"a", "b", "shared"}));
  BOOST_TEST(finds_new_chats());
  for (const auto& [id, held] : graph.subscriptions) {
    const bool is_chat = chat_of_resource(held.remote.resource).has_value();
    BOOST_TEST(held.remote.change_types ==
               (is_chat ? "created,updated,deleted" : "created,updated"));
    BOOST_TEST(held.rich == is_chat);
    BOOST_TEST((verdict(id, held.client_state) == Verdict::ours));
  }
  BOOST_TEST(is_complete());
  BOOST_TEST(!subscriptions->is_metering());
}

BOOST_AUTO_TEST_CASE(over_the_bound_the_most_active_come_first_and_are_made_first) {
  of_kind(SubscribeKind::chats);
  policy.most_chats = 3;
  connect("anna");
  connect("ben");
  has_chats("anna", {"first", "third", "fifth"});
  has_chat("ben", "second", hours{10} - minutes{30});
  has_chat("ben", "fourth", hours{20});

  start();
  live_for(seconds{30});

  BOOST_TEST((chats_at_graph() == Names{"first", "second", "third"}));
}

BOOST_AUTO_TEST_CASE(a_chat_that_comes_alive_takes_the_place_of_the_least_active_one) {
  of_kind(SubscribeKind::chats);
  policy.most_chats = 2;
  connect("anna");
  has_chats("anna", {"a1", "a2", "old"});
  start();
  live_for(seconds{10});
  BOOST_TEST((chats_at_graph() == Names{"a1", "a2"}));

  // A sweep sees it.
  book.note_listed(MattermostUserId{"anna"}, ChatId{"old"}, clock.now().wall);
  live_for(minutes{11});

  BOOST_TEST((chats_at_graph() == Names{"a1", "old"}));
}

BOOST_AUTO_TEST_CASE(a_chat_whose_messages_ring_stays_before_one_that_is_quiet) {
  of_kind(SubscribeKind::chats);
  policy.most_chats = 1;
  connect("anna");
  has_chats("anna", {"was-first", "rings"});
  start();
  live_for(seconds{10});

  book.note_message(ChatId{"rings"}, clock.now().wall);
  live_for(minutes{11});

  BOOST_TEST((chats_at_graph() == Names{"rings"}));
}

BOOST_AUTO_TEST_CASE(a_chat_that_a_webhook_tells_of_is_subscribed_to_at_once_and_swept) {
  of_kind(SubscribeKind::chats);
  connect("anna");
  connect("ben");
  start();
  live_for(minutes{3});
  sweeps.forget();
  bool was_told = false;
  book.tell_of_news([&was_told] { was_told = true; });

  book.note_members(ChatId{"new"}, {MattermostUserId{"ben"}}, clock.now().wall);
  BOOST_TEST(was_told);
  live_for(seconds{2});

  BOOST_TEST((chats_at_graph() == Names{"new"}));
  // What was said before the subscription was there is announced by nobody.
  BOOST_TEST((sweeps.chats == std::set{ChatId{"new"}}));
  BOOST_TEST(sweeps.people.empty());
}

BOOST_AUTO_TEST_CASE(nobody_is_listed_again_however_long_it_goes_on) {
  of_kind(SubscribeKind::chats);
  connect("anna");
  has_chat("anna", "a");
  start();
  live_for(hours{24 * 7});

  BOOST_TEST(lists.script.count("chat_list") == 1U);
}

BOOST_AUTO_TEST_CASE(who_connects_does_not_make_everybody_be_listed_again) {
  of_kind(SubscribeKind::chats);
  connect("anna");
  connect("ben");
  start();
  live_for(seconds{10});
  lists.script.forget_calls();

  connect("cleo");
  has_chat("cleo", "c");
  subscriptions->review_soon();
  live_for(seconds{10});

  BOOST_TEST(lists.script.count("chat_list") == 1U);
  BOOST_TEST((chats_at_graph() == Names{"c"}));
}

BOOST_AUTO_TEST_CASE(who_leaves_takes_the_chats_along_that_nobody_shares) {
  of_kind(SubscribeKind::chats);
  connect("anna");
  connect("ben");
  has_chats("anna", {"only-annas", "shared"});
  has_chat("ben", "shared");
  start();
  live_for(seconds{10});

  BOOST_REQUIRE(model.remove_account(MattermostUserId{"anna"}));
  subscriptions->review_soon();
  live_for(seconds{30});

  BOOST_TEST((chats_at_graph() == Names{"shared"}));
}

BOOST_AUTO_TEST_CASE(one_person_whose_chats_cannot_be_listed_harms_no_other_and_is_tried_again) {
  of_kind(SubscribeKind::chats);
  connect("anna");
  connect("ben");
  has_chat("anna", "a");
  has_chat("ben", "b");
  lists.list_refused.insert(TeamsUserId{"teams-anna"});

  start();
  live_for(minutes{1});
  BOOST_TEST((chats_at_graph() == Names{"b"}));
  BOOST_TEST(journal.all<SubscriptionFailed>().at(0).resource == "list of chats");

  lists.list_refused.clear();
  live_for(minutes{16});
  BOOST_TEST((chats_at_graph() == Names{"a", "b"}));
}

BOOST_AUTO_TEST_CASE(a_restart_takes_up_what_was_there_and_makes_nothing_new) {
  of_kind(SubscribeKind::chats);
  policy.most_chats = 30;
  connect("anna");
  for (int i = 0; i < 40; ++i) has_chat("anna", "chat-" + std::to_string(i), minutes{i});
  start();
  live_for(minutes{2});
  const Names before = chats_at_graph();
  BOOST_TEST(before.size() == 30U);
  clock.advance(hours{10});
  graph.script.forget_calls();

  start();
  live_for(minutes{5});

  BOOST_TEST((chats_at_graph() == before));
  BOOST_TEST(graph.script.count("subscribe") == 0U);
  BOOST_TEST(graph.script.count("unsubscribe") == 0U);
}

BOOST_AUTO_TEST_CASE(what_is_listed_by_nobody_after_a_restart_goes) {
  of_kind(SubscribeKind::chats);
  connect("anna");
  has_chats("anna", {"stays", "left"});
  start();
  live_for(seconds{10});
  lists.chats.erase(ChatId{"left"});

  start();
  live_for(minutes{1});

  BOOST_TEST((chats_at_graph() == Names{"stays"}));
}

BOOST_AUTO_TEST_CASE(five_thousand_are_kept_alive_within_graphs_rates) {
  of_kind(SubscribeKind::chats);
  policy.rich = false;
  policy.write_gap = SubscriptionPolicy{}.write_gap;
  connect("anna");
  lists.page_size = 5000;
  for (int i = 0; i < 5000; ++i) has_chat("anna", "chat-" + std::to_string(i), seconds{i});
  start();
  live_for(hours{1});
  BOOST_TEST(chats_at_graph().size() == 5000U);
  graph.script.forget_calls();

  live_for(minutes{50});

  // Each twice or three times, in batches of up to twenty.
  BOOST_TEST(graph.script.count("renew") >= 2U * 5001 / 20);
  BOOST_TEST(graph.script.count("renew") <= 1200U);
  BOOST_TEST(journal.count<SubscriptionLost>() == 0U);
  const auto stored = model.subscriptions();
  for (const auto& held : *stored)
    BOOST_REQUIRE((clock.now().wall - held.renewed_at <= minutes{26}));
}

BOOST_AUTO_TEST_CASE(renewals_come_before_what_is_still_to_be_made) {
  of_kind(SubscribeKind::chats);
  connect("anna");
  for (int i = 0; i < 100; ++i) has_chat("anna", "chat-" + std::to_string(i), seconds{i});
  policy.write_gap = seconds{30};  // making all of them takes 50 minutes

  start();
  live_for(minutes{45});

  BOOST_TEST(chats_at_graph().size() < 100U);
  const auto stored = model.subscriptions();
  for (const auto& held : *stored)
    BOOST_REQUIRE((clock.now().wall - held.renewed_at <= minutes{40}));
}

BOOST_AUTO_TEST_CASE(a_sweep_is_promised_before_its_subscription_is_stored) {
  of_kind(SubscribeKind::chats);
  connect("ben");
  start();
  live_for(seconds{10});
  BOOST_TEST((resources_at_graph() == Names{"/chats"}));
  connect("anna");
  has_chats("anna", {"a"});
  bool was_promised = false;
  store.script.before_answer("put_subscription", [&] { was_promised = sweeps.promises == 1; });
  subscriptions->review_soon();
  live_for(seconds{10});
  BOOST_TEST((chats_at_graph() == Names{"a"}));
  BOOST_TEST(was_promised);

  live_for(minutes{3});

  BOOST_TEST(sweeps.promises == 0);
  BOOST_TEST((sweeps.chats == std::set{ChatId{"a"}}));
}

BOOST_AUTO_TEST_CASE(without_the_one_that_tells_of_chats_anybody_may_have_a_new_one) {
  of_kind(SubscribeKind::chats);
  connect("anna");
  has_chats("anna", {"a"});
  Names there_before_the_first_list;
  lists.script.before_answer("chat_list",
                             [&] { there_before_the_first_list = resources_at_graph(); });
  start();
  live_for(minutes{3});
  BOOST_TEST((there_before_the_first_list == Names{"/chats"}));
  sweeps.forget();
  lose_at_graph("/chats");

  live_for(minutes{31});

  BOOST_TEST((resources_at_graph() == Names{"/chats", "/chats/a/messages"}));
  BOOST_TEST((sweeps.triggers == std::vector{SweepTrigger::new_subscription}));
  BOOST_TEST(sweeps.chats.empty());
  BOOST_TEST(sweeps.people.empty());
}

BOOST_AUTO_TEST_CASE(a_chat_that_comes_to_the_front_while_pages_are_turned_is_known) {
  of_kind(SubscribeKind::chats);
  connect("anna");
  for (const char* chat : {"a", "b", "c"})
    lists.chats[ChatId{chat}].members = {TeamsUserId{"teams-anna"}};  // nothing was said there yet
  lists.page_size = 1;
  lists.script.before_answer("chat_list", [this] { lists.say(ChatId{"c"}, clock.now().wall); });

  start();
  live_for(minutes{3});

  BOOST_TEST((chats_at_graph() == Names{"a", "b", "c"}));
}

BOOST_AUTO_TEST_CASE(a_gap_is_swept_although_nobody_knows_whose_chat_it_is) {
  of_kind(SubscribeKind::chats);
  connect("anna");
  has_chats("anna", {"a", "b"});
  start();
  live_for(minutes{3});
  sweeps.forget();
  lose_at_graph("/chats/b/messages");
  lists.script.fail_always("chat_list", ErrorKind::transient);

  start();
  live_for(minutes{10});

  BOOST_TEST((chats_at_graph() == Names{"a", "b"}));
  BOOST_TEST((sweeps.triggers == std::vector{SweepTrigger::new_subscription}));
  BOOST_TEST(sweeps.chats.empty());  // then of everybody's
}

BOOST_AUTO_TEST_CASE(one_of_many_that_is_gone_is_made_anew_and_the_others_renewed) {
  of_kind(SubscribeKind::chats);
  connect("anna");
  has_chats("anna", {"a", "b", "c"});
  start();
  live_for(seconds{10});
  sweeps.forget();
  lose_at_graph("/chats/b/messages");

  live_for(minutes{26});

  BOOST_TEST((chats_at_graph() == Names{"a", "b", "c"}));
  BOOST_TEST(journal.count<SubscriptionLost>() == 1U);
  BOOST_TEST((sweeps.chats == std::set{ChatId{"b"}}));
}

BOOST_AUTO_TEST_CASE(where_graph_has_no_more_room_the_least_active_gives_way) {
  of_kind(SubscribeKind::chats);
  connect("anna");
  has_chats("anna", {"a", "b", "c"});
  graph.room = 3;  // two chats and the one that tells of new ones
  start();
  live_for(minutes{20});
  BOOST_TEST((chats_at_graph() == Names{"a", "b"}));
  graph.script.forget_calls();

  book.note_listed(MattermostUserId{"anna"}, ChatId{"lively"}, clock.now().wall);
  live_for(minutes{40});

  BOOST_TEST((chats_at_graph() == Names{"a", "lively"}));
  BOOST_TEST(is_complete());
  graph.room = 10;
  live_for(hours{25});
  BOOST_TEST((chats_at_graph() == Names{"a", "b", "c", "lively"}));
}

BOOST_AUTO_TEST_CASE(a_chat_that_is_hidden_from_the_app_is_subscribed_to_by_a_member) {
  of_kind(SubscribeKind::chats);
  connect("anna");
  connect("ben");
  has_chat("ben", "own");
  has_chat("ben", "hosted-elsewhere");
  graph.refuses = [this](const Secret& bearer, const std::string& resource) {
    return resource.find("elsewhere") != std::string::npos && is_apps(bearer);
  };

  start();
  live_for(seconds{30});

  BOOST_TEST((chats_at_graph() == Names{"hosted-elsewhere", "own"}));
  const auto stored = model.subscriptions();
  const auto theirs = std::find_if(stored->begin(), stored->end(), [](const auto& one) {
    return one.spec.resource == "/chats/hosted-elsewhere/messages";
  });
  BOOST_TEST((theirs->reader == MattermostUserId{"ben"}));
  live_for(hours{2});
  BOOST_TEST(journal.count<SubscriptionLost>() == 0U);
}

BOOST_AUTO_TEST_CASE(a_chat_that_nobody_may_subscribe_to_is_left_to_sweeps_and_tried_next_day) {
  of_kind(SubscribeKind::chats);
  connect("anna");
  has_chats("anna", {"open", "closed"});
  bool is_closed = true;
  graph.refuses = [&is_closed](const Secret&, const std::string& resource) {
    return is_closed && resource == "/chats/closed/messages";
  };

  start();
  live_for(minutes{1});

  BOOST_TEST((chats_at_graph() == Names{"open"}));
  BOOST_TEST(is_complete());
  BOOST_TEST(journal.count<ChatLeftToSweeps>() == 1U);
  BOOST_TEST(subscriptions->overview().refused == 1U);
  is_closed = false;
  live_for(hours{25});
  BOOST_TEST((chats_at_graph() == Names{"closed", "open"}));
}

BOOST_AUTO_TEST_CASE(without_word_of_new_chats_the_known_ones_are_followed_all_the_same) {
  of_kind(SubscribeKind::chats);
  connect("anna");
  has_chat("anna", "a");
  graph.refuses = [](const Secret&, const std::string& resource) {
    return resource == k_chats_resource;
  };

  start();
  live_for(minutes{1});

  BOOST_TEST((chats_at_graph() == Names{"a"}));
  BOOST_TEST(is_complete());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(subscriptions_chosen_by_themselves, WantedFixture)

BOOST_AUTO_TEST_CASE(in_evaluation_mode_single_chats_are_chosen_which_cost_nothing) {
  of_kind(SubscribeKind::automatic);
  policy.model = PaymentModel::evaluation;
  connect("anna");
  has_chat("anna", "a");

  start();
  live_for(seconds{10});

  BOOST_TEST((chats_at_graph() == Names{"a"}));
  BOOST_TEST((subscriptions->overview().in_force == SubscribeKind::chats));
  BOOST_TEST(!subscriptions->is_metering());
}

BOOST_AUTO_TEST_CASE(under_the_other_models_the_whole_tenant_is_chosen) {
  of_kind(SubscribeKind::automatic);
  for (const PaymentModel paid : {PaymentModel::a, PaymentModel::b, PaymentModel::none}) {
    policy.model = paid;
    connect("anna");
    has_chat("anna", "a");

    start();
    live_for(seconds{30});

    BOOST_TEST((resources_at_graph() == Names{tenant_resource(paid)}));
    BOOST_TEST(subscriptions->is_metering());
  }
}

BOOST_AUTO_TEST_CASE(where_graph_refuses_chats_the_next_kind_is_taken_and_told) {
  of_kind(SubscribeKind::automatic);
  policy.model = PaymentModel::evaluation;
  connect("anna");
  has_chats("anna", {"a", "b", "c", "d", "e"});
  graph.refuses = [](const Secret&, const std::string& resource) {
    return kind_of_resource(resource) == SubscribeKind::chats;
  };

  start();
  live_for(minutes{1});

  BOOST_TEST((resources_at_graph() == Names{"/users/teams-anna/chats/getAllMessages"}));
  BOOST_TEST(is_complete());
  BOOST_REQUIRE(journal.count<SubscribeKindChanged>() == 1U);
  BOOST_TEST((journal.all<SubscribeKindChanged>()[0].from == SubscribeKind::chats));
  BOOST_TEST((journal.all<SubscribeKindChanged>()[0].to == SubscribeKind::accounts));
  BOOST_TEST(subscriptions->overview().why_not_the_best == "chats: not allowed");
}

BOOST_AUTO_TEST_CASE(one_refused_chat_among_others_is_no_refusal_of_the_kind) {
  of_kind(SubscribeKind::automatic);
  policy.model = PaymentModel::evaluation;
  connect("anna");
  has_chats("anna", {"a", "b", "c", "d", "e"});
  graph.refuses = [](const Secret&, const std::string& resource) {
    return resource == "/chats/a/messages" || resource == "/chats/b/messages";
  };

  start();
  live_for(minutes{1});

  BOOST_TEST((chats_at_graph() == Names{"c", "d", "e"}));
  BOOST_TEST(journal.count<SubscribeKindChanged>() == 0U);
}

BOOST_AUTO_TEST_CASE(what_was_taken_instead_outlives_a_restart_and_goes_when_the_best_is_granted) {
  of_kind(SubscribeKind::automatic);
  policy.model = PaymentModel::evaluation;
  connect("anna");
  has_chats("anna", {"a", "b", "c"});
  bool is_refused = true;
  graph.refuses = [&is_refused](const Secret&, const std::string& resource) {
    return is_refused && kind_of_resource(resource) == SubscribeKind::chats;
  };
  start();
  live_for(minutes{1});
  const SubscriptionId instead = the_one().remote.id;

  start();
  live_for(minutes{1});
  BOOST_TEST((the_one().remote.id == instead));

  is_refused = false;
  live_for(hours{25});
  BOOST_TEST((chats_at_graph() == Names{"a", "b", "c"}));
  BOOST_TEST(!graph.subscriptions.contains(instead));
}

BOOST_AUTO_TEST_CASE(a_tenant_that_is_refused_to_pay_for_falls_back_too) {
  of_kind(SubscribeKind::automatic);
  policy.model = PaymentModel::b;
  connect("anna");
  graph.refuses = [](const Secret&, const std::string& resource) {
    return kind_of_resource(resource) == SubscribeKind::tenant;
  };

  start();
  live_for(minutes{1});

  BOOST_TEST((resources_at_graph() == Names{"/users/teams-anna/chats/getAllMessages?model=B"}));
}

BOOST_AUTO_TEST_CASE(what_an_administrator_chose_stands_whatever_graph_says) {
  of_kind(SubscribeKind::tenant);
  policy.model = PaymentModel::evaluation;
  connect("anna");
  has_chat("anna", "a");
  graph.refuses = [](const Secret&, const std::string&) { return true; };

  start();
  live_for(hours{1});

  BOOST_TEST(graph.subscriptions.empty());
  BOOST_TEST(!is_complete());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
