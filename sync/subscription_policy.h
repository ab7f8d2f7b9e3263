#pragma once

#include <cstddef>
#include <string>

#include "sync/base/time.h"
#include "sync/policy/backoff.h"
#include "sync/policy/payment_model.h"
#include "sync/policy/subscription_resource.h"

namespace belfry::sync {

struct SubscriptionPolicy {
  SubscribeKind kind = SubscribeKind::automatic;
  PaymentModel model = PaymentModel::evaluation;
  bool rich = true;  ///< `teams.resource_data`
  std::string notification_url;
  std::string lifecycle_url;
  std::size_t most_chats = 5000;  ///< `teams.max_chat_subscriptions`
  /// A chat gives way only to one in which somebody wrote so much later, and in an hour only this
  /// part of the bound does: else those near the bound would change places all day.
  Duration chat_lead = std::chrono::hours{4};
  std::size_t hourly_swaps_percent = 10;
  /// Graph grants 72 h at most; an outage of ours within this time does not cost the subscription.
  Duration lifetime = std::chrono::hours{70};
  /// The access right behind a subscription ends after about an hour, after which Graph holds
  /// notifications back.
  Duration renew_every = std::chrono::minutes{25};
  /// A renewal later than this after the one before may have left a gap.
  Duration access_lives = std::chrono::hours{1};
  Duration renew_jitter = std::chrono::minutes{3};
  /// What is due so soon is renewed along with what is due now, in the same request.
  Duration renew_together = std::chrono::minutes{1};
  /// Graph, "throttling limits": 1,000 writes of subscriptions in 20 s. A renewal of many counts
  /// as many.
  Duration write_gap = std::chrono::milliseconds{25};
  Duration certificate_lives = std::chrono::days{90};
  /// Graph retries a notification for up to 4 h: an old key is still asked for that long.
  Duration old_certificate_kept = std::chrono::hours{5};
  /// How often the wanted set is worked out anew, and how soon at most when there is news.
  Duration review_every = std::chrono::minutes{10};
  Duration review_rest = std::chrono::seconds{1};
  /// How often leftovers are looked for, beside the start and each 409.
  Duration leftovers_every = std::chrono::hours{24};
  /// After Graph named a quota, nothing new is asked for so long: the next answers would be the
  /// same.
  Duration quota_pause = std::chrono::minutes{15};
  /// An unwanted subscription goes a little after its successor was asked for.
  Duration removal_delay = std::chrono::seconds{10};
  /// `automatic`: so many that are refused, with none made, are the whole kind's refusal.
  std::size_t refusals_of_a_kind = 3;
  /// What was refused, a chat or a kind, is tried again after this.
  Duration refused_pause = std::chrono::hours{24};
  /// While many are being made, those whose chats they are about are swept this often.
  Duration sweep_after = std::chrono::minutes{2};
  /// A sweep of a person is taken to cost as much as reading so many chats by themselves.
  std::size_t reads_of_a_sweep = 5;
  RetryPolicy retry;
};

}  // namespace belfry::sync
