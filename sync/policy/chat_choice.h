#pragma once

#include <cstddef>
#include <set>
#include <span>
#include <vector>

#include "sync/base/id.h"
#include "sync/base/time.h"

namespace belfry::sync {

struct ChatActivity {
  ChatId chat;
  WallTime written;  ///< when somebody wrote there last, as far as is known

  friend bool operator==(const ChatActivity&, const ChatActivity&) = default;
};

/// The latest first; at the same time in order of id, so that a set once chosen is chosen again.
[[nodiscard]] bool is_more_active(const ChatActivity& a, const ChatActivity& b);

struct ChatChoiceRules {
  std::size_t room = 0;        ///< chats that may be subscribed to
  std::size_t most_swaps = 0;  ///< chats that may give way to others now
  /// By how much a chat must have been active later than the one that gives way to it.
  Duration lead{};
};

struct ChatChoice {
  std::vector<ChatId> chats;  ///< the most active first
  std::size_t swaps = 0;
};

/// Which of `known`, the most active first, are subscribed to, `held` being those that are. What is
/// held stays: near the bound the order of activity changes all day, and each change would cost
/// three requests. Free room goes to the most active at once.
[[nodiscard]] ChatChoice choose_chats(std::span<const ChatActivity> known,
                                      const std::set<ChatId>& held, const ChatChoiceRules& rules);

}  // namespace belfry::sync
