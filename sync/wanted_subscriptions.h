#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sync/base/result.h"
#include "sync/base/time.h"
#include "sync/chat_book.h"
#include "sync/chat_lists.h"
#include "sync/model/account.h"
#include "sync/model/subscription.h"
#include "sync/port/store.h"
#include "sync/subscription_policy.h"

namespace belfry::sync {

/// Works out which subscriptions the settings, the connected accounts and their chats ask for.
///
/// Promises  `automatic` begins with the best kind and falls back where Graph refuses it. Kind
///           `chats`: one that tells of new chats, then the most active chats up to the bound. Over
///           it the least active give way: not to what was active but a little later, not many
///           in an hour, and none before all lists were read.
/// Threads   One at a time.
/// Source    Graph, "change notifications for Teams messages".
class WantedSubscriptions {
 public:
  /// The most important first.
  using Specs = std::vector<SubscriptionSpec>;

  WantedSubscriptions(AccountStore& accounts, ChatBook& book, ChatLists& lists,
                      const SubscriptionPolicy& policy);

  /// The kind in force.
  [[nodiscard]] SubscribeKind kind() const { return kinds_[at_]; }
  /// `held` are the chats that are subscribed to. No outside call. Errors: the store's.
  [[nodiscard]] Result<Specs> review(const std::set<ChatId>& held, Moment now);
  /// Kind `chats`: no more than so many, since Graph has no room; none: as the settings say.
  void limit_chats(std::optional<std::size_t> most) { room_ = most; }
  /// Kind `chats`: those known for which there was no room, as of the last review.
  [[nodiscard]] std::size_t left_out() const { return left_out_; }
  /// The room is Graph's, and not what the settings say.
  [[nodiscard]] bool is_limited_by_graph() const { return room_ && *room_ < policy_.most_chats; }

  /// Graph refuses the kind in force. False: there is no other one.
  bool fall_back();
  /// Back to the best kind. False: it is in force.
  bool start_over();

 private:
  Result<std::vector<Account>> connected_accounts();
  [[nodiscard]] SubscriptionSpec spec_of(const std::string& resource) const;
  [[nodiscard]] Specs specs_of_accounts(const std::vector<Account>& accounts) const;
  [[nodiscard]] Specs specs_of_chats(const std::set<ChatId>& held, Instant now);
  [[nodiscard]] std::size_t swaps_left(std::size_t room, Instant now);

  AccountStore& accounts_;
  ChatBook& book_;
  ChatLists& lists_;
  const SubscriptionPolicy& policy_;
  const std::vector<SubscribeKind> kinds_;
  std::size_t at_ = 0;
  std::optional<std::size_t> room_;
  std::size_t left_out_ = 0;
  bool has_settled_ = false;     ///< chosen with everybody's list read, since the start
  std::deque<Instant> swapped_;  ///< in the last hour, after that
};

}  // namespace belfry::sync
