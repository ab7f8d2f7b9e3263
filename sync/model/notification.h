#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sync/base/id.h"
#include "sync/base/secret.h"
#include "sync/model/change.h"

namespace belfry {

/// One entry of `value[]` in a Graph webhook body, parsed, not yet believed.
struct Notification {
  SubscriptionId subscription;
  Secret client_state;
  TenantId tenant;
  MessageRef ref;
  ChangeKind kind = ChangeKind::created;
  std::optional<EncryptedResource> resource;
};

enum class LifecycleKind { reauthorization_required, subscription_removed, missed, other };

/// One entry of a lifecycle body, parsed, not yet believed.
struct LifecycleNotification {
  SubscriptionId subscription;
  Secret client_state;
  TenantId tenant;
  LifecycleKind kind = LifecycleKind::other;
};

/// A webhook body. `malformed` counts the entries that could not be read.
struct NotificationBatch {
  std::vector<Notification> notifications;
  std::vector<LifecycleNotification> lifecycle;
  int malformed = 0;
};

}  // namespace belfry
