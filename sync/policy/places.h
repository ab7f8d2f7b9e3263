#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <utility>

namespace belfry::sync {

/// So many at once and no more: whoever is at it holds a place. Outlives its places. Safe from any
/// thread.
class Places {
 public:
  explicit Places(std::size_t most) : free_(most) {}
  Places(const Places&) = delete;
  Places& operator=(const Places&) = delete;

  /// Free again when it goes.
  class Place {
   public:
    explicit Place(Places& places) : places_(&places) {}
    Place(Place&& other) noexcept : places_(std::exchange(other.places_, nullptr)) {}
    Place& operator=(Place&& other) noexcept {
      std::swap(places_, other.places_);
      return *this;
    }
    ~Place() {
      if (places_ != nullptr) ++places_->free_;
    }

   private:
    Places* places_;
  };

  /// None when all are taken.
  [[nodiscard]] std::optional<Place> take() {
    std::size_t free = free_.load();
    while (free > 0) {
      if (free_.compare_exchange_weak(free, free - 1)) return Place(*this);
    }
    was_full_ = true;
    return std::nullopt;
  }

  /// Whether somebody came for nothing since this was last asked.
  [[nodiscard]] bool turned_away() { return was_full_.exchange(false); }

 private:
  std::atomic<std::size_t> free_;
  std::atomic<bool> was_full_{false};
};

}  // namespace belfry::sync
