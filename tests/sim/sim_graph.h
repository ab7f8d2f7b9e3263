#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "sync/model/allowance.h"
#include "sync/port/graph.h"
#include "sync/port/sweep.h"
#include "tests/sim/courier.h"
#include "tests/sim/faults.h"
#include "tests/sim/graph_limits.h"
#include "tests/sim/sim_company.h"
#include "tests/sim/sim_entra.h"
#include "tests/sim/subscription_book.h"

namespace belfry::sim {

/// Graph as the one who is asked. Lets nobody read a chat who is not a member of it, nor the app
/// one that another tenant hosts; keeps its rates; counts what is metered; keeps a log of who was
/// polled.
class SimGraph : public sync::GraphApi, public sync::SweepApi {
 public:
  /// How lists are cut and ordered, and what metered polls may cost in this world.
  struct Reading {
    std::size_t page = 50;
    bool orders_chats = true;
    bool filters_messages = true;
    std::optional<std::uint64_t> cap;  ///< of messages read by delta in a month
    bool tells_read_marks = false;
    /// Members that come along with a chat; of more or as many our client takes none for all.
    std::size_t expansion = 25;
    std::size_t members_page = 100;
  };
  struct Ports {
    const sync::Clock& clock;
    Dice& dice;
    const FaultRates& rates;
    Turbulence& turbulence;
    const SimCompany& company;
    const SimEntra& entra;
    SubscriptionBook& book;
    Courier& courier;
  };
  SimGraph(const Ports& ports, const Reading& reading);

  /// Told of each request by which we look whether something changed.
  std::function<void(const std::string& resource)> polled;
  /// Told when it has done what a metered request asked, before the answer is there.
  std::function<void()> answered_metered;

  /// Until the world is healed nobody can read this person's chats by list or by delta.
  void shun(const TeamsUserId& user) { shunned_.insert(user); }
  /// This message is refused for good when it is asked for by itself.
  void refuse(const MessageRef& ref) { refused_.insert(ref); }
  /// Messages read by delta in the month, each time they were.
  [[nodiscard]] std::uint64_t charged(Month month) const;
  /// A metered request came that the month had no room for.
  [[nodiscard]] bool was_overrun() const { return was_overrun_; }

  [[nodiscard]] const GraphLimits& limits() const { return limits_; }

  Result<Message> message(const Secret& bearer, const MessageRef& ref) override;
  Result<Chat> chat(const Secret& bearer, const ChatId& chat) override;
  Result<sync::MemberPage> members(const Secret& bearer, const ChatId& chat,
                                   const std::string& link) override;
  Result<std::vector<sync::Presence>> presence(const Secret& bearer,
                                               std::span<const TeamsUserId> users) override;
  Result<sync::TeamsProfile> me(const Secret& bearer) override;
  Result<sync::RemoteSubscription> subscribe(const Secret& bearer,
                                             const sync::SubscriptionRequest& request) override;
  Result<std::vector<Result<sync::RemoteSubscription>>> renew(
      const Secret& bearer, std::span<const sync::Renewal> renewals, WallTime expires) override;
  Result<> unsubscribe(const Secret& bearer, const SubscriptionId& id) override;
  Result<std::vector<sync::RemoteSubscription>> list_subscriptions(const Secret& bearer) override;

  Result<sync::ChatListPage> chat_list(const Secret& bearer, const TeamsUserId& user,
                                       const std::string& link) override;
  Result<sync::MessagePage> messages_since(const Secret& bearer, const ChatId& chat,
                                           const sync::ChangedBetween& wanted,
                                           const std::string& link) override;
  Result<sync::DeltaPage> delta(const Secret& bearer, const TeamsUserId& user, WallTime since,
                                const std::string& link) override;

 private:
  /// Runs `effect` for a caller with a good token, in the world's weather.
  template <class T, class Effect>
  Result<T> request(const Secret& bearer, Effect&& effect) {
    return turbulence_.request<T>(ErrorKind::transient, [&]() -> Result<T> {
      const auto caller = entra_.caller_of(bearer);
      if (!caller) return fail(caller.error());
      return effect(*caller);
    });
  }
  [[nodiscard]] Result<> may_read(const SimEntra::Caller& caller, const ChatId& chat) const;
  /// Nothing of what was said before a newcomer from whom it is hidden.
  [[nodiscard]] bool shows(const SimEntra::Caller& caller, const SimCompany::Said& said) const;
  [[nodiscard]] Result<> may_be_swept(const TeamsUserId& user) const;
  [[nodiscard]] std::optional<WallTime> last_listed(const ChatId& chat) const;
  [[nodiscard]] std::vector<sync::ListedChat> listed_chats(const SimEntra::Caller& caller,
                                                           const TeamsUserId& user) const;
  [[nodiscard]] sync::DeltaPage delta_page(const TeamsUserId& user, WallTime since,
                                           const std::string& link) const;
  Result<> charge(std::size_t messages);
  void log_poll(const std::string& resource) const;

  const sync::Clock& clock_;
  Dice& dice_;
  const FaultRates& rates_;
  Turbulence& turbulence_;
  const SimCompany& company_;
  const SimEntra& entra_;
  SubscriptionBook& book_;
  Courier& courier_;
  const Reading reading_;
  GraphLimits limits_{clock_};
  std::set<MessageRef> refused_;
  std::set<TeamsUserId> shunned_;
  std::map<Month, std::uint64_t> charged_;
  bool was_overrun_ = false;
};

}  // namespace belfry::sim
