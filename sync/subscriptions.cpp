#include "sync/subscriptions.h"

#include <algorithm>
#include <set>

namespace belfry::sync {
namespace {

constexpr std::size_t k_client_state_bytes = 32;
constexpr std::size_t k_accounts_page = 500;
constexpr Duration k_certificate_check = std::chrono::hours{1};
/// An unwanted subscription goes a little after its successor was asked for.
constexpr Duration k_removal_delay = std::chrono::seconds{10};

std::string key_of(const SubscriptionSpec& spec) {
  return spec.resource + " " + spec.change_types + (spec.rich ? " rich" : " basic");
}

std::string removal_key(const SubscriptionId& id) {
  return "remove " + id.text();
}

}  // namespace

Subscriptions::Subscriptions(Ports ports, Tokens& tokens, UpstreamGate& gate,
                             SubscriptionPolicy policy)
    : store_(ports.store),
      accounts_(ports.accounts),
      graph_(ports.graph),
      resources_(ports.resources),
      random_(ports.random),
      entropy_(ports.entropy),
      journal_(ports.journal),
      tokens_(tokens),
      gate_(gate),
      policy_(std::move(policy)) {}

Result<> Subscriptions::open(Moment now) {
  auto certificates = store_.certificates();
  if (!certificates) return fail(certificates.error());
  certificates_ = std::move(*certificates);
  if (const auto used = resources_.use_certificates(certificates_); !used) return used;
  const auto stored = store_.subscriptions();
  if (!stored) return fail(stored.error());
  MutexLock lock(mutex_);
  for (const Subscription& held : *stored) {
    client_states_[held.id] = held.client_state;
    const bool has_our_url = held.notification_url == policy_.notification_url;
    const std::string key = has_our_url ? key_of(held.spec) : removal_key(held.id);
    // Renewed at once: how long we were away does not matter then.
    entries_[key] = Entry{held.spec, held, has_our_url, now.steady, 0, {}};
  }
  return {};
}

StepOutcome Subscriptions::step(Moment now) {
  if (const auto done = keep_certificate(now)) return *done;
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
  if (const auto closed = gate_.closed_until(now.steady)) return {false, *closed};
  if (const auto done = find_leftovers(token, now)) return *done;
  if (const auto done = delete_leftover(token, now)) return *done;
  if (const auto done = review(token, now)) return *done;

  std::string key;
  Entry entry;
  {
    MutexLock lock(mutex_);
    const auto due =
        std::min_element(entries_.begin(), entries_.end(),
                         [](const auto& a, const auto& b) { return a.second.due < b.second.due; });
    if (due != entries_.end() && due->second.due <= now.steady) {
      key = due->first;
      entry = due->second;
    }
  }
  if (key.empty()) return {false, next_due(now)};
  if (!entry.is_wanted) return remove(key, std::move(entry), token, now);
  return entry.held ? renew(key, std::move(entry), token, now)
                    : create(key, std::move(entry), token, now);
}

Instant Subscriptions::next_due(Moment now) const {
  Instant next = std::min(review_due_, now.steady + policy_.review_every);
  if (policy_.rich) next = std::min(next, certificate_due_);
  MutexLock lock(mutex_);
  for (const auto& [key, entry] : entries_) next = std::min(next, entry.due);
  return next;
}

Instant Subscriptions::next_renewal(Moment now) {
  const auto jitter = random_.below(static_cast<std::uint64_t>(policy_.renew_jitter.count()));
  return now.steady + policy_.renew_every - Duration{static_cast<Duration::rep>(jitter)};
}

std::optional<StepOutcome> Subscriptions::keep_certificate(Moment now) {
  if (!policy_.rich || now.steady < certificate_due_) return std::nullopt;
  const bool has_fresh =
      !certificates_.empty() && now.wall - certificates_.back().made_at < policy_.certificate_lives;
  if (has_fresh) {
    certificate_due_ = now.steady + k_certificate_check;
    if (const auto dropped = drop_old_certificates(now); !dropped) {
      journal_.record(StoreTrouble{"certificates", dropped.error()});
    }
    return std::nullopt;
  }
  const auto made = resources_.make_certificate(now.wall);
  const auto stored = made ? store_.put_certificate(*made) : Result<>(fail(made.error()));
  if (!stored) {
    journal_.record(StoreTrouble{"make a certificate", stored.error()});
    certificate_due_ = now.steady + policy_.retry.first;
    return StepOutcome{false, certificate_due_};
  }
  certificates_.push_back(*made);
  if (const auto used = resources_.use_certificates(certificates_); !used) {
    journal_.record(StoreTrouble{"use certificates", used.error()});
  }
  journal_.record(CertificateMade{made->id});
  MutexLock lock(mutex_);
  for (auto& [key, entry] : entries_) entry.due = now.steady;
  return StepOutcome{true, now.steady};
}

Result<> Subscriptions::drop_old_certificates(Moment now) {
  if (certificates_.size() < 2) return {};
  const bool new_one_is_settled =
      now.wall - certificates_.back().made_at > policy_.old_certificate_kept;
  if (!new_one_is_settled) return {};
  std::set<CertificateId> referenced{certificates_.back().id};
  {
    MutexLock lock(mutex_);
    for (const auto& [key, entry] : entries_) {
      if (entry.held) referenced.insert(entry.held->certificate);
    }
  }
  std::vector<EncryptionCertificate> kept;
  for (const EncryptionCertificate& certificate : certificates_) {
    if (referenced.contains(certificate.id)) {
      kept.push_back(certificate);
    } else if (const auto removed = store_.remove_certificate(certificate.id); !removed) {
      return removed;
    }
  }
  certificates_ = std::move(kept);
  return resources_.use_certificates(certificates_);
}

std::optional<StepOutcome> Subscriptions::find_leftovers(const Secret& token, Moment now) {
  if (leftovers_are_known_) return std::nullopt;
  const auto listed = through(gate_, now.steady, [&] { return graph_.list_subscriptions(token); });
  if (!listed) {
    tell_failure(SubscriptionSpec{"list of subscriptions", "", false}, token, listed.error());
    return StepOutcome{false, now.steady + delay_after(listed.error(), 3, policy_.retry, random_)};
  }
  leftovers_are_known_ = true;
  leftovers_.clear();
  MutexLock lock(mutex_);
  for (const RemoteSubscription& remote : *listed) {
    const bool is_ours = remote.notification_url == policy_.notification_url;
    if (is_ours && !client_states_.contains(remote.id)) leftovers_.push_back(remote.id);
  }
  return StepOutcome{true, now.steady};
}

std::optional<StepOutcome> Subscriptions::delete_leftover(const Secret& token, Moment now) {
  if (leftovers_.empty()) return std::nullopt;
  const SubscriptionId id = leftovers_.back();
  leftovers_.pop_back();
  const auto deleted = through(gate_, now.steady, [&] { return graph_.unsubscribe(token, id); });
  if (deleted || deleted.error().kind == ErrorKind::gone) {
    journal_.record(SubscriptionRemoved{id, "a leftover with our notification URL"});
  } else {
    // Looked for again at the next review; what it sends meanwhile has a client state that we do
    // not know.
    tell_failure(SubscriptionSpec{"leftover subscription", "", false}, token, deleted.error());
  }
  return StepOutcome{true, now.steady};
}

std::optional<StepOutcome> Subscriptions::review(const Secret& token, Moment now) {
  {
    MutexLock lock(mutex_);
    if (is_review_wanted_) review_due_ = now.steady;
    is_review_wanted_ = false;
  }
  if (now.steady < review_due_) return std::nullopt;
  if (policy_.kind == SubscribeKind::chats) {
    if (auto listing = list_chats(token, now)) return listing;
  }
  const auto specs = wanted_specs();
  if (!specs) {
    journal_.record(StoreTrouble{"wanted subscriptions", specs.error()});
    review_due_ = now.steady + policy_.retry.first;
    return std::nullopt;
  }
  want(*specs, now);
  is_listing_ = false;
  review_due_ = now.steady + policy_.review_every;
  return std::nullopt;
}

std::optional<StepOutcome> Subscriptions::list_chats(const Secret& token, Moment now) {
  if (!is_listing_) {
    const auto accounts = connected_accounts();
    if (!accounts) {
      journal_.record(StoreTrouble{"accounts", accounts.error()});
      return StepOutcome{false, now.steady + policy_.retry.first};
    }
    people_to_list_.clear();
    for (const Account& account : *accounts) people_to_list_.push_back(account.teams_user);
    listed_chats_.clear();
    is_listing_ = true;
  }
  if (people_to_list_.empty()) return std::nullopt;
  const TeamsUserId person = people_to_list_.back();
  const auto chats = through(
      gate_, now.steady, [&] { return graph_.recent_chats(token, person, policy_.most_chats); });
  if (!chats && is_retryable(chats.error().kind)) {
    tell_failure(SubscriptionSpec{"list of chats", "", false}, token, chats.error());
    return StepOutcome{false, now.steady + delay_after(chats.error(), 1, policy_.retry, random_)};
  }
  people_to_list_.pop_back();
  if (chats) {
    listed_chats_.insert(listed_chats_.end(), chats->begin(), chats->end());
  } else {
    tell_failure(SubscriptionSpec{"list of chats", "", false}, token, chats.error());
  }
  return StepOutcome{true, now.steady};
}

Result<std::vector<Account>> Subscriptions::connected_accounts() {
  std::vector<Account> all;
  MattermostUserId after;
  for (;;) {
    const auto page = accounts_.accounts(after, k_accounts_page);
    if (!page) return fail(page.error());
    for (const Account& account : *page) {
      if (account.state == Account::State::connected) all.push_back(account);
    }
    if (page->size() < k_accounts_page) return all;
    after = page->back().user;
  }
}

SubscriptionSpec Subscriptions::spec_of(const std::string& resource) const {
  const bool is_metered = resource.ends_with("getAllMessages");
  std::string path = resource;
  if (is_metered && policy_.model == PaymentModel::a) path += "?model=A";
  if (is_metered && policy_.model == PaymentModel::b) path += "?model=B";
  // In Evaluation mode each notification counts: edits and deletions are left to sweeps.
  const bool only_created = is_metered && policy_.model == PaymentModel::evaluation;
  return {path, only_created ? "created" : "created,updated,deleted", policy_.rich};
}

Result<std::vector<SubscriptionSpec>> Subscriptions::wanted_specs() {
  std::vector<SubscriptionSpec> specs;
  if (policy_.kind == SubscribeKind::tenant) return std::vector{spec_of("/chats/getAllMessages")};
  if (policy_.kind == SubscribeKind::accounts) {
    const auto accounts = connected_accounts();
    if (!accounts) return fail(accounts.error());
    for (const Account& account : *accounts) {
      specs.push_back(spec_of("/users/" + account.teams_user.text() + "/chats/getAllMessages"));
    }
    return specs;
  }
  // Each person's list comes most recent first; the bound is shared in the order in which they were
  // listed.
  std::set<ChatId> chosen;
  for (const ChatId& chat : listed_chats_) {
    if (chosen.size() >= policy_.most_chats) break;
    if (chosen.insert(chat).second) specs.push_back(spec_of("/chats/" + chat.text() + "/messages"));
  }
  return specs;
}

void Subscriptions::want(const std::vector<SubscriptionSpec>& specs, Moment now) {
  std::set<std::string> wanted;
  MutexLock lock(mutex_);
  for (const SubscriptionSpec& spec : specs) {
    const std::string key = key_of(spec);
    wanted.insert(key);
    const auto [place, is_new] =
        entries_.try_emplace(key, Entry{spec, std::nullopt, true, now.steady, 0, {}});
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
      entry->second.is_wanted = false;
      entry->second.due = now.steady + k_removal_delay;
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
    request.certificate = certificates_.back().id;
    request.certificate_base64 = certificates_.back().certificate_base64;
  }
  {
    MutexLock lock(mutex_);
    pending_client_state_ = client_state;
  }
  const auto made = through(gate_, now.steady, [&] { return graph_.subscribe(token, request); });
  if (!made) {
    {
      MutexLock lock(mutex_);
      pending_client_state_.reset();
    }
    // Perhaps a leftover that a crash left between Graph's answer and our record: then the list
    // shows it with our URL. A lost answer may have made one, too.
    leftovers_are_known_ = false;
    return failed(key, std::move(entry), token, made.error(), now);
  }
  entry.held = Subscription{made->id,
                            entry.spec,
                            client_state,
                            request.certificate.value_or(CertificateId{}),
                            policy_.notification_url,
                            now.wall,
                            made->expires,
                            now.wall};
  entry.failures = 0;
  entry.last_error.clear();
  entry.due = next_renewal(now);
  const auto stored = store_.put_subscription(*entry.held);
  if (!stored) journal_.record(StoreTrouble{"subscription", stored.error()});
  journal_.record(SubscriptionCreated{made->id, entry.spec.resource, made->expires});
  MutexLock lock(mutex_);
  client_states_[made->id] = std::move(client_state);
  pending_client_state_.reset();
  entries_[key] = std::move(entry);
  return {true, now.steady};
}

StepOutcome Subscriptions::renew(const std::string& key, Entry entry, const Secret& token,
                                 Moment now) {
  if (entry.held->expires <= now.wall) return lose(key, std::move(entry), "it expired", now);
  const EncryptionCertificate* rotated = nullptr;
  if (entry.spec.rich && entry.held->certificate != certificates_.back().id)
    rotated = &certificates_.back();
  const auto renewed = through(gate_, now.steady, [&] {
    return graph_.renew(token, entry.held->id, now.wall + policy_.lifetime, rotated);
  });
  if (!renewed) {
    if (renewed.error().kind == ErrorKind::gone)
      return lose(key, std::move(entry), "Graph does not know it any more", now);
    return failed(key, std::move(entry), token, renewed.error(), now);
  }
  entry.held->expires = renewed->expires;
  entry.held->renewed_at = now.wall;
  if (rotated != nullptr) entry.held->certificate = rotated->id;
  entry.failures = 0;
  entry.last_error.clear();
  entry.due = next_renewal(now);
  if (const auto stored = store_.put_subscription(*entry.held); !stored) {
    journal_.record(StoreTrouble{"subscription", stored.error()});
  }
  journal_.record(SubscriptionRenewed{entry.held->id, renewed->expires});
  MutexLock lock(mutex_);
  // A settings change may have come meanwhile; it keeps its word.
  entry.is_wanted = entries_[key].is_wanted;
  entries_[key] = std::move(entry);
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
  client_states_.erase(id);
  entries_.erase(key);
  return {true, now.steady};
}

StepOutcome Subscriptions::lose(const std::string& key, Entry entry, const std::string& why,
                                Moment now) {
  const Subscription lost = *entry.held;
  if (const auto stored = store_.remove_subscription(lost.id); !stored) {
    journal_.record(StoreTrouble{"subscription", stored.error()});
  }
  journal_.record(SubscriptionLost{lost.id, why, std::min(lost.renewed_at, lost.expires)});
  MutexLock lock(mutex_);
  client_states_.erase(lost.id);
  entries_[key] = Entry{entry.spec, std::nullopt, true, now.steady, 0, why};
  return {true, now.steady};
}

StepOutcome Subscriptions::failed(const std::string& key, Entry entry, const Secret& token,
                                  const Error& error, Moment now) {
  tell_failure(entry.spec, token, error);
  const Duration delay = delay_after(error, entry.failures, policy_.retry, random_);
  ++entry.failures;
  entry.last_error = error.text;
  entry.due = now.steady + delay;
  MutexLock lock(mutex_);
  entry.is_wanted = entries_[key].is_wanted;
  entries_[key] = std::move(entry);
  return {true, now.steady};
}

void Subscriptions::tell_failure(const SubscriptionSpec& spec, const Secret& token,
                                 const Error& error) {
  if (error.kind == ErrorKind::unauthorized) tokens_.reject_app(token);
  journal_.record(SubscriptionFailed{spec.resource, error});
}

void Subscriptions::review_soon() {
  MutexLock lock(mutex_);
  is_review_wanted_ = true;
}

Verdict Subscriptions::check(const Notification& notification) const {
  MutexLock lock(mutex_);
  const auto known = client_states_.find(notification.subscription);
  const std::string& given = notification.client_state.reveal();
  if (known != client_states_.end()) {
    return known->second.equals(given) ? Verdict::ours : Verdict::wrong_client_state;
  }
  const bool is_pending = pending_client_state_ && pending_client_state_->equals(given);
  return is_pending ? Verdict::ours : Verdict::unknown_subscription;
}

bool Subscriptions::on_lifecycle(const LifecycleNotification& notification, Moment now) {
  const char* name = "other";
  {
    MutexLock lock(mutex_);
    const auto known = client_states_.find(notification.subscription);
    if (known == client_states_.end() || !known->second.equals(notification.client_state.reveal()))
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
  return std::all_of(entries_.begin(), entries_.end(),
                     [now](const auto& one) {
                       const Entry& entry = one.second;
                       return !entry.is_wanted || (entry.held && entry.held->expires > now);
                     }) &&
         !(policy_.kind == SubscribeKind::tenant && entries_.empty());
}

}  // namespace belfry::sync
