#include "storage/sequences.h"

namespace belfry::storage {

Sequences::Taken::Taken(Sequences& sequences, std::atomic<std::uint64_t>& next, std::size_t count)
    : sequences_(sequences) {
  MutexLock lock(sequences_.mutex_);
  first_ = next.fetch_add(count);
  sequences_.under_way_.insert(first_);
}

Sequences::Taken::~Taken() {
  MutexLock lock(sequences_.mutex_);
  sequences_.under_way_.erase(first_);
}

std::uint64_t Sequences::settled_end(const std::atomic<std::uint64_t>& next) const {
  MutexLock lock(mutex_);
  return under_way_.empty() ? next.load() : *under_way_.begin();
}

}  // namespace belfry::storage
