#include "tests/sim/dice.h"

namespace belfry::sim {

std::uint64_t Dice::next() {
  state_ += 0x9E3779B97F4A7C15ULL;
  std::uint64_t mixed = state_;
  mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBULL;
  return mixed ^ (mixed >> 31U);
}

std::string Dice::token(std::size_t bytes) {
  static constexpr char k_letters[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string made;
  for (std::size_t i = 0; i < (bytes * 4 + 2) / 3; ++i) made += k_letters[below(64)];
  return made;
}

}  // namespace belfry::sim
