#include "sync/chat_reading.h"

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <utility>

#include <boost/test/unit_test.hpp>

/// Parts of one chat, without a sweep around them.
namespace belfry::sync {
namespace {

using std::chrono::milliseconds;

const WallTime k_since = *parse_iso8601("2026-03-05T12:00:00Z");
constexpr std::size_t k_page = 50;

ChatReading::Limits limits() {
  return {.most_changes = 2000, .most_bytes = 1 << 20, .most_old = 50'000, .most_standing = 1000};
}

enum class Order { newest_first, oldest_first, none };

struct ReadingFixture {
  /// When each message changed, oldest first.
  std::vector<WallTime> times;
  Order order = Order::newest_first;
  bool filters = true;
  std::size_t page = k_page;
  std::size_t size = 10;  ///< of each message's content
  std::size_t pages = 0;  ///< that were asked for
  std::size_t most_held = 0;
  std::vector<WallTime> told;  ///< in the order of their parts, each part from its oldest on

  void say(int count, int every_ms = 1000) {
    for (int i = 0; i < count; ++i)
      times.push_back((times.empty() ? k_since : times.back()) + milliseconds{every_ms});
  }
  static Change change_at(WallTime time, std::size_t size) {
    Change change;
    change.ref = {ChatId{"chat"}, MessageId{std::to_string(to_epoch_ms(time))}};
    change.received = time;
    change.found = Content{std::string(size, 'x')};
    return change;
  }
  [[nodiscard]] std::vector<WallTime> list(const ChangedBetween& part) const {
    std::vector<WallTime> list;
    for (const WallTime time : times) {
      if (!filters || (time > part.after && !(part.before && time >= *part.before)))
        list.push_back(time);
    }
    if (order == Order::newest_first) std::reverse(list.begin(), list.end());
    if (order == Order::none)
      std::shuffle(list.begin(), list.end(), std::minstd_rand{7});  // NOLINT: always the same
    return list;
  }
  void read_list(ChatReading& reading) {
    const auto messages = list(reading.part());
    std::size_t at = 0;
    do {
      ++pages;
      for (std::size_t i = 0; i < page && at < messages.size(); ++i, ++at) {
        if (reading.meets(messages[at])) reading.hold(change_at(messages[at], size), messages[at]);
      }
      reading.end_page();
    } while (at < messages.size() && reading.goes_on() && !reading.is_endless());
  }
  /// Each list's changes are told, and what others do then is done.
  template <class Others>
  void read(ChatReading& reading, Others&& others) {
    bool goes_on = true;
    while (goes_on) {
      read_list(reading);
      if (reading.must_repeat()) continue;
      const auto changes = reading.changes();
      most_held = std::max(most_held, changes.size());
      std::for_each(changes.rbegin(), changes.rend(),
                    [this](const Change& change) { told.push_back(change.received); });
      goes_on = reading.next_part();
      others();
    }
  }
  void read(ChatReading& reading) {
    read(reading, [] {});
  }
};

BOOST_FIXTURE_TEST_SUITE(chat_reading, ReadingFixture)

BOOST_AUTO_TEST_CASE(what_leaves_a_part_while_it_is_read_hides_nothing_behind_it) {
  page = 2;
  say(12);
  ChatReading reading{k_since, {4, 1 << 20, 50, 100}};
  read_list(reading);
  BOOST_TEST(!reading.must_repeat());
  BOOST_REQUIRE(reading.next_part());
  const auto turn_page = [&](std::size_t from) {
    const auto messages = list(reading.part());
    for (std::size_t i = from; i < from + page && i < messages.size(); ++i)
      if (reading.meets(messages[i])) reading.hold(change_at(messages[i], size), messages[i]);
    reading.end_page();
    return messages;
  };
  // The first that was read is edited: what follows moves up, and the next page passes over one.
  const WallTime edited = turn_page(0).front();
  std::erase(times, edited);
  times.push_back(times.back() + milliseconds{1000});
  const std::size_t left = turn_page(2).size();
  BOOST_TEST(reading.changes().size() == left);  // one too few: the edited one is among them

  BOOST_TEST(reading.must_repeat());

  turn_page(0);
  const auto part = turn_page(2);
  BOOST_TEST(!reading.must_repeat());
  BOOST_TEST(reading.changes().size() == part.size());
  BOOST_REQUIRE(reading.next_part());
  read(reading);
  BOOST_TEST(told.size() == 5U);  // the last four, and what was edited
}

BOOST_AUTO_TEST_CASE(what_fits_is_one_part) {
  say(2000);
  ChatReading reading{k_since, limits()};

  read(reading);

  BOOST_TEST((told == times));
  BOOST_TEST(pages == 40U);
}

BOOST_AUTO_TEST_CASE(every_message_is_read_about_twice_however_many_there_are) {
  say(100'000);
  ChatReading reading{k_since, limits()};

  read(reading);

  BOOST_TEST((told == times));
  BOOST_TEST(most_held <= 2000U);
  BOOST_TEST(pages <= 2 * times.size() / k_page + 100);
  BOOST_TEST(!reading.has_left_out());
}

BOOST_AUTO_TEST_CASE(parts_are_as_large_as_their_content_allows) {
  say(1000);
  auto small = limits();
  small.most_bytes = 1000;
  ChatReading reading{k_since, small};

  read(reading);

  BOOST_TEST((told == times));
  BOOST_TEST(most_held <= 100U);
  BOOST_TEST(pages <= 3 * times.size() / k_page);
}

BOOST_AUTO_TEST_CASE(content_of_any_size_is_read_on) {
  say(20);
  auto small = limits();
  small.most_bytes = 1;
  ChatReading reading{k_since, small};

  read(reading);

  BOOST_TEST(std::is_sorted(told.begin(), told.end()));
  BOOST_TEST((std::set<WallTime>(told.begin(), told.end()) ==
              std::set<WallTime>(times.begin(), times.end())));
}

BOOST_AUTO_TEST_CASE(nothing_falls_between_two_parts_of_a_moment) {
  // Five in each millisecond, while parts hold seven and pages three.
  for (int i = 0; i < 40; ++i) {
    say(1, 1);
    say(4, 0);
  }
  auto small = limits();
  small.most_changes = 7;
  page = 3;
  ChatReading reading{k_since, small};

  read(reading);

  std::map<WallTime, int> most_at_once;
  for (const WallTime time : told) ++most_at_once[time];
  BOOST_TEST(most_at_once.size() == 40U);
  for (const auto& [time, count] : most_at_once) BOOST_TEST(count >= 5);
  BOOST_TEST(!reading.has_left_out());
}

BOOST_AUTO_TEST_CASE(a_moment_that_does_not_fit_is_told_in_part_and_what_follows_in_full) {
  say(2);
  say(1);
  say(19, 0);
  say(30);
  auto small = limits();
  small.most_changes = 7;
  page = 3;
  ChatReading reading{k_since, small};

  read(reading);

  BOOST_TEST(reading.has_left_out());
  const std::set<WallTime> once(told.begin(), told.end());
  BOOST_TEST((once == std::set<WallTime>(times.begin(), times.end())));
}

BOOST_AUTO_TEST_CASE(what_changes_meanwhile_falls_into_the_last_part) {
  say(50);
  auto small = limits();
  small.most_changes = 10;
  page = 5;
  ChatReading reading{k_since, small};
  const WallTime changed = times[30];
  const WallTime now = times.back() + milliseconds{1};
  bool is_changed = false;

  read(reading, [&] {
    if (std::exchange(is_changed, true)) return;
    times.erase(times.begin() + 30);
    times.push_back(now);
  });

  BOOST_TEST(std::count(told.begin(), told.end(), changed) == 0);
  BOOST_TEST((told == times));
}

BOOST_AUTO_TEST_CASE(a_part_in_which_more_appears_is_cut_again) {
  say(50);
  auto small = limits();
  small.most_changes = 10;
  page = 5;
  ChatReading reading{k_since, small};
  bool is_shown = false;

  read(reading, [&] {
    if (std::exchange(is_shown, true)) return;
    // Shown late, with times of their own.
    const WallTime from = times[20];
    for (int i = 1; i <= 25; ++i) times.push_back(from + milliseconds{i});
    std::sort(times.begin(), times.end());
  });

  BOOST_TEST((told == times));
  BOOST_TEST(most_held <= 10U);
}

BOOST_AUTO_TEST_CASE(a_list_begun_anew_cuts_the_same_parts) {
  say(100);
  auto small = limits();
  small.most_changes = 10;
  ChatReading reading{k_since, small};
  read_list(reading);

  reading.restart();
  read(reading);

  BOOST_TEST((told == times));
}

BOOST_AUTO_TEST_CASE(without_filters_or_order_all_is_found_in_as_few_lists_as_fit) {
  for (const Order given : {Order::newest_first, Order::oldest_first, Order::none}) {
    order = given;
    filters = false;
    times.clear();
    told.clear();
    pages = 0;
    say(95);
    auto small = limits();
    small.most_changes = 10;
    page = 5;
    ChatReading reading{k_since, small};

    read(reading);

    BOOST_TEST((told == times));
    BOOST_TEST(most_held <= 10U);
    BOOST_TEST(pages <= 10 * 19U);
  }
}

BOOST_AUTO_TEST_CASE(what_lies_outside_of_the_part_is_not_wanted) {
  say(30);
  auto small = limits();
  small.most_changes = 10;
  ChatReading reading{k_since, small};
  read_list(reading);
  BOOST_TEST(reading.next_part());

  BOOST_TEST((reading.part().after == times[10] - milliseconds{1}));
  BOOST_REQUIRE(reading.part().before);
  BOOST_TEST((*reading.part().before == times[19] + milliseconds{1}));
  BOOST_TEST(!reading.meets(times[20]));
  BOOST_TEST(reading.meets(times[19]));
  BOOST_TEST(reading.meets(times[10]));
  BOOST_TEST(!reading.meets(times[9]));
}

BOOST_AUTO_TEST_CASE(a_list_is_endless_when_it_comes_no_further_back) {
  auto small = limits();
  small.most_standing = 4;
  page = 5;
  say(200);
  ChatReading in_order{k_since, small};
  read_list(in_order);
  BOOST_TEST(!in_order.is_endless());
  BOOST_TEST(pages == 40U);

  order = Order::oldest_first;
  pages = 0;
  ChatReading in_no_order{k_since, small};
  read_list(in_no_order);
  BOOST_TEST(in_no_order.is_endless());
  BOOST_TEST(pages == 4U);

  order = Order::newest_first;
  pages = 0;
  times.clear();
  say(200, 0);
  for (WallTime& time : times) time += milliseconds{1};
  ChatReading standing{k_since, small};
  read_list(standing);
  BOOST_TEST(standing.is_endless());
  BOOST_TEST(pages == 5U);
}

BOOST_AUTO_TEST_CASE(old_messages_are_held_up_to_their_own_limit) {
  auto small = limits();
  small.most_old = 3;
  ChatReading reading{k_since, small};
  std::vector<std::size_t> summed_up;
  bool goes_on = true;
  while (goes_on) {
    for (int i = 10; i > 0; --i) {
      const WallTime time = k_since + milliseconds{i};
      if (reading.meets(time)) reading.hold(OldMessage{MessageId{std::to_string(i)}}, time);
    }
    reading.end_page();
    summed_up.push_back(reading.old().size());
    goes_on = reading.next_part();
  }

  BOOST_TEST((summed_up == std::vector<std::size_t>{3, 3, 3, 1}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
