#pragma once

#include <cstddef>
#include <unordered_map>

#include "sync/base/id.h"
#include "sync/base/mutex.h"
#include "sync/base/time.h"

namespace belfry::sync {

/// Source: Graph, "throttling limits": GET of chat messages 20/s per app and tenant, all requests
/// on one chat 1/s.
struct PacePolicy {
  /// A little more than Graph wants: a request may travel faster than the one before it.
  Duration per_chat = std::chrono::milliseconds{1050};
  Duration per_tenant = std::chrono::milliseconds{50};
  std::size_t most_chats = 10'000;  ///< remembered; beyond, the longest free ones are forgotten
};

/// Keeps our reads within Graph's rates, so that 429 stays the exception. Safe from any thread.
class Pacer {
 public:
  explicit Pacer(PacePolicy policy = {}) : policy_(policy) {}

  /// Who books: what is not urgent leaves every other place to what is.
  enum class Urgency { live, sweep };

  /// Books the next free place for a request on `chat` if it is free now and returns `now`; else
  /// books nothing and returns when to ask again.
  [[nodiscard]] Instant book(const ChatId& chat, Instant now, Urgency urgency = Urgency::live);
  /// Before then no chat has a place: asking for each of many is not worth it.
  [[nodiscard]] Instant first_place(Urgency urgency) const;

 private:
  [[nodiscard]] Instant place_of_tenant(Urgency urgency) const REQUIRES(mutex_);
  void forget_free_chats(Instant now) REQUIRES(mutex_);

  const PacePolicy policy_;
  mutable Mutex mutex_;
  std::unordered_map<ChatId, Instant> next_of_chat_ GUARDED_BY(mutex_);
  Instant next_of_tenant_ GUARDED_BY(mutex_);
};

}  // namespace belfry::sync
