#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/contract/graph_contract/client_world.h"

using belfry::ChatId;
using belfry::WallTime;
using belfry::sync::ChangedBetween;
using belfry::tests::ClientWorld;

namespace {

struct World : ClientWorld {
  const ChatId coffee{company.coffee};
  std::vector<std::string> posted;
  std::vector<WallTime> times;  ///< when each was

  World() {
    microsoft.graph().change_settings([](auto& settings) { settings.rate_limits = false; });
    for (int i = 0; i < 4; ++i) {
      microsoft.clock().advance(std::chrono::milliseconds{1});
      times.push_back(now());
      posted.push_back(
          microsoft.graph().post_message(company.coffee, company.mira, std::to_string(i)));
    }
  }
  [[nodiscard]] std::vector<std::string> found(const ChangedBetween& wanted) {
    const auto page = graph.messages_since(app(), coffee, wanted, "");
    BOOST_REQUIRE_MESSAGE(page, page.error().text);
    std::vector<std::string> ids;
    for (const auto& one : page->messages) ids.push_back(one.message.ref.message.text());
    return ids;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(messages_contract, World)

BOOST_AUTO_TEST_CASE(messages_come_newest_first_and_both_ends_are_left_out) {
  using Ids = std::vector<std::string>;

  BOOST_TEST((found({times[0]}) == Ids{posted[3], posted[2], posted[1]}));
  BOOST_TEST((found({times[0], times[3]}) == Ids{posted[2], posted[1]}));
  BOOST_TEST((found({times[1], times[2]}).empty()));
}

BOOST_AUTO_TEST_CASE(parts_that_meet_in_a_millisecond_leave_no_gap) {
  using Ids = std::vector<std::string>;
  const WallTime meet = times[1];

  BOOST_TEST((found({times[0], meet + std::chrono::milliseconds{1}}) == Ids{posted[1]}));
  BOOST_TEST((found({meet}) == Ids{posted[3], posted[2]}));
}

BOOST_AUTO_TEST_SUITE_END()
