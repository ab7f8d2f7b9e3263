#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sync/port/random.h"

namespace belfry::sim {

/// All chance of a world: one seed, one world. SplitMix64, so that the same seed gives the same
/// world on any machine.
class Dice : public sync::Random, public sync::Entropy {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}

  std::uint64_t below(std::uint64_t bound) override { return next() % bound; }
  std::string token(std::size_t bytes) override;

  [[nodiscard]] std::uint64_t next();
  /// True in `per_thousand` of a thousand throws.
  [[nodiscard]] bool falls(std::uint64_t per_thousand) { return below(1000) < per_thousand; }
  /// Evenly within [least, most].
  [[nodiscard]] std::uint64_t between(std::uint64_t least, std::uint64_t most) {
    return least + below(most - least + 1);
  }
  template <class T>
  [[nodiscard]] const T& pick(const std::vector<T>& choices) {
    return choices[below(choices.size())];
  }

 private:
  std::uint64_t state_;
};

}  // namespace belfry::sim
