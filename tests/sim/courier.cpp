#include "tests/sim/courier.h"

#include <algorithm>

namespace belfry::sim {
namespace {

/// Source: Graph, "receive change notifications through webhooks".
constexpr Duration k_patience = std::chrono::hours{4};
constexpr Duration k_first_gap = std::chrono::seconds{10};
constexpr Duration k_longest_gap = std::chrono::minutes{15};
constexpr Duration k_window = std::chrono::minutes{10};
constexpr std::size_t k_least_answers = 5;
constexpr std::size_t k_slow_percent = 15;
/// Source: Graph, "lifecycle events": every 15 minutes in the last hour.
constexpr Duration k_reminded_every = std::chrono::minutes{15};

}  // namespace

std::uint64_t Courier::metered(Month month) const {
  const auto found = metered_.find(month);
  return found == metered_.end() ? 0 : found->second;
}

std::uint64_t Courier::metered() const {
  std::uint64_t all = 0;
  for (const auto& [month, count] : metered_) all += count;
  return all;
}

void Courier::announce(const MessageRef& ref, ChangeKind kind) {
  Body body;
  for (const SubscriptionBook::Entry* to : book_.told_of(ref.chat, kind)) {
    if (auto notification = written(*to, ref, kind)) body.entries.push_back(*notification);
  }
  if (body.entries.empty()) return receiver_.missed();
  deliver(std::move(body));
}

void Courier::announce_chat(const ChatId& chat) {
  Body body;
  for (const SubscriptionBook::Entry* to : book_.told_of_chats()) {
    if (auto notification = written(*to, {chat, MessageId{}}, ChangeKind::chat))
      body.entries.push_back(*notification);
  }
  if (!body.entries.empty()) deliver(std::move(body));
}

void Courier::deliver(Body body) {
  const std::uint64_t delay =
      !weather_.is_calm && dice_.falls(rates_.late) ? dice_.below(60'000) : 50;
  if (!weather_.is_calm && dice_.falls(rates_.duplicate))
    send_later(body, Duration{static_cast<Duration::rep>(dice_.below(60'000))});
  send_later(std::move(body), Duration{static_cast<Duration::rep>(delay)});
}

std::optional<Notification> Courier::written(const SubscriptionBook::Entry& to,
                                             const MessageRef& ref, ChangeKind kind) {
  if (!weather_.is_calm && dice_.falls(rates_.unannounced)) return std::nullopt;
  const auto missing = missing_until_.find(to.id);
  if (missing != missing_until_.end() && clock_.now().steady < missing->second) return std::nullopt;
  const Month month = month_of(clock_.now().wall);
  if (to.is_metered() && is_silent(month)) return std::nullopt;
  if (to.is_metered()) ++metered_[month];
  if (drops()) return std::nullopt;
  Notification notification;
  notification.subscription = to.id;
  notification.client_state = to.client_state;
  notification.ref = ref;
  notification.kind = kind;
  if (!to.certificate.empty()) notification.resource = resources_.seal(ref, to.certificate);
  return notification;
}

void Courier::forge(const MessageRef& ref, const Secret& client_state) {
  ++forged_;
  Body body;
  body.origin = Origin::rogue;
  Notification notification;
  const auto known = book_.ids();
  notification.subscription = known.empty() ? SubscriptionId{"guessed"} : known.front();
  notification.client_state = client_state;
  notification.ref = ref;
  notification.resource = SimResources::forge();
  body.entries.push_back(notification);
  send_later(std::move(body), Duration{static_cast<Duration::rep>(dice_.below(1'000))});
}

void Courier::tell_lifecycle(const SubscriptionId& id, const Secret& client_state,
                             LifecycleKind kind) {
  LifecycleNotification notification;
  notification.subscription = id;
  notification.client_state = client_state;
  notification.kind = kind;
  timetable_.later(std::chrono::seconds{1}, [this, notification] { send_lifecycle(notification); });
}

void Courier::send_lifecycle(const LifecycleNotification& notification) {
  const auto again = [&] {
    timetable_.later(k_first_gap, [this, notification] { send_lifecycle(notification); });
  };
  try {
    if (!receiver_.lifecycle(notification)) again();
  } catch (const Crash&) {
    again();
    throw;
  }
}

void Courier::miss(const SubscriptionId& id, Duration time) {
  missing_until_[id] = clock_.now().steady + time;
  timetable_.later(time, [this, id] {
    if (const auto* entry = book_.find(id))
      tell_lifecycle(id, entry->client_state, LifecycleKind::missed);
  });
}

void Courier::watch_access(const SubscriptionId& id) {
  const SubscriptionBook::Entry* entry = book_.find(id);
  if (entry == nullptr) return;
  const WallTime now = clock_.now().wall;
  const Duration left = entry->access_until - now;
  if (left > k_reminded_every) {
    timetable_.by_the_way(left - k_reminded_every + Duration{1}, [this, id] { watch_access(id); });
    return;
  }
  static_cast<void>(
      receiver_.lifecycle({id, entry->client_state, {}, LifecycleKind::reauthorization_required}));
  timetable_.by_the_way(k_reminded_every, [this, id] { watch_access(id); });
}

void Courier::send_later(Body body, Duration delay) {
  if (body.tries == 0) body.first_sent = clock_.now().steady + delay;
  timetable_.later(delay, [this, body = std::move(body)] { send(body); });
}

void Courier::send(const Body& body) {
  Body now = body;
  Body held = body;
  now.entries.clear();
  held.entries.clear();
  for (const Notification& entry : body.entries) {
    const SubscriptionBook::Entry* to = book_.find(entry.subscription);
    if (body.origin == Origin::rogue) {
      now.entries.push_back(entry);
    } else if (to == nullptr) {
      receiver_.missed();
    } else {
      (to->access_until > clock_.now().wall ? now : held).entries.push_back(entry);
    }
  }
  if (!held.entries.empty()) send_again(std::move(held));
  if (now.entries.empty()) return;
  NotificationBatch batch;
  batch.notifications = now.entries;
  bool is_answered = false;
  try {
    is_answered = receiver_.changes(batch);
  } catch (const Crash&) {
    send_again(std::move(now));
    throw;
  }
  const bool is_slow = !weather_.is_calm && dice_.falls(rates_.slow);
  note_answer(is_slow);
  const bool is_lost = !weather_.is_calm && dice_.falls(rates_.lost_answer);
  if (!is_answered || is_slow || is_lost) send_again(std::move(now));
}

void Courier::send_again(Body body) {
  const auto doubled = static_cast<Duration::rep>(1) << std::min(body.tries++, 10);
  const Duration gap = std::min(k_first_gap * doubled, k_longest_gap);
  if (clock_.now().steady + gap - body.first_sent > k_patience) return receiver_.missed();
  send_later(std::move(body), gap);
}

void Courier::note_answer(bool was_very_slow) {
  answers_.emplace_back(clock_.now().steady, was_very_slow);
}

bool Courier::drops() {
  const Instant now = clock_.now().steady;
  if (now < drops_until_) return true;
  while (!answers_.empty() && answers_.front().first < now - k_window) answers_.pop_front();
  const auto slow = static_cast<std::size_t>(std::count_if(
      answers_.begin(), answers_.end(), [](const auto& answer) { return answer.second; }));
  if (answers_.size() < k_least_answers || slow * 100 <= answers_.size() * k_slow_percent)
    return false;
  answers_.clear();
  drops_until_ = now + k_window;
  return true;
}

}  // namespace belfry::sim
