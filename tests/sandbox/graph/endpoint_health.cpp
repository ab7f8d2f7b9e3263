#include "tests/sandbox/graph/endpoint_health.h"

namespace belfry::sandbox {

EndpointHealth::Verdict EndpointHealth::judge(std::int64_t now_ms,
                                              const CourierSettings& settings) {
  if (state_ == State::normal) return Verdict::send;
  if (now_ms >= punished_until_ms_ && probes_sent_ < settings.probes) {
    if (probes_sent_ == 0) clear_window();
    ++probes_sent_;
    return Verdict::send;
  }
  return state_ == State::slow ? Verdict::delay : Verdict::drop;
}

void EndpointHealth::record(std::int64_t now_ms, Speed speed, const CourierSettings& settings) {
  const std::int64_t second = now_ms / 1'000;
  if (window_.empty() || window_.back().second != second)
    window_.push_back({.second = second, .answers = 0, .slow = 0, .very_slow = 0});
  for (Second* counted : {&window_.back(), &sum_}) {
    ++counted->answers;
    if (speed != Speed::fast) ++counted->slow;
    if (speed == Speed::very_slow) ++counted->very_slow;
  }
  while (window_.front().second < (now_ms - settings.health_window_ms) / 1'000) {
    sum_.answers -= window_.front().answers;
    sum_.slow -= window_.front().slow;
    sum_.very_slow -= window_.front().very_slow;
    window_.pop_front();
  }

  const auto exceeds = [&](std::int64_t count, double share) {
    return static_cast<double>(count) > share * static_cast<double>(sum_.answers);
  };
  const bool testing = state_ != State::normal && now_ms >= punished_until_ms_;
  if (sum_.answers < (testing ? settings.probes : settings.minimum_answers)) return;
  State next = State::normal;
  if (exceeds(sum_.slow, settings.slow_share)) next = State::slow;
  if (exceeds(sum_.very_slow, settings.drop_share)) next = State::drop;
  // A punishment runs its time, but it can become the harder one.
  const bool harder = state_ == State::slow && next == State::drop;
  if (state_ != State::normal && !testing && !harder) return;
  state_ = next;
  probes_sent_ = 0;
  if (state_ != State::normal) punished_until_ms_ = now_ms + settings.penalty_ms;
}

void EndpointHealth::clear_window() {
  window_.clear();
  sum_ = {};
}

std::string_view name_of(EndpointHealth::State state) {
  switch (state) {
    case EndpointHealth::State::normal:
      return "normal";
    case EndpointHealth::State::slow:
      return "slow";
    case EndpointHealth::State::drop:
      break;
  }
  return "drop";
}

}  // namespace belfry::sandbox
