#pragma once

#include <cstddef>
#include <string>

#include "sync/base/time.h"
#include "sync/policy/backoff.h"
#include "sync/policy/payment_model.h"

namespace belfry::sync {

enum class SubscribeKind { tenant, accounts, chats };  ///< `teams.subscribe`

struct SubscriptionPolicy {
  SubscribeKind kind = SubscribeKind::tenant;
  PaymentModel model = PaymentModel::evaluation;
  bool rich = true;  ///< `teams.resource_data`
  std::string notification_url;
  std::string lifecycle_url;
  std::size_t most_chats = 5000;  ///< `teams.max_chat_subscriptions`
  /// Chats that are read of each person at least; beyond, everybody's share of twice `most_chats`.
  std::size_t least_share = 50;
  /// A person whose chats cannot be listed is passed over after so many tries in one review.
  int list_tries = 3;
  /// Graph grants 72 h at most; an outage of ours within this time does not cost the subscription.
  Duration lifetime = std::chrono::hours{70};
  /// The access right behind a subscription ends after about an hour, after which Graph holds
  /// notifications back.
  Duration renew_every = std::chrono::minutes{25};
  /// A renewal later than this after the one before may have left a gap.
  Duration access_lives = std::chrono::hours{1};
  Duration renew_jitter = std::chrono::minutes{3};
  Duration certificate_lives = std::chrono::days{90};
  /// Graph retries a notification for up to 4 h: an old key is still asked for that long.
  Duration old_certificate_kept = std::chrono::hours{5};
  /// How often the wanted set is worked out anew.
  Duration review_every = std::chrono::minutes{10};
  /// A review lists the chats of those people only whose list is older than this: somebody who
  /// connects does not make everybody be read again.
  Duration chat_list_lives = std::chrono::minutes{5};
  /// How often leftovers are looked for, beside the start and each 409.
  Duration leftovers_every = std::chrono::hours{24};
  /// After Graph named a quota, nothing new is asked for so long: the next answers would be the
  /// same.
  Duration quota_pause = std::chrono::minutes{15};
  /// An unwanted subscription goes a little after its successor was asked for.
  Duration removal_delay = std::chrono::seconds{10};
  RetryPolicy retry;
};

}  // namespace belfry::sync
