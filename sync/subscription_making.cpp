#include <algorithm>

#include "sync/subscriptions.h"

/// How subscriptions are made, and what comes of Graph's refusals: one request a step.
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
    Sender sender = sender_of(entry.spec, request.client_state, reader->user);
    MutexLock lock(mutex_);
    pending_sender_ = std::move(sender);
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
  // What was written before, and after a predecessor ended, nobody announces. Asked for before the
  // subscription is stored: a restart finds it in force and has no reason to ask.
  ask_for_sweep(entry.spec, SweepTrigger::new_subscription, now);
  keep(*entry.held);
  journal_.record(SubscriptionCreated{remote.id, entry.spec.resource, remote.expires});
  MutexLock lock(mutex_);
  if (pending_sender_) senders_[remote.id] = *std::exchange(pending_sender_, std::nullopt);
  const SubscribeKind in_force = kind_;
  const bool is_of_kind_in_force = kind_of_resource(entry.spec.resource) == in_force;
  const bool has_others = std::any_of(entries_.begin(), entries_.end(), [&](const auto& one) {
    return one.second.is_wanted && kind_of_resource(one.second.spec.resource) != in_force;
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

}  // namespace belfry::sync
