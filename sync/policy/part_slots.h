#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <utility>

namespace belfry::sync {

/// Places for parts of files in memory: whoever holds a part holds a place. Outlives its places.
/// Safe from any thread.
class PartSlots {
 public:
  explicit PartSlots(std::size_t most) : free_(most) {}
  PartSlots(const PartSlots&) = delete;
  PartSlots& operator=(const PartSlots&) = delete;

  /// Free again when it goes.
  class Place {
   public:
    explicit Place(PartSlots& slots) : slots_(&slots) {}
    Place(Place&& other) noexcept : slots_(std::exchange(other.slots_, nullptr)) {}
    Place& operator=(Place&& other) noexcept {
      std::swap(slots_, other.slots_);
      return *this;
    }
    ~Place() {
      if (slots_ != nullptr) ++slots_->free_;
    }

   private:
    PartSlots* slots_;
  };

  /// None when all are taken.
  [[nodiscard]] std::optional<Place> take() {
    std::size_t free = free_.load();
    while (free > 0) {
      if (free_.compare_exchange_weak(free, free - 1)) return Place(*this);
    }
    return std::nullopt;
  }

 private:
  std::atomic<std::size_t> free_;
};

}  // namespace belfry::sync
