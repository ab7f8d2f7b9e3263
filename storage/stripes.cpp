#include "storage/stripes.h"

#include <algorithm>
#include <functional>

namespace belfry::storage {

// The set of locks is known at run time only; the analysis of clang follows names, not sets.
Stripes::Held Stripes::hold(std::span<const Key> keys) NO_THREAD_SAFETY_ANALYSIS {
  std::vector<Mutex*> mutexes;
  mutexes.reserve(keys.size());
  for (const Key& key : keys) {
    const std::size_t hash =
        std::hash<std::string_view>{}(key.bytes) + static_cast<std::size_t>(key.family);
    mutexes.push_back(&mutexes_[hash % k_stripes]);
  }
  std::sort(mutexes.begin(), mutexes.end());
  mutexes.erase(std::unique(mutexes.begin(), mutexes.end()), mutexes.end());
  for (Mutex* mutex : mutexes) mutex->lock();
  return Held(std::move(mutexes));
}

Stripes::Held Stripes::hold(Family family, std::string_view key) {
  const Key one{family, key};
  return hold(std::span(&one, 1));
}

Stripes::Held::~Held() NO_THREAD_SAFETY_ANALYSIS {
  for (Mutex* mutex : mutexes_) mutex->unlock();
}

}  // namespace belfry::storage
