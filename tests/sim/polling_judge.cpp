#include "tests/sim/polling_judge.h"

namespace belfry::sim {

void PollingJudge::service_began(WallTime at) {
  excuse(at);
  in_vain_.clear();
}

void PollingJudge::looked_in_vain(WallTime at) {
  std::erase_if(in_vain_, [at](WallTime before) { return at - before >= k_between; });
  in_vain_.push_back(at);
  if (in_vain_.size() > k_most_in_vain && breach_.empty())
    breach_ = "a silence was looked at " + std::to_string(in_vain_.size()) +
              " times within a day, and nothing was there";
}

void PollingJudge::polled(const std::string& resource, WallTime at) {
  const auto [place, is_first] = looks_.try_emplace(resource, Look{at, at, {}});
  Look& look = place->second;
  const bool is_new = !is_first && at - look.last > k_one_look;
  look.last = at;
  if (!is_new) return;
  const bool is_excused = excused_ >= look.began;
  look.began = at;
  if (is_excused) return;
  if (at - look.routine < k_between && breach_.empty())
    breach_ = resource + " was polled twice within a day, and nothing had happened";
  look.routine = at;
}

}  // namespace belfry::sim
