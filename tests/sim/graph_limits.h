#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>

#include "sync/base/id.h"
#include "sync/base/result.h"
#include "sync/base/time.h"
#include "sync/port/clock.h"

namespace belfry::sim {

/// Graph's rates: who asks faster is answered 429, and what was asked meanwhile counts as well.
/// Source: Graph, "throttling limits": messages of chats 20/s per app and tenant, everything else
/// of Teams 30/s; all requests on one chat 1/s; chats and their lists 5/s for each user.
class GraphLimits {
 public:
  explicit GraphLimits(const sync::Clock& clock) : clock_(clock) {}

  /// Errors: throttled.
  Result<> ask_messages(const ChatId& chat);
  /// The chat itself, as that user sees it; none: the app.
  Result<> ask_chat(const ChatId& chat, const std::optional<TeamsUserId>& user);
  /// Whatever else belongs to the chat, as its list of members.
  Result<> ask_part(const ChatId& chat) { return ask_chat(chat, std::nullopt); }
  Result<> ask_list(const TeamsUserId& user);

  [[nodiscard]] std::size_t asked() const { return asked_; }
  [[nodiscard]] std::size_t refused() const { return refused_; }

 private:
  using Times = std::deque<Instant>;
  /// Counts a request of this second; false: it is one too many.
  [[nodiscard]] bool fits(Times& times, std::size_t most) const;
  Result<> judged(bool fits);

  const sync::Clock& clock_;
  Times of_messages_;
  Times of_others_;
  std::map<ChatId, Times> of_chats_;
  std::map<TeamsUserId, Times> of_users_;
  std::size_t asked_ = 0;
  std::size_t refused_ = 0;
};

}  // namespace belfry::sim
