#pragma once

#include <cstdint>

#include "sync/agenda.h"
#include "sync/base/mutex.h"
#include "sync/base/time.h"
#include "sync/model/notification.h"
#include "sync/port/journal.h"
#include "sync/port/store.h"
#include "sync/port/wakeup.h"
#include "sync/server_time.h"
#include "sync/traffic.h"

namespace belfry::sync {

/// What a sender's secret is worth.
enum class Verdict {
  ours,
  ours_and_metered,  ///< of a subscription whose messages Microsoft counts
  wrong_client_state,
  unknown_subscription
};

struct Checked {
  Verdict verdict = Verdict::unknown_subscription;
  MattermostUserId shown_to{};  ///< see Change::shown_to
};

/// Who knows our subscriptions and their secrets.
class SubscriptionRegister {
 public:
  virtual ~SubscriptionRegister() = default;
  /// In constant time as to the secret; in memory; from any thread.
  [[nodiscard]] virtual Checked check(const Notification& notification) const = 0;
};

struct IntakePolicy {
  std::uint64_t high_water = 1'000'000;  ///< inbox entries beyond which senders have to come again
  Duration webhook_time_every =
      std::chrono::seconds{10};  ///< how often the time of the last webhook is stored
};

enum class IntakeAnswer {
  accepted,   ///< on disk: answer 202
  try_again,  ///< answer 503 with Retry-After, so that the sender keeps it
};

/// Takes webhook bodies in: believed entries are on disk when receive() returns `accepted`.
///
/// Promises  One synced batch for a whole body. Entries that are not believed are counted and
/// forgotten; the sender
///           learns nothing of it. Full inbox or failing store: try_again, and nothing was
///           acknowledged.
/// Threads   Any; made for http threads.
/// Source    Graph, "change notifications": 202 for what was stored and is acted on later.
class Intake {
 public:
  Intake(IntakeStore& store, ServiceStore& service, const SubscriptionRegister& subscriptions,
         Agenda& agenda, Traffic& traffic, const ServerTime& server_time, Wakeup& wakeup,
         Journal& journal, IntakePolicy policy = {});

  [[nodiscard]] IntakeAnswer receive(const NotificationBatch& batch, Moment now);

 private:
  void note_webhook(Moment now);

  IntakeStore& store_;
  ServiceStore& service_;
  const SubscriptionRegister& subscriptions_;
  Agenda& agenda_;
  Traffic& traffic_;
  const ServerTime& server_time_;
  Wakeup& wakeup_;
  Journal& journal_;
  const IntakePolicy policy_;
  Mutex mutex_;
  Instant webhook_time_due_ GUARDED_BY(mutex_);
};

}  // namespace belfry::sync
