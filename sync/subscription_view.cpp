#include <algorithm>
#include <tuple>

#include "sync/subscriptions.h"

// What others ask of the subscriptions, and tell them, from any thread.
namespace belfry::sync {

Checked Subscriptions::check(const Notification& notification) const {
  MutexLock lock(mutex_);
  const auto known = senders_.find(notification.subscription);
  const std::string& given = notification.client_state.reveal();
  const auto believed = [](const Sender& sender) {
    return Checked{sender.is_metered ? Verdict::ours_and_metered : Verdict::ours, sender.shown_to};
  };
  if (known != senders_.end()) {
    return known->second.client_state.equals(given) ? believed(known->second)
                                                    : Checked{Verdict::wrong_client_state};
  }
  const bool is_pending = pending_sender_ && pending_sender_->client_state.equals(given);
  return is_pending ? believed(*pending_sender_) : Checked{Verdict::unknown_subscription};
}

Subscriptions::Sender Subscriptions::sender_of(const SubscriptionSpec& spec,
                                               const Secret& client_state,
                                               const MattermostUserId& reader) {
  Sender sender{client_state, is_metered(spec.resource), reader};
  const auto user = user_of_resource(spec.resource);
  if (!user) return sender;
  // Whom the store cannot name now is found by other ways.
  if (const auto account = accounts_.account_of(*user); account && account->has_value())
    sender.shown_to = (*account)->user;
  return sender;
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
  if (notification.kind == LifecycleKind::missed) ask_for_sweep_of_all(SweepTrigger::lifecycle);
  return true;
}

std::vector<SubscriptionStatus> Subscriptions::status() const {
  MutexLock lock(mutex_);
  std::vector<std::pair<std::tuple<bool, std::size_t>, SubscriptionStatus>> all;
  for (const auto& [key, entry] : entries_) {
    if (!entry.is_wanted) continue;
    SubscriptionStatus one;
    one.resource = entry.spec.resource;
    one.last_error = entry.last_error;
    one.is_refused = entry.is_refused;
    if (entry.held) {
      one.id = entry.held->id;
      one.expires = entry.held->expires;
    }
    // What there is trouble with comes first.
    all.emplace_back(std::tuple{entry.last_error.empty(), entry.rank}, std::move(one));
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<SubscriptionStatus> sorted;
  for (auto& [place, one] : all) sorted.push_back(std::move(one));
  return sorted;
}

SubscriptionsOverview Subscriptions::overview() const {
  SubscriptionsOverview overview;
  overview.chosen = policy_.kind;
  overview.chats_known = book_.size();
  overview.most_chats = policy_.most_chats;
  MutexLock lock(mutex_);
  overview.in_force = kind_;
  overview.why_not_the_best = why_not_the_best_;
  overview.is_listing = is_listing_;
  overview.chats_left_out = chats_left_out_;
  overview.is_room_limited_by_graph = is_room_limited_by_graph_;
  for (const auto& [key, entry] : entries_) {
    if (!entry.is_wanted) continue;
    ++overview.wanted;
    if (entry.held) ++overview.active;
    if (!entry.is_refused) continue;
    ++overview.refused;
    if (chat_of_resource(entry.spec.resource)) ++overview.chats_refused;
  }
  return overview;
}

bool Subscriptions::is_complete(WallTime now) const {
  MutexLock lock(mutex_);
  return was_reviewed_ && std::all_of(entries_.begin(), entries_.end(), [now](const auto& one) {
           const Entry& entry = one.second;
           if (!entry.is_wanted) return true;
           if (entry.held) return entry.held->expires > now;
           const bool waits_its_turn =
               kind_of_resource(entry.spec.resource) == SubscribeKind::chats && entry.failures == 0;
           return entry.is_refused || waits_its_turn;
         });
}

bool Subscriptions::is_listening(WallTime now) const {
  MutexLock lock(mutex_);
  return std::any_of(entries_.begin(), entries_.end(), [now](const auto& one) {
    const Entry& entry = one.second;
    return entry.held && entry.held->expires > now && entry.spec.resource != k_chats_resource;
  });
}

bool Subscriptions::is_in_force(const Entry& entry, WallTime now) const {
  return entry.held && entry.held->expires > now &&
         entry.held->notification_url == policy_.notification_url;
}

std::optional<WallTime> Subscriptions::announced_since(const ChatId& chat, WallTime now) const {
  // Asked for each message that a sweep finds, of thousands of entries: their keys begin with the
  // resource, and those of metered ones stand behind those of chats.
  const std::string of_chat = chat_resource(chat) + " ";
  const std::string of_metered = tenant_resource(PaymentModel::none);
  MutexLock lock(mutex_);
  const bool is_all_announced =
      std::any_of(entries_.lower_bound(of_metered), entries_.end(), [&](const auto& one) {
        return is_metered(one.second.spec.resource) && is_in_force(one.second, now);
      });
  if (is_all_announced) return WallTime::min();
  std::optional<WallTime> since;
  for (auto one = entries_.lower_bound(of_chat);
       one != entries_.end() && one->first.starts_with(of_chat); ++one) {
    if (!is_in_force(one->second, now)) continue;
    const WallTime made = one->second.held->created_at;
    since = std::min(since.value_or(made), made);
  }
  return since;
}

bool Subscriptions::is_metering() const {
  MutexLock lock(mutex_);
  // Before anything stands, what is wanted.
  if (kind_ != SubscribeKind::chats) return true;
  return std::any_of(entries_.begin(), entries_.end(), [](const auto& one) {
    return one.second.held && is_metered(one.second.spec.resource);
  });
}

}  // namespace belfry::sync
