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

struct ChatsOffice : Office {
  ChatsOffice() : Office(of_kind("chats")) {}
};

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
  BOOST_TEST(eventually(seconds{30}, [&] { return resources(*this).size() == 1U; }), log());
  BOOST_TEST(admin("/readyz").find("\"ready\":true") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(kind_chats_subscribes_to_the_chats_of_who_connects_and_of_nobody_else,
                        ChatsOffice) {
  const Colleague anna = hire("anna");
  const Colleague bert = hire("bert");
  const Colleague cleo = hire("cleo");
  const auto pair = graph().create_chat(ChatKind::one_on_one, "", {anna.teams, cleo.teams});
  const auto others = graph().create_chat(ChatKind::one_on_one, "", {bert.teams, cleo.teams});
  graph().post_message(pair, cleo.teams, "<p>before</p>");
  graph().post_message(others, cleo.teams, "<p>of others</p>");
  start();
  BOOST_REQUIRE_MESSAGE(wait_until_ready(), log());
  BOOST_TEST(graph().subscriptions().empty());

  BOOST_REQUIRE(connect(anna).body.find("You are connected") != std::string::npos);

  const std::set<std::string> wanted{"/chats/" + pair + "/messages"};
  BOOST_TEST(eventually(seconds{30}, [&] { return resources(*this) == wanted; }), log());
  graph().post_message(pair, cleo.teams, "<p>by its own subscription</p>");
  BOOST_TEST(eventually_posted(anna, "by its own subscription"), log());
  BOOST_TEST(posts_to(anna, "of others").empty());
  BOOST_TEST(graph().spent("notifications") == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::blackbox
