#include "sync/wanted_subscriptions.h"

#include <algorithm>
#include <set>

namespace belfry::sync {
namespace {

constexpr std::size_t k_accounts_page = 500;

}  // namespace

WantedSubscriptions::WantedSubscriptions(AccountStore& accounts, GraphApi& graph, Journal& journal,
                                         UpstreamGate& gate, const SubscriptionPolicy& policy)
    : accounts_(accounts), graph_(graph), journal_(journal), gate_(gate), policy_(policy) {}

Result<std::optional<WantedSubscriptions::Specs>> WantedSubscriptions::step(const Secret& token,
                                                                            Moment now) {
  switch (policy_.kind) {
    case SubscribeKind::tenant:
      return std::optional<Specs>({spec_of("/chats/getAllMessages")});
    case SubscribeKind::accounts: {
      const auto accounts = connected_accounts();
      if (!accounts) return fail(accounts.error());
      return std::optional<Specs>(specs_of_accounts(*accounts));
    }
    case SubscribeKind::chats:
      return list_or_tell(token, now);
  }
  return std::optional<Specs>();
}

Result<std::optional<WantedSubscriptions::Specs>> WantedSubscriptions::list_or_tell(
    const Secret& token, Moment now) {
  if (!is_in_round_) {
    if (const auto begun = begin_round(now); !begun) return fail(begun.error());
  }
  if (!to_list_.empty()) {
    if (const auto listed = list_next(token, now); !listed) return fail(listed.error());
    if (!to_list_.empty()) return std::optional<Specs>();
  }
  is_in_round_ = false;
  return std::optional<Specs>(specs_of_listed_chats());
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
  const bool is_metered = resource.ends_with("getAllMessages");
  std::string path = resource;
  if (is_metered && policy_.model == PaymentModel::a) path += "?model=A";
  if (is_metered && policy_.model == PaymentModel::b) path += "?model=B";
  // In Evaluation mode each notification counts: edits and deletions are left to sweeps.
  const bool only_created = is_metered && policy_.model == PaymentModel::evaluation;
  return {path, only_created ? "created" : "created,updated,deleted", policy_.rich};
}

WantedSubscriptions::Specs WantedSubscriptions::specs_of_accounts(
    const std::vector<Account>& accounts) const {
  Specs specs;
  for (const Account& account : accounts) {
    specs.push_back(spec_of("/users/" + account.teams_user.text() + "/chats/getAllMessages"));
  }
  return specs;
}

WantedSubscriptions::Specs WantedSubscriptions::specs_of_listed_chats() const {
  // Row by row through everybody's lists: first each one's latest chat, then each one's second.
  std::size_t longest = 0;
  for (const auto& [person, listing] : listings_) longest = std::max(longest, listing.chats.size());
  std::set<ChatId> chosen;
  Specs specs;
  for (std::size_t row = 0; row < longest; ++row) {
    for (const auto& [person, listing] : listings_) {
      if (specs.size() >= policy_.most_chats) return specs;
      if (row >= listing.chats.size() || !chosen.insert(listing.chats[row]).second) continue;
      specs.push_back(spec_of("/chats/" + listing.chats[row].text() + "/messages"));
    }
  }
  return specs;
}

Result<> WantedSubscriptions::begin_round(Moment now) {
  const auto accounts = connected_accounts();
  if (!accounts) return fail(accounts.error());
  std::map<TeamsUserId, Listing> still;
  to_list_.clear();
  for (const Account& account : *accounts) {
    const TeamsUserId& person = account.teams_user;
    const auto known = listings_.find(person);
    const bool is_fresh =
        known != listings_.end() && now.steady - known->second.listed_at < policy_.chat_list_lives;
    if (known != listings_.end()) still[person] = std::move(known->second);
    if (!is_fresh) to_list_.push_back({person, 0});
  }
  listings_ = std::move(still);
  people_ = accounts->size();
  is_in_round_ = true;
  return {};
}

Result<> WantedSubscriptions::list_next(const Secret& token, Moment now) {
  Person person = to_list_.back();
  const std::size_t share =
      std::min(policy_.most_chats, std::max(policy_.least_share, policy_.most_chats * 2 / people_));
  auto chats =
      through(gate_, now.steady, [&] { return graph_.recent_chats(token, person.user, share); });
  to_list_.pop_back();
  if (chats) {
    listings_[person.user] = {std::move(*chats), now.steady};
    return {};
  }
  // What was listed before still stands. Others first: one person's trouble is not everybody's.
  if (is_retryable(chats.error().kind) && ++person.tries < policy_.list_tries) {
    to_list_.insert(to_list_.begin(), person);
    return fail(chats.error());
  }
  journal_.record(SubscriptionFailed{"list of chats", chats.error()});
  return {};
}

}  // namespace belfry::sync
