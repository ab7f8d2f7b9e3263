#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sync/base/id.h"
#include "sync/base/result.h"
#include "sync/base/secret.h"
#include "sync/base/time.h"
#include "sync/model/account.h"
#include "sync/model/subscription.h"
#include "sync/port/graph.h"
#include "sync/port/journal.h"
#include "sync/port/store.h"
#include "sync/subscription_policy.h"
#include "sync/upstream_gate.h"

namespace belfry::sync {

/// Works out which subscriptions the settings and the connected accounts ask for.
///
/// Promises  Kind `chats`: everybody's most recently active chats come before anybody's older ones,
///           up to the bound. A person's list is read again only when it has aged, however often
///           the set is asked for.
/// Threads   One at a time.
/// Source    Graph, "change notifications for Teams messages".
class WantedSubscriptions {
 public:
  using Specs = std::vector<SubscriptionSpec>;

  WantedSubscriptions(AccountStore& accounts, GraphApi& graph, Journal& journal, UpstreamGate& gate,
                      const SubscriptionPolicy& policy);

  /// At most one outside call. None: not known yet, call again. Errors: what the store or Graph
  /// said; the next call goes on from there.
  [[nodiscard]] Result<std::optional<Specs>> step(const Secret& token, Moment now);

 private:
  struct Listing {
    std::vector<ChatId> chats;  ///< most recently active first
    Instant listed_at;
  };
  struct Person {
    TeamsUserId user;
    int tries = 0;
  };

  Result<std::vector<Account>> connected_accounts();
  [[nodiscard]] SubscriptionSpec spec_of(const std::string& resource) const;
  [[nodiscard]] Specs specs_of_accounts(const std::vector<Account>& accounts) const;
  [[nodiscard]] Specs specs_of_listed_chats() const;
  Result<> begin_round(Moment now);
  Result<> list_next(const Secret& token, Moment now);
  Result<std::optional<Specs>> list_or_tell(const Secret& token, Moment now);

  AccountStore& accounts_;
  GraphApi& graph_;
  Journal& journal_;
  UpstreamGate& gate_;
  const SubscriptionPolicy& policy_;
  bool is_in_round_ = false;
  std::size_t people_ = 0;       ///< connected in this round
  std::vector<Person> to_list_;  ///< the last one is next
  std::map<TeamsUserId, Listing> listings_;
};

}  // namespace belfry::sync
