#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace belfry::sync {

/// Chance for jitter; never for secrets. Safe from any thread.
class Random {
 public:
  virtual ~Random() = default;
  /// Evenly in [0, bound); bound > 0.
  [[nodiscard]] virtual std::uint64_t below(std::uint64_t bound) = 0;
};

/// Unguessable bytes for tickets, states, client states and verifiers. Safe from any thread.
class Entropy {
 public:
  virtual ~Entropy() = default;
  /// `bytes` random bytes as base64url without padding.
  [[nodiscard]] virtual std::string token(std::size_t bytes) = 0;
};

}  // namespace belfry::sync
