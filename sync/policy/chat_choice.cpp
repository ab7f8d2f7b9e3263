#include "sync/policy/chat_choice.h"

#include <algorithm>

namespace belfry::sync {

bool is_more_active(const ChatActivity& a, const ChatActivity& b) {
  return a.written != b.written ? a.written > b.written : a.chat < b.chat;
}

ChatChoice choose_chats(std::span<const ChatActivity> known, const std::set<ChatId>& held,
                        const ChatChoiceRules& rules) {
  std::vector<ChatActivity> chosen;
  std::vector<ChatActivity> others;
  for (const ChatActivity& one : known) {
    const bool stays = held.contains(one.chat) && chosen.size() < rules.room;
    (stays ? chosen : others).push_back(one);
  }
  ChatChoice choice;
  auto next = others.begin();
  auto least = static_cast<std::ptrdiff_t>(chosen.size());
  const std::size_t free = std::min(rules.room - chosen.size(), others.size());
  chosen.insert(chosen.end(), next, next + static_cast<std::ptrdiff_t>(free));
  next += static_cast<std::ptrdiff_t>(free);
  for (; next != others.end() && least > 0 && choice.swaps < rules.most_swaps; ++next) {
    ChatActivity& leaving = chosen[static_cast<std::size_t>(--least)];
    if (next->written < leaving.written + rules.lead) break;
    leaving = *next;
    ++choice.swaps;
  }
  std::sort(chosen.begin(), chosen.end(), is_more_active);
  for (ChatActivity& one : chosen) choice.chats.push_back(std::move(one.chat));
  return choice;
}

}  // namespace belfry::sync
