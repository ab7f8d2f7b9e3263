#pragma once

#include <cstdint>
#include <string>

#include "sync/port/random.h"

namespace belfry::kit {

/// Chance and secrets from a seed: the same in every run. SplitMix64.
class SeededRandom : public sync::Random, public sync::Entropy {
 public:
  explicit SeededRandom(std::uint64_t seed = 1) : state_(seed) {}

  std::uint64_t below(std::uint64_t bound) override { return next() % bound; }
  std::string token(std::size_t bytes) override {
    constexpr char k_alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string text((bytes * 4 + 2) / 3, '\0');
    for (char& c : text) c = k_alphabet[next() % 64];
    return text;
  }

 private:
  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15ULL;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9ULL;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebULL;
    return mixed ^ (mixed >> 31);
  }

  std::uint64_t state_;
};

}  // namespace belfry::kit
