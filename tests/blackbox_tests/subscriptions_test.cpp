#include <chrono>
#include <set>

#include "storage/rocks_store.h"
#include "tests/blackbox/staffed_office.h"
#include "tests/kit/real_clock.h"

namespace belfry::blackbox {
namespace {

using sandbox::ChatKind;
using std::chrono::seconds;

sandbox::FaultRule forbidden(const std::string& operation) {
  sandbox::FaultRule rule;
  rule.operation = operation;
  rule.action = sandbox::FaultAction::answer;
  rule.status = 403;
  return rule;
}

OfficeOptions of_kind(const std::string& kind) {
  OfficeOptions options;
  options.teams_toml = "payment_model = \"B\"\nsubscribe = \"" + kind + "\"";
  return options;
}

struct AccountsOffice : StaffedOffice {
  AccountsOffice() : StaffedOffice(of_kind("accounts")) {}
};

/// What a company has that only tries Belfry: nothing chosen, nothing paid.
struct EvaluationOffice : Office {
  EvaluationOffice() : Office({.extra_toml = "", .teams_toml = "payment_model = \"evaluation\""}) {}

  std::string chat_of(const Colleague& one, const Colleague& other) {
    return graph().create_chat(ChatKind::one_on_one, "", {one.teams, other.teams});
  }
  void say(const std::string& chat, const Colleague& who, const std::string& words) {
    graph().post_message(chat, who.teams, "<p>" + words + "</p>");
  }
  void begin_and_connect(const Colleague& colleague) {
    start();
    BOOST_REQUIRE_MESSAGE(wait_until_ready(), log());
    BOOST_REQUIRE(connect(colleague).body.find("You are connected") != std::string::npos);
  }
  /// Whether `belfry subscriptions` says this.
  bool shows(const std::string& words) {
    return command({"subscriptions"}).output.find(words) != std::string::npos;
  }
};

std::string messages_of(const std::string& chat) {
  return "/chats/" + chat + "/messages";
}

/// The service is stopped: makes its certificates look as if they had been made long ago.
void age_certificates(const std::filesystem::path& folder, Duration by) {
  const kit::RealClock clock;
  storage::StoreOptions options;
  options.path = (folder / "store").string();
  const auto master = storage::MasterKey::parse(std::string(32, 'k'));
  BOOST_REQUIRE(master.has_value());
  const auto store = storage::RocksStore::open(options, *master, clock);
  BOOST_REQUIRE(store.has_value());
  const auto certificates = (*store)->certificates();
  BOOST_REQUIRE(certificates.has_value());
  for (EncryptionCertificate certificate : *certificates) {
    certificate.made_at -= by;
    BOOST_REQUIRE((*store)->put_certificate(certificate));
  }
}

std::set<std::string> resources(Office& office) {
  std::set<std::string> all;
  for (const auto& one : office.graph().subscriptions()) all.insert(one->resource.text);
  return all;
}

BOOST_AUTO_TEST_SUITE(subscriptions)

BOOST_FIXTURE_TEST_CASE(one_that_expired_while_we_were_away_is_made_anew, StaffedOffice) {
  stop();
  const std::string lost = graph().subscriptions().at(0)->id;
  BOOST_REQUIRE(graph().expire_subscription(lost));

  start();

  BOOST_TEST(eventually(seconds{30},
                        [&] {
                          const auto all = graph().subscriptions();
                          return all.size() == 1U && all[0]->id != lost;
                        }),
             log());
  say("after the expiry");
  BOOST_TEST(eventually_posted(anna, "after the expiry"), log());
}

BOOST_FIXTURE_TEST_CASE(one_whose_access_right_ended_is_renewed_when_graph_asks, StaffedOffice) {
  const std::string id = graph().subscriptions().at(0)->id;
  for (const char* operation : {"graph.list_chats", "graph.delta", "graph.list_messages"})
    world().graph_faults().add(forbidden(operation));
  BOOST_REQUIRE(graph().expire_access(id));
  say("held back");
  BOOST_REQUIRE(graph().wait_until_quiet(seconds{30}));
  BOOST_REQUIRE(graph().webhook_stats().held == 1U);

  BOOST_REQUIRE(graph().send_lifecycle(id, "reauthorizationRequired"));

  BOOST_TEST(eventually_posted(anna, "held back", 1, seconds{60}), log());
  BOOST_TEST(graph().subscriptions().at(0)->id == id);
}

BOOST_FIXTURE_TEST_CASE(what_was_encrypted_for_the_old_certificate_is_read_after_its_rotation,
                        StaffedOffice) {
  say("warms the cache");
  BOOST_REQUIRE(eventually_posted(anna, "warms the cache"));
  BOOST_REQUIRE(wait_until_quiet());
  const auto before = graph().subscriptions().at(0);
  // From here on the notification is the only way to the words.
  for (const char* operation :
       {"graph.list_chats", "graph.delta", "graph.list_messages", "graph.get_message"})
    world().graph_faults().add(forbidden(operation));
  BOOST_REQUIRE(graph().expire_access(before->id));
  say("in the old cipher");
  BOOST_REQUIRE(graph().wait_until_quiet(seconds{30}));
  BOOST_REQUIRE(graph().webhook_stats().held == 1U);
  stop();
  age_certificates(folder(), std::chrono::hours{24 * 91});

  start();

  BOOST_TEST(wait_until_ready(), log());
  BOOST_TEST(eventually_posted(anna, "in the old cipher", 1, seconds{60}), log());
  const auto after = graph().subscriptions().at(0);
  BOOST_TEST(after->id == before->id);
  BOOST_TEST(after->certificate_id != before->certificate_id);
  say("in the new cipher");
  BOOST_TEST(eventually_posted(anna, "in the new cipher"), log());
  BOOST_TEST(log().find("event=resource_unreadable") == std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(the_stores_key_is_rotated_while_messages_flow, StaffedOffice) {
  constexpr int k_messages = 300;
  mattermost().set_down(true);
  for (int i = 0; i < k_messages; ++i) {
    say("rotating " + std::to_string(i) + " end");
    if (i % 100 == 50) {
      const Completed rotated = command({"key", "rotate"});
      BOOST_TEST(rotated.exit_code == 0, rotated.output);
    }
  }
  BOOST_TEST(graph().wait_until_quiet(seconds{30}));
  BOOST_TEST(command({"key", "rotate"}).exit_code == 0);
  stop();
  mattermost().set_down(false);

  start();

  BOOST_TEST(wait_until_ready(), log());
  BOOST_TEST(eventually_posted(anna, "rotating ", k_messages, seconds{90}), log());
  BOOST_TEST(wait_until_quiet(seconds{60}));
  BOOST_TEST(posts_to(anna, "rotating ").size() == std::size_t{k_messages});
  BOOST_TEST(log().find("damaged") == std::string::npos);
  BOOST_TEST(command({"queue", "dead"}).output.find("rotating") == std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(kind_accounts_hears_what_concerns_connected_people_and_ends_with_them,
                        AccountsOffice) {
  BOOST_TEST(eventually(seconds{20}, [&] { return resources(*this).size() == 2U; }), log());
  BOOST_TEST(resources(*this).contains("/users/" + anna.teams + "/chats/getAllMessages?model=B"));

  say("for anna");
  BOOST_TEST(eventually_posted(anna, "for anna"), log());
  const auto group =
      graph().create_chat(ChatKind::group, "Release", {anna.teams, bert.teams, cleo.teams});
  graph().post_message(group, cleo.teams, "<p>for both</p>");
  BOOST_TEST(eventually_posted(anna, "for both"), log());
  BOOST_TEST(eventually_posted(bert, "for both"), log());
  BOOST_TEST(wait_until_quiet());
  // Announced by two subscriptions.
  BOOST_TEST(posts_to(anna, "for both").size() == 1U);

  BOOST_REQUIRE(disconnect(bert));
  BOOST_TEST(eventually(seconds{60}, [&] { return resources(*this).size() == 1U; }), log());
  BOOST_TEST(admin("/readyz").find("\"ready\":true") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(in_evaluation_mode_chats_ring_at_once_and_cost_nothing, EvaluationOffice) {
  const Colleague anna = hire("anna");
  const Colleague bert = hire("bert");
  const Colleague cleo = hire("cleo");
  const auto pair = chat_of(anna, cleo);
  const auto others = chat_of(bert, cleo);
  say(pair, cleo, "before");
  say(others, cleo, "of others");

  begin_and_connect(anna);

  const std::set<std::string> wanted{"/chats", messages_of(pair)};
  BOOST_TEST(eventually(seconds{30}, [&] { return resources(*this) == wanted; }), log());
  say(pair, cleo, "by its own subscription");
  BOOST_TEST(eventually_posted(anna, "by its own subscription"), log());
  BOOST_TEST(posts_to(anna, "of others").empty());
  BOOST_TEST(graph().spent("notifications") == 0);
  BOOST_TEST(graph().spent("export") == 0);
  BOOST_TEST(
      eventually(seconds{30}, [&] { return shows("chats (auto): 2 of 2 active; 1 chats known"); }),
      log());
  BOOST_TEST(eventually(seconds{30}, [&] { return shows(messages_of(pair)); }), log());
}

BOOST_FIXTURE_TEST_CASE(a_new_chat_is_told_of_and_its_first_words_ring, EvaluationOffice) {
  const Colleague anna = hire("anna");
  const Colleague cleo = hire("cleo");
  begin_and_connect(anna);
  BOOST_REQUIRE(eventually(seconds{30}, [&] { return resources(*this).contains("/chats"); }));
  BOOST_REQUIRE(wait_until_quiet());

  const auto made = chat_of(anna, cleo);
  say(made, cleo, "hello for the first time");

  BOOST_TEST(eventually_posted(anna, "hello for the first time", 1, seconds{60}), log());
  BOOST_TEST(resources(*this).contains(messages_of(made)));
  say(made, cleo, "and again");
  BOOST_TEST(eventually_posted(anna, "and again"), log());
  BOOST_TEST(wait_until_quiet());
  BOOST_TEST(posts_to(anna, "hello for the first time").size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(who_is_added_to_a_group_hears_it_from_then_on, EvaluationOffice) {
  const Colleague anna = hire("anna");
  const Colleague bert = hire("bert");
  const Colleague cleo = hire("cleo");
  const auto group = graph().create_chat(ChatKind::group, "Release", {bert.teams, cleo.teams});
  begin_and_connect(anna);
  BOOST_REQUIRE(eventually(seconds{30}, [&] { return resources(*this).contains("/chats"); }));
  BOOST_TEST(!resources(*this).contains(messages_of(group)));

  BOOST_REQUIRE(graph().add_member(group, anna.teams, bert.teams));

  BOOST_TEST(eventually(seconds{30}, [&] { return resources(*this).contains(messages_of(group)); }),
             log());
  say(group, cleo, "welcome");
  BOOST_TEST(eventually_posted(anna, "welcome"), log());
}

BOOST_FIXTURE_TEST_CASE(chats_are_followed_on_after_a_restart_without_making_them_anew,
                        EvaluationOffice) {
  const Colleague anna = hire("anna");
  const Colleague cleo = hire("cleo");
  const auto pair = chat_of(anna, cleo);
  say(pair, cleo, "before");
  begin_and_connect(anna);
  // Graph has one before our store has it: killed in between, it would rightly be made anew.
  BOOST_REQUIRE_MESSAGE(eventually(seconds{30}, [&] { return shows("2 of 2 active"); }), log());
  std::set<std::string> before;
  for (const auto& one : graph().subscriptions()) before.insert(one->id);
  kill();

  start();

  BOOST_REQUIRE_MESSAGE(wait_until_ready(), log());
  say(pair, cleo, "after the restart");
  BOOST_TEST(eventually_posted(anna, "after the restart"), log());
  std::set<std::string> after;
  for (const auto& one : graph().subscriptions()) after.insert(one->id);
  BOOST_TEST((after == before));
}

BOOST_FIXTURE_TEST_CASE(a_chat_hosted_by_another_tenant_rings_by_its_members_own_subscription,
                        EvaluationOffice) {
  const Colleague anna = hire("anna");
  const Colleague cleo = hire("cleo");
  const auto foreign = graph().create_chat({.kind = ChatKind::group,
                                            .topic = "Partners",
                                            .members = {anna.teams, cleo.teams},
                                            .id = {},
                                            .tenant = "0f0e0d0c-1111-4222-8333-944455556666"});
  say(foreign, cleo, "before");
  begin_and_connect(anna);

  BOOST_TEST(
      eventually(seconds{30}, [&] { return resources(*this).contains(messages_of(foreign)); }),
      log());
  say(foreign, cleo, "from elsewhere");
  BOOST_TEST(eventually_posted(anna, "from elsewhere"), log());
}

BOOST_FIXTURE_TEST_CASE(where_graph_refuses_chats_another_kind_is_taken_and_told,
                        EvaluationOffice) {
  const Colleague anna = hire("anna");
  const Colleague cleo = hire("cleo");
  const auto pair = chat_of(anna, cleo);
  say(pair, cleo, "before");
  sandbox::FaultRule rule = forbidden("graph.create_subscription");
  rule.times = 3;  // news of chats; the chat, to the app and to its member
  world().graph_faults().add(rule);
  begin_and_connect(anna);

  BOOST_TEST(eventually(seconds{40},
                        [&] {
                          return resources(*this) == std::set<std::string>{"/users/" + anna.teams +
                                                                           "/chats/getAllMessages"};
                        }),
             log());
  say(pair, cleo, "by the next kind");
  BOOST_TEST(eventually_posted(anna, "by the next kind"), log());
  BOOST_TEST(log().find("event=subscribe_kind_changed from=chats to=accounts") !=
             std::string::npos);
  BOOST_TEST(eventually(
      seconds{30}, [&] { return admin("/readyz").find("\"ready\":true") != std::string::npos; }));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::blackbox
