#pragma once

#include <cstdint>
#include <deque>
#include <string_view>

#include "tests/sandbox/graph/settings.h"

namespace belfry::sandbox {

/// How fast one endpoint answered lately, and what Graph does about it.
///
/// Promises  slow: more than 10 % of the answers in a 10-minute window took over 3 s; new
/// notifications are delayed by 10
///           minutes. drop: more than 15 % took over 10 s; new ones are dropped for 10 minutes. A
///           punished endpoint is tested with a few notifications every 10 minutes.
/// Threads   Not safe; the courier holds its lock.
/// Source    Graph, "change notifications through webhooks", throttling of slow endpoints.
class EndpointHealth {
 public:
  enum class State { normal, slow, drop };
  enum class Verdict { send, delay, drop };
  enum class Speed { fast, slow, very_slow };

  [[nodiscard]] Verdict judge(std::int64_t now_ms, const CourierSettings& settings);
  void record(std::int64_t now_ms, Speed speed, const CourierSettings& settings);
  [[nodiscard]] State state() const { return state_; }

 private:
  struct Second {
    std::int64_t second = 0;
    std::int64_t answers = 0;
    std::int64_t slow = 0;
    std::int64_t very_slow = 0;
  };
  void clear_window();

  State state_ = State::normal;
  std::int64_t punished_until_ms_ = 0;
  int probes_sent_ = 0;
  std::deque<Second> window_;
  Second sum_;  ///< over the window; its `second` is not used
};

[[nodiscard]] std::string_view name_of(EndpointHealth::State state);

}  // namespace belfry::sandbox
