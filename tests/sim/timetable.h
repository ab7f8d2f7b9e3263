#pragma once

#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "sync/base/time.h"
#include "sync/port/clock.h"

namespace belfry::sim {

/// What will happen in a world beside the engine's own work, in order of time; what is due at one
/// moment happens in the order in which it was asked for.
class Timetable {
 public:
  explicit Timetable(const sync::Clock& clock) : clock_(clock) {}

  /// The world does not end before this has happened.
  void later(Duration delay, std::function<void()> act) {
    add(delay, {std::move(act), Weight::awaited});
  }
  /// Goes on for ever: nobody waits for its end.
  void by_the_way(Duration delay, std::function<void()> act) {
    add(delay, {std::move(act), Weight::passing});
  }

  /// Lets the first that is due happen; false: nothing is due now.
  bool step() {
    if (acts_.empty() || acts_.begin()->first > clock_.now().steady) return false;
    const Act act = std::move(acts_.begin()->second);
    acts_.erase(acts_.begin());
    if (act.weight == Weight::awaited) --awaited_;
    act.run();
    return true;
  }
  [[nodiscard]] bool awaits_nothing() const { return awaited_ == 0; }
  [[nodiscard]] std::optional<Instant> next() const {
    if (acts_.empty()) return std::nullopt;
    return acts_.begin()->first;
  }

 private:
  enum class Weight { awaited, passing };
  struct Act {
    std::function<void()> run;
    Weight weight;
  };
  void add(Duration delay, Act act) {
    if (act.weight == Weight::awaited) ++awaited_;
    acts_.emplace(clock_.now().steady + delay, std::move(act));
  }

  const sync::Clock& clock_;
  std::multimap<Instant, Act> acts_;
  int awaited_ = 0;
};

}  // namespace belfry::sim
