#pragma once

#include <cstddef>
#include <optional>
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
///           `chats`: one that tells of new chats, then the most recently active chats up to the
///           bound.
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
  /// No outside call. Errors: the store's.
  [[nodiscard]] Result<Specs> review(Moment now);
  /// Kind `chats`: no more than so many, since Graph has no room; none: as the settings say.
  void limit_chats(std::optional<std::size_t> most) { room_ = most; }

  /// Graph refuses the kind in force. False: there is no other one.
  bool fall_back();
  /// Back to the best kind. False: it is in force.
  bool start_over();

 private:
  Result<std::vector<Account>> connected_accounts();
  [[nodiscard]] SubscriptionSpec spec_of(const std::string& resource) const;
  [[nodiscard]] Specs specs_of_accounts(const std::vector<Account>& accounts) const;
  [[nodiscard]] Specs specs_of_chats() const;

  AccountStore& accounts_;
  ChatBook& book_;
  ChatLists& lists_;
  const SubscriptionPolicy& policy_;
  const std::vector<SubscribeKind> kinds_;
  std::size_t at_ = 0;
  std::optional<std::size_t> room_;
};

}  // namespace belfry::sync
