#include "sync/reading_upkeep.h"

#include <algorithm>

namespace belfry::sync {

ReadingUpkeep::ReadingUpkeep(Ports ports, UpstreamGate& gate, ReadingPolicy policy)
    : accounts_(ports.accounts),
      mattermost_(ports.mattermost),
      random_(ports.random),
      journal_(ports.journal),
      gate_(gate),
      policy_(policy) {}

StepOutcome ReadingUpkeep::step(Moment now) {
  if (is_wanted_.exchange(false)) {
    due_ = now.steady;
    asked_up_to_ = MattermostUserId{};
  }
  if (due_ > now.steady) return {false, due_};
  begin_page();
  const auto accounts = accounts_.accounts(asked_up_to_, policy_.page);
  if (!accounts) return store_failed(accounts.error(), now);
  if (accounts->empty()) return end_round(now);
  if (const auto closed = gate_.closed_until(now.steady)) return {false, *closed};
  std::vector<MattermostUserId> ids;
  for (const Account& account : *accounts) ids.push_back(account.user);
  const auto people = through(gate_, now.steady, [&] { return mattermost_.users(ids); });
  if (!people) {
    if (people.error().kind == ErrorKind::unauthorized)
      journal_.record(AdministratorNeeded{Upstream::mattermost, people.error()});
    return later(people.error(), now);
  }
  if (const auto kept = keep(*accounts, *people); !kept) return store_failed(kept.error(), now);
  failures_ = 0;
  asked_up_to_ = accounts->back().user;
  if (accounts->size() < policy_.page) return end_round(now);
  return {true, now.steady};
}

void ReadingUpkeep::heard(const MattermostUser& person) {
  const auto kept = keep_heard(person);
  if (kept) return;
  journal_.record(StoreTrouble{"language of a person", kept.error()});
  ask_soon();
}

Result<> ReadingUpkeep::keep_heard(const MattermostUser& person) {
  MutexLock lock(mutex_);
  const auto account = accounts_.account(person.id);
  if (!account) return fail(account.error());
  if (!account->has_value()) return {};
  heard_of_.insert(person.id);
  return keep_one(**account, person);
}

void ReadingUpkeep::begin_page() {
  MutexLock lock(mutex_);
  heard_of_.clear();
}

Result<> ReadingUpkeep::keep(const std::vector<Account>& accounts,
                             const std::vector<MattermostUser>& people) {
  MutexLock lock(mutex_);
  for (const Account& account : accounts) {
    const auto person = std::find_if(people.begin(), people.end(),
                                     [&](const auto& one) { return one.id == account.user; });
    if (person == people.end() || heard_of_.contains(account.user)) continue;
    if (const auto kept = keep_one(account, *person); !kept) return kept;
  }
  return {};
}

Result<> ReadingUpkeep::keep_one(const Account& account, const MattermostUser& person) {
  const Reading reading = account.reading.with(person.reading);
  // The store would see it too, but everybody who changes an account waits for that.
  if (reading == account.reading) return {};
  const auto stored = accounts_.set_reading(account.user, reading);
  if (!stored && stored.error().kind != ErrorKind::gone) return fail(stored.error());
  return {};
}

StepOutcome ReadingUpkeep::end_round(Moment now) {
  asked_up_to_ = MattermostUserId{};
  due_ = now.steady + policy_.every;
  return {false, due_};
}

StepOutcome ReadingUpkeep::later(const Error& why, Moment now) {
  due_ = now.steady + delay_after(why, failures_++, policy_.retry, random_);
  return {false, due_};
}

StepOutcome ReadingUpkeep::store_failed(const Error& why, Moment now) {
  journal_.record(StoreTrouble{"languages of people", why});
  return later(why, now);
}

}  // namespace belfry::sync
