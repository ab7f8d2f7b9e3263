#include "sync/intake.h"

#include <algorithm>
#include <vector>

namespace belfry::sync {

Intake::Intake(IntakeStore& store, ServiceStore& service, const SubscriptionRegister& subscriptions,
               Agenda& agenda, Traffic& traffic, const ServerTime& server_time, Wakeup& wakeup,
               Journal& journal, IntakePolicy policy)
    : store_(store),
      service_(service),
      subscriptions_(subscriptions),
      agenda_(agenda),
      traffic_(traffic),
      server_time_(server_time),
      wakeup_(wakeup),
      journal_(journal),
      policy_(policy) {}

IntakeAnswer Intake::receive(const NotificationBatch& batch, Moment now) {
  NotificationsReceived counts;
  counts.malformed = static_cast<std::size_t>(batch.malformed);
  std::vector<Change> changes;
  changes.reserve(batch.notifications.size());
  for (const Notification& notification : batch.notifications) {
    const Checked sender = subscriptions_.check(notification);
    switch (sender.verdict) {
      case Verdict::wrong_client_state:
        ++counts.wrong_client_state;
        break;
      case Verdict::unknown_subscription:
        ++counts.unknown_subscription;
        break;
      case Verdict::ours:
      case Verdict::ours_and_metered:
        changes.push_back({notification.ref, notification.kind, Source::webhook, now.wall,
                           notification.resource});
        changes.back().shown_to = sender.shown_to;
        if (sender.verdict == Verdict::ours_and_metered) {
          changes.back().metered_by = notification.subscription;
          changes.back().metered_in = month_of(server_time_.at(now));
        }
        break;
    }
  }
  if (!changes.empty()) {
    if (store_.inbox_entries() >= policy_.high_water) {
      journal_.record(IntakeRefused{"the inbox is above its high-water mark"});
      return IntakeAnswer::try_again;
    }
    const auto accepted = store_.accept(changes);
    if (!accepted) {
      journal_.record(IntakeRefused{accepted.error().text});
      return IntakeAnswer::try_again;
    }
    counts.stored = accepted->stored;
    counts.known = accepted->known;
    note_webhook(now);
    // That chats are made and renamed shows nothing of the subscriptions that tell of messages.
    const auto messages = std::count_if(changes.begin(), changes.end(), [](const Change& change) {
      return change.kind != ChangeKind::chat;
    });
    if (messages > 0) traffic_.note(static_cast<std::size_t>(messages), now.wall);
    if (accepted->stored > 0) {
      agenda_.arrived();
      wakeup_.work_arrived(Slot::graph);
    }
  }
  journal_.record(counts);
  return IntakeAnswer::accepted;
}

void Intake::note_webhook(Moment now) {
  {
    MutexLock lock(mutex_);
    if (now.steady < webhook_time_due_) return;
    webhook_time_due_ = now.steady + policy_.webhook_time_every;
  }
  if (const auto stored = service_.set_last_webhook_time(now.wall); !stored) {
    journal_.record(StoreTrouble{"last webhook time", stored.error()});
  }
}

}  // namespace belfry::sync
