#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sync/base/time.h"
#include "tests/sim/dice.h"
#include "tests/sim/faults.h"
#include "tests/sim/mind.h"
#include "tests/sim/sim_graph.h"

namespace belfry::sim {

/// Whatever distinguishes one world from another, before chance has its say.
struct WorldPlan {
  FaultRates rates;
  MindLimits limits;
  SimGraph::Reading reading;
  std::size_t people = 4;
  std::size_t chats = 2;
  std::size_t messages = 20;
  std::uint64_t connected = 700;  ///< share of the people, in thousandths
  std::uint64_t active = 300;     ///< likewise
  std::uint64_t foreign = 0;      ///< share of the chats that another tenant hosts
  std::uint64_t readers = 0;      ///< how often somebody looks into a chat after a message
  std::chrono::days begins{0};    ///< after the usual Monday
  Duration chatter = std::chrono::minutes{5};
  std::chrono::days holiday_begins{0};  ///< behind the world's own begin
  std::chrono::days holiday{0};         ///< so long hardly anybody works
  Duration chaos = std::chrono::minutes{10};
  int most_crashes = 40;
  std::size_t removals = 0;  ///< subscriptions that Graph takes away
  std::size_t refusals = 0;  ///< of the app's secret, for a while
  Duration app_token_lives = std::chrono::minutes{60};
  /// Mattermost's PostEditTimeLimit; none: there is no limit.
  std::optional<Duration> edit_limit;
  std::size_t outages = 0;       ///< of Graph, Entra, Mattermost or the service
  std::size_t requests = 0;      ///< sweeps that somebody asks for
  std::size_t ended = 0;         ///< people whose grant dies
  std::size_t comings = 0;       ///< people who connect, again or for the first time, or disconnect
  std::size_t chat_changes = 0;  ///< new chats, new topics, new members, or some less
  std::size_t shunned = 0;       ///< people whose chats nobody can sweep before the world is healed
  Duration machine_ahead{};      ///< of the world: what time of day the service believes
  /// Nobody sweeps but the service, and nothing is lost in silence: whatever was not announced has
  /// a cause of which the service knows. No schedule, no silence, nobody who asks.
  bool is_left_alone = false;
  bool is_of_weeks = false;  ///< with nights, weekends and habits, and with default settings

  /// Most seeds make a few people and minutes; one of two hundred makes hundreds and weeks.
  [[nodiscard]] static WorldPlan of(std::uint64_t seed, Dice& dice);
  /// Nothing goes wrong, nobody is active in Teams.
  [[nodiscard]] static WorldPlan quiet();
};

}  // namespace belfry::sim
