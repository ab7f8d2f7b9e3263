#pragma once

#include "sync/port/store.h"
#include "sync/port/sweep.h"

namespace belfry::kit {

/// The stores that a message goes through; every transition passes `Points::around(operation,
/// call)`, where a test kills, throws or counts.
template <class Points>
class PointedStore : public sync::IntakeStore,
                     public sync::SweepStore,
                     public sync::PlanStore,
                     public sync::DeliveryStore {
 public:
  struct Real {
    sync::IntakeStore& intake;
    sync::SweepStore& sweeps;
    sync::PlanStore& plan;
    sync::DeliveryStore& delivery;
  };
  PointedStore(const Real& real, Points& points)
      : intake_(real.intake),
        sweeps_(real.sweeps),
        plan_(real.plan),
        delivery_(real.delivery),
        points_(points) {}

  Result<sync::AcceptCount> accept(std::span<const Change> changes) override {
    return points_.around("accept", [&] { return intake_.accept(changes); });
  }
  std::uint64_t inbox_entries() const override { return intake_.inbox_entries(); }

  Result<std::vector<SweepCursor>> cursors(const MattermostUserId& account) override {
    return sweeps_.cursors(account);
  }
  Result<sync::FoundCount> accept_found(std::span<const Change> changes,
                                        std::span<const OldMessages> old,
                                        std::span<const SweepCursor> moves, WallTime now) override {
    return points_.around("accept_found",
                          [&] { return sweeps_.accept_found(changes, old, moves, now); });
  }
  Result<std::vector<Chat>> known_chats(const ChatId& after, std::size_t most) override {
    return sweeps_.known_chats(after, most);
  }
  Result<std::vector<sync::NewestDelivery>> delivered_chats(const ChatId& after,
                                                            std::size_t most) override {
    return sweeps_.delivered_chats(after, most);
  }
  Result<std::optional<QuietTurn>> quiet_turn(QuietKind kind) override {
    return sweeps_.quiet_turn(kind);
  }
  Result<> keep_quiet_turn(QuietKind kind, const QuietTurn& turn) override {
    return sweeps_.keep_quiet_turn(kind, turn);
  }
  Result<bool> sweep_is_owed() override { return sweeps_.sweep_is_owed(); }
  Result<> owe_sweep() override { return sweeps_.owe_sweep(); }
  Result<> settle_sweep() override { return sweeps_.settle_sweep(); }
  Result<std::optional<TrafficProfile>> traffic() override { return sweeps_.traffic(); }
  Result<> keep_traffic(const TrafficProfile& profile) override {
    return sweeps_.keep_traffic(profile);
  }

  Result<std::vector<InboxEntry>> inbox_from(Sequence from, std::size_t most) override {
    return plan_.inbox_from(from, most);
  }
  Result<sync::PlanOutcome> plan(const InboxEntry& entry,
                                 std::span<const PlannedDelivery> deliveries,
                                 std::optional<WallTime> edited, WallTime now) override {
    return points_.around("plan", [&] { return plan_.plan(entry, deliveries, edited, now); });
  }
  Result<> postpone(const InboxEntry& entry, int attempts, WallTime next_try,
                    const Error& why) override {
    return points_.around("postpone_change",
                          [&] { return plan_.postpone(entry, attempts, next_try, why); });
  }
  Result<> give_up(const InboxEntry& entry, const Error& why, WallTime now) override {
    return plan_.give_up(entry, why, now);
  }
  Result<> refuse(const InboxEntry& entry) override { return plan_.refuse(entry); }
  Result<> pass_over(const InboxEntry& entry) override { return plan_.pass_over(entry); }
  Result<bool> was_passed_over(const MessageRef& ref) override {
    return plan_.was_passed_over(ref);
  }
  Result<bool> was_withdrawn(const MessageRef& ref) override { return plan_.was_withdrawn(ref); }
  Result<> expect_deletion(const MessageRef& ref) override { return plan_.expect_deletion(ref); }
  Result<std::vector<Delivery>> deliveries_of(const MessageRef& ref) override {
    return plan_.deliveries_of(ref);
  }
  Result<std::vector<MattermostUserId>> waiting_for(
      const MessageRef& ref, std::uint64_t due_order,
      std::span<const MattermostUserId> recipients) override {
    return plan_.waiting_for(ref, due_order, recipients);
  }
  Result<std::optional<Chat>> cached_chat(const ChatId& chat) override {
    return plan_.cached_chat(chat);
  }
  Result<> cache_chat(const Chat& chat) override {
    return points_.around("cache_chat", [&] { return plan_.cache_chat(chat); });
  }
  Result<> distrust_chat(const ChatId& chat, WallTime when) override {
    return plan_.distrust_chat(chat, when);
  }

  Result<std::vector<sync::LaneHead>> lanes() override { return delivery_.lanes(); }
  Result<std::optional<OutboxEntry>> head(const MattermostUserId& recipient) override {
    return delivery_.head(recipient);
  }
  Result<> record_upload(const OutboxEntry& entry, std::size_t place,
                         const FileState& state) override {
    return points_.around("record_upload",
                          [&] { return delivery_.record_upload(entry, place, state); });
  }
  Result<> mark_attempting(const OutboxEntry& entry, WallTime at_time) override {
    return points_.around("mark_attempting",
                          [&] { return delivery_.mark_attempting(entry, at_time); });
  }
  Result<> record_delivery(const OutboxEntry& entry, const Delivery& delivery) override {
    return points_.around("record_delivery",
                          [&] { return delivery_.record_delivery(entry, delivery); });
  }
  Result<> finish(const OutboxEntry& entry) override {
    return points_.around("finish", [&] { return delivery_.finish(entry); });
  }
  Result<> postpone(const OutboxEntry& entry, Doubt doubt, int attempts, WallTime next_try,
                    const Error& why) override {
    return points_.around("postpone_delivery", [&] {
      return delivery_.postpone(entry, doubt, attempts, next_try, why);
    });
  }
  Result<> give_up(const OutboxEntry& entry, const Error& why, WallTime now) override {
    return delivery_.give_up(entry, why, now);
  }
  Result<bool> amend(const OutboxEntry& entry, const Delivery& buried) override {
    return delivery_.amend(entry, buried);
  }
  Result<std::optional<Delivery>> delivery(const MessageRef& ref,
                                           const MattermostUserId& recipient) override {
    return delivery_.delivery(ref, recipient);
  }
  std::uint64_t outbox_entries() const override { return delivery_.outbox_entries(); }

 private:
  sync::IntakeStore& intake_;
  sync::SweepStore& sweeps_;
  sync::PlanStore& plan_;
  sync::DeliveryStore& delivery_;
  Points& points_;
};

}  // namespace belfry::kit
