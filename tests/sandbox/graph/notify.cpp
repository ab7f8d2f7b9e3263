#include "tests/sandbox/graph/graph_simulator.h"

/// From a change in the world to notices for the subscribers; and what Graph does to subscriptions
/// as time goes by.
namespace belfry::sandbox {

namespace {

constexpr std::chrono::minutes k_housekeeping{1};

}  // namespace

void GraphSimulator::notify(const std::optional<WorldChange>& change, Damage damage) {
  if (!change) return;
  const auto settings = current_settings();
  const auto interested =
      book_.interested_in(*change, world_.members_of(change->chat), clock_.now_ms());
  if (interested.empty()) return;
  std::shared_ptr<const std::string> resource;
  const auto resource_of_change = [&] {
    if (resource) return resource;
    const RenderOptions options{
        .directory = directory_, .unknown_enum_members = true, .graph = settings->base_url};
    world_.read(change->chat, [&](const Chat& chat) {
      const auto found = chat.messages.find(std::stoll(change->message));
      if (found == chat.messages.end()) return;
      resource = std::make_shared<const std::string>(
          render_message(chat, found->second, MessageForm::notification, options));
    });
    return resource;
  };
  for (const SubscriptionPtr& subscription : interested)
    notify_one(subscription, *change, subscription->rich ? resource_of_change() : nullptr, damage);
}

/// "Get change notifications for chats": by the whole tenant's subscription alone, here without
/// content.
void GraphSimulator::notify_of_chat(const std::string& chat, ChangeKind kind) {
  WorldChange change;
  change.kind = kind;
  change.chat = chat;
  change.at_ms = clock_.now_ms();
  for (const SubscriptionPtr& subscription : book_.interested_in_chats(kind, clock_.now_ms()))
    notify_one(subscription, change, nullptr, Damage::none);
}

void GraphSimulator::notify_one(const SubscriptionPtr& subscription, const WorldChange& change,
                                const std::shared_ptr<const std::string>& resource, Damage damage) {
  const auto settings = current_settings();
  const Resource& to = subscription->resource;
  // Documented for single chats only.
  if (change.system && to.kind != ResourceKind::one_chat && !settings->system_events_everywhere)
    return;
  // "Payment models": under model A messages of unlicensed senders raise no notification.
  if (to.model == "A")
    if (const auto sender = directory_.person(change.sender); sender && !sender->licensed) return;
  if (to.is_metered()) {
    const std::int64_t now = clock_.now_ms();
    // Beyond the evaluation cap notifications are not sent, without an error or a lifecycle event.
    if (to.model.empty() && settings->evaluation_cap_enforced) {
      if (!allowance_.spend_one_within("notifications", now, settings->evaluation_cap))
        return courier_.count_silent();
    } else {
      allowance_.spend("notifications", now, 1);
    }
  }
  Notice notice;
  notice.subscription = subscription;
  notice.change = change;
  notice.resource = resource;
  notice.damage = damage;
  courier_.submit(std::move(notice));
}

bool GraphSimulator::announce(const std::string& chat, const std::string& message, ChangeKind kind,
                              Damage damage) {
  std::optional<WorldChange> change;
  world_.read(chat, [&](const Chat& c) {
    for (const auto& [number, m] : c.messages)
      if (m.id() == message)
        change = WorldChange{.kind = kind,
                             .chat = chat,
                             .message = message,
                             .sender = m.sender,
                             .system = m.is_system(),
                             .at_ms = clock_.now_ms()};
  });
  notify(change, damage);
  return change.has_value();
}

std::vector<SubscriptionPtr> GraphSimulator::subscriptions() const {
  return book_.all(clock_.now_ms());
}

bool GraphSimulator::remove_subscription(const std::string& id, Announce announce) {
  const SubscriptionPtr gone = book_.remove(id);
  if (!gone) return false;
  if (announce == Announce::yes && !gone->lifecycle_url.empty()) {
    Notice notice;
    notice.subscription = gone;
    notice.lifecycle_event = "subscriptionRemoved";
    courier_.submit(std::move(notice));
  }
  return true;
}

bool GraphSimulator::expire_subscription(const std::string& id) {
  return book_.remove(id) != nullptr;
}

bool GraphSimulator::expire_access(const std::string& id) {
  const std::int64_t now = clock_.now_ms();
  return book_.change(id, now, [&](Subscription& s) { s.access_until_ms = now; }) != nullptr;
}

bool GraphSimulator::send_lifecycle(const std::string& id, const std::string& event) {
  const SubscriptionPtr subscription = book_.find(id, clock_.now_ms());
  if (!subscription || subscription->lifecycle_url.empty()) return false;
  Notice notice;
  notice.subscription = subscription;
  notice.lifecycle_event = event;
  courier_.submit(std::move(notice));
  return true;
}

void GraphSimulator::keep_house() {
  const std::int64_t now = clock_.now_ms();
  book_.sweep(now);
  courier_.sweep(now);
  for (const SubscriptionPtr& subscription : book_.all(now)) remind(*subscription, now);
  timetable_.after(k_housekeeping, [this] { keep_house(); });
}

/// "Reduce missing change notifications": before the token or the subscription ends, again and
/// again.
void GraphSimulator::remind(const Subscription& subscription, std::int64_t now_ms) {
  if (subscription.lifecycle_url.empty() || now_ms < subscription.next_reminder_ms) return;
  const std::int64_t every = current_settings()->reauthorization_every_ms;
  (void)book_.change(subscription.id, now_ms,
                     [&](Subscription& s) { s.next_reminder_ms = now_ms + every; });
  send_lifecycle(subscription.id, "reauthorizationRequired");
}

}  // namespace belfry::sandbox
