#include "tests/blackbox/swept_office.h"

// What sweeps promise of people's chats as Teams has them: large ones, other organisations', read
// ones. Graph's rate limits are in force, as everywhere in these tests.
namespace belfry::blackbox {
namespace {

using sandbox::ChatKind;
using std::chrono::seconds;

struct ListOffice : SweptOffice {
  ListOffice() : SweptOffice("list") {}
};
struct DeltaOffice : SweptOffice {
  DeltaOffice() : SweptOffice("delta") {}
};

BOOST_AUTO_TEST_SUITE(sweeps)

BOOST_FIXTURE_TEST_CASE(a_chat_of_forty_and_its_sweep_stay_within_graphs_limits, ListOffice) {
  graph().change_settings([](auto& settings) {
    settings.expanded_members = 25;
    // Of a second: what left in time counts, not what a busy machine makes of it on the way.
    settings.rate_slack_ms = 300;
  });
  std::vector<std::string> members = {cleo.teams};
  for (int i = 0; i < 38; ++i)
    members.push_back(graph().add_person({.name = "Guest " + std::to_string(i)}));
  // Who is connected stands where the expansion has ended.
  members.push_back(anna.teams);
  members.push_back(bert.teams);
  const auto crowd = graph().create_chat(ChatKind::group, "All hands", members);
  say_in(crowd, "announced");
  BOOST_TEST(eventually_posted(anna, "announced"), log());
  lose_all_webhooks();
  constexpr std::size_t k_messages = 70;  // two pages of the chat
  for (std::size_t i = 0; i < k_messages; ++i) say_in(crowd, "found " + std::to_string(i) + " end");
  say("found elsewhere");
  BOOST_TEST(wait_until_quiet());

  BOOST_TEST(command({"reconcile"}).exit_code == 0);

  BOOST_TEST(eventually_posted(anna, "found ", k_messages + 1, seconds{90}), log());
  BOOST_TEST(eventually_posted(bert, "found ", k_messages, seconds{60}), log());
  BOOST_TEST(throttled() == 0U);
}

BOOST_FIXTURE_TEST_CASE(meetings_guests_and_chats_of_others_are_swept_like_any, ListOffice) {
  const auto meeting = graph().create_chat(ChatKind::meeting, "Weekly", {cleo.teams, anna.teams});
  BOOST_REQUIRE(graph().add_anonymous_guest(meeting, "Somebody from outside"));
  const auto guest =
      graph().add_person({.name = "Gerda", .tenant = "11111111-2222-4333-8444-555555555555"});
  const auto with_guest = graph().create_chat(ChatKind::group, "Project", {anna.teams, guest});
  const auto foreign = graph().create_chat({.kind = ChatKind::group,
                                            .topic = "Theirs",
                                            .members = {cleo.teams, anna.teams},
                                            .tenant = "11111111-2222-4333-8444-555555555555"});
  lose_all_webhooks();
  say_in(meeting, "in the meeting");
  graph().post_message(with_guest, guest, "<p>from the guest</p>");
  say_in(foreign, "in their chat");
  BOOST_TEST(wait_until_quiet());

  BOOST_TEST(command({"reconcile"}).exit_code == 0);

  BOOST_TEST(eventually_posted(anna, "in the meeting", 1, seconds{60}), log());
  BOOST_TEST(eventually_posted(anna, "from the guest", 1, seconds{30}), log());
  BOOST_TEST(eventually_posted(anna, "in their chat", 1, seconds{30}), log());
}

/// Everybody's sweep by whichever route, or one person's: who has read it is known all the same.
void check_read_marks(SweptOffice& office, const std::vector<std::string>& reconcile) {
  const auto group = office.graph().create_chat(
      ChatKind::group, "Release", {office.anna.teams, office.bert.teams, office.cleo.teams});
  office.lose_all_webhooks();
  office.say_in(group, "read by Bert");
  BOOST_REQUIRE(office.graph().mark_read(group, office.bert.teams));
  office.world().clock().advance(std::chrono::milliseconds{5});
  office.say_in(group, "read by nobody");
  BOOST_TEST(office.wait_until_quiet());

  BOOST_TEST(office.command(reconcile).exit_code == 0);

  BOOST_TEST(office.eventually_posted(office.anna, "read by", 2, seconds{60}), office.log());
  BOOST_TEST(office.eventually_posted(office.bert, "read by nobody", 1, seconds{30}), office.log());
  BOOST_TEST(office.wait_until_quiet());
  BOOST_TEST(office.posts_to(office.bert, "read by Bert").empty());
}

BOOST_FIXTURE_TEST_CASE(what_somebody_has_read_in_teams_is_not_told_late, ListOffice) {
  check_read_marks(*this, {"reconcile"});
}

BOOST_FIXTURE_TEST_CASE(nor_when_another_persons_sweep_found_it, ListOffice) {
  check_read_marks(*this, {"reconcile", "--account", "anna"});
}

BOOST_FIXTURE_TEST_CASE(nor_when_delta_found_it, DeltaOffice) {
  check_read_marks(*this, {"reconcile"});
  BOOST_TEST(world().log().count("graph.delta") > 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::blackbox
