#pragma once

#include <optional>
#include <string>

#include "sync/base/id.h"
#include "sync/policy/payment_model.h"

namespace belfry::sync {

/// `teams.subscribe`; `automatic` is the first of kinds_to_try() that Graph does not refuse.
enum class SubscribeKind { automatic, tenant, accounts, chats };
[[nodiscard]] const char* name_of(SubscribeKind kind);

/// Tells of chats that are made, renamed or get other members, in the whole tenant; no messages,
/// and never metered. Source: Graph, "change notifications for chat".
inline constexpr const char* k_chats_resource = "/chats";

/// Every message of the tenant. The model is part of the resource, since it cannot be changed on a
/// live subscription.
[[nodiscard]] std::string tenant_resource(PaymentModel model);
/// The messages of one person's chats.
[[nodiscard]] std::string account_resource(const TeamsUserId& user, PaymentModel model);
/// The messages of one chat.
[[nodiscard]] std::string chat_resource(const ChatId& chat);

/// The chat whose messages a resource of chat_resource() names.
[[nodiscard]] std::optional<ChatId> chat_of_resource(const std::string& resource);
/// The person whose chats a resource of account_resource() names.
[[nodiscard]] std::optional<TeamsUserId> user_of_resource(const std::string& resource);
/// Which kind a resource belongs to; `chats` for k_chats_resource too.
[[nodiscard]] SubscribeKind kind_of_resource(const std::string& resource);
/// Source: Graph, "payment models": the resources of `getAllMessages` are metered, single chats are
/// not.
[[nodiscard]] bool is_metered(const std::string& resource);

}  // namespace belfry::sync
