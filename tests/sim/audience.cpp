#include "tests/sim/audience.h"

namespace belfry::sim {

void Audience::note_account(const TeamsUserId& person, const std::optional<Account>& account) {
  const WallTime now = clock_.now().wall;
  Stays& grants = grants_[person];
  Stays& accounts = accounts_[person];
  if (account && accounts.now() == nullptr) accounts.begin({account->connected_at});
  if (!account) accounts.end(now);
  const bool is_connected = account && account->state == Account::State::connected;
  if (!is_connected) return grants.end(now);
  if (grants.now() != nullptr && grants.now()->from == account->connected_at) return;
  grants.end(now);
  grants.begin({account->connected_at});
}

const Stays& Audience::of(const Times& times, const TeamsUserId& person) {
  static const Stays k_never;
  const auto found = times.find(person);
  return found == times.end() ? k_never : found->second;
}

bool Audience::is_connected_since(WallTime time, const TeamsUserId& person) const {
  return of(grants_, person).covers(time, WallTime::max());
}

bool Audience::was_connected_after(WallTime time, const TeamsUserId& person) const {
  const Stays::Stay* stay = of(grants_, person).now();
  return stay != nullptr && stay->from > time;
}

bool Audience::has_seen(const SimCompany::Said& said, const TeamsUserId& person) const {
  return company_.stays_of(person, said.ref.chat).covers(said.created, clock_.now().wall);
}

bool Audience::must_be_told(const SimCompany::Said& said, const TeamsUserId& person) const {
  if (said.is_event || !is_connected_since(said.created, person)) return false;
  const auto planned = planned_.find(said.ref);
  const WallTime until = planned == planned_.end() ? clock_.now().wall : planned->second;
  // Whose members were read right before it was written.
  const WallTime from = said.created - believed_ - Duration{1};
  return company_.stays_of(person, said.ref.chat).covers(from, until);
}

bool Audience::may_be_told(const SimCompany::Said& said, const TeamsUserId& person) const {
  if (said.is_event) return false;
  const WallTime now = clock_.now().wall;
  const bool was_member =
      company_.stays_of(person, said.ref.chat).any([&](const Stays::Stay& stay) {
        return stay.touches(said.created - believed_, now) && stay.shows(said.created);
      });
  const WallTime latest = announced_.contains(said.ref) ? now : said.created;
  return was_member && of(grants_, person).touches(said.created, latest) &&
         of(accounts_, person).touches(now, now);
}

bool Audience::may_be_topic(const SimCompany::Said& said, std::size_t topic) const {
  const std::vector<WallTime>& topics = company_.chats().at(said.ref.chat).topics;
  if (topic >= topics.size()) return false;
  const bool was_replaced =
      topic + 1 < topics.size() && topics[topic + 1] < said.created - believed_;
  return !was_replaced;
}

}  // namespace belfry::sim
