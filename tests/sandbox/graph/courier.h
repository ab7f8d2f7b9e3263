#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/sandbox/clock.h"
#include "tests/sandbox/fault.h"
#include "tests/sandbox/graph/endpoint_health.h"
#include "tests/sandbox/graph/sealer.h"
#include "tests/sandbox/graph/settings.h"
#include "tests/sandbox/graph/subscription_book.h"
#include "tests/sandbox/graph/webhook_client.h"
#include "tests/sandbox/request_log.h"
#include "tests/sandbox/timetable.h"

namespace belfry::sandbox {

/// One entry of a webhook body on its way.
struct Notice {
  SubscriptionPtr subscription;  ///< as it is, but with the certificate of when it was raised
  std::string lifecycle_event;   ///< empty: a change
  WorldChange change;
  std::shared_ptr<const std::string>
      resource;  ///< rich: the JSON to encrypt, as it was at the event
  std::int64_t raised_ms = 0;
  int attempts = 0;
  Damage damage = Damage::none;
};

struct WebhookStats {
  std::uint64_t raised = 0;         ///< entries that were to be sent
  std::uint64_t delivered = 0;      ///< entries answered 2xx in time
  std::uint64_t requests = 0;       ///< bodies sent
  std::uint64_t retries = 0;        ///< entries put back after a failure
  std::uint64_t given_up = 0;       ///< after 4 hours of failures
  std::uint64_t lost = 0;           ///< by the fault plan
  std::uint64_t dropped = 0;        ///< because the endpoint is in the drop state
  std::uint64_t delayed = 0;        ///< because the endpoint is in the slow state
  std::uint64_t held = 0;           ///< now waiting for the access right to be renewed
  std::uint64_t held_too_long = 0;  ///< discarded after 4 hours of that
  std::uint64_t orphaned = 0;       ///< the subscription was gone
  std::uint64_t silent = 0;         ///< beyond the evaluation cap
  std::uint64_t duplicated = 0;
  std::uint64_t answers_slow = 0;
  std::uint64_t answers_very_slow = 0;
  std::uint64_t waiting = 0;  ///< ready, in flight or to be retried
};

/// Brings notices to the endpoints with Graph's deadlines, retries and punishments.
///
/// Promises  Delivered is what got a 2xx within 3 s, or 10 s when retried; all else is retried with
/// growing gaps for 4
///           hours. Order is not promised.
/// Threads   submit() and the queries from any thread; sends from a bounded pool of its own.
/// Source    Graph, "change notifications through webhooks".
class Courier {
 public:
  using SettingsSource = std::function<std::shared_ptr<const GraphSettings>()>;

  Courier(SandboxClock& clock, SubscriptionBook& book, Sealer& sealer, const Directory& directory,
          FaultPlan& faults, RequestLog& log, SettingsSource settings);
  ~Courier();
  Courier(const Courier&) = delete;
  Courier& operator=(const Courier&) = delete;

  void submit(Notice notice);
  /// Sends what was held back for this subscription.
  void release(const std::string& subscription);
  /// Discards what was held back for too long.
  void sweep(std::int64_t now_ms);
  void count_silent() { count(&WebhookStats::silent); }

  [[nodiscard]] WebhookStats stats() const;
  [[nodiscard]] EndpointHealth::State health(const std::string& url) const;
  /// True when nothing was ready, in flight or to be retried before the real time was over. Held
  /// notices do not count.
  [[nodiscard]] bool wait_until_quiet(std::chrono::milliseconds real_limit);
  void stop();

 private:
  using Batch = std::vector<Notice>;

  void work(const std::stop_token& stop);
  void deliver(WebhookClient& client, Batch batch, const CourierSettings& settings);
  void enqueue(Notice notice);
  void enqueue_after(std::int64_t delay_ms, Notice notice);
  void hold(const std::string& subscription, Notice notice);
  void put_back(Notice notice, const CourierSettings& settings);
  /// Notices that can be sent now, to where their subscription wants them by now; the others are
  /// held or discarded.
  Batch sendable(Batch batch);
  [[nodiscard]] std::string render(const Batch& batch, const CourierSettings& settings);
  [[nodiscard]] std::string render_entry(const Notice& notice, const Subscription& subscription,
                                         const CourierSettings& settings);
  [[nodiscard]] std::chrono::nanoseconds patience(std::int64_t simulated_ms,
                                                  const CourierSettings& settings) const;
  void count(std::uint64_t WebhookStats::*counter, std::uint64_t by = 1);
  void settle(std::size_t entries);
  [[nodiscard]] bool chance(double probability, std::uint64_t seed);

  SandboxClock& clock_;
  SubscriptionBook& book_;
  Sealer& sealer_;
  const Directory& directory_;
  FaultPlan& faults_;
  RequestLog& log_;
  const SettingsSource settings_;

  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  std::condition_variable_any quiet_;
  std::map<std::string, std::deque<Notice>> ready_;  // guarded by mutex_: by URL
  std::map<std::string, std::vector<Notice>> held_;  // guarded by mutex_: by subscription
  std::map<std::string, EndpointHealth> health_;     // guarded by mutex_: by URL
  std::string last_url_;                             // guarded by mutex_: the turn of the endpoints
  WebhookStats stats_;                               // guarded by mutex_
  std::mt19937_64 dice_;                             // guarded by mutex_
  std::uint64_t dice_seed_ = 0;                      // guarded by mutex_
  std::vector<std::jthread> threads_;
  Timetable timetable_;
};

/// Where a notice goes.
[[nodiscard]] const std::string& url_of(const Notice& notice, const Subscription& subscription);

}  // namespace belfry::sandbox
