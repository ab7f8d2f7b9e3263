#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "sync/base/mutex.h"

namespace belfry::storage {

/// Where each queue begins, so that its head is found without walking over what was removed before
/// it: RocksDB keeps the marks of deletions until it compacts. A floor is a help only: nothing of
/// its queue lies below it.
///
///     const auto mark = floors.start(queue, generation, begin);  … look from mark.from on …
///     floors.raise(queue, mark, found);                          // no effect when lower() came in
///     between
///
/// After an entry was stored: floors.lower(queue, key). Safe from any thread.
class QueueFloors {
 public:
  struct Mark {
    std::string from;
    std::uint64_t version = 0;
  };
  /// `generation` of the database: what was remembered of another one is forgotten.
  [[nodiscard]] Mark start(const std::string& queue, std::uint64_t generation,
                           const std::string& begin);
  void raise(const std::string& queue, const Mark& mark, std::string found);
  void lower(const std::string& queue, const std::string& key);

 private:
  Mutex mutex_;
  std::unordered_map<std::string, Mark> floors_ GUARDED_BY(mutex_);
  std::uint64_t generation_ GUARDED_BY(mutex_) = 0;
  std::uint64_t last_version_ GUARDED_BY(mutex_) = 0;
};

}  // namespace belfry::storage
