#include "tests/blackbox/swept_office.h"

// The kept link of the metered route can become void at any time: Graph forgets it, and nobody is
// told before it is used.
namespace belfry::blackbox {
namespace {

using sandbox::ChatKind;
using std::chrono::seconds;

/// Swept once, hence with a link for each account; some of what was announced is the newest that
/// the links know.
struct LinkedOffice : SweptOffice {
  LinkedOffice() : SweptOffice("delta") {
    group = graph().create_chat(ChatKind::group, "Release", {anna.teams, bert.teams, cleo.teams});
    told = say_in(group, "told once");
    taken_back = say_in(group, "to be taken back");
    say("told to Anna");
    BOOST_REQUIRE_MESSAGE(eventually_posted(anna, "told to Anna"), log());
    BOOST_REQUIRE(wait_until_quiet());
    reconcile();
    BOOST_REQUIRE(world().log().count("graph.delta") == 2U);
    lose_all_webhooks();
  }

  /// What nobody announces: three pages for Anna, two for Bert, an edit and a deletion.
  void miss() {
    for (std::size_t i = 0; i < k_of_both; ++i) say_in(group, "missed " + std::to_string(i));
    for (std::size_t i = 0; i < k_of_anna; ++i) say("missed too " + std::to_string(i));
    graph().edit_message(group, told, "<p>told once, better</p>");
    graph().delete_message(group, taken_back);
    BOOST_REQUIRE(wait_until_quiet());
  }
  void check_each_once() {
    BOOST_TEST(eventually_posted(anna, "missed", k_of_both + k_of_anna, seconds{60}), log());
    BOOST_TEST(eventually_posted(bert, "missed", k_of_both, seconds{30}), log());
    for (const Colleague* person : {&anna, &bert}) {
      BOOST_TEST(eventually_posted(*person, "told once, better"), log());
      BOOST_TEST(eventually_posted(*person, "was deleted in Teams"), log());
    }
    BOOST_TEST(wait_until_quiet());
    BOOST_TEST(posts_to(anna, "missed").size() == k_of_both + k_of_anna);
    BOOST_TEST(posts_to(bert, "missed").size() == k_of_both);
    BOOST_TEST(posts_to(anna, "told to Anna").size() == 1U);
    for (const Colleague* person : {&anna, &bert}) {
      BOOST_TEST(posts_to(*person, "told once").size() == 1U);
      BOOST_TEST(posts_to(*person, "to be taken back").empty());
    }
  }

  static constexpr std::size_t k_of_both = 70;
  static constexpr std::size_t k_of_anna = 50;
  std::string group;
  std::string told;
  std::string taken_back;
};

BOOST_AUTO_TEST_SUITE(delta)

BOOST_FIXTURE_TEST_CASE(a_link_that_graph_has_forgotten_costs_a_request_and_no_message,
                        LinkedOffice) {
  miss();
  graph().expire_delta_links();

  reconcile();

  BOOST_TEST(answers(410, "graph.delta") == 2U);  // each account's
  check_each_once();
  // What came of it is a link as good as any.
  say_in(group, "missed at last");
  const auto asked = world().log().count("graph.delta");
  reconcile();
  BOOST_TEST(eventually_posted(bert, "missed at last"), log());
  BOOST_TEST(eventually_posted(anna, "missed at last"), log());
  BOOST_TEST(wait_until_quiet());
  BOOST_TEST(answers(410, "graph.delta") == 2U);
  BOOST_TEST(world().log().count("graph.delta") == asked + 2);
  BOOST_TEST(world().log().count("graph.list_messages") == 0U);
  BOOST_TEST(posts_to(anna, "missed").size() == k_of_both + k_of_anna + 1);
}

BOOST_FIXTURE_TEST_CASE(a_link_that_is_forgotten_while_its_pages_are_read_is_begun_anew,
                        LinkedOffice) {
  miss();
  // As other services of Graph say it.
  sandbox::FaultRule rule;
  rule.operation = "graph.delta";
  rule.first = 2;
  rule.times = 1;
  rule.action = sandbox::FaultAction::answer;
  rule.status = 400;
  rule.body = R"({"error":{"code":"ResyncRequired","message":"Resynchronise from the start."}})";
  world().graph_faults().add(rule);

  reconcile();

  BOOST_TEST(answers(400, "graph.delta") == 1U);
  check_each_once();
  BOOST_TEST(world().log().count("graph.list_messages") == 0U);
}

BOOST_FIXTURE_TEST_CASE(where_every_link_is_void_at_once_the_other_route_finds_the_rest,
                        LinkedOffice) {
  miss();
  sandbox::FaultRule rule;
  rule.operation = "graph.delta";
  rule.action = sandbox::FaultAction::answer;
  rule.status = 410;
  rule.body = R"({"error":{"code":"syncStateNotFound","message":"Gone."}})";
  world().graph_faults().add(rule);

  reconcile();

  check_each_once();
  BOOST_TEST(world().log().count("graph.list_messages") > 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::blackbox
