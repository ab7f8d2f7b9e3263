#include <random>
#include <set>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/blackbox/office.h"
#include "tests/crash/kill_point.h"

namespace belfry::blackbox {
namespace {

using sandbox::ChatKind;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int k_kills = 200;
const std::string k_words = "crash number ";

OfficeOptions crashing() {
  OfficeOptions options;
  options.program = BELFRY_CRASH_PROGRAM;
  return options;
}

/// An office whose program dies again and again while people talk.
struct CrashingOffice : Office {
  CrashingOffice() : Office(crashing()) {
    // Graph gives a refused webhook more time each try; a dead listener must not cost minutes here.
    graph().change_settings([](sandbox::GraphSettings& settings) {
      settings.rate_limits = false;
      settings.courier.first_retry_gap_ms = 100;
      settings.courier.longest_retry_gap_ms = 1'000;
    });
    anna = hire("anna");
    bert = hire("bert");
    cleo = hire("cleo");
    start();
    BOOST_REQUIRE_MESSAGE(wait_until_ready(), log());
    BOOST_REQUIRE(connect(anna).body.find("You are connected") != std::string::npos);
    BOOST_REQUIRE(connect(bert).body.find("You are connected") != std::string::npos);
    sandbox::FaultRule lost;
    lost.operation = "mattermost.create_post";
    lost.action = sandbox::FaultAction::lose_answer;
    lost.probability = 0.1;
    world().mattermost_faults().add(lost);
  }

  /// Lives until it dies at `point`, or is killed after `most`; meanwhile Cleo talks. A
  /// machine under load takes its time to come to a point, hence the long `most` of named ones.
  void live_and_die(const std::string& point, milliseconds most) {
    start(point.empty() ? BelfryProcess::Environment{}
                        : BelfryProcess::Environment{{"BELFRY_TEST_KILL", point}});
    const auto end = std::chrono::steady_clock::now() + most;
    while (process().is_running() && std::chrono::steady_clock::now() < end) {
      say();
      std::this_thread::sleep_for(milliseconds{15});
    }
    const bool died_by_itself = !process().is_running();
    kill();
    if (died_by_itself && !point.empty()) reached.insert(point.substr(0, point.find('#')));
  }

  /// Now and then in a chat that nobody has read yet, now and then with an edit behind it.
  void say() {
    if (said % 20 == 0) {
      chat = graph().create_chat(ChatKind::group, "Release", {anna.teams, bert.teams, cleo.teams});
    }
    const std::string words = k_words + std::to_string(said++) + " end";
    const std::string message = graph().post_message(chat, cleo.teams, "<p>" + words + "</p>");
    if (said % 5 == 0) graph().edit_message(chat, message, "<p>" + words + " edited</p>");
  }

  void check_that_all_stand_once() {
    for (const Colleague& reader : {anna, bert}) {
      std::vector<int> times(static_cast<std::size_t>(said));
      for (const std::string& text : posts_to(reader, k_words)) {
        const auto number = std::stoul(text.substr(text.find(k_words) + k_words.size()));
        BOOST_REQUIRE(number < times.size());
        ++times[number];
      }
      for (std::size_t i = 0; i < times.size(); ++i)
        BOOST_TEST(times[i] == 1, i << " stands " << times[i] << " times for " << reader.name);
    }
  }

  Colleague anna;
  Colleague bert;
  Colleague cleo;
  std::string chat;
  int said = 0;
  std::set<std::string> reached;
};

BOOST_FIXTURE_TEST_SUITE(crash, CrashingOffice)

BOOST_AUTO_TEST_CASE(two_hundred_deaths_lose_nothing_and_double_nothing) {
  kill();
  std::vector<std::string> points;
  for (const std::string& operation : belfry::crash::operations()) {
    for (const char* side : {"before ", "after "}) points.push_back(side + operation);
  }
  std::mt19937 dice(42);
  for (int i = 0; i < k_kills; ++i) {
    // Every second death at a named point, each in turn at its first or second passing; the others
    // at any moment.
    const bool is_named = i % 2 == 0;
    const std::string point = is_named ? points[static_cast<std::size_t>(i / 2) % points.size()] +
                                             "#" + std::to_string(1 + i % 3 / 2)
                                       : "";
    live_and_die(point, milliseconds{is_named ? 2000 : 60 + static_cast<int>(dice() % 240)});
  }
  // A loaded machine may not have come to each of them in time.
  for (int round = 0; round < 3; ++round) {
    for (const std::string& point : points) {
      if (!reached.contains(point)) live_and_die(point, seconds{8});
    }
  }

  world().mattermost_faults().clear();
  start();
  BOOST_REQUIRE_MESSAGE(wait_until_ready(), log());
  BOOST_TEST_MESSAGE(said << " messages, died at " << reached.size() << " of " << points.size()
                          << " points");
  BOOST_TEST(eventually_posted(anna, k_words, static_cast<std::size_t>(said), seconds{300}));
  BOOST_TEST(eventually_posted(bert, k_words, static_cast<std::size_t>(said), seconds{300}));
  BOOST_TEST(wait_until_quiet(seconds{60}));

  check_that_all_stand_once();
  for (const std::string& point : points)
    BOOST_TEST(reached.contains(point), "never died " << point);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::blackbox
