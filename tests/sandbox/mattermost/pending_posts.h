#pragma once

#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "tests/sandbox/clock.h"

namespace belfry::sandbox::mattermost {

/// What the server remembers of `pending_post_id`: in one node's memory, by the text alone, for
/// 30 s, at most 25,000 of them; the one used longest ago gives way.
///
/// Looking and storing are two steps, as there: two requests at the same instant can both pass.
/// Threads  All functions from any thread.
/// Source   Mattermost, app/post.go: pendingPostIDsCacheTTL, PendingPostIDsCacheSize.
class PendingPosts {
 public:
  explicit PendingPosts(SandboxClock& clock) : clock_(clock) {}

  /// The post; empty while it is being made; nothing when the text is unknown or expired.
  [[nodiscard]] std::optional<std::string> find(const std::string& pending_id);
  /// From now on for 30 s. An empty `post_id` says that the post is being made.
  void store(const std::string& pending_id, std::string_view post_id);
  void remove(const std::string& pending_id);
  /// A restart.
  void clear();
  [[nodiscard]] std::size_t size() const;

 private:
  struct Entry {
    std::string pending_id;
    std::string post_id;
    std::int64_t expires_ms = 0;
  };

  SandboxClock& clock_;
  mutable std::mutex mutex_;
  std::list<Entry> entries_;  // guarded by mutex_; the one used last first
  std::unordered_map<std::string, std::list<Entry>::iterator> index_;  // guarded by mutex_
};

}  // namespace belfry::sandbox::mattermost
