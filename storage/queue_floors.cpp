#include "storage/queue_floors.h"

namespace belfry::storage {

QueueFloors::Mark QueueFloors::start(const std::string& queue, std::uint64_t generation,
                                     const std::string& begin) {
  MutexLock lock(mutex_);
  if (generation != generation_) {
    floors_.clear();
    generation_ = generation;
  }
  const auto [floor, is_new] = floors_.try_emplace(queue);
  if (is_new) floor->second = {begin, ++last_version_};
  return floor->second;
}

void QueueFloors::raise(const std::string& queue, const Mark& mark, std::string found) {
  MutexLock lock(mutex_);
  const auto floor = floors_.find(queue);
  if (floor == floors_.end() || floor->second.version != mark.version) return;
  if (floor->second.from < found) floor->second.from = std::move(found);
}

void QueueFloors::lower(const std::string& queue, const std::string& key) {
  MutexLock lock(mutex_);
  const auto floor = floors_.find(queue);
  if (floor == floors_.end()) return;
  floor->second.version = ++last_version_;
  if (key < floor->second.from) floor->second.from = key;
}

}  // namespace belfry::storage
