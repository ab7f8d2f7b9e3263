#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sync/base/id.h"
#include "sync/base/result.h"
#include "sync/base/secret.h"
#include "sync/base/time.h"
#include "sync/model/chat.h"
#include "sync/model/subscription.h"
#include "sync/port/graph.h"
#include "sync/port/sweep.h"

/// What Graph answers and is asked besides messages (message_json.h) and webhooks
/// (notification_json.h). Tolerant in the same way. Pure; any thread. Errors: refused, when the
/// bytes are no JSON or lack what names the thing. Source: Graph v1.0, resource types chat,
/// conversationMember, presence, user, subscription, application.
namespace belfry::net {

/// A chat with the members that came along, if any did.
struct ChatAnswer {
  Chat chat;
  /// The expansion itself told that there are more.
  bool is_cut = false;
};
[[nodiscard]] Result<ChatAnswer> chat_from_json(std::string_view bytes);

[[nodiscard]] Result<sync::MemberPage> members_page_from_json(std::string_view bytes);

struct ChatsPage {
  std::vector<sync::ListedChat> chats;
  std::string next_link;
};
[[nodiscard]] Result<ChatsPage> chats_page_from_json(std::string_view bytes);

/// Old and new spelling, which moved values from one property to the other: compared without case,
/// over both together. Unknown words count as active, since the list of those that mean "away" is
/// the shorter one.
[[nodiscard]] bool is_active_presence(std::string_view availability, std::string_view activity);
[[nodiscard]] Result<std::vector<sync::Presence>> presences_from_json(std::string_view bytes);
/// Body of POST /communications/getPresencesByUserId.
[[nodiscard]] std::string presence_request_to_json(std::span<const TeamsUserId> users);

[[nodiscard]] Result<sync::TeamsProfile> profile_from_json(std::string_view bytes);

[[nodiscard]] Result<sync::RemoteSubscription> subscription_from_json(std::string_view bytes);
struct SubscriptionsPage {
  std::vector<sync::RemoteSubscription> subscriptions;
  std::string next_link;
};
[[nodiscard]] Result<SubscriptionsPage> subscriptions_page_from_json(std::string_view bytes);
/// Bodies of POST /subscriptions and PATCH /subscriptions/{id}.
[[nodiscard]] std::string subscription_to_json(const sync::SubscriptionRequest& request);
[[nodiscard]] std::string renewal_to_json(WallTime expires,
                                          const EncryptionCertificate* certificate);

/// When the secret in use expires, found by its hint (its first three characters); the latest where
/// several have that hint; none when none has.
[[nodiscard]] Result<std::optional<WallTime>> secret_expiry_from_json(std::string_view bytes,
                                                                      const Secret& in_use);

}  // namespace belfry::net
