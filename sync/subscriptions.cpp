#include "sync/subscriptions.h"

#include <algorithm>
#include <tuple>

namespace belfry::sync {
namespace {

constexpr std::size_t k_client_state_bytes = 32;

std::string key_of(const SubscriptionSpec& spec) {
  return spec.resource + " " + spec.change_types + (spec.rich ? " rich" : " basic");
}

std::string removal_key(const SubscriptionId& id) {
  return "remove " + id.text();
}

/// What Graph takes for the same subscription, and answers a second one with 409.
/// Source: Graph, "create subscription".
std::string place_of(const SubscriptionSpec& spec) {
  return spec.resource + " " + spec.change_types;
}

/// Source: Graph, "payment models": the resources of `getAllMessages` are metered, single chats are
/// not.
bool is_metered(const SubscriptionSpec& spec) {
  return spec.resource.find("getAllMessages") != std::string::npos;
}

}  // namespace

Subscriptions::Subscriptions(Ports ports, Tokens& tokens, UpstreamGate& gate,
                             SubscriptionPolicy policy)
    : store_(ports.store),
      graph_(ports.graph),
      random_(ports.random),
      entropy_(ports.entropy),
      sweeps_(ports.sweeps),
      journal_(ports.journal),
      tokens_(tokens),
      gate_(gate),
      policy_(std::move(policy)),
      certificates_(ports.store, ports.resources, ports.journal, policy_),
      wanted_(ports.accounts, ports.graph, ports.journal, gate, policy_) {}

Result<> Subscriptions::open(Moment now) {
  if (const auto opened = certificates_.open(); !opened) return opened;
  const auto stored = store_.subscriptions();
  if (!stored) return fail(stored.error());
  review_due_ = now.steady;
  leftovers_due_ = now.steady;
  MutexLock lock(mutex_);
  for (const Subscription& held : *stored) {
    senders_[held.id] = {held.client_state, is_metered(held.spec)};
    const bool has_our_url = held.notification_url == policy_.notification_url;
    const std::string key = has_our_url ? key_of(held.spec) : removal_key(held.id);
    // Renewed at once: how long we were away does not matter then.
    entries_[key] = Entry{held.spec, held, has_our_url, false, now.steady, 0, {}};
  }
  return {};
}

StepOutcome Subscriptions::step(Moment now) {
  if (policy_.rich && certificates_.is_due(now)) keep_certificates(now);
  if (policy_.rich && certificates_.newest() == nullptr) return {false, certificates_.due()};
  const Tokens::State state = tokens_.app(now);
  if (std::holds_alternative<Tokens::NeedsRefresh>(state)) {
    // What came of it shows in the next state.
    if (const auto refreshed = tokens_.refresh_app(now); !refreshed)
      return {false, now.steady + policy_.retry.first};
    return {true, now.steady};
  }
  if (const auto* wait = std::get_if<Tokens::Wait>(&state)) return {false, wait->until};
  const auto* ready = std::get_if<Tokens::Ready>(&state);
  if (ready == nullptr) return {false, now.steady + policy_.retry.most};
  const Secret& token = ready->access;
  {
    MutexLock lock(mutex_);
    if (is_review_wanted_) review_due_ = std::min(review_due_, now.steady);
    is_review_wanted_ = false;
  }
  if (const Instant next = next_due(now); next > now.steady) return {false, next};
  if (const auto closed = gate_.closed_until(now.steady)) return {false, *closed};

  // What has waited longest; else first what there is, then what there should be.
  const auto due = first_due(now);
  const auto is_first = [&due](Instant other) { return !due || other <= due->entry.due; };
  if (!leftovers_.empty()) return delete_leftover(token, now);
  if (leftovers_due_ <= now.steady && is_first(leftovers_due_))
    return look_for_leftovers(token, now);
  if (review_due_ <= now.steady && is_first(review_due_)) {
    if (const auto done = review(token, now)) return *done;
    return {true, now.steady};
  }
  return keep_alive(*due, token, now);
}

std::optional<Subscriptions::Chosen> Subscriptions::first_due(Moment now) const {
  MutexLock lock(mutex_);
  // Of several: first those that are there, since a successor may need a predecessor's place.
  const auto due =
      std::min_element(entries_.begin(), entries_.end(), [](const auto& a, const auto& b) {
        return std::make_tuple(a.second.due, !a.second.held) <
               std::make_tuple(b.second.due, !b.second.held);
      });
  if (due == entries_.end() || due->second.due > now.steady) return std::nullopt;
  return Chosen{due->first, due->second};
}

StepOutcome Subscriptions::keep_alive(Chosen chosen, const Secret& token, Moment now) {
  if (!chosen.entry.is_wanted) return remove(chosen.key, std::move(chosen.entry), token, now);
  return chosen.entry.held ? renew(chosen.key, std::move(chosen.entry), token, now)
                           : create(chosen.key, std::move(chosen.entry), token, now);
}

Instant Subscriptions::next_due(Moment now) const {
  Instant next = std::min(review_due_, leftovers_due_);
  if (policy_.rich) next = std::min(next, certificates_.due());
  if (!leftovers_.empty()) next = now.steady;
  MutexLock lock(mutex_);
  for (const auto& [key, entry] : entries_) next = std::min(next, entry.due);
  return next;
}

Instant Subscriptions::next_renewal(Moment now) {
  const auto jitter = random_.below(static_cast<std::uint64_t>(policy_.renew_jitter.count()));
  return now.steady + policy_.renew_every - Duration{static_cast<Duration::rep>(jitter)};
}

void Subscriptions::keep_certificates(Moment now) {
  std::set<CertificateId> referenced;
  {
    MutexLock lock(mutex_);
    for (const auto& [key, entry] : entries_) {
      if (entry.held) referenced.insert(entry.held->certificate);
    }
  }
  if (certificates_.keep(referenced, now) == Certificates::Kept::unchanged) return;
  MutexLock lock(mutex_);
  for (auto& [key, entry] : entries_) {
    if (entry.held && entry.is_wanted) entry.due = std::min(entry.due, now.steady);
  }
}

StepOutcome Subscriptions::look_for_leftovers(const Secret& token, Moment now) {
  const auto listed = through(gate_, now.steady, [&] { return graph_.list_subscriptions(token); });
  if (!listed) {
    tell_failure("list of subscriptions", token, listed.error());
    leftovers_due_ =
        now.steady + delay_after(listed.error(), leftover_failures_++, policy_.retry, random_);
    return {true, now.steady};
  }
  leftovers_due_ = now.steady + policy_.leftovers_every;
  leftovers_.clear();
  MutexLock lock(mutex_);
  for (const RemoteSubscription& remote : *listed) {
    const bool is_ours = remote.notification_url == policy_.notification_url;
    if (is_ours && !senders_.contains(remote.id)) leftovers_.push_back(remote.id);
  }
  if (leftovers_.empty()) leftover_failures_ = 0;
  return {true, now.steady};
}

StepOutcome Subscriptions::delete_leftover(const Secret& token, Moment now) {
  const SubscriptionId id = leftovers_.back();
  leftovers_.pop_back();
  const auto deleted = through(gate_, now.steady, [&] { return graph_.unsubscribe(token, id); });
  if (deleted || deleted.error().kind == ErrorKind::gone) {
    journal_.record(SubscriptionRemoved{id, "a leftover with our notification URL"});
    leftover_failures_ = 0;
  } else {
    // Looked for again; what it sends meanwhile has a client state that we do not know.
    tell_failure("leftover subscription", token, deleted.error());
    leftovers_due_ =
        now.steady + delay_after(deleted.error(), leftover_failures_++, policy_.retry, random_);
  }
  return {true, now.steady};
}

std::optional<StepOutcome> Subscriptions::review(const Secret& token, Moment now) {
  const auto specs = wanted_.step(token, now);
  if (!specs) {
    tell_failure("wanted subscriptions", token, specs.error());
    review_due_ =
        now.steady + delay_after(specs.error(), review_failures_++, policy_.retry, random_);
    return StepOutcome{true, now.steady};
  }
  review_failures_ = 0;
  review_due_ = now.steady;
  if (!specs->has_value()) return StepOutcome{true, now.steady};
  review_due_ = now.steady + policy_.review_every;
  want(**specs, now);
  return std::nullopt;
}

void Subscriptions::want(const std::vector<SubscriptionSpec>& specs, Moment now) {
  std::set<std::string> wanted;
  std::set<std::string> places;
  MutexLock lock(mutex_);
  was_reviewed_ = true;
  for (const SubscriptionSpec& spec : specs) {
    const std::string key = key_of(spec);
    wanted.insert(key);
    places.insert(place_of(spec));
    const auto [place, is_new] =
        entries_.try_emplace(key, Entry{spec, std::nullopt, true, false, now.steady, 0, {}});
    if (!is_new && !place->second.is_wanted) {
      place->second.is_wanted = true;
      place->second.due = now.steady;
    }
  }
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    const bool stays = wanted.contains(entry->first) || !entry->second.is_wanted;
    if (!stays && !entry->second.held) {
      entry = entries_.erase(entry);
      continue;
    }
    if (!stays) {
      const bool is_in_the_way = places.contains(place_of(entry->second.spec));
      entry->second.is_wanted = false;
      entry->second.due = now.steady + (is_in_the_way ? Duration{0} : policy_.removal_delay);
    }
    ++entry;
  }
}

StepOutcome Subscriptions::create(const std::string& key, Entry entry, const Secret& token,
                                  Moment now) {
  Secret client_state{entropy_.token(k_client_state_bytes)};
  SubscriptionRequest request;
  request.spec = entry.spec;
  request.notification_url = policy_.notification_url;
  request.lifecycle_url = policy_.lifecycle_url;
  request.client_state = client_state;
  request.expires = now.wall + policy_.lifetime;
  if (entry.spec.rich) {
    request.certificate = certificates_.newest()->id;
    request.certificate_base64 = certificates_.newest()->certificate_base64;
  }
  {
    MutexLock lock(mutex_);
    pending_sender_ = Sender{client_state, is_metered(entry.spec)};
  }
  const auto made = through(gate_, now.steady, [&] { return graph_.subscribe(token, request); });
  if (!made) {
    {
      MutexLock lock(mutex_);
      pending_sender_.reset();
    }
    // Perhaps one that a crash or a lost answer left between Graph's making it and our record: then
    // the list shows it with our URL. Somebody else's is left alone, and ours has to wait.
    if (made.error().code == k_subscription_exists) leftovers_due_ = now.steady;
    if (made.error().code == k_subscription_quota)
      pause_creations(now.steady + policy_.quota_pause);
    return failed(key, std::move(entry), token, made.error(), now);
  }
  const CertificateId certificate = request.certificate.value_or(CertificateId{});
  entry.held =
      Subscription{made->id, entry.spec,    client_state, certificate, policy_.notification_url,
                   now.wall, made->expires, now.wall};
  entry.failures = 0;
  entry.last_error.clear();
  entry.due = next_renewal(now);
  keep(*entry.held);
  journal_.record(SubscriptionCreated{made->id, entry.spec.resource, made->expires});
  if (entry.follows_a_gap)
    sweeps_.request({SweepTrigger::new_subscription, std::nullopt, std::nullopt});
  entry.follows_a_gap = false;
  MutexLock lock(mutex_);
  senders_[made->id] = {std::move(client_state), is_metered(entry.spec)};
  pending_sender_.reset();
  entries_[key] = std::move(entry);
  return {true, now.steady};
}

void Subscriptions::pause_creations(Instant until) {
  MutexLock lock(mutex_);
  for (auto& [key, entry] : entries_) {
    if (!entry.held) entry.due = std::max(entry.due, until);
  }
}

StepOutcome Subscriptions::renew(const std::string& key, Entry entry, const Secret& token,
                                 Moment now) {
  if (entry.held->expires <= now.wall) return lose(key, entry, "it expired", now);
  const Instant asked_at = entry.due;
  const EncryptionCertificate* rotated = nullptr;
  if (entry.spec.rich && entry.held->certificate != certificates_.newest()->id)
    rotated = certificates_.newest();
  const auto renewed = through(gate_, now.steady, [&] {
    return graph_.renew(token, entry.held->id, now.wall + policy_.lifetime, rotated);
  });
  if (!renewed) {
    if (renewed.error().kind == ErrorKind::gone)
      return lose(key, entry, "Graph does not know it any more", now);
    return failed(key, std::move(entry), token, renewed.error(), now);
  }
  // Graph repeats for 4 h what it held back since the access right ended, but promises nothing.
  if (now.wall - entry.held->renewed_at > policy_.access_lives)
    sweeps_.request({SweepTrigger::lifecycle, std::nullopt, std::nullopt});
  entry.held->expires = renewed->expires;
  entry.held->renewed_at = now.wall;
  if (rotated != nullptr) entry.held->certificate = rotated->id;
  entry.failures = 0;
  entry.last_error.clear();
  entry.due = next_renewal(now);
  keep(*entry.held);
  journal_.record(SubscriptionRenewed{entry.held->id, renewed->expires});
  MutexLock lock(mutex_);
  Entry& place = entries_[key];
  // A lifecycle event that came meanwhile may speak of what is after this renewal.
  if (place.due != asked_at) entry.due = now.steady;
  place = std::move(entry);
  return {true, now.steady};
}

StepOutcome Subscriptions::remove(const std::string& key, Entry entry, const Secret& token,
                                  Moment now) {
  const SubscriptionId id = entry.held->id;
  const auto deleted = through(gate_, now.steady, [&] { return graph_.unsubscribe(token, id); });
  if (!deleted && deleted.error().kind != ErrorKind::gone) {
    return failed(key, std::move(entry), token, deleted.error(), now);
  }
  if (const auto stored = store_.remove_subscription(id); !stored) {
    journal_.record(StoreTrouble{"subscription", stored.error()});
  }
  journal_.record(SubscriptionRemoved{id, "it is no longer wanted"});
  MutexLock lock(mutex_);
  senders_.erase(id);
  entries_.erase(key);
  return {true, now.steady};
}

StepOutcome Subscriptions::lose(const std::string& key, const Entry& entry, const std::string& why,
                                Moment now) {
  const Subscription lost = *entry.held;
  if (const auto stored = store_.remove_subscription(lost.id); !stored) {
    journal_.record(StoreTrouble{"subscription", stored.error()});
  }
  journal_.record(SubscriptionLost{lost.id, why, std::min(lost.renewed_at, lost.expires)});
  MutexLock lock(mutex_);
  senders_.erase(lost.id);
  entries_[key] = Entry{entry.spec, std::nullopt, true, true, now.steady, 0, why};
  return {true, now.steady};
}

StepOutcome Subscriptions::failed(const std::string& key, Entry entry, const Secret& token,
                                  const Error& error, Moment now) {
  tell_failure(entry.spec.resource, token, error);
  const bool is_quota = error.code == k_subscription_quota;
  const Duration delay = delay_after(error, entry.failures, policy_.retry, random_);
  ++entry.failures;
  entry.last_error = error.text;
  entry.due = now.steady + (is_quota ? std::max(delay, policy_.quota_pause) : delay);
  MutexLock lock(mutex_);
  entries_[key] = std::move(entry);
  return {true, now.steady};
}

void Subscriptions::tell_failure(const std::string& what, const Secret& token, const Error& error) {
  if (error.kind == ErrorKind::unauthorized) tokens_.reject_app(token);
  journal_.record(SubscriptionFailed{what, error});
}

void Subscriptions::keep(const Subscription& subscription) {
  // One that is not stored is renewed and stored again; after a crash it is a leftover.
  if (const auto stored = store_.put_subscription(subscription); !stored) {
    journal_.record(StoreTrouble{"subscription", stored.error()});
  }
}

void Subscriptions::review_soon() {
  MutexLock lock(mutex_);
  is_review_wanted_ = true;
}

Verdict Subscriptions::check(const Notification& notification) const {
  MutexLock lock(mutex_);
  const auto known = senders_.find(notification.subscription);
  const std::string& given = notification.client_state.reveal();
  const auto believed = [](const Sender& sender) {
    return sender.is_metered ? Verdict::ours_and_metered : Verdict::ours;
  };
  if (known != senders_.end()) {
    return known->second.client_state.equals(given) ? believed(known->second)
                                                    : Verdict::wrong_client_state;
  }
  const bool is_pending = pending_sender_ && pending_sender_->client_state.equals(given);
  return is_pending ? believed(*pending_sender_) : Verdict::unknown_subscription;
}

bool Subscriptions::on_lifecycle(const LifecycleNotification& notification, Moment now) {
  const char* name = "other";
  {
    MutexLock lock(mutex_);
    const auto known = senders_.find(notification.subscription);
    if (known == senders_.end() ||
        !known->second.client_state.equals(notification.client_state.reveal()))
      return false;
    const auto entry = std::find_if(entries_.begin(), entries_.end(), [&](const auto& one) {
      return one.second.held && one.second.held->id == notification.subscription;
    });
    if (entry == entries_.end()) return false;
    switch (notification.kind) {
      case LifecycleKind::reauthorization_required:
        name = "reauthorizationRequired";
        entry->second.due = now.steady;
        break;
      case LifecycleKind::subscription_removed:
        // The renewal meets 404 and makes a new one: one way for all that is gone, and no trust in
        // the word alone.
        name = "subscriptionRemoved";
        entry->second.due = now.steady;
        break;
      case LifecycleKind::missed:
        name = "missed";
        break;
      case LifecycleKind::other:
        return false;
    }
  }
  journal_.record(LifecycleReceived{notification.subscription, name});
  // Said of other resources only, but it would be true here as well.
  if (notification.kind == LifecycleKind::missed)
    sweeps_.request({SweepTrigger::lifecycle, std::nullopt, std::nullopt});
  return true;
}

std::vector<SubscriptionStatus> Subscriptions::status() const {
  MutexLock lock(mutex_);
  std::vector<SubscriptionStatus> all;
  for (const auto& [key, entry] : entries_) {
    if (!entry.is_wanted) continue;
    SubscriptionStatus one;
    one.resource = entry.spec.resource;
    one.last_error = entry.last_error;
    if (entry.held) {
      one.id = entry.held->id;
      one.expires = entry.held->expires;
    }
    all.push_back(std::move(one));
  }
  return all;
}

bool Subscriptions::is_complete(WallTime now) const {
  MutexLock lock(mutex_);
  return was_reviewed_ && std::all_of(entries_.begin(), entries_.end(), [now](const auto& one) {
           const Entry& entry = one.second;
           return !entry.is_wanted || (entry.held && entry.held->expires > now);
         });
}

}  // namespace belfry::sync
