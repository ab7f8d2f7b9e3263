#include <algorithm>

#include "tests/unit/sync/subscriptions_fixture.h"

/// Subscriptions to single chats where there are more chats than may be subscribed to.
namespace belfry::sync {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

struct SwapsFixture : SubscriptionsFixture {
  static constexpr std::size_t k_swaps = 2;  ///< in an hour

  SwapsFixture() {
    policy.kind = SubscribeKind::chats;
    policy.most_chats = 20;
    BOOST_REQUIRE(policy.most_chats * policy.hourly_swaps_percent / 100 == k_swaps);
  }
  static ChatId chat(int number) { return ChatId{"chat-" + std::to_string(1000 + number)}; }
  static MattermostUserId person(int number) {
    return MattermostUserId{"person-" + std::to_string(number)};
  }
  /// In which somebody wrote so long ago.
  void has_chat(int whose, int number, Duration ago) {
    lists.chats[chat(number)].members.emplace_back("teams-" + person(whose).text());
    lists.say(chat(number), clock.now().wall - ago);
  }
  /// Somebody writes, and a list shows it.
  void write(int whose, int number) {
    lists.say(chat(number), clock.now().wall);
    book.note_listed(person(whose), chat(number), clock.now().wall);
  }
  [[nodiscard]] bool is_subscribed(int number) const {
    return resources_at_graph().contains(chat_resource(chat(number)));
  }
  [[nodiscard]] std::size_t swaps() const { return graph.script.count("unsubscribe"); }
  /// One person with thirty chats, of which the first twenty are subscribed to.
  void fill() {
    connect(person(0).text());
    for (int i = 0; i < 30; ++i) has_chat(0, i, minutes{10 + i});
    start();
    live_for(minutes{15});
    BOOST_REQUIRE(is_subscribed(0) && is_subscribed(19) && !is_subscribed(20));
    graph.script.forget_calls();
    sweeps.forget();
  }
};

BOOST_FIXTURE_TEST_SUITE(chat_swaps, SwapsFixture)

BOOST_AUTO_TEST_CASE(what_was_active_but_a_little_later_takes_nobodys_place) {
  fill();

  live_for(policy.chat_lead - hours{1});
  write(0, 25);
  live_for(minutes{11});
  BOOST_TEST(!is_subscribed(25));

  live_for(hours{1});
  write(0, 25);
  live_for(minutes{11});
  BOOST_TEST(is_subscribed(25));
  BOOST_TEST(!is_subscribed(19));
  BOOST_TEST(swaps() == 1U);
}

BOOST_AUTO_TEST_CASE(not_more_than_a_part_gives_way_in_an_hour_and_each_is_read_once_by_itself) {
  fill();
  live_for(policy.chat_lead);
  for (int i = 20; i < 30; ++i) write(0, i);

  live_for(minutes{20});
  BOOST_TEST(swaps() == k_swaps);
  live_for(minutes{30});
  BOOST_TEST(swaps() == k_swaps);
  live_for(minutes{30});
  BOOST_TEST(swaps() == 2 * k_swaps);
  live_for(hours{5});

  BOOST_TEST(swaps() == 10U);
  for (int i = 20; i < 30; ++i) BOOST_TEST(sweeps.chats.contains(chat(i)));
  BOOST_TEST(sweeps.triggers.size() == 10U);
  BOOST_TEST(sweeps.people.empty());
}

BOOST_AUTO_TEST_CASE(room_that_becomes_free_is_filled_at_once) {
  connect(person(0).text());
  connect(person(1).text());
  for (int i = 0; i < 20; ++i) has_chat(0, i, minutes{i});
  for (int i = 20; i < 40; ++i) has_chat(1, i, hours{30});
  start();
  live_for(minutes{15});
  BOOST_REQUIRE(is_subscribed(19) && !is_subscribed(20));

  BOOST_REQUIRE(model.remove_account(person(0)));
  subscriptions->review_soon();
  live_for(seconds{30});

  for (int i = 20; i < 40; ++i) BOOST_TEST(is_subscribed(i));
}

BOOST_AUTO_TEST_CASE(after_the_first_lists_all_places_are_settled_at_once) {
  for (int i = 0; i < 3; ++i) connect(person(i).text());
  lists.page_size = 20;
  for (int i = 0; i < 20; ++i) has_chat(0, i, hours{24 * 7});
  for (int i = 20; i < 40; ++i) has_chat(2, i, hours{1});
  // The last one's chats are only known when the first one's are subscribed to.
  lists.script.before_answer("chat_list",
                             [this] { lists.script.fail("chat_list", ErrorKind::transient, 2); });

  start();
  live_for(minutes{15});

  BOOST_TEST(swaps() == 20U);
  for (int i = 20; i < 40; ++i) BOOST_TEST(is_subscribed(i));
}

BOOST_AUTO_TEST_CASE(a_restart_near_the_bound_moves_nothing) {
  fill();
  live_for(hours{1});
  for (int i = 20; i < 30; ++i) write(0, i);
  live_for(minutes{11});

  start();
  live_for(minutes{30});

  BOOST_TEST(swaps() == 0U);
  BOOST_TEST(graph.script.count("subscribe") == 0U);
}

BOOST_AUTO_TEST_CASE(a_day_with_far_more_living_chats_than_places_costs_little) {
  constexpr int k_people = 40;
  constexpr int k_chats = 400;
  policy.most_chats = 100;
  const auto rhythm = [](int number) { return hours{1 + number % 24}; };
  lists.page_size = 50;
  for (int i = 0; i < k_people; ++i) connect(person(i).text());
  for (int i = 0; i < k_chats; ++i) has_chat(i % k_people, i, minutes{i} % rhythm(i));
  start();
  live_for(minutes{15});
  graph.script.forget_calls();
  sweeps.forget();
  const WallTime began = clock.now().wall;
  std::vector<WallTime> written(k_chats, began);
  std::size_t most_in_an_hour = 0;
  for (std::size_t before = 0; clock.now().wall < began + hours{24};) {
    for (int part = 0; part < 12; ++part) {
      live_for(minutes{5});
      for (int i = 0; i < k_chats; ++i) {
        const auto number = static_cast<std::size_t>(i);
        if (clock.now().wall < written[number] + rhythm(i)) continue;
        written[number] = clock.now().wall;
        if (is_subscribed(i)) book.note_message(chat(i), clock.now().wall);
      }
      // Whoever is swept brings up all that moved in the other chats.
      for (const MattermostUserId& swept : sweeps.people) {
        for (int i = 0; i < k_chats; ++i) {
          if (person(i % k_people) == swept)
            book.note_listed(swept, chat(i), written[static_cast<std::size_t>(i)]);
        }
      }
    }
    // So does an hourly look at everybody.
    for (int i = 0; i < k_chats; ++i)
      book.note_listed(person(i % k_people), chat(i), written[static_cast<std::size_t>(i)]);
    most_in_an_hour = std::max(most_in_an_hour, swaps() - before);
    before = swaps();
  }

  BOOST_TEST(most_in_an_hour <= 11U);
  BOOST_TEST(swaps() <= 24 * 10U);
  BOOST_TEST(graph.script.count("subscribe") <= swaps() + 1);
  // A sweep of nobody, and one reading for each chat that came in.
  BOOST_TEST(sweeps.people.empty());
  BOOST_TEST(sweeps.triggers.size() == graph.script.count("subscribe"));
  // Where people write often, it rings nearly everywhere; by chance it would in a quarter.
  int lively = 0;
  int ringing = 0;
  for (int i = 0; i < k_chats; ++i) {
    if (rhythm(i) > hours{3}) continue;
    ++lively;
    if (is_subscribed(i)) ++ringing;
  }
  BOOST_TEST(ringing >= lively * 3 / 4);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
