#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sync/port/clock.h"
#include "sync/port/graph.h"
#include "tests/kit/script.h"

namespace belfry::kit {

/// Graph of one tenant: subscriptions with their rules (409 for the same resource and changes, 404
/// once gone or expired), and what tests put into its maps. Not for several threads at once.
class FakeGraph : public sync::GraphApi {
 public:
  struct Held {
    sync::RemoteSubscription remote;
    Secret client_state;
    std::optional<CertificateId> certificate;
    std::string lifecycle_url;
    bool rich = false;
  };

  explicit FakeGraph(const sync::Clock& clock) : clock_(clock) {}

  Script script;
  std::map<SubscriptionId, Held> subscriptions;
  std::map<std::string, sync::TeamsProfile> profiles;  ///< by access token
  std::map<MessageRef, Message> messages;
  std::map<ChatId, Chat> chats;
  std::size_t full_expansion = 25;  ///< a chat of so many comes without its members
  std::size_t member_page = 50;
  std::vector<TeamsUserId> active;
  /// Whom Graph refuses which resource; nobody.
  std::function<bool(const Secret& bearer, const std::string& resource)> refuses =
      [](const Secret&, const std::string&) { return false; };
  /// From whom Teams hides which message; 404. From nobody.
  std::function<bool(const Secret& bearer, const MessageRef& ref)> hides =
      [](const Secret&, const MessageRef&) { return false; };
  /// Who may not read which chat; 403. Nobody.
  std::function<bool(const Secret& bearer, const ChatId& chat)> forbids =
      [](const Secret&, const ChatId&) { return false; };
  /// Subscriptions that there is room for.
  std::size_t room = 10'000;
  /// What Graph grants at most, whatever is asked.
  Duration longest_life = std::chrono::hours{72};

  /// One that this store knows nothing of.
  SubscriptionId add_foreign(const std::string& resource, const std::string& notification_url);

  Result<Message> message(const Secret& bearer, const MessageRef& ref) override;
  Result<Chat> chat(const Secret& bearer, const ChatId& chat) override;
  Result<sync::MemberPage> members(const Secret& bearer, const ChatId& chat,
                                   const std::string& link) override;
  Result<std::vector<sync::Presence>> presence(const Secret& bearer,
                                               std::span<const TeamsUserId> users) override;
  Result<sync::TeamsProfile> me(const Secret& bearer) override;
  Result<sync::RemoteSubscription> subscribe(const Secret& bearer,
                                             const sync::SubscriptionRequest& request) override;
  Result<std::vector<Result<sync::RemoteSubscription>>> renew(
      const Secret& bearer, std::span<const sync::Renewal> renewals, WallTime expires) override;
  Result<> unsubscribe(const Secret& bearer, const SubscriptionId& id) override;
  Result<std::vector<sync::RemoteSubscription>> list_subscriptions(const Secret& bearer) override;

 private:
  void expire();
  [[nodiscard]] WallTime granted(WallTime asked) const;

  const sync::Clock& clock_;
  int made_ = 0;
};

}  // namespace belfry::kit
