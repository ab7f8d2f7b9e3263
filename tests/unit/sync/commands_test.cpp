#include "sync/commands.h"

#include <boost/test/unit_test.hpp>

#include "tests/kit/fake_clock.h"
#include "tests/kit/fake_graph.h"
#include "tests/kit/fake_identity.h"
#include "tests/kit/fake_mattermost.h"
#include "tests/kit/faulty_stores.h"
#include "tests/kit/plain_signer.h"
#include "tests/kit/recording_journal.h"
#include "tests/kit/recording_sweep_requests.h"
#include "tests/kit/seeded_random.h"
#include "tests/sim/model/model_store.h"

namespace belfry::sync {
namespace {

struct CommandsFixture {
  kit::FakeClock clock;
  kit::FakeGraph graph{clock};
  kit::FakeIdentity identity;
  kit::FakeMattermost mattermost{clock};
  kit::PlainSigner signer;
  sim::ModelStore model;
  kit::FaultyAccountStore store{model};
  kit::SeededRandom random;
  kit::RecordingJournal journal;
  Tokens tokens{store, identity, random, journal};
  ServerTime server_time;
  Connect connect{
      {store, graph, identity, mattermost, random, journal, server_time}, tokens, connect_policy()};
  kit::RecordingSweepRequests sweeps;
  Commands commands{{store, signer, journal}, connect, tokens, sweeps};
  const MattermostUserId anna{"anna"};

  static ConnectPolicy connect_policy() {
    ConnectPolicy policy;
    policy.public_url = "https://belfry.test";
    return policy;
  }
  void link(const MattermostUserId& user) {
    Account account;
    account.user = user;
    account.teams_user = TeamsUserId{"teams-" + user.text()};
    account.mail = user.text() + "@example.com";
    BOOST_REQUIRE(model.connect(account, {Secret{"a"}, {}, Secret{"r"}, {}}));
  }
  std::string answer(const std::string& text) { return commands.answer(anna, text, clock.now()); }
  /// Whether the answer to `text` holds `part`.
  bool says(const std::string& text, const std::string& part) {
    const std::string answered = answer(text);
    BOOST_TEST_INFO(answered);
    return answered.find(part) != std::string::npos;
  }
};

BOOST_FIXTURE_TEST_SUITE(commands, CommandsFixture)

BOOST_AUTO_TEST_CASE(blanks_and_case_do_not_matter_and_other_words_are_not_guessed) {
  BOOST_TEST((parse_command("  CONNECT ") == CommandWord::connect));
  BOOST_TEST((parse_command("notifications\t  Off\n") == CommandWord::notifications_off));
  BOOST_TEST((parse_command("notifications") == CommandWord::notifications_status));
  BOOST_TEST((parse_command("") == CommandWord::help));
  BOOST_TEST((parse_command("disconnect me") == CommandWord::unknown));
  BOOST_TEST((parse_command("connect\xc3\xa9") == CommandWord::unknown));
}

BOOST_AUTO_TEST_CASE(help_names_every_word_that_is_understood_and_unknown_words_lead_to_it) {
  for (const char* word : {"`connect`", "`disconnect`", "`status`", "`notifications on`", "`help`"})
    BOOST_TEST(says("help", word), word);
  BOOST_TEST(says("make coffee", "`connect`"));
  BOOST_TEST(!says("make coffee <script>", "<script>"));
}

BOOST_AUTO_TEST_CASE(who_is_not_connected_gets_a_link_and_learns_how) {
  BOOST_TEST(says("connect", "https://belfry.test/connect?ticket="));
  BOOST_TEST(says("status", "Write `connect`"));
  BOOST_TEST(says("disconnect", "not connected"));
  BOOST_TEST(says("notifications off", "not connected"));
}

BOOST_AUTO_TEST_CASE(who_is_connected_gets_no_second_link) {
  link(anna);

  BOOST_TEST(says("connect", "anna@example.com"));
  BOOST_TEST(!says("connect", "ticket="));
}

BOOST_AUTO_TEST_CASE(whose_grant_has_ended_is_told_so_and_gets_a_link) {
  link(anna);
  BOOST_REQUIRE(model.mark_disconnected(anna));

  BOOST_TEST(says("status", "has ended"));
  BOOST_TEST(says("connect", "ticket="));
}

BOOST_AUTO_TEST_CASE(disconnecting_erases_link_and_tokens) {
  link(anna);

  BOOST_TEST(says("disconnect", "disconnected"));

  BOOST_TEST(!model.account(anna)->has_value());
  BOOST_TEST(!model.account_of(TeamsUserId{"teams-anna"})->has_value());
  BOOST_TEST(!model.tokens(anna)->has_value());
  BOOST_TEST(journal.all<AccountDisconnected>().at(0).by == "user");
  BOOST_TEST(says("status", "not connected"));
}

BOOST_AUTO_TEST_CASE(notifications_are_switched_and_shown) {
  link(anna);

  BOOST_TEST(says("notifications", "**on**"));
  BOOST_TEST(says("notifications off", "**off**"));
  BOOST_TEST(!model.account(anna).value()->preferences.notifications);
  BOOST_TEST(says("status", "**off**"));
  BOOST_TEST(says("notifications on", "**on**"));
  BOOST_TEST(model.account(anna).value()->preferences.notifications);
}

BOOST_AUTO_TEST_CASE(a_failing_store_is_admitted_and_nothing_is_pretended) {
  link(anna);
  for (const char* operation : {"account", "remove_account", "update_account"})
    store.script.fail_always(operation, ErrorKind::transient);
  BOOST_TEST(says("status", "try again"));
  store.script.heal();
  store.script.fail("remove_account", ErrorKind::transient);
  BOOST_TEST(says("disconnect", "try again"));
  store.script.fail("update_account", ErrorKind::transient);
  BOOST_TEST(says("notifications off", "try again"));

  BOOST_TEST(says("status", "connected as"));
  BOOST_TEST(journal.count<StoreTrouble>() == 3U);
}

BOOST_AUTO_TEST_CASE(a_person_may_have_missed_messages_looked_for_now_and_then) {
  BOOST_TEST(says("sync", "not connected"));
  link(anna);

  BOOST_TEST(says("Sync", "is asked for messages"));
  BOOST_TEST(says("sync", "a moment ago"));
  BOOST_TEST((sweeps.triggers == std::vector{SweepTrigger::person}));
  clock.advance(std::chrono::minutes{5});
  BOOST_TEST(says("sync", "is asked for messages"));
  BOOST_TEST(sweeps.triggers.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_button_works_for_the_person_it_was_made_for_and_nobody_else) {
  const MattermostUserId ben{"ben"};
  const PostButton button = connect_button(anna, signer);

  const auto by_anna = commands.click(anna, button.context, clock.now());
  const auto by_ben = commands.click(ben, button.context, clock.now());
  const auto invented = commands.click(anna, "invented", clock.now());

  BOOST_REQUIRE(by_anna.has_value());
  BOOST_TEST(by_anna->find("ticket=") != std::string::npos);
  BOOST_TEST(!by_ben.has_value());
  BOOST_TEST(!invented.has_value());
  BOOST_TEST(!commands.click(anna, "", clock.now()).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
