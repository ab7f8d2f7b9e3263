#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sync/base/id.h"
#include "sync/base/result.h"
#include "sync/base/secret.h"
#include "sync/base/time.h"
#include "sync/model/change.h"
#include "sync/model/chat.h"
#include "sync/model/message.h"
#include "sync/model/subscription.h"

namespace belfry::sync {

/// Who is at the desk in Teams. A user without an entry counts as away.
struct Presence {
  TeamsUserId user;
  bool active = false;
};

/// Answer to `GET /me`.
struct TeamsProfile {
  TeamsUserId user;
  std::string display_name;
  std::string mail;  ///< `mail`, else `userPrincipalName`
};

struct MemberPage {
  std::vector<Member> members;
  std::string next;  ///< the link to the next page; empty: this was the last
};

struct SubscriptionRequest {
  SubscriptionSpec spec;
  std::string notification_url;
  std::string lifecycle_url;
  Secret client_state;
  WallTime expires;
  std::optional<CertificateId> certificate;  ///< rich only
  std::string certificate_base64;
};

/// What Graph tells of one of the app's subscriptions.
struct RemoteSubscription {
  SubscriptionId id;
  std::string resource;
  std::string change_types;
  std::string notification_url;
  WallTime expires;
};

/// One of several subscriptions to be renewed together.
struct Renewal {
  SubscriptionId id;
  const EncryptionCertificate* certificate = nullptr;  ///< given: rotated too
};
/// Graph, "JSON batching": requests in one batch.
inline constexpr std::size_t k_most_renewals = 20;

/// Error::code of a POST /subscriptions that hit a live one (409); Error::text is then its id.
inline constexpr const char* k_subscription_exists = "subscriptionexists";
/// Error::code of a 403 whose message names a subscription quota.
inline constexpr const char* k_subscription_quota = "subscriptionquota";

/// Microsoft Graph v1.0, as far as the engine uses it. Each call is one request with a deadline (10
/// s; creating a subscription 30 s, since Graph shakes hands with us meanwhile) and blocks. Safe
/// from any thread. `bearer` is a delegated or an app-only access token. Errors: transient,
/// throttled (retry_after), unauthorized (401), forbidden (403), gone (404/410), exhausted (402),
/// refused (400 and answers that cannot be read).
/// Source: reference pages "Working with chats and messages", "subscription", "presence".
class GraphApi {
 public:
  virtual ~GraphApi() = default;
  virtual Result<Message> message(const Secret& bearer, const MessageRef& ref) = 0;
  /// Without members where Graph does not tell them all along with the chat: members() does.
  /// `fetched_at` is left to the caller.
  virtual Result<Chat> chat(const Secret& bearer, const ChatId& chat) = 0;
  /// `link` empty: the first page.
  virtual Result<MemberPage> members(const Secret& bearer, const ChatId& chat,
                                     const std::string& link) = 0;
  /// At most 650 users a call.
  virtual Result<std::vector<Presence>> presence(const Secret& bearer,
                                                 std::span<const TeamsUserId> users) = 0;
  virtual Result<TeamsProfile> me(const Secret& bearer) = 0;
  /// Our listener must answer handshakes already. Errors also: refused with code
  /// k_subscription_exists, text = the existing id; forbidden with code k_subscription_quota;
  /// transient when our endpoint failed the handshake.
  virtual Result<RemoteSubscription> subscribe(const Secret& bearer,
                                               const SubscriptionRequest& request) = 0;
  /// PATCH: renews expiry and access right; with a certificate, rotates that too. At most
  /// k_most_renewals, in one request; the outcomes come in order of `renewals`. Errors: the
  /// request's as a whole.
  virtual Result<std::vector<Result<RemoteSubscription>>> renew(const Secret& bearer,
                                                                std::span<const Renewal> renewals,
                                                                WallTime expires) = 0;
  virtual Result<> unsubscribe(const Secret& bearer, const SubscriptionId& id) = 0;
  virtual Result<std::vector<RemoteSubscription>> list_subscriptions(const Secret& bearer) = 0;
};

}  // namespace belfry::sync
