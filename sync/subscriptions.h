#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sync/base/id.h"
#include "sync/base/mutex.h"
#include "sync/base/time.h"
#include "sync/certificates.h"
#include "sync/intake.h"
#include "sync/model/notification.h"
#include "sync/model/subscription.h"
#include "sync/port/graph.h"
#include "sync/port/journal.h"
#include "sync/port/random.h"
#include "sync/port/resource.h"
#include "sync/port/store.h"
#include "sync/step.h"
#include "sync/subscription_policy.h"
#include "sync/sweep_request.h"
#include "sync/tokens.h"
#include "sync/upstream_gate.h"
#include "sync/wanted_subscriptions.h"

namespace belfry::sync {

/// What the status page and the metrics show of one subscription.
struct SubscriptionStatus {
  SubscriptionId id;  ///< empty: wanted, not there yet
  std::string resource;
  std::optional<WallTime> expires;
  std::string last_error;
};

/// Keeps the wanted subscriptions alive, with the certificate that rich ones are encrypted for.
///
/// Promises  One that is gone is made anew at once, one that changed its settings is replaced.
///           Foreign subscriptions of the same app are left alone; leftovers with our notification
///           URL are deleted. What cannot be listed or made does not keep others from being
///           renewed.
/// Threads   step() from one worker at a time; all else from any thread. No lock is held across a
///           call. The listener must answer handshakes before the first step.
/// Errors    None leave this class: they become a later try and a journal event.
/// Source    Graph, "subscription", "lifecycle events", "change notifications for Teams messages".
class Subscriptions : public SubscriptionRegister {
 public:
  struct Ports {
    SubscriptionStore& store;
    AccountStore& accounts;
    GraphApi& graph;
    ResourceOpener& resources;
    Random& random;
    Entropy& entropy;
    SweepRequests& sweeps;
    Journal& journal;
  };
  Subscriptions(Ports ports, Tokens& tokens, UpstreamGate& gate, SubscriptionPolicy policy);
  Subscriptions(const Subscriptions&) = delete;
  Subscriptions& operator=(const Subscriptions&) = delete;

  /// Reads what the store knows. Once, before the listener opens. No outside call.
  Result<> open(Moment now);
  /// At most one outside call.
  [[nodiscard]] StepOutcome step(Moment now);

  /// Accounts came or went: the wanted set is worked out at the next step.
  void review_soon();

  [[nodiscard]] Verdict check(const Notification& notification) const override;
  /// True when it was believed and changes what step() does next.
  bool on_lifecycle(const LifecycleNotification& notification, Moment now);

  [[nodiscard]] std::vector<SubscriptionStatus> status() const;
  /// All that is wanted is known, is there and has not expired.
  [[nodiscard]] bool is_complete(WallTime now) const;

 private:
  /// One wanted or still existing subscription. `held` empty: to be made.
  struct Entry {
    SubscriptionSpec spec;
    std::optional<Subscription> held;
    bool is_wanted = true;
    bool follows_a_gap = false;  ///< when it is made, something may have been missed
    Instant due;
    int failures = 0;
    std::string last_error;
  };
  /// How a notification of a subscription shows that it comes from Graph, and what it costs.
  struct Sender {
    Secret client_state;
    bool is_metered = false;
  };
  struct Chosen {
    std::string key;
    Entry entry;
  };

  void keep_certificates(Moment now);
  StepOutcome look_for_leftovers(const Secret& token, Moment now);
  StepOutcome delete_leftover(const Secret& token, Moment now);
  /// None: the wanted set is known, and no outside call was made.
  std::optional<StepOutcome> review(const Secret& token, Moment now);
  void want(const std::vector<SubscriptionSpec>& specs, Moment now);

  [[nodiscard]] std::optional<Chosen> first_due(Moment now) const;
  [[nodiscard]] Instant next_due(Moment now) const;
  [[nodiscard]] Instant next_renewal(Moment now);
  StepOutcome keep_alive(Chosen chosen, const Secret& token, Moment now);
  StepOutcome create(const std::string& key, Entry entry, const Secret& token, Moment now);
  StepOutcome renew(const std::string& key, Entry entry, const Secret& token, Moment now);
  StepOutcome remove(const std::string& key, Entry entry, const Secret& token, Moment now);
  /// It is gone at Graph's side: forgotten here, and due to be made anew.
  StepOutcome lose(const std::string& key, const Entry& entry, const std::string& why, Moment now);
  StepOutcome failed(const std::string& key, Entry entry, const Secret& token, const Error& error,
                     Moment now);
  /// Graph has no room: the others that are still to be made wait too.
  void pause_creations(Instant until);
  /// What Graph said of this token or of the app goes to those who can mend it.
  void tell_failure(const std::string& what, const Secret& token, const Error& error);
  void keep(const Subscription& subscription);

  SubscriptionStore& store_;
  GraphApi& graph_;
  Random& random_;
  Entropy& entropy_;
  SweepRequests& sweeps_;
  Journal& journal_;
  Tokens& tokens_;
  UpstreamGate& gate_;
  const SubscriptionPolicy policy_;

  // Of the one worker that steps.
  Certificates certificates_;
  WantedSubscriptions wanted_;
  Instant review_due_;
  int review_failures_ = 0;
  Instant leftovers_due_;
  int leftover_failures_ = 0;
  std::vector<SubscriptionId> leftovers_;

  mutable Mutex mutex_;
  std::map<std::string, Entry> entries_ GUARDED_BY(mutex_);
  std::map<SubscriptionId, Sender> senders_ GUARDED_BY(mutex_);
  /// Of a creation under way: Graph sends as soon as it has made the subscription, before we have
  /// its answer.
  std::optional<Sender> pending_sender_ GUARDED_BY(mutex_);
  bool is_review_wanted_ GUARDED_BY(mutex_) = false;
  bool was_reviewed_ GUARDED_BY(mutex_) = false;
};

}  // namespace belfry::sync
