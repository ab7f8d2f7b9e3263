#pragma once

#include <cstddef>
#include <optional>
#include <unordered_map>
#include <vector>

#include "sync/base/id.h"
#include "sync/base/mutex.h"
#include "sync/base/time.h"
#include "sync/port/graph.h"

namespace belfry::sync {

struct PresencePolicy {
  /// Short enough that who just left the desk is told of the next message, long enough that a
  /// lively chat does not ask Graph for each of its messages.
  Duration lives = std::chrono::seconds{30};
  std::size_t most = 50'000;  ///< people remembered
};

/// Who was active in Teams a moment ago. Safe from any thread.
class PresenceCache {
 public:
  explicit PresenceCache(PresencePolicy policy = {}) : policy_(policy) {}

  /// The presence of all of `users`, or none when that of one is not known freshly.
  [[nodiscard]] std::optional<std::vector<Presence>> find(const std::vector<TeamsUserId>& users,
                                                          Instant now) const;

  /// Remembers the answer for all who were asked for: who is missing in it counts as away.
  void remember(const std::vector<TeamsUserId>& asked, const std::vector<Presence>& answer,
                Instant now);

 private:
  struct Entry {
    bool active = false;
    Instant until;
  };

  const PresencePolicy policy_;
  mutable Mutex mutex_;
  std::unordered_map<TeamsUserId, Entry> entries_ GUARDED_BY(mutex_);
};

}  // namespace belfry::sync
