#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "net/graph/clouds.h"
#include "net/graph/observed_http.h"
#include "sync/policy/payment_model.h"
#include "sync/port/graph.h"
#include "sync/port/random.h"
#include "sync/port/sweep.h"

namespace belfry::net {

struct GraphPolicy {
  Duration timeout = std::chrono::seconds(10);
  /// Graph shakes hands with both of our URLs meanwhile, 10 s for each.
  Duration subscribe_timeout = std::chrono::seconds(30);
  /// Of one list: 10,000 chats or members at 50 a page. A list that goes on longer is a mistake.
  int max_pages = 200;
  /// Graph, "get chat": an expansion of members may be cut. Where 25 or more came, they are not
  /// taken for all.
  std::size_t full_expansion = 25;
  /// Graph, "getPresencesByUserId": at most 650 a call.
  std::size_t max_presences = 650;
  /// Whose books metered requests go into; subscriptions say it in their resource.
  sync::PaymentModel model = sync::PaymentModel::evaluation;
};

/// Named in metrics, and where its answers are judged.
inline constexpr std::string_view k_list_messages = "list_messages";

/// Microsoft Graph v1.0 over HTTP.
///
/// Promises  Links of an answer are followed to Graph's own host only, and not more than
/// `max_pages` of them. A call that
///           creates or renews a subscription may be repeated: Graph names the one that is there
///           already.
/// Threads   Safe from any thread.
/// Errors    As sync::GraphApi says. Their text holds operation, status, code and request id; for
/// subscriptions also what
///           Graph said, which is about our endpoint and permissions.
class GraphClient : public sync::GraphApi, public sync::SweepApi {
 public:
  GraphClient(ObservedHttp http, sync::Entropy& entropy, Cloud cloud,
              const GraphPolicy& policy = {});

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

  // sync::SweepApi, in graph_client_sweep.cpp
  Result<sync::ChatListPage> chat_list(const Secret& bearer, const TeamsUserId& user,
                                       const std::string& link) override;
  Result<sync::MessagePage> messages_since(const Secret& bearer, const ChatId& chat,
                                           const sync::ChangedBetween& wanted,
                                           const std::string& link) override;
  Result<sync::DeltaPage> delta(const Secret& bearer, const TeamsUserId& user, WallTime since,
                                const std::string& link) override;

  /// When the client secret in use expires; none when Entra knows no secret that begins like it.
  /// For diagnosis: needs `Application.Read.All`, without which the answer is an error `forbidden`.
  Result<std::optional<WallTime>> client_secret_expiry(const Secret& bearer,
                                                       const std::string& client_id,
                                                       const Secret& in_use);

 private:
  struct Ask;
  Result<HttpAnswer> ask(const Secret& bearer, const Ask& what);
  Result<HttpAnswer> get(const Secret& bearer, std::string_view operation, const std::string& url);
  /// For metered routes: what is asked twice is paid for twice.
  Result<HttpAnswer> get_once(const Secret& bearer, std::string_view operation,
                              const std::string& url);
  template <class Keep>
  Result<> each_page(const Secret& bearer, std::string_view operation, std::string url, Keep keep);
  [[nodiscard]] std::string url_of(std::string_view path) const;
  [[nodiscard]] std::string chats_url(const TeamsUserId& user) const;
  /// One page of a list whose links come from Graph itself.
  Result<HttpAnswer> get_link(const Secret& bearer, std::string_view operation,
                              const std::string& link);
  [[nodiscard]] std::string chat_url(const ChatId& chat) const;

  ObservedHttp http_;
  sync::Entropy& entropy_;
  const Cloud cloud_;
  const GraphPolicy policy_;
  /// False where Graph has none of `$orderby` on lists of chats: known from the cloud, or learnt
  /// from a 400.
  std::atomic<bool> orders_chat_list_;
  /// The same for lists of messages, which then cannot be filtered either: learnt from a 400.
  std::atomic<bool> orders_messages_ = true;
};

}  // namespace belfry::net
