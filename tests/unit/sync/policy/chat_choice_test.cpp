#include "sync/policy/chat_choice.h"

#include <algorithm>
#include <string>

#include <boost/test/unit_test.hpp>

namespace belfry::sync {
namespace {

using std::chrono::hours;

using Chats = std::vector<ChatId>;

/// The chats as they are known when somebody wrote there in these hours.
std::vector<ChatActivity> known(const std::vector<std::pair<std::string, int>>& written) {
  std::vector<ChatActivity> all;
  for (const auto& [name, hour] : written) all.push_back({ChatId{name}, WallTime{hours{hour}}});
  std::sort(all.begin(), all.end(), is_more_active);
  return all;
}
Chats named(const std::vector<std::string>& names) {
  Chats chats;
  for (const std::string& name : names) chats.emplace_back(name);
  return chats;
}
std::set<ChatId> held(const std::vector<std::string>& names) {
  const Chats chats = named(names);
  return {chats.begin(), chats.end()};
}

BOOST_AUTO_TEST_SUITE(chat_choice)

BOOST_AUTO_TEST_CASE(free_room_goes_to_the_most_active_and_is_no_swap) {
  const auto all = known({{"a", 50}, {"b", 40}, {"c", 30}, {"d", 20}});

  const ChatChoice choice = choose_chats(all, held({"d"}), {3, 0, hours{4}});

  BOOST_TEST((choice.chats == named({"a", "b", "d"})));
  BOOST_TEST(choice.swaps == 0U);
}

BOOST_AUTO_TEST_CASE(the_least_active_gives_way_to_the_most_active) {
  const auto all = known({{"new", 60}, {"newer", 61}, {"a", 50}, {"b", 40}, {"c", 30}});

  const ChatChoice choice = choose_chats(all, held({"a", "b", "c"}), {3, 1, hours{4}});

  BOOST_TEST((choice.chats == named({"newer", "a", "b"})));
  BOOST_TEST(choice.swaps == 1U);
}

BOOST_AUTO_TEST_CASE(what_was_active_but_a_little_later_waits) {
  const ChatChoiceRules rules{2, 10, hours{4}};
  const auto lag = [&rules](int hour) {
    const auto all = known({{"new", hour}, {"a", 31}, {"b", 30}});
    return choose_chats(all, held({"a", "b"}), rules).chats;
  };

  BOOST_TEST((lag(33) == named({"a", "b"})));
  BOOST_TEST((lag(34) == named({"new", "a"})));
}

BOOST_AUTO_TEST_CASE(several_give_way_as_long_as_each_lags_and_there_are_swaps_left) {
  const auto all = known({{"x", 63}, {"y", 62}, {"z", 61}, {"a", 60}, {"b", 40}, {"c", 30}});

  const ChatChoice all_that_lag = choose_chats(all, held({"a", "b", "c"}), {3, 10, hours{4}});
  BOOST_TEST((all_that_lag.chats == named({"x", "y", "a"})));
  BOOST_TEST(all_that_lag.swaps == 2U);

  const ChatChoice one = choose_chats(all, held({"a", "b", "c"}), {3, 1, hours{4}});
  BOOST_TEST((one.chats == named({"x", "a", "b"})));
}

BOOST_AUTO_TEST_CASE(where_the_room_shrinks_the_least_active_go_at_once) {
  const auto all = known({{"new", 60}, {"a", 50}, {"b", 40}, {"c", 30}});

  const ChatChoice choice = choose_chats(all, held({"a", "b", "c"}), {2, 0, hours{4}});

  BOOST_TEST((choice.chats == named({"a", "b"})));
  BOOST_TEST(choose_chats(all, held({"a"}), {0, 5, hours{4}}).chats.empty());
}

BOOST_AUTO_TEST_CASE(what_is_held_and_not_known_any_more_takes_no_room) {
  const auto all = known({{"a", 50}, {"b", 40}});

  const ChatChoice choice = choose_chats(all, held({"gone", "b"}), {2, 0, hours{4}});

  BOOST_TEST((choice.chats == named({"a", "b"})));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
