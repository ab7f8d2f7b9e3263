#pragma once

#include <map>
#include <string>
#include <vector>

#include "sync/base/time.h"

namespace belfry::sim {

/// Microsoft's side of the terms, from the log of requests: whether a resource changed may be
/// looked at once a day, and more often only after something went wrong. Source: Graph, "Teams API
/// overview", polling requirements.
class PollingJudge {
 public:
  /// Something went wrong, or somebody asked: whoever looks after it does not poll.
  void excuse(WallTime at) { excused_ = at; }
  /// The service began, and knows nothing of the day.
  void service_began(WallTime at);
  void polled(const std::string& resource, WallTime at);
  /// Everybody was looked at because nothing came, and nothing was there: a silence is something
  /// that went wrong only where it is more than that.
  void looked_in_vain(WallTime at);

  /// Empty while the terms are kept.
  [[nodiscard]] const std::string& breach() const { return breach_; }

 private:
  /// Requests so close to one another are one look, which takes its pages and its turns.
  static constexpr Duration k_one_look = std::chrono::minutes{30};
  static constexpr Duration k_between = std::chrono::hours{24};
  static constexpr std::size_t k_most_in_vain = 2;  ///< in as long a time
  struct Look {
    WallTime began;
    WallTime last;
    /// When the last look began for which there was no other reason; the first may have had one.
    WallTime routine;
  };
  std::map<std::string, Look> looks_;
  std::vector<WallTime> in_vain_;
  WallTime excused_;
  std::string breach_;
};

}  // namespace belfry::sim
