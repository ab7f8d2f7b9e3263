#include <algorithm>

#include "sync/reader_token.h"
#include "sync/subscriptions.h"

/// How subscriptions that are there are kept: one request a step.
namespace belfry::sync {

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
  const SubscribeKind kind = kind_of_resource(spec.resource);
  const bool is_of_few = kind == SubscribeKind::accounts || kind == SubscribeKind::chats;
  // Without the one that tells of chats, anybody may have a new one that nobody knows of.
  if (!is_of_few || spec.resource == k_chats_resource) {
    // Before anybody has connected, nobody can have missed anything.
    if (accounts_.connected_accounts() > 0) ask_for_sweep_of_all(trigger);
    return;
  }
  const bool is_first = to_sweep_.empty() && chats_to_sweep_.empty();
  if (const auto chat = chat_of_resource(spec.resource)) {
    chats_to_sweep_.emplace(*chat, trigger);
  } else if (const auto user = user_of_resource(spec.resource)) {
    const auto account = accounts_.account_of(*user);
    if (account && account->has_value()) to_sweep_.emplace((*account)->user, trigger);
  }
  const bool is_wanted = !to_sweep_.empty() || !chats_to_sweep_.empty();
  if (!is_first || !is_wanted) return;
  sweeps_.promise();
  sweep_due_ = now.steady + policy_.sweep_after;
}

void Subscriptions::ask_for_sweep_of_all(SweepTrigger trigger) {
  sweeps_.promise();
  sweeps_.request({trigger, std::nullopt, std::nullopt});
  sweeps_.keep_promise();
}

void Subscriptions::flush_sweeps(Moment now) {
  if (to_sweep_.empty() && chats_to_sweep_.empty()) return;
  // One sweep for all that is new, once no more of it is about to be subscribed to.
  if (sweep_due_ > now.steady) {
    MutexLock lock(mutex_);
    const bool more_to_come = std::any_of(entries_.begin(), entries_.end(), [&](const auto& one) {
      return !one.second.held && one.second.failures == 0 && !one.second.is_refused;
    });
    if (more_to_come) return;
  }
  if (!chats_to_sweep_.empty() && lists_.is_reading()) {
    // After a start it is not known yet whose chats they are.
    sweep_due_ = now.steady + policy_.review_rest;
    return;
  }
  request_sweeps_of_chats();
  for (const auto& [person, trigger] : to_sweep_) sweeps_.request({trigger, person});
  sweeps_.keep_promise();
  to_sweep_.clear();
  sweep_due_ = Instant::max();
}

void Subscriptions::request_sweeps_of_chats() {
  std::map<MattermostUserId, SweepTrigger> people;
  for (const auto& [chat, trigger] : chats_to_sweep_) {
    const std::vector<MattermostUserId> known = book_.people_of(chat);
    // Nobody's whose list could be read: then of one whose list could not.
    if (known.empty() && !lists_.is_complete())
      sweeps_.request({trigger, std::nullopt, std::nullopt});
    for (const MattermostUserId& person : known) people.emplace(person, trigger);
  }
  // Many at once, as after the start: what moved in them shows in their people's lists. A few
  // are read, and no list brings up others to be subscribed to in turn.
  if (chats_to_sweep_.size() > people.size() * policy_.reads_of_a_sweep) {
    to_sweep_.merge(people);
  } else {
    for (const auto& [chat, trigger] : chats_to_sweep_)
      sweeps_.request({trigger, std::nullopt, std::nullopt, chat});
  }
  chats_to_sweep_.clear();
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
