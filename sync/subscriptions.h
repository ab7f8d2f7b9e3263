#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sync/base/id.h"
#include "sync/base/mutex.h"
#include "sync/base/time.h"
#include "sync/certificates.h"
#include "sync/chat_book.h"
#include "sync/chat_lists.h"
#include "sync/intake.h"
#include "sync/model/notification.h"
#include "sync/model/subscription.h"
#include "sync/policy/resolve_need.h"
#include "sync/port/graph.h"
#include "sync/port/journal.h"
#include "sync/port/random.h"
#include "sync/port/resource.h"
#include "sync/port/store.h"
#include "sync/port/sweep.h"
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
  bool is_refused = false;  ///< nobody of ours may have it: what it would bring is found by sweeps
};

/// All of them at a glance.
struct SubscriptionsOverview {
  SubscribeKind chosen = SubscribeKind::automatic;    ///< `teams.subscribe`
  SubscribeKind in_force = SubscribeKind::automatic;  ///< after what Graph refused
  std::string why_not_the_best;  ///< `automatic`: what Graph said against the kinds before
  std::size_t wanted = 0;
  std::size_t active = 0;
  std::size_t refused = 0;
  // Of kind `chats`:
  std::size_t chats_known = 0;  ///< of connected accounts, subscribed to or not
  bool is_listing = false;      ///< somebody's chats are not known yet
  std::size_t chats_refused = 0;
  std::size_t chats_left_out = 0;         ///< for which there is no room
  std::size_t most_chats = 0;             ///< `teams.max_chat_subscriptions`
  bool is_room_limited_by_graph = false;  ///< Graph refused to make as many

  /// Whose messages are found by sweeps only.
  [[nodiscard]] std::size_t chats_unannounced() const { return chats_refused + chats_left_out; }
};

/// Keeps the wanted subscriptions alive, with the certificate that rich ones are encrypted for.
///
/// Promises  One that is gone is made anew at once, one that changed its settings is replaced.
///           Foreign subscriptions of the same app are left alone; leftovers with our notification
///           URL are deleted. What cannot be listed or made does not keep others from being
///           renewed. What came before a subscription was made is swept.
///           Where Graph refuses a kind, `automatic` takes the next, and keeps what there is until
///           that stands.
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
    SweepApi& chat_lists;
    ResourceOpener& resources;
    Random& random;
    Entropy& entropy;
    SweepRequests& sweeps;
    Journal& journal;
  };
  using Peers = ChatLists::Peers;
  Subscriptions(Ports ports, Peers peers, SubscriptionPolicy policy);
  Subscriptions(const Subscriptions&) = delete;
  Subscriptions& operator=(const Subscriptions&) = delete;

  /// Reads what the store knows. Once, before the listener opens. No outside call.
  Result<> open(Moment now);
  /// At most one outside call.
  [[nodiscard]] StepOutcome step(Moment now);

  /// Accounts came or went: the wanted set is worked out at the next step.
  void review_soon();

  [[nodiscard]] Checked check(const Notification& notification) const override;
  /// True when it was believed and changes what step() does next.
  bool on_lifecycle(const LifecycleNotification& notification, Moment now);

  [[nodiscard]] std::vector<SubscriptionStatus> status() const;
  [[nodiscard]] SubscriptionsOverview overview() const;
  /// All that is wanted is known, is there and has not expired; chats that nobody may subscribe to,
  /// or that were not asked for yet, do not count.
  [[nodiscard]] bool is_complete(WallTime now) const;
  /// Notifications are metered as things are: what is in force, or still there.
  [[nodiscard]] bool is_metering() const;
  /// Messages are announced to us: at least one subscription is in force.
  [[nodiscard]] bool is_listening(WallTime now) const;
  /// From when on a subscription that is in force announces what is written in that chat; none: it
  /// has none. What a metered one announces, it is taken to have announced always.
  [[nodiscard]] std::optional<WallTime> announced_since(const ChatId& chat, WallTime now) const;

 private:
  /// One wanted or still existing subscription. `held` empty: to be made.
  struct Entry {
    SubscriptionSpec spec;
    std::optional<Subscription> held;
    bool is_wanted = true;
    std::size_t rank = 0;  ///< of those to be made the lowest comes first
    Instant due;
    int failures = 0;
    std::string last_error;
    std::vector<Reader> refused;  ///< who may not have it
    bool is_refused = false;      ///< nobody may; `due` is when that is asked again
  };
  /// How a notification of a subscription shows that it comes from Graph, and what it costs.
  struct Sender {
    Secret client_state;
    bool is_metered = false;
    MattermostUserId shown_to{};  ///< whose chats it is about, or by whose right it was made
  };
  struct Chosen {
    std::string key;
    Entry entry;
  };

  void keep_certificates(Moment now);
  void note_news(Moment now);
  StepOutcome look_for_leftovers(const Secret& token, Moment now);
  StepOutcome delete_leftover(const Secret& token, Moment now);
  /// No outside call.
  void review(Moment now);
  [[nodiscard]] std::set<ChatId> held_chats() const;
  [[nodiscard]] bool is_in_force(const Entry& entry, WallTime now) const;
  void want(const std::vector<SubscriptionSpec>& specs, Moment now);
  void try_best_kind_again(Moment now);

  [[nodiscard]] std::optional<Chosen> first_held_due(Moment now) const;
  [[nodiscard]] std::optional<Chosen> first_to_make(Moment now) const;
  [[nodiscard]] Instant next_due(Moment now) const;
  [[nodiscard]] Instant next_renewal(Moment now);

  // subscription_calls.cpp and subscription_making.cpp: one request each
  StepOutcome keep_alive(Chosen chosen, const Secret& app, Moment now);
  StepOutcome make_or_list(const Secret& app, Moment now);
  StepOutcome create(const std::string& key, Entry entry, const Secret& app, Moment now);
  StepOutcome made(const std::string& key, Entry entry, const SubscriptionRequest& request,
                   const RemoteSubscription& remote, const Reader& reader, Moment now);
  StepOutcome not_made(const std::string& key, Entry entry, const Reader& reader,
                       const Secret& token, const Error& error, Moment now);
  StepOutcome renew(const Chosen& chosen, const Secret& token, Moment now);
  [[nodiscard]] std::vector<Chosen> renewed_together(const Chosen& first, Moment now) const;
  void renewed(Chosen chosen, const RemoteSubscription& remote, const CertificateId* rotated,
               Moment now);
  StepOutcome remove(const std::string& key, Entry entry, const Secret& token, Moment now);
  /// It is gone at Graph's side: forgotten here, and due to be made anew.
  StepOutcome lose(const std::string& key, const Entry& entry, const std::string& why, Moment now);
  StepOutcome failed(const std::string& key, Entry entry, const Error& error, Moment now);
  StepOutcome refused(const std::string& key, Entry entry, const Error& error, Moment now);

  /// The token that `entry` is made or kept with; none: it cannot be had now, and `entry` waits or
  /// is tried otherwise.
  std::optional<Secret> token_for(const Chosen& chosen, const Reader& reader, const Secret& app,
                                  Moment now);
  [[nodiscard]] std::optional<Reader> next_reader(const Entry& entry) const;
  void give_up_kind_if_refused(const Error& why, Moment now);
  [[nodiscard]] bool is_kind_refused() const;
  /// Graph has no room: the others that are still to be made wait too.
  void pause_creations(Instant until);
  void ask_for_sweep(const SubscriptionSpec& spec, SweepTrigger trigger, Moment now);
  void ask_for_sweep_of_all(SweepTrigger trigger);
  void flush_sweeps(Moment now);
  /// By themselves, or all their people where that is cheaper.
  void request_sweeps_of_chats();
  /// What Graph said of this token or of the app goes to those who can mend it.
  void tell_failure(const std::string& what, const Reader& reader, const Secret& token,
                    const Error& error);
  Sender sender_of(const SubscriptionSpec& spec, const Secret& client_state,
                   const MattermostUserId& reader);
  void keep(const Subscription& subscription);
  void put(const std::string& key, Entry entry);

  SubscriptionStore& store_;
  AccountStore& accounts_;
  GraphApi& graph_;
  Random& random_;
  Entropy& entropy_;
  SweepRequests& sweeps_;
  Journal& journal_;
  ChatBook& book_;
  Tokens& tokens_;
  UpstreamGate& gate_;
  const SubscriptionPolicy policy_;

  // Of the one worker that steps.
  Certificates certificates_;
  ChatLists lists_;
  WantedSubscriptions wanted_;
  Instant review_due_;
  Instant reviewed_at_{};
  int review_failures_ = 0;
  Instant leftovers_due_;
  int leftover_failures_ = 0;
  std::vector<SubscriptionId> leftovers_;
  Instant next_write_{};
  /// At first the one that tells of new chats: one made in between stands in no list that was read.
  bool is_turn_of_lists_ = false;
  Instant best_kind_due_ = Instant::max();
  Instant chats_limit_ends_ = Instant::max();
  /// Who and which chats were subscribed to, and not swept since.
  std::map<MattermostUserId, SweepTrigger> to_sweep_;
  std::map<ChatId, SweepTrigger> chats_to_sweep_;
  Instant sweep_due_ = Instant::max();

  mutable Mutex mutex_;
  std::map<std::string, Entry> entries_ GUARDED_BY(mutex_);
  std::map<SubscriptionId, Sender> senders_ GUARDED_BY(mutex_);
  /// Of a creation under way: Graph sends as soon as it has made the subscription, before we have
  /// its answer.
  std::optional<Sender> pending_sender_ GUARDED_BY(mutex_);
  bool is_review_wanted_ GUARDED_BY(mutex_) = false;
  bool was_reviewed_ GUARDED_BY(mutex_) = false;
  SubscribeKind kind_ GUARDED_BY(mutex_);
  bool is_listing_ GUARDED_BY(mutex_) = false;
  std::size_t chats_left_out_ GUARDED_BY(mutex_) = 0;
  bool is_room_limited_by_graph_ GUARDED_BY(mutex_) = false;
  std::string why_not_the_best_ GUARDED_BY(mutex_);
};

}  // namespace belfry::sync
