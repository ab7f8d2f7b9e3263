#include <algorithm>

#include "sync/reader_token.h"
#include "sync/subscriptions.h"

/// What is asked of Graph for the subscriptions: one request a step.
namespace belfry::sync {
namespace {

constexpr std::size_t k_client_state_bytes = 32;

/// No other time will make it right, but perhaps another person's token.
bool is_refusal(const Error& error) {
  if (error.code == k_subscription_exists || error.code == k_subscription_quota) return false;
  switch (error.kind) {
    case ErrorKind::forbidden:
    case ErrorKind::refused:
    case ErrorKind::gone:
    case ErrorKind::exhausted:
      return true;
    case ErrorKind::transient:
    case ErrorKind::throttled:
    case ErrorKind::unauthorized:
    case ErrorKind::in_doubt:
    case ErrorKind::damaged:
      break;
  }
  return false;
}

}  // namespace

StepOutcome Subscriptions::make_or_list(const Secret& app, Moment now) {
  auto due = first_to_make(now);
  const bool is_list_due = lists_.due() <= now.steady;
  // Turn and turn about: the first chats are subscribed to before the last person's list is read.
  if (is_list_due && (!due || is_turn_of_lists_)) {
    is_turn_of_lists_ = false;
    return lists_.step(now);
  }
  is_turn_of_lists_ = true;
  if (!due) return {false, next_due(now)};
  return create(due->key, std::move(due->entry), app, now);
}

StepOutcome Subscriptions::keep_alive(Chosen chosen, const Secret& app, Moment now) {
  const Reader reader{chosen.entry.held->reader};
  if (chosen.entry.is_wanted && chosen.entry.held->expires <= now.wall)
    return lose(chosen.key, chosen.entry, "it expired", now);
  const auto token = token_for(chosen, reader, app, now);
  if (!token) return {true, now.steady};
  if (!chosen.entry.is_wanted) return remove(chosen.key, std::move(chosen.entry), *token, now);
  return renew(chosen, *token, now);
}

std::optional<Secret> Subscriptions::token_for(const Chosen& chosen, const Reader& reader,
                                               const Secret& app, Moment now) {
  if (reader.is_app()) return app;
  const ReaderToken token = token_of(tokens_, reader, now);
  if (const auto* ready = std::get_if<Secret>(&token)) return *ready;
  if (const auto* again = std::get_if<AskAgain>(&token)) {
    Entry entry = chosen.entry;
    entry.due = again->at;
    put(chosen.key, std::move(entry));
    return std::nullopt;
  }
  const Error& why = std::get<CannotRead>(token).why;
  if (chosen.entry.held) {
    // Ends by itself at Graph's side; another member's token, or the app's, may make a new one.
    lose(chosen.key, chosen.entry, why.text, now);
  } else {
    Entry entry = chosen.entry;
    entry.refused.push_back(reader);
    put(chosen.key, std::move(entry));
  }
  return std::nullopt;
}

std::optional<Reader> Subscriptions::next_reader(const Entry& entry) const {
  const auto may = [&entry](const Reader& reader) {
    return std::find(entry.refused.begin(), entry.refused.end(), reader) == entry.refused.end();
  };
  if (const Reader app; may(app)) return app;
  const auto chat = chat_of_resource(entry.spec.resource);
  if (!chat) return std::nullopt;
  // A chat that another tenant hosts is hidden from the app, but not from its members.
  for (const MattermostUserId& person : book_.people_of(*chat)) {
    if (const Reader member{person}; may(member)) return member;
  }
  return std::nullopt;
}

StepOutcome Subscriptions::create(const std::string& key, Entry entry, const Secret& app,
                                  Moment now) {
  if (entry.is_refused) {
    entry.is_refused = false;
    entry.refused.clear();
  }
  const auto reader = next_reader(entry);
  if (!reader)
    return refused(key, std::move(entry),
                   Error{ErrorKind::forbidden, "nobody may subscribe to it", {}, 0, {}}, now);
  const auto token = token_for({key, entry}, *reader, app, now);
  if (!token) return {true, now.steady};
  SubscriptionRequest request;
  request.spec = entry.spec;
  request.notification_url = policy_.notification_url;
  request.lifecycle_url = policy_.lifecycle_url;
  request.client_state = Secret{entropy_.token(k_client_state_bytes)};
  request.expires = now.wall + policy_.lifetime;
  if (entry.spec.rich) {
    request.certificate = certificates_.newest()->id;
    request.certificate_base64 = certificates_.newest()->certificate_base64;
  }
  {
    MutexLock lock(mutex_);
    pending_sender_ = Sender{request.client_state, is_metered(entry.spec.resource)};
  }
  next_write_ = now.steady + policy_.write_gap;
  const auto answer = through(gate_, now.steady, [&] { return graph_.subscribe(*token, request); });
  if (answer) return made(key, std::move(entry), request, *answer, *reader, now);
  {
    MutexLock lock(mutex_);
    pending_sender_.reset();
  }
  return not_made(key, std::move(entry), *reader, *token, answer.error(), now);
}

StepOutcome Subscriptions::made(const std::string& key, Entry entry,
                                const SubscriptionRequest& request,
                                const RemoteSubscription& remote, const Reader& reader,
                                Moment now) {
  entry.held = Subscription{remote.id,
                            entry.spec,
                            request.client_state,
                            request.certificate.value_or(CertificateId{}),
                            policy_.notification_url,
                            now.wall,
                            remote.expires,
                            now.wall,
                            reader.user};
  entry.failures = 0;
  entry.last_error.clear();
  entry.due = next_renewal(now);
  keep(*entry.held);
  journal_.record(SubscriptionCreated{remote.id, entry.spec.resource, remote.expires});
  // What was written before, and after a predecessor ended, nobody announces.
  ask_for_sweep(entry.spec, SweepTrigger::new_subscription, now);
  MutexLock lock(mutex_);
  senders_[remote.id] = {request.client_state, is_metered(entry.spec.resource)};
  pending_sender_.reset();
  const bool is_of_kind_in_force = kind_of_resource(entry.spec.resource) == kind_;
  const bool has_others = std::any_of(entries_.begin(), entries_.end(), [this](const auto& one) {
    return one.second.is_wanted && kind_of_resource(one.second.spec.resource) != kind_;
  });
  if (is_of_kind_in_force && has_others) is_review_wanted_ = true;
  entries_[key] = std::move(entry);
  return {true, now.steady};
}

StepOutcome Subscriptions::not_made(const std::string& key, Entry entry, const Reader& reader,
                                    const Secret& token, const Error& error, Moment now) {
  const auto chat = chat_of_resource(entry.spec.resource);
  if (is_refusal(error) && chat) {
    entry.last_error = error.text;
    entry.refused.push_back(reader);
    if (next_reader(entry)) {
      put(key, std::move(entry));
      return {true, now.steady};
    }
    return refused(key, std::move(entry), error, now);
  }
  tell_failure(entry.spec.resource, reader, token, error);
  if (is_refusal(error)) return refused(key, std::move(entry), error, now);
  // Perhaps one that a crash or a lost answer left between Graph's making it and our record: then
  // the list shows it with our URL. Somebody else's is left alone, and ours has to wait.
  if (error.code == k_subscription_exists) leftovers_due_ = now.steady;
  if (error.code == k_subscription_quota) {
    pause_creations(now.steady + policy_.quota_pause);
    if (wanted_.kind() == SubscribeKind::chats) {
      // The least active of those that are there makes room for a livelier one.
      MutexLock lock(mutex_);
      const auto held = std::count_if(entries_.begin(), entries_.end(), [](const auto& one) {
        return one.second.held && chat_of_resource(one.second.spec.resource);
      });
      wanted_.limit_chats(static_cast<std::size_t>(held));
      chats_limit_ends_ = now.steady + policy_.refused_pause;
      is_review_wanted_ = true;
    }
  }
  return failed(key, std::move(entry), error, now);
}

StepOutcome Subscriptions::refused(const std::string& key, Entry entry, const Error& error,
                                   Moment now) {
  const auto chat = chat_of_resource(entry.spec.resource);
  const bool is_optional = chat || entry.spec.resource == k_chats_resource;
  if (chat) journal_.record(ChatLeftToSweeps{*chat, error});
  if (is_optional) {
    entry.is_refused = true;
    entry.last_error = error.text;
    entry.due = now.steady + policy_.refused_pause;
    put(key, std::move(entry));
  } else {
    failed(key, std::move(entry), error, now);
  }
  give_up_kind_if_refused(error, now);
  return {true, now.steady};
}

bool Subscriptions::is_kind_refused() const {
  MutexLock lock(mutex_);
  std::size_t asked = 0;
  std::size_t wanted = 0;
  for (const auto& [key, entry] : entries_) {
    const std::string& resource = entry.spec.resource;
    if (!entry.is_wanted || kind_of_resource(resource) != kind_ || resource == k_chats_resource)
      continue;
    if (entry.held) return false;
    ++wanted;
    if (entry.is_refused || entry.failures > 0) ++asked;
  }
  return asked > 0 && asked >= std::min(wanted, policy_.refusals_of_a_kind);
}

void Subscriptions::give_up_kind_if_refused(const Error& why, Moment now) {
  if (!is_kind_refused()) return;
  const SubscribeKind from = wanted_.kind();
  if (!wanted_.fall_back()) return;
  journal_.record(SubscribeKindChanged{from, wanted_.kind(), why});
  best_kind_due_ = now.steady + policy_.refused_pause;
  review_due_ = now.steady;
  MutexLock lock(mutex_);
  why_not_the_best_ = std::string(name_of(from)) + ": " + why.text;
}

void Subscriptions::pause_creations(Instant until) {
  MutexLock lock(mutex_);
  for (auto& [key, entry] : entries_) {
    if (!entry.held) entry.due = std::max(entry.due, until);
  }
}

std::vector<Subscriptions::Chosen> Subscriptions::renewed_together(const Chosen& first,
                                                                   Moment now) const {
  std::vector<Chosen> together{first};
  MutexLock lock(mutex_);
  for (const auto& [key, entry] : entries_) {
    if (together.size() == k_most_renewals) break;
    const bool fits = key != first.key && entry.is_wanted && entry.held &&
                      entry.held->expires > now.wall &&
                      entry.due <= now.steady + policy_.renew_together &&
                      entry.held->reader == first.entry.held->reader;
    if (fits) together.push_back({key, entry});
  }
  return together;
}

StepOutcome Subscriptions::renew(const Chosen& chosen, const Secret& token, Moment now) {
  std::vector<Chosen> together = renewed_together(chosen, now);
  std::vector<Renewal> renewals;
  for (const Chosen& one : together) {
    const bool is_rotated =
        one.entry.spec.rich && one.entry.held->certificate != certificates_.newest()->id;
    renewals.push_back({one.entry.held->id, is_rotated ? certificates_.newest() : nullptr});
  }
  const auto count = static_cast<Duration::rep>(together.size());
  next_write_ = now.steady + policy_.write_gap * count;
  const auto outcomes = through(gate_, now.steady, [&] {
    return graph_.renew(token, renewals, now.wall + policy_.lifetime);
  });
  const Reader reader{chosen.entry.held->reader};
  if (!outcomes) tell_failure(chosen.entry.spec.resource, reader, token, outcomes.error());
  for (std::size_t i = 0; i < together.size(); ++i) {
    Chosen& one = together[i];
    if (!outcomes) {
      failed(one.key, std::move(one.entry), outcomes.error(), now);
    } else if (const auto& outcome = (*outcomes)[i]; outcome) {
      const auto* rotated = renewals[i].certificate;
      renewed(std::move(one), *outcome, rotated == nullptr ? nullptr : &rotated->id, now);
    } else if (outcome.error().kind == ErrorKind::gone) {
      lose(one.key, one.entry, "Graph does not know it any more", now);
    } else {
      tell_failure(one.entry.spec.resource, reader, token, outcome.error());
      failed(one.key, std::move(one.entry), outcome.error(), now);
    }
  }
  return {true, now.steady};
}

void Subscriptions::renewed(Chosen chosen, const RemoteSubscription& remote,
                            const CertificateId* rotated, Moment now) {
  Entry& entry = chosen.entry;
  const Instant asked_at = entry.due;
  // Graph repeats for 4 h what it held back since the access right ended, but promises nothing.
  if (now.wall - entry.held->renewed_at > policy_.access_lives)
    ask_for_sweep(entry.spec, SweepTrigger::lifecycle, now);
  entry.held->expires = remote.expires;
  entry.held->renewed_at = now.wall;
  if (rotated != nullptr) entry.held->certificate = *rotated;
  entry.failures = 0;
  entry.last_error.clear();
  entry.due = next_renewal(now);
  keep(*entry.held);
  journal_.record(SubscriptionRenewed{entry.held->id, remote.expires});
  MutexLock lock(mutex_);
  Entry& place = entries_[chosen.key];
  // A lifecycle event that came meanwhile may speak of what is after this renewal.
  if (place.due != asked_at) entry.due = now.steady;
  place = std::move(entry);
}

StepOutcome Subscriptions::remove(const std::string& key, Entry entry, const Secret& token,
                                  Moment now) {
  const SubscriptionId id = entry.held->id;
  next_write_ = now.steady + policy_.write_gap;
  const auto deleted = through(gate_, now.steady, [&] { return graph_.unsubscribe(token, id); });
  if (!deleted && deleted.error().kind != ErrorKind::gone) {
    tell_failure(entry.spec.resource, Reader{entry.held->reader}, token, deleted.error());
    return failed(key, std::move(entry), deleted.error(), now);
  }
  if (const auto stored = store_.remove_subscription(id); !stored) {
    journal_.record(StoreTrouble{"subscription", stored.error()});
  }
  journal_.record(SubscriptionRemoved{id, entry.spec.resource, "it is no longer wanted"});
  MutexLock lock(mutex_);
  senders_.erase(id);
  entries_.erase(key);
  return {true, now.steady};
}

StepOutcome Subscriptions::lose(const std::string& key, const Entry& entry, const std::string& why,
                                Moment now) {
  const Subscription& lost = *entry.held;
  if (const auto stored = store_.remove_subscription(lost.id); !stored) {
    journal_.record(StoreTrouble{"subscription", stored.error()});
  }
  journal_.record(
      SubscriptionLost{lost.id, entry.spec.resource, why, std::min(lost.renewed_at, lost.expires)});
  MutexLock lock(mutex_);
  senders_.erase(lost.id);
  Entry anew;
  anew.spec = entry.spec;
  anew.rank = entry.rank;
  anew.due = now.steady;
  anew.last_error = why;
  entries_[key] = std::move(anew);
  return {true, now.steady};
}

StepOutcome Subscriptions::failed(const std::string& key, Entry entry, const Error& error,
                                  Moment now) {
  const bool is_quota = error.code == k_subscription_quota;
  const Duration delay = delay_after(error, entry.failures, policy_.retry, random_);
  ++entry.failures;
  entry.last_error = error.text;
  entry.due = now.steady + (is_quota ? std::max(delay, policy_.quota_pause) : delay);
  put(key, std::move(entry));
  return {true, now.steady};
}

void Subscriptions::ask_for_sweep(const SubscriptionSpec& spec, SweepTrigger trigger, Moment now) {
  switch (kind_of_resource(spec.resource)) {
    case SubscribeKind::automatic:
    case SubscribeKind::tenant:
      // Before anybody has connected, nobody can have missed anything.
      if (accounts_.connected_accounts() > 0)
        sweeps_.request({trigger, std::nullopt, std::nullopt});
      return;
    case SubscribeKind::accounts:
    case SubscribeKind::chats:
      break;
  }
  std::vector<MattermostUserId> people;
  if (const auto chat = chat_of_resource(spec.resource)) {
    people = book_.people_of(*chat);
  } else if (const auto user = user_of_resource(spec.resource)) {
    const auto account = accounts_.account_of(*user);
    if (account && account->has_value()) people.push_back((*account)->user);
  }
  if (!people.empty() && to_sweep_.empty()) sweep_due_ = now.steady + policy_.sweep_after;
  for (MattermostUserId& person : people) to_sweep_.emplace(std::move(person), trigger);
}

void Subscriptions::flush_sweeps(Moment now) {
  if (to_sweep_.empty()) return;
  // One sweep for all of a person's chats, once no more of them is about to be subscribed to.
  if (sweep_due_ > now.steady) {
    MutexLock lock(mutex_);
    const bool more_to_come = std::any_of(entries_.begin(), entries_.end(), [&](const auto& one) {
      return !one.second.held && one.second.failures == 0 && !one.second.is_refused;
    });
    if (more_to_come) return;
  }
  for (const auto& [person, trigger] : to_sweep_) sweeps_.request({trigger, person, std::nullopt});
  to_sweep_.clear();
  sweep_due_ = Instant::max();
}

void Subscriptions::tell_failure(const std::string& what, const Reader& reader, const Secret& token,
                                 const Error& error) {
  if (error.kind == ErrorKind::unauthorized) reject_token(tokens_, reader, token);
  journal_.record(SubscriptionFailed{what, error});
}

void Subscriptions::keep(const Subscription& subscription) {
  // One that is not stored is renewed and stored again; after a crash it is a leftover.
  if (const auto stored = store_.put_subscription(subscription); !stored) {
    journal_.record(StoreTrouble{"subscription", stored.error()});
  }
}

void Subscriptions::put(const std::string& key, Entry entry) {
  MutexLock lock(mutex_);
  entries_[key] = std::move(entry);
}

}  // namespace belfry::sync
