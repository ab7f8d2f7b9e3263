#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tests/sandbox/crypto.h"
#include "tests/sandbox/graph/settings.h"
#include "tests/sandbox/graph/world.h"

namespace belfry::sandbox {

/// `chats_themselves`: that they are made, renamed or get other members; not their messages.
enum class ResourceKind { all_chats, one_user, one_chat, chats_themselves, other };

/// A subscription's `resource`, taken apart.
struct Resource {
  ResourceKind kind = ResourceKind::other;
  std::string target = {};  ///< user or chat
  std::string model = {};   ///< `A`, `B` or empty: evaluation
  std::string text = {};    ///< as given

  /// Never metered: single chats. Source: Graph, "payment models".
  [[nodiscard]] bool is_metered() const {
    return kind == ResourceKind::all_chats || kind == ResourceKind::one_user;
  }
};
/// `me`: the person for whom `/me/…` stands.
[[nodiscard]] std::optional<Resource> parse_resource(std::string_view text, std::string_view me);

struct Subscription {
  std::string id;
  Resource resource;
  std::set<ChangeKind> changes;
  std::string change_type;  ///< as given
  std::string notification_url;
  std::string lifecycle_url;
  std::string client_state;
  std::string owner;  ///< a person; empty: the app
  std::string tls = "v1_2";
  bool rich = false;
  std::string certificate_id;
  Certificate certificate;
  std::int64_t expires_ms = 0;
  std::int64_t access_until_ms = 0;   ///< then notifications are held back
  std::int64_t next_reminder_ms = 0;  ///< of `reauthorizationRequired`
};
using SubscriptionPtr = std::shared_ptr<const Subscription>;

/// The live subscriptions of the app. Snapshots are immutable; a change replaces the snapshot.
/// Threads  All functions from any thread.
class SubscriptionBook {
 public:
  struct Refusal {
    std::string existing = {};  ///< 409: this one has the same changes and resource
    std::string quota = {};     ///< 403: why
  };
  /// Nothing: may be added.
  [[nodiscard]] std::optional<Refusal> refusal(const Subscription& wanted,
                                               const GraphSettings& settings,
                                               std::int64_t now_ms) const;
  /// Checks again, in one step with the insertion.
  std::optional<Refusal> add(Subscription wanted, const GraphSettings& settings,
                             std::int64_t now_ms);

  [[nodiscard]] SubscriptionPtr find(std::string_view id, std::int64_t now_ms) const;
  /// The new snapshot; null when there is no such live subscription.
  SubscriptionPtr change(std::string_view id, std::int64_t now_ms,
                         const std::function<void(Subscription&)>& change);
  SubscriptionPtr remove(std::string_view id);
  /// Removes what has expired.
  std::size_t sweep(std::int64_t now_ms);

  [[nodiscard]] std::vector<SubscriptionPtr> all(std::int64_t now_ms) const;
  /// Those that announce this change of a chat with these members.
  [[nodiscard]] std::vector<SubscriptionPtr> interested_in(const WorldChange& change,
                                                           const std::vector<std::string>& members,
                                                           std::int64_t now_ms) const;
  /// Those that announce this change of a chat itself.
  [[nodiscard]] std::vector<SubscriptionPtr> interested_in_chats(ChangeKind kind,
                                                                 std::int64_t now_ms) const;

 private:
  using Ids = std::set<std::string>;
  [[nodiscard]] std::optional<Refusal> refusal_locked(const Subscription& wanted,
                                                      const GraphSettings& settings,
                                                      std::int64_t now_ms) const;
  void forget_locked(const Subscription& subscription);

  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, SubscriptionPtr> by_id_;  // guarded by mutex_
  Ids of_all_;                                              // guarded by mutex_
  std::unordered_map<std::string, Ids> by_target_;          // guarded by mutex_: user or chat
};

}  // namespace belfry::sandbox
