#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sync/base/id.h"
#include "sync/base/mutex.h"
#include "sync/base/time.h"
#include "sync/intake.h"
#include "sync/model/notification.h"
#include "sync/model/subscription.h"
#include "sync/policy/backoff.h"
#include "sync/port/graph.h"
#include "sync/port/journal.h"
#include "sync/port/random.h"
#include "sync/port/resource.h"
#include "sync/port/store.h"
#include "sync/step.h"
#include "sync/tokens.h"
#include "sync/upstream_gate.h"

namespace belfry::sync {

enum class SubscribeKind { tenant, accounts, chats };  ///< `teams.subscribe`
enum class PaymentModel { evaluation, a, b, none };    ///< `teams.payment_model`

struct SubscriptionPolicy {
  SubscribeKind kind = SubscribeKind::tenant;
  PaymentModel model = PaymentModel::evaluation;
  bool rich = true;  ///< `teams.resource_data`
  std::string notification_url;
  std::string lifecycle_url;
  std::size_t most_chats = 5000;  ///< `teams.max_chat_subscriptions`
  /// Graph grants 72 h at most; an outage of ours within this time does not cost the subscription.
  Duration lifetime = std::chrono::hours{70};
  /// The access right behind a subscription ends after about an hour, after which Graph holds
  /// notifications back.
  Duration renew_every = std::chrono::minutes{25};
  Duration renew_jitter = std::chrono::minutes{3};
  Duration certificate_lives = std::chrono::days{90};
  /// Graph retries a notification for up to 4 h: an old key is still asked for that long.
  Duration old_certificate_kept = std::chrono::hours{5};
  /// How often the wanted set is worked out anew, and with it chats are listed and leftovers looked
  /// for.
  Duration review_every = std::chrono::minutes{10};
  RetryPolicy retry;
};

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
/// Foreign subscriptions of
///           the same app are left alone; leftovers with our notification URL are deleted.
/// Threads   step() from one worker at a time; check(), on_lifecycle() and status() from any
/// thread. No lock is held
///           across a call. The listener must answer handshakes before the first step.
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
    Journal& journal;
  };
  Subscriptions(Ports ports, Tokens& tokens, UpstreamGate& gate, SubscriptionPolicy policy);

  /// Reads what the store knows. Once, before the listener opens.
  Result<> open(Moment now);
  /// At most one outside call.
  [[nodiscard]] StepOutcome step(Moment now);

  /// Accounts came or went: the wanted set is worked out at the next step. From any thread.
  void review_soon();

  [[nodiscard]] Verdict check(const Notification& notification) const override;
  /// True when it was believed and changes what step() does next.
  bool on_lifecycle(const LifecycleNotification& notification, Moment now);

  [[nodiscard]] std::vector<SubscriptionStatus> status() const;
  /// All that is wanted is there and not expired.
  [[nodiscard]] bool is_complete(WallTime now) const;

 private:
  /// One wanted or still existing subscription. `held` empty: to be made.
  struct Entry {
    SubscriptionSpec spec;
    std::optional<Subscription> held;
    bool is_wanted = true;
    Instant due;
    int failures = 0;
    std::string last_error;
  };

  std::optional<StepOutcome> keep_certificate(Moment now);
  Result<> drop_old_certificates(Moment now);
  std::optional<StepOutcome> find_leftovers(const Secret& token, Moment now);
  std::optional<StepOutcome> delete_leftover(const Secret& token, Moment now);
  std::optional<StepOutcome> review(const Secret& token, Moment now);
  std::optional<StepOutcome> list_chats(const Secret& token, Moment now);
  StepOutcome create(const std::string& key, Entry entry, const Secret& token, Moment now);
  StepOutcome renew(const std::string& key, Entry entry, const Secret& token, Moment now);
  StepOutcome remove(const std::string& key, Entry entry, const Secret& token, Moment now);

  /// Errors: what the store says. For kind `chats`: of the chats listed in this review.
  Result<std::vector<SubscriptionSpec>> wanted_specs();
  Result<std::vector<Account>> connected_accounts();
  [[nodiscard]] SubscriptionSpec spec_of(const std::string& resource) const;
  void want(const std::vector<SubscriptionSpec>& specs, Moment now);
  /// It is gone at Graph's side: forgotten here, and due to be made anew.
  StepOutcome lose(const std::string& key, Entry entry, const std::string& why, Moment now);
  StepOutcome failed(const std::string& key, Entry entry, const Secret& token, const Error& error,
                     Moment now);
  /// What Graph said of this token or of the app goes to those who can mend it.
  void tell_failure(const SubscriptionSpec& spec, const Secret& token, const Error& error);
  [[nodiscard]] Instant next_due(Moment now) const;
  [[nodiscard]] Instant next_renewal(Moment now);

  SubscriptionStore& store_;
  AccountStore& accounts_;
  GraphApi& graph_;
  ResourceOpener& resources_;
  Random& random_;
  Entropy& entropy_;
  Journal& journal_;
  Tokens& tokens_;
  UpstreamGate& gate_;
  const SubscriptionPolicy policy_;

  // Of the one worker that steps.
  std::vector<EncryptionCertificate> certificates_;  ///< oldest first
  Instant certificate_due_;
  Instant review_due_;
  bool leftovers_are_known_ = false;
  std::vector<SubscriptionId> leftovers_;
  std::vector<TeamsUserId>
      people_to_list_;  ///< kind `chats`: whose chats are still to be listed in this review
  bool is_listing_ = false;
  std::vector<ChatId> listed_chats_;

  mutable Mutex mutex_;
  std::map<std::string, Entry> entries_ GUARDED_BY(mutex_);
  std::map<SubscriptionId, Secret> client_states_ GUARDED_BY(mutex_);
  /// Of a creation under way: Graph sends as soon as it has made the subscription, before we have
  /// its answer.
  std::optional<Secret> pending_client_state_ GUARDED_BY(mutex_);
  bool is_review_wanted_ GUARDED_BY(mutex_) = false;
};

}  // namespace belfry::sync
