#include <algorithm>
#include <functional>
#include <set>
#include <utility>

#include "tests/unit/sync/reconcile_fixture.h"

/// Sweeps of one chat in which more changed than fits into memory.
namespace belfry::sync {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

struct BusyChatFixture : ReconcileFixture {
  BusyChatFixture() {
    sweep_policy.least_quiet = sweep_policy.quiet_percent = 0;
    sweep_policy.most_inbox = 1'000'000;
  }
  /// Parts of ten, on pages of five.
  void shrink() {
    graph.page_size = 5;
    sweep_policy.most_held = 10;
  }
  void say(int count) {
    for (int i = 0; i < count; ++i) graph.say(chat, wall() - hours{20} + seconds{i});
  }
  void sweep_for(Duration time) {
    reconciler->request({SweepTrigger::administrator, std::nullopt, std::nullopt});
    live_for(time);
  }
  [[nodiscard]] std::vector<std::string> told(ChangeKind kind) {
    std::vector<std::string> told;
    for (const Change& change : inbox()) {
      if (change.kind == kind) told.push_back(change.ref.message.text());
    }
    return told;
  }
  /// Each once, oldest first.
  void check_told(std::size_t count) {
    const auto created = told(ChangeKind::created);
    BOOST_TEST(created.size() == count);
    BOOST_TEST(std::is_sorted(created.begin(), created.end()));
    BOOST_TEST(std::set(created.begin(), created.end()).size() == count);
  }
  /// What others do while the `count`-th page from now on is read.
  void while_page_is_read(int count, std::function<void()> others) {
    graph.script.during("messages_since", [this, count, others = std::move(others)] {
      if (count > 1)
        while_page_is_read(count - 1, others);
      else
        others();
    });
  }
};

BOOST_FIXTURE_TEST_SUITE(sweep_busy_chat, BusyChatFixture)

BOOST_AUTO_TEST_CASE(ten_thousand_messages_cost_about_two_requests_for_each_page_of_them) {
  say(10'000);
  start();

  sweep_for(hours{1});

  check_told(10'000);
  BOOST_TEST(graph.script.count("messages_since") <= 450U);
  BOOST_TEST(last().failed == 0U);
}

BOOST_AUTO_TEST_CASE(more_messages_than_a_list_in_no_order_may_have_are_all_told) {
  say(60'000);
  start();

  sweep_for(hours{1});

  check_told(60'000);
  BOOST_TEST(graph.script.count("messages_since") <= 2500U);
  BOOST_TEST(last().failed == 0U);
  BOOST_TEST((store.cursors(MattermostUserId{"anna"})->at(0).watermark > wall() - hours{2}));
}

BOOST_AUTO_TEST_CASE(an_edit_while_an_earlier_part_is_read_is_found) {
  shrink();
  say(100);
  start();
  // The first list has 20 pages, each part two.
  while_page_is_read(24, [this] {
    Message& edited = graph.chats[chat].messages[60];
    edited.edited = edited.modified = wall();
  });

  sweep_now();

  const auto created = told(ChangeKind::created);
  BOOST_TEST(std::set(created.begin(), created.end()).size() == 100U);
  BOOST_TEST(told(ChangeKind::edited).size() == 1U);
  BOOST_TEST(last().failed == 0U);
}

BOOST_AUTO_TEST_CASE(an_edit_while_the_last_part_is_read_is_found) {
  shrink();
  say(100);
  start();
  while_page_is_read(38, [this] {
    Message& edited = graph.chats[chat].messages[90];
    edited.edited = edited.modified = wall();
  });

  sweep_now();

  BOOST_TEST(told(ChangeKind::created).size() == 100U);
  BOOST_TEST(told(ChangeKind::edited).size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_failure_within_a_part_costs_that_part_alone) {
  shrink();
  say(100);
  start();
  while_page_is_read(24, [this] { graph.script.fail("messages_since", ErrorKind::forbidden); });

  sweep_now();

  check_told(100);
  // The part is read again, by one of those who are left; then each of them looks.
  BOOST_TEST(last().failed == 0U);
}

BOOST_AUTO_TEST_CASE(a_cloud_that_ignores_filters_finds_everything) {
  shrink();
  graph.ignores_filters = true;
  say(100);
  start();

  sweep_now();

  check_told(100);
  BOOST_TEST(last().failed == 0U);
}

BOOST_AUTO_TEST_CASE(a_long_list_in_order_is_not_endless) {
  shrink();
  sweep_policy.most_message_pages = 4;
  say(100);
  start();

  sweep_now();

  check_told(100);
  BOOST_TEST(last().failed == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
