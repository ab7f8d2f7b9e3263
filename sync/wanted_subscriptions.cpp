#include "sync/wanted_subscriptions.h"

#include <algorithm>
#include <utility>

#include "sync/policy/chat_choice.h"
#include "sync/policy/subscribe_kinds.h"

namespace belfry::sync {
namespace {

constexpr std::size_t k_accounts_page = 500;
constexpr Duration k_hour = std::chrono::hours{1};

}  // namespace

WantedSubscriptions::WantedSubscriptions(AccountStore& accounts, ChatBook& book, ChatLists& lists,
                                         const SubscriptionPolicy& policy)
    : accounts_(accounts),
      book_(book),
      lists_(lists),
      policy_(policy),
      kinds_(kinds_to_try(policy.kind, policy.model)) {}

Result<WantedSubscriptions::Specs> WantedSubscriptions::review(const std::set<ChatId>& held,
                                                               Moment now) {
  left_out_ = 0;
  if (kind() != SubscribeKind::chats) lists_.stop();
  if (kind() == SubscribeKind::tenant) return Specs{spec_of(tenant_resource(policy_.model))};
  const auto accounts = connected_accounts();
  if (!accounts) return fail(accounts.error());
  if (kind() == SubscribeKind::accounts) return specs_of_accounts(*accounts);
  lists_.follow(*accounts, now);
  // Nobody is there whom a new chat could concern.
  if (accounts->empty()) return Specs{};
  return specs_of_chats(held, now.steady);
}

bool WantedSubscriptions::fall_back() {
  if (at_ + 1 == kinds_.size()) return false;
  ++at_;
  return true;
}

bool WantedSubscriptions::start_over() {
  return std::exchange(at_, 0) != 0;
}

Result<std::vector<Account>> WantedSubscriptions::connected_accounts() {
  std::vector<Account> all;
  MattermostUserId after;
  for (;;) {
    const auto page = accounts_.accounts(after, k_accounts_page);
    if (!page) return fail(page.error());
    for (const Account& account : *page) {
      if (account.state == Account::State::connected) all.push_back(account);
    }
    if (page->size() < k_accounts_page) return all;
    after = page->back().user;
  }
}

SubscriptionSpec WantedSubscriptions::spec_of(const std::string& resource) const {
  // In Evaluation mode each notification counts: edits and deletions are left to sweeps.
  const bool only_created = is_metered(resource) && policy_.model == PaymentModel::evaluation;
  return {resource, only_created ? "created" : "created,updated,deleted", policy_.rich};
}

WantedSubscriptions::Specs WantedSubscriptions::specs_of_accounts(
    const std::vector<Account>& accounts) const {
  Specs specs;
  for (const Account& account : accounts)
    specs.push_back(spec_of(account_resource(account.teams_user, policy_.model)));
  return specs;
}

WantedSubscriptions::Specs WantedSubscriptions::specs_of_chats(const std::set<ChatId>& held,
                                                               Instant now) {
  // Without content: which chat it is about is all that it has to say.
  Specs specs{{k_chats_resource, "created,updated", false}};
  const std::size_t room = std::min(policy_.most_chats, room_.value_or(policy_.most_chats));
  const auto known = book_.by_activity();
  const auto choice = choose_chats(known, held, {room, swaps_left(room, now), policy_.chat_lead});
  left_out_ = known.size() - choice.chats.size();
  if (has_settled_) swapped_.insert(swapped_.end(), choice.swaps, now);
  has_settled_ = has_settled_ || !lists_.is_reading();
  for (const ChatId& chat : choice.chats) specs.push_back(spec_of(chat_resource(chat)));
  return specs;
}

std::size_t WantedSubscriptions::swaps_left(std::size_t room, Instant now) {
  // Who would come first is not known yet.
  if (lists_.is_reading()) return 0;
  // What the first lists brought made way for nobody so far.
  if (!has_settled_) return room;
  while (!swapped_.empty() && swapped_.front() + k_hour <= now) swapped_.pop_front();
  const std::size_t most =
      std::max<std::size_t>(1, policy_.most_chats * policy_.hourly_swaps_percent / 100);
  return most - std::min(most, swapped_.size());
}

}  // namespace belfry::sync
