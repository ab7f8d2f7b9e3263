#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "sync/base/result.h"
#include "sync/model/change.h"
#include "sync/model/notification.h"

namespace belfry::net {

struct NotificationPolicy {
  /// Entries are flat; anything deep is no notification.
  int max_depth = 32;
  /// `validationTokens` of one body, all together: Graph sends one JWT (1 to 2 KiB) for each app
  /// and tenant among the entries, and we are one app in one tenant.
  std::size_t max_token_bytes = 16 * 1024;
  /// Each rich entry carries a copy of its body's tokens, which a stranger could multiply. True
  /// rich entries are bigger than the token, so that the copies of a body of 4 MiB stay below this.
  std::size_t max_copied_bytes = std::size_t{16} * 1024 * 1024;
  /// Chat ids have about 100 characters, message ids 13. Both become keys and parts of URLs.
  std::size_t max_id_bytes = 512;
};

/// A webhook body, bytes to model: notifications and lifecycle notifications, which may be mixed.
/// An entry that cannot be read is counted in `malformed`, the others stand. Unknown members are
/// ignored. Where the policy's bounds on tokens are passed, entries lose their encrypted content,
/// so that they are read by GET. Pure; any thread. Errors: refused, when the body is no JSON.
/// Source: Graph, resource type changeNotificationCollection.
[[nodiscard]] Result<NotificationBatch> notifications_from_json(
    std::string_view body, const NotificationPolicy& policy = {});

/// The chat named by a `resource` or `@odata.id` that ends with it: `chats('19:…')`, in the forms
/// of message_of_path().
[[nodiscard]] std::optional<ChatId> chat_of_path(std::string_view path,
                                                 const NotificationPolicy& policy = {});

/// The message named by a `resource` or `@odata.id`: `chats('19:…')/messages('17…')`, the same with
/// slashes, percent-escapes, another case, or something before `chats`, such as `users('…')/`.
/// Nothing for anything else.
[[nodiscard]] std::optional<MessageRef> message_of_path(std::string_view path,
                                                        const NotificationPolicy& policy = {});

}  // namespace belfry::net
