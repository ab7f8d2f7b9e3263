#include "sync/subscriptions.h"

#include <algorithm>

namespace belfry::sync {
namespace {

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

ChatListPolicy list_policy(const SubscriptionPolicy& policy) {
  ChatListPolicy lists;
  lists.most_chats = policy.most_chats;
  lists.retry = policy.retry;
  return lists;
}

}  // namespace

Subscriptions::Subscriptions(Ports ports, Peers peers, SubscriptionPolicy policy)
    : store_(ports.store),
      accounts_(ports.accounts),
      graph_(ports.graph),
      random_(ports.random),
      entropy_(ports.entropy),
      sweeps_(ports.sweeps),
      journal_(ports.journal),
      book_(peers.book),
      tokens_(peers.tokens),
      gate_(peers.gate),
      policy_(std::move(policy)),
      certificates_(ports.store, ports.resources, ports.journal, policy_),
      lists_({ports.chat_lists, ports.random, ports.journal}, peers, list_policy(policy_)),
      wanted_(ports.accounts, book_, lists_, policy_),
      kind_(wanted_.kind()) {}

Result<> Subscriptions::open(Moment now) {
  if (const auto opened = certificates_.open(); !opened) return opened;
  const auto stored = store_.subscriptions();
  if (!stored) return fail(stored.error());
  review_due_ = now.steady;
  leftovers_due_ = now.steady;
  MutexLock lock(mutex_);
  for (const Subscription& held : *stored) {
    senders_[held.id] = sender_of(held.spec, held.client_state, held.reader);
    const bool has_our_url = held.notification_url == policy_.notification_url;
    const std::string key = has_our_url ? key_of(held.spec) : removal_key(held.id);
    Entry entry;
    entry.spec = held.spec;
    entry.held = held;
    entry.is_wanted = has_our_url;
    // Renewed at once: how long we were away does not matter then, and what is gone shows.
    entry.due = now.steady;
    entries_[key] = std::move(entry);
    // Nobody knows when somebody last wrote there: as active as when it was chosen, until a list
    // tells.
    if (const auto chat = chat_of_resource(held.spec.resource); chat && has_our_url)
      book_.restore(*chat, held.created_at, held.reader);
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
  note_news(now);
  flush_sweeps(now);
  if (const Instant next = next_due(now); next > now.steady) return {false, next};
  if (review_due_ <= now.steady) {
    review(now);
    return {true, now.steady};
  }
  if (const auto closed = gate_.closed_until(now.steady)) return {false, *closed};

  // First what there is, since a lost one costs more than a late one; a successor may need its
  // predecessor's place as well.
  if (auto held = first_held_due(now)) return keep_alive(std::move(*held), token, now);
  if (!leftovers_.empty()) return delete_leftover(token, now);
  if (leftovers_due_ <= now.steady) return look_for_leftovers(token, now);
  return make_or_list(token, now);
}

void Subscriptions::note_news(Moment now) {
  bool is_wanted = book_.take_news() && wanted_.kind() == SubscribeKind::chats;
  {
    MutexLock lock(mutex_);
    is_wanted = is_wanted || is_review_wanted_;
    is_review_wanted_ = false;
    is_listing_ = !lists_.is_complete();
  }
  if (is_wanted)
    review_due_ = std::min(review_due_, std::max(now.steady, reviewed_at_ + policy_.review_rest));
  if (best_kind_due_ <= now.steady) try_best_kind_again(now);
  if (chats_limit_ends_ <= now.steady) {
    chats_limit_ends_ = Instant::max();
    wanted_.limit_chats(std::nullopt);
    review_due_ = now.steady;
  }
}

std::optional<Subscriptions::Chosen> Subscriptions::first_held_due(Moment now) const {
  if (next_write_ > now.steady) return std::nullopt;
  MutexLock lock(mutex_);
  const std::pair<const std::string, Entry>* first = nullptr;
  for (const auto& one : entries_) {
    const bool is_due = one.second.held && one.second.due <= now.steady;
    if (is_due && (first == nullptr || one.second.due < first->second.due)) first = &one;
  }
  if (first == nullptr) return std::nullopt;
  return Chosen{first->first, first->second};
}

std::optional<Subscriptions::Chosen> Subscriptions::first_to_make(Moment now) const {
  if (next_write_ > now.steady) return std::nullopt;
  MutexLock lock(mutex_);
  const std::pair<const std::string, Entry>* first = nullptr;
  for (const auto& one : entries_) {
    const bool is_due = !one.second.held && one.second.due <= now.steady;
    if (is_due && (first == nullptr || one.second.rank < first->second.rank)) first = &one;
  }
  if (first == nullptr) return std::nullopt;
  return Chosen{first->first, first->second};
}

Instant Subscriptions::next_due(Moment now) const {
  Instant next = std::min(
      {review_due_, leftovers_due_, lists_.due(), sweep_due_, best_kind_due_, chats_limit_ends_});
  if (policy_.rich) next = std::min(next, certificates_.due());
  if (!leftovers_.empty()) next = now.steady;
  MutexLock lock(mutex_);
  for (const auto& [key, entry] : entries_) next = std::min(next, std::max(entry.due, next_write_));
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
    tell_failure("list of subscriptions", {}, token, listed.error());
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
    journal_.record(SubscriptionRemoved{id, {}, "a leftover with our notification URL"});
    leftover_failures_ = 0;
  } else {
    // Looked for again; what it sends meanwhile has a client state that we do not know.
    tell_failure("leftover subscription", {}, token, deleted.error());
    leftovers_due_ =
        now.steady + delay_after(deleted.error(), leftover_failures_++, policy_.retry, random_);
  }
  return {true, now.steady};
}

void Subscriptions::review(Moment now) {
  reviewed_at_ = now.steady;
  const auto specs = wanted_.review(held_chats(), now);
  if (!specs) {
    journal_.record(SubscriptionFailed{"wanted subscriptions", specs.error()});
    review_due_ =
        now.steady + delay_after(specs.error(), review_failures_++, policy_.retry, random_);
    return;
  }
  review_failures_ = 0;
  review_due_ = now.steady + policy_.review_every;
  want(*specs, now);
}

std::set<ChatId> Subscriptions::held_chats() const {
  std::set<ChatId> chats;
  MutexLock lock(mutex_);
  for (const auto& [key, entry] : entries_) {
    if (!entry.held || !entry.is_wanted) continue;
    if (auto chat = chat_of_resource(entry.spec.resource)) chats.insert(*std::move(chat));
  }
  return chats;
}

void Subscriptions::want(const std::vector<SubscriptionSpec>& specs, Moment now) {
  std::map<std::string, std::size_t> ranks;
  std::set<std::string> places;
  for (const SubscriptionSpec& spec : specs) {
    ranks.emplace(key_of(spec), ranks.size());
    places.insert(place_of(spec));
  }
  const SubscribeKind kind = wanted_.kind();
  MutexLock lock(mutex_);
  was_reviewed_ = true;
  kind_ = kind;
  is_listing_ = !lists_.is_complete();
  chats_left_out_ = wanted_.left_out();
  is_room_limited_by_graph_ = wanted_.is_limited_by_graph();
  for (const SubscriptionSpec& spec : specs) {
    const std::string key = key_of(spec);
    const auto [place, is_new] = entries_.try_emplace(key);
    Entry& entry = place->second;
    entry.rank = ranks[key];
    if (is_new) {
      entry.spec = spec;
      entry.due = now.steady;
    } else if (!entry.is_wanted) {
      entry.is_wanted = true;
      entry.due = now.steady;
    }
  }
  // Another kind is only given up for one that stands.
  const bool stands =
      specs.empty() || std::any_of(entries_.begin(), entries_.end(), [&](auto& one) {
        return one.second.held && ranks.contains(one.first) &&
               one.second.spec.resource != k_chats_resource;
      });
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    const bool is_kept = !stands && kind_of_resource(entry->second.spec.resource) != kind;
    const bool stays = ranks.contains(entry->first) || !entry->second.is_wanted;
    if (!stays && !entry->second.held) {
      entry = entries_.erase(entry);
      continue;
    }
    if (!stays && !is_kept) {
      const bool is_in_the_way = places.contains(place_of(entry->second.spec));
      entry->second.is_wanted = false;
      entry->second.due = now.steady + (is_in_the_way ? Duration{0} : policy_.removal_delay);
    }
    ++entry;
  }
}

void Subscriptions::try_best_kind_again(Moment now) {
  best_kind_due_ = Instant::max();
  if (wanted_.start_over()) review_due_ = now.steady;
}

void Subscriptions::review_soon() {
  MutexLock lock(mutex_);
  is_review_wanted_ = true;
}

}  // namespace belfry::sync
