#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "sync/model/allowance.h"
#include "sync/model/notification.h"
#include "tests/sim/faults.h"
#include "tests/sim/sim_resources.h"
#include "tests/sim/subscription_book.h"
#include "tests/sim/timetable.h"

namespace belfry::sim {

/// Graph as the sender of notifications: at least once, in no order; again for four hours when it
/// is not answered, held back while the access right is over, silent when the month's quota is used
/// up, and dropping without a word while our answers are slow.
class Courier {
 public:
  /// Whom it calls. `changes`: true = 202.
  struct Receiver {
    std::function<bool(const NotificationBatch&)> changes;
    std::function<bool(const LifecycleNotification&)> lifecycle;  ///< likewise
    /// A message was not announced and will not be.
    std::function<void()> missed;
  };

  Courier(const sync::Clock& clock, Dice& dice, const FaultRates& rates, const Turbulence& weather,
          const SubscriptionBook& book, const SimResources& resources, Timetable& timetable)
      : clock_(clock),
        dice_(dice),
        rates_(rates),
        weather_(weather),
        book_(book),
        resources_(resources),
        timetable_(timetable) {}

  void call(Receiver receiver) { receiver_ = std::move(receiver); }
  /// Of metered messages a month; none: as many as there are.
  void limit(std::optional<std::uint64_t> cap) { cap_ = cap; }

  void announce(const MessageRef& ref, ChangeKind kind);
  /// Members or the topic of the chat have changed; whoever is not told learns of it otherwise.
  void announce_chat(const ChatId& chat);
  /// Somebody who is not Microsoft announces it.
  void forge(const MessageRef& ref, const Secret& client_state);
  /// Again and again until it is answered.
  void tell_lifecycle(const SubscriptionId& id, const Secret& client_state, LifecycleKind kind);
  /// Drops what this subscription should bring for so long, and tells of it afterwards.
  void miss(const SubscriptionId& id, Duration time);
  /// Asks for reauthorization shortly before the access right ends, and again and again after that.
  void watch_access(const SubscriptionId& id);

  /// Metered messages as Graph counts them: what it sent, repeats left out.
  [[nodiscard]] std::uint64_t metered(Month month) const;
  [[nodiscard]] std::uint64_t metered() const;
  /// Who knows the secret of a subscription is believed, and counted.
  [[nodiscard]] std::uint64_t forged() const { return forged_; }
  [[nodiscard]] bool is_silent(Month month) const { return cap_ && metered(month) >= *cap_; }

 private:
  enum class Origin { graph, rogue };
  /// One request, repeated until it is answered.
  struct Body {
    std::vector<Notification> entries;
    Origin origin = Origin::graph;
    Instant first_sent;
    int tries = 0;
  };
  void deliver(Body body);
  void send_lifecycle(const LifecycleNotification& notification);
  [[nodiscard]] std::optional<Notification> written(const SubscriptionBook::Entry& to,
                                                    const MessageRef& ref, ChangeKind kind);
  void send_later(Body body, Duration delay);
  void send(const Body& body);
  void send_again(Body body);
  void note_answer(bool was_very_slow);
  [[nodiscard]] bool drops();

  const sync::Clock& clock_;
  Dice& dice_;
  const FaultRates& rates_;
  const Turbulence& weather_;
  const SubscriptionBook& book_;
  const SimResources& resources_;
  Timetable& timetable_;
  Receiver receiver_;
  std::optional<std::uint64_t> cap_;
  std::map<Month, std::uint64_t> metered_;
  std::uint64_t forged_ = 0;
  std::deque<std::pair<Instant, bool>> answers_;  ///< of ten minutes: was it very slow?
  Instant drops_until_;
  std::map<SubscriptionId, Instant> missing_until_;
};

}  // namespace belfry::sim
