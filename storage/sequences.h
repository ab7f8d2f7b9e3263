#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <set>

#include "sync/base/mutex.h"

namespace belfry::storage {

/// Hands out places in the inbox, and knows up to where all that were handed out are on disk or
/// given up: a reader that stops there skips none. Safe from any thread.
class Sequences {
 public:
  /// `count` places from first() on, under way while this lives.
  class Taken {
   public:
    Taken(Sequences& sequences, std::atomic<std::uint64_t>& next, std::size_t count);
    ~Taken();
    Taken(const Taken&) = delete;
    Taken& operator=(const Taken&) = delete;
    [[nodiscard]] std::uint64_t first() const { return first_; }

   private:
    Sequences& sequences_;
    std::uint64_t first_;
  };

  /// All places below it are settled. To be asked before the entries are read.
  [[nodiscard]] std::uint64_t settled_end(const std::atomic<std::uint64_t>& next) const;

 private:
  mutable Mutex mutex_;
  std::set<std::uint64_t> under_way_ GUARDED_BY(mutex_);
};

}  // namespace belfry::storage
