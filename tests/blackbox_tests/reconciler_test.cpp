#include "tests/blackbox/staffed_office.h"

namespace belfry::blackbox {
namespace {

using sandbox::ChatKind;
using std::chrono::seconds;

struct EvaluationOffice : StaffedOffice {
  EvaluationOffice()
      : StaffedOffice({.extra_toml = "",
                       .teams_toml = "payment_model = \"evaluation\"\nsubscribe = \"tenant\""}) {}
};

/// Fifteen seconds without a webhook are an alarm; on the schedule nothing is looked for before
/// tomorrow. The shorter interval, of a case that does not arise, allows rounds close together.
struct ListeningOffice : StaffedOffice {
  ListeningOffice()
      : StaffedOffice(
            {.extra_toml = "[reconcile]\nsilence = \"15s\"\nexhausted_interval = \"2s\"\n"}) {}
};

/// Whoever asks for a round waits no longer than a second; none is planned.
struct PromptOffice : StaffedOffice {
  PromptOffice()
      : StaffedOffice(
            {.extra_toml = "[reconcile]\nexhausted_interval = \"1s\"\nsilence = \"1h\"\n"}) {}
};

std::string line_of(const std::string& name, std::size_t value) {
  return "\nbelfry_" + name + " " + std::to_string(value) + "\n";
}
std::string sweeps_of(const std::string& trigger, std::size_t value,
                      const std::string& result = "ok") {
  return line_of("sweeps_total{result=\"" + result + "\",trigger=\"" + trigger + "\"}", value);
}

BOOST_AUTO_TEST_SUITE(reconciler)

BOOST_FIXTURE_TEST_CASE(what_half_of_all_webhooks_did_not_bring_is_found_once, StaffedOffice) {
  const auto group =
      graph().create_chat(ChatKind::group, "Release", {anna.teams, bert.teams, cleo.teams});
  world().webhook_faults().add(lost(0.5));
  constexpr std::size_t k_messages = 40;
  for (std::size_t i = 0; i < k_messages; ++i)
    graph().post_message(i % 2 == 0 ? group : chat, cleo.teams,
                         "<p>words " + std::to_string(i) + " end</p>");
  BOOST_TEST(wait_until_quiet());
  BOOST_TEST(world().webhook_faults().struck() > 0U);
  BOOST_TEST(posts_to(anna, "words ").size() < k_messages);
  const std::size_t lost_ones = k_messages - posts_to(anna, "words ").size();
  world().webhook_faults().clear();

  BOOST_TEST(command({"reconcile"}).exit_code == 0);

  BOOST_TEST(eventually_posted(anna, "words ", k_messages, seconds{60}), log());
  BOOST_TEST(eventually_posted(bert, "words ", k_messages / 2));
  BOOST_TEST(wait_until_quiet());
  BOOST_TEST(posts_to(anna, "words ").size() == k_messages);
  BOOST_TEST(posts_to(bert, "words ").size() == k_messages / 2);
  BOOST_TEST(eventually(seconds{30}, [&] {
    return admin("/api/v1/status").find("\"last_trigger\":\"administrator\"") != std::string::npos;
  }));
  const std::string metrics = admin("/metrics");
  BOOST_TEST(metrics.find(line_of("reconciled_messages_total", lost_ones)) != std::string::npos,
             metrics);
  BOOST_TEST(metrics.find(sweeps_of("administrator", 1)) != std::string::npos, metrics);
  const std::string status = command({"status"}).output;
  BOOST_TEST(status.find("last sweep") != std::string::npos, status);
  BOOST_TEST(status.find("all swept up to") != std::string::npos, status);
  const std::string accounts = command({"accounts", "list"}).output;
  BOOST_TEST(accounts.find("swept up to 20") != std::string::npos, accounts);
  BOOST_TEST(accounts.find("not swept yet") == std::string::npos, accounts);
  BOOST_TEST(admin("/metrics").find("\nbelfry_oldest_sweep_timestamp_seconds ") !=
             std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_second_sweep_finds_nothing_new, StaffedOffice) {
  world().webhook_faults().add(lost(1));
  say("only once");
  BOOST_TEST(wait_until_quiet());
  world().webhook_faults().clear();

  for (std::size_t i = 1; i <= 3; ++i) {
    BOOST_TEST(command({"reconcile", "--account", "anna"}).exit_code == 0);
    BOOST_TEST(eventually(seconds{60},
                          [&] {
                            return admin("/metrics").find(sweeps_of("administrator", i)) !=
                                   std::string::npos;
                          }),
               admin("/metrics"));
  }

  BOOST_TEST(eventually_posted(anna, "only once"), log());
  BOOST_TEST(wait_until_quiet());
  BOOST_TEST(posts_to(anna, "only once").size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_service_that_heard_nothing_looks_by_itself_when_it_starts,
                        StaffedOffice) {
  world().webhook_faults().add(lost(1));
  say("while nobody listened");
  BOOST_TEST(wait_until_quiet());
  BOOST_TEST(stop() == 0);

  start();
  BOOST_REQUIRE_MESSAGE(wait_until_ready(), log());

  BOOST_TEST(eventually_posted(anna, "while nobody listened", 1, seconds{60}), log());
}

BOOST_FIXTURE_TEST_CASE(a_subscription_that_went_deaf_is_noticed_by_its_silence, ListeningOffice) {
  say("announced");
  BOOST_TEST(eventually_posted(anna, "announced"), log());
  world().webhook_faults().add(lost(1));

  say("said to the deaf");

  BOOST_TEST(eventually_posted(anna, "said to the deaf", 1, seconds{90}), log());
  BOOST_TEST(log().find("cause=\"Graph had fallen silent\"") != std::string::npos, log());
  BOOST_TEST(posts_to(anna, "announced").size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(edits_and_deletions_that_nobody_announced_are_found, StaffedOffice) {
  const auto edited = say("first words");
  const auto deleted = say("to be taken back");
  BOOST_TEST(eventually_posted(anna, "first words"), log());
  BOOST_TEST(eventually_posted(anna, "to be taken back"));
  world().webhook_faults().add(lost(1));
  graph().edit_message(chat, edited, "<p>better words</p>");
  graph().delete_message(chat, deleted);
  BOOST_TEST(wait_until_quiet());

  BOOST_TEST(command({"reconcile"}).exit_code == 0);

  BOOST_TEST(eventually_posted(anna, "better words", 1, seconds{60}), log());
  BOOST_TEST(eventually_posted(anna, "was deleted in Teams"));
  BOOST_TEST(posts_to(anna, "first words").empty());
}

BOOST_FIXTURE_TEST_CASE(what_was_written_while_graph_had_no_subscription_for_us_is_found,
                        PromptOffice) {
  say("before");
  BOOST_REQUIRE_MESSAGE(eventually_posted(anna, "before"), log());
  BOOST_REQUIRE(wait_until_quiet());
  sandbox::FaultRule late;
  late.operation = "webhook.lifecycle";
  late.delay_before = seconds{5};
  world().webhook_faults().add(late);
  const std::string removed = graph().subscriptions().at(0)->id;

  BOOST_REQUIRE(graph().remove_subscription(removed));
  say("in between");
  BOOST_REQUIRE(graph().subscriptions().empty());

  BOOST_TEST(eventually_posted(anna, "in between", 1, seconds{60}), log());
  const auto all = graph().subscriptions();
  BOOST_REQUIRE(all.size() == 1U);
  BOOST_TEST(all[0]->id != removed);
  say("afterwards");
  BOOST_TEST(eventually_posted(anna, "afterwards"), log());
  BOOST_TEST(eventually(seconds{30}, [&] {
    return admin("/metrics")
               .find("belfry_sweeps_total{result=\"ok\",trigger=\"new_subscription\"}") !=
           std::string::npos;
  }));
  BOOST_TEST(wait_until_quiet());
  for (const char* words : {"before", "in between", "afterwards"})
    BOOST_TEST(posts_to(anna, words).size() == 1U, words);
  BOOST_TEST(admin("/metrics").find(line_of("reconciled_messages_total", 1)) != std::string::npos);
  BOOST_TEST(log().find("cause=\"the subscription was interrupted\"") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(who_asks_for_a_look_at_teams_gets_what_did_not_ring, PromptOffice) {
  const auto of_bert = graph().create_chat(ChatKind::one_on_one, "", {bert.teams, cleo.teams});
  world().webhook_faults().add(lost(1));
  say("did not ring");
  graph().post_message(of_bert, cleo.teams, "<p>nor did this</p>");
  BOOST_REQUIRE(wait_until_quiet());

  const std::string answer = say_to_belfry(anna, "/msteams sync");

  BOOST_TEST(answer.find("Teams is asked for messages that did not ring") != std::string::npos,
             answer);
  BOOST_TEST(eventually_posted(anna, "did not ring", 1, seconds{60}), log());
  const std::string again = say_to_belfry(anna, "/msteams sync");
  BOOST_TEST(again.find("Teams was asked a moment ago") != std::string::npos, again);
  BOOST_TEST(wait_until_quiet());
  BOOST_TEST(posts_to(bert, "nor did this").empty());
  static_cast<void>(say_to_belfry(bert, "/msteams sync"));
  BOOST_TEST(eventually_posted(bert, "nor did this", 1, seconds{60}), log());
  BOOST_TEST(
      eventually(
          seconds{30},
          [&] { return admin("/metrics").find(sweeps_of("person", 2)) != std::string::npos; }),
      admin("/metrics"));
  BOOST_TEST(posts_to(anna, "did not ring").size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_round_that_does_not_reach_everybody_says_so_and_the_next_finds_all,
                        PromptOffice) {
  world().webhook_faults().add(lost(1));
  for (const char* operation : {"graph.list_chats", "graph.delta"}) {
    sandbox::FaultRule refused;
    refused.operation = operation;
    refused.action = sandbox::FaultAction::answer;
    refused.status = 403;
    world().graph_faults().add(refused);
  }
  say("behind a closed door");
  BOOST_TEST(command({"reconcile"}).exit_code == 0);
  BOOST_TEST(
      eventually(seconds{60},
                 [&] {
                   return admin("/metrics").find(sweeps_of("administrator", 1, "incomplete")) !=
                          std::string::npos;
                 }),
      admin("/metrics"));
  BOOST_TEST(posts_to(anna, "behind a closed door").empty());
  world().graph_faults().clear();

  BOOST_TEST(command({"reconcile"}).exit_code == 0);

  BOOST_TEST(eventually_posted(anna, "behind a closed door", 1, seconds{60}), log());
  BOOST_TEST(eventually(seconds{30},
                        [&] {
                          return admin("/metrics").find(sweeps_of("administrator", 1)) !=
                                 std::string::npos;
                        }),
             admin("/metrics"));
}

BOOST_FIXTURE_TEST_CASE(what_a_webhook_brings_counts_against_the_month, EvaluationOffice) {
  for (int i = 0; i < 3; ++i) say("counted " + std::to_string(i));
  BOOST_TEST(eventually_posted(anna, "counted", 3), log());

  const Completed told = command({"allowance"});

  BOOST_TEST(told.exit_code == 0);
  BOOST_TEST(told.output.find("3 of 500 spent") != std::string::npos, told.output);
  BOOST_TEST(admin("/metrics").find("belfry_allowance_spent{bucket=\"notifications\"} 3") !=
             std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(what_a_command_did_can_be_read_by_programs, StaffedOffice) {
  BOOST_TEST(command({"--json", "reconcile"}).output == "{\"requested\":true}\n");
  BOOST_TEST(command({"--json", "key", "rotate"}).output == "{\"rotated\":true}\n");
  BOOST_TEST(command({"--json", "queue", "drop", "all"}).output == "{\"drop\":0}\n");
}

BOOST_FIXTURE_TEST_CASE(an_account_that_nobody_knows_is_named_as_such, StaffedOffice) {
  const Completed told = command({"reconcile", "--account", "nobody"});

  BOOST_TEST(told.exit_code == 1);
  BOOST_TEST(told.output.find("nobody of that name is connected") != std::string::npos,
             told.output);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::blackbox
