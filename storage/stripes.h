#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "storage/keys.h"
#include "sync/base/mutex.h"

namespace belfry::storage {

/// Locks for check-then-write on keys: equal keys share a stripe, so two equal changes at once are
/// one. A holder takes all its stripes together, in one order for everybody, so that nobody waits
/// in a circle.
class Stripes {
 public:
  class Held {
   public:
    Held(Held&&) = default;
    Held& operator=(Held&&) = delete;
    ~Held();

   private:
    friend class Stripes;
    explicit Held(std::vector<Mutex*> mutexes) : mutexes_(std::move(mutexes)) {}
    std::vector<Mutex*> mutexes_;
  };

  struct Key {
    Family family = Family::meta;
    std::string_view bytes;
  };
  [[nodiscard]] Held hold(std::span<const Key> keys);
  [[nodiscard]] Held hold(Family family, std::string_view key);

 private:
  static constexpr std::size_t k_stripes =
      256;  // some times the number of threads that may write at once
  std::array<Mutex, k_stripes> mutexes_;
};

}  // namespace belfry::storage
