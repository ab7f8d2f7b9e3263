#include "tests/blackbox/staffed_office.h"

namespace belfry::blackbox {
namespace {

using sandbox::ChatKind;
using std::chrono::seconds;

BOOST_FIXTURE_TEST_SUITE(messages, StaffedOffice)

BOOST_AUTO_TEST_CASE(a_message_rings_its_reader_once_and_never_its_sender) {
  graph().post_message(chat, cleo.teams, "<p>see you at <b>noon</b></p>");
  graph().post_message(chat, anna.teams, "<p>fine with me</p>");

  BOOST_TEST(eventually_posted(anna, "> see you at **noon**"), log());
  BOOST_TEST(wait_until_quiet());
  BOOST_TEST(posts_to(anna, "see you").size() == 1U);
  BOOST_TEST(posts_to(anna, "fine with me").empty());
  BOOST_TEST(posts_to(anna, "**cleo** messaged you").size() == 1U);
}

BOOST_AUTO_TEST_CASE(every_connected_member_of_a_group_or_meeting_is_told) {
  const auto group =
      graph().create_chat(ChatKind::group, "Release", {anna.teams, bert.teams, cleo.teams});
  const auto meeting = graph().create_chat(ChatKind::meeting, "Budget", {anna.teams, bert.teams});

  graph().post_message(group, cleo.teams, "<p>group words</p>");
  graph().post_message(meeting, bert.teams, "<p>meeting words</p>");

  BOOST_TEST(eventually_posted(anna, "group words"), log());
  BOOST_TEST(eventually_posted(bert, "group words"));
  BOOST_TEST(eventually_posted(anna, "meeting words"));
  BOOST_TEST(wait_until_quiet());
  BOOST_TEST(posts_to(bert, "meeting words").empty());
  BOOST_TEST(posts_to(cleo).empty());
}

BOOST_AUTO_TEST_CASE(who_is_active_in_teams_and_who_is_not_connected_is_left_alone) {
  chat = graph().create_chat(ChatKind::group, "Release", {anna.teams, bert.teams, cleo.teams});
  graph().set_presence(bert.teams, "Available", "Available");

  graph().post_message(chat, cleo.teams, "<p>who hears it</p>");

  BOOST_TEST(eventually_posted(anna, "who hears it"), log());
  BOOST_TEST(wait_until_quiet());
  BOOST_TEST(posts_to(bert, "who hears it").empty());
}

BOOST_AUTO_TEST_CASE(a_message_announced_twice_is_posted_once) {
  const auto message = graph().post_message(chat, cleo.teams, "<p>only once</p>");
  graph().announce(chat, message, sandbox::ChangeKind::created);
  BOOST_TEST(eventually_posted(anna, "only once"), log());
  graph().announce(chat, message, sandbox::ChangeKind::created);

  BOOST_TEST(wait_until_quiet());
  BOOST_TEST(posts_to(anna, "only once").size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_burst_of_ten_thousand_arrives_whole_and_in_order) {
  chat = graph().create_chat(ChatKind::one_on_one, "", {anna.teams, bert.teams});
  constexpr int k_messages = 10'000;

  for (int i = 0; i < k_messages; ++i) {
    const bool anna_speaks = i % 2 == 0;
    graph().post_message(chat, (anna_speaks ? anna : bert).teams,
                         "<p>burst " + std::to_string(i) + " end</p>");
  }

  BOOST_TEST(eventually_posted(anna, "burst ", k_messages / 2, seconds{600}));
  BOOST_TEST(eventually_posted(bert, "burst ", k_messages / 2, seconds{600}));
  BOOST_TEST(wait_until_quiet(seconds{60}));
  BOOST_TEST(posts_to(anna, "burst ").size() == k_messages / 2);
  BOOST_TEST(posts_to(bert, "burst ").size() == k_messages / 2);
}

BOOST_AUTO_TEST_CASE(mattermost_down_for_a_while_costs_nothing) {
  mattermost().set_down(true);

  for (int i = 0; i < 20; ++i)
    graph().post_message(chat, cleo.teams, "<p>while down " + std::to_string(i) + "</p>");
  BOOST_TEST(graph().wait_until_quiet(seconds{20}));
  mattermost().set_down(false);

  BOOST_TEST(eventually_posted(anna, "while down", 20, seconds{120}), log());
  BOOST_TEST(wait_until_quiet(seconds{60}));
  BOOST_TEST(posts_to(anna, "while down").size() == 20U);
}

BOOST_AUTO_TEST_CASE(a_post_whose_answer_was_lost_is_looked_for_and_not_posted_again) {
  sandbox::FaultRule lost;
  lost.operation = "mattermost.create_post";
  lost.action = sandbox::FaultAction::lose_answer;
  lost.times = 3;
  world().mattermost_faults().add(lost);

  for (int i = 0; i < 3; ++i)
    graph().post_message(chat, cleo.teams, "<p>lost answer " + std::to_string(i) + "</p>");

  BOOST_TEST(eventually_posted(anna, "lost answer", 3, seconds{60}), log());
  mattermost().restart();
  BOOST_TEST(wait_until_quiet(seconds{60}));
  BOOST_TEST(posts_to(anna, "lost answer").size() == 3U);
  BOOST_TEST(world().mattermost_faults().struck() > 0U);
}

BOOST_AUTO_TEST_CASE(edits_and_deletions_reach_the_post) {
  const auto message = graph().post_message(chat, cleo.teams, "<p>first words</p>");
  BOOST_REQUIRE_MESSAGE(eventually_posted(anna, "first words"), log());

  graph().edit_message(chat, message, "<p>better words</p>");
  BOOST_TEST(eventually_posted(anna, "better words"), log());
  BOOST_TEST(posts_to(anna, "first words").empty());
  graph().react(chat, message, anna.teams, "👍");
  BOOST_TEST(wait_until_quiet());
  graph().delete_message(chat, message);

  BOOST_TEST(eventually_posted(anna, "was deleted in Teams"), log());
  BOOST_TEST(posts_to(anna, "better words").empty());
}

BOOST_AUTO_TEST_CASE(an_undone_deletion_brings_the_text_back_and_the_next_one_hides_it_again) {
  const auto message = graph().post_message(chat, cleo.teams, "<p>on second thought</p>");
  BOOST_REQUIRE_MESSAGE(eventually_posted(anna, "on second thought"), log());
  graph().delete_message(chat, message);
  BOOST_REQUIRE_MESSAGE(eventually_posted(anna, "was deleted in Teams"), log());

  graph().undelete_message(chat, message);
  BOOST_TEST(eventually_posted(anna, "on second thought"), log());
  graph().announce(chat, message, sandbox::ChangeKind::deleted);
  BOOST_TEST(wait_until_quiet());
  BOOST_TEST(posts_to(anna, "on second thought").size() == 1U);
  graph().delete_message(chat, message);

  BOOST_TEST(eventually_posted(anna, "was deleted in Teams"), log());
  BOOST_TEST(posts_to(anna, "on second thought").empty());
}

BOOST_AUTO_TEST_CASE(what_a_policy_blocks_after_it_was_told_is_hidden_until_it_is_free) {
  const auto message = graph().post_message(chat, cleo.teams, "<p>the secret number</p>");
  BOOST_REQUIRE_MESSAGE(eventually_posted(anna, "the secret number"), log());

  graph().set_policy_violation(
      chat, message,
      R"({"dlpAction":"blockAccess","policyTip":{"generalText":"Contoso has blocked this"}})");
  BOOST_TEST(eventually_posted(anna, "Contoso has blocked this"), log());
  BOOST_TEST(posts_to(anna, "the secret number").empty());
  graph().set_policy_violation(chat, message, "null");

  BOOST_TEST(eventually_posted(anna, "the secret number"), log());
}

BOOST_AUTO_TEST_CASE(a_dead_letter_that_is_taken_back_says_what_its_message_says_now) {
  sandbox::FaultRule refused;
  refused.operation = "mattermost.create_post";
  refused.action = sandbox::FaultAction::answer;
  refused.status = 400;
  refused.times = 2;
  world().mattermost_faults().add(refused);
  const auto edited = graph().post_message(chat, cleo.teams, "<p>first words</p>");
  BOOST_REQUIRE(wait_until_quiet());
  const auto deleted = graph().post_message(chat, cleo.teams, "<p>never mind</p>");
  BOOST_REQUIRE(wait_until_quiet());
  graph().edit_message(chat, edited, "<p>better words</p>");
  graph().delete_message(chat, deleted);
  BOOST_REQUIRE(wait_until_quiet());
  BOOST_TEST(posts_to(anna, "words").empty());

  const auto retried = command({"queue", "retry", "all"});

  BOOST_TEST(retried.exit_code == 0, retried.output);
  BOOST_TEST(eventually_posted(anna, "better words"), log());
  BOOST_TEST(wait_until_quiet());
  BOOST_TEST(posts_to(anna, "first words").empty());
  BOOST_TEST(posts_to(anna, "never mind").empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::blackbox
