#include "sync/sweep.h"

#include <algorithm>
#include <utility>

namespace belfry::sync {
namespace {

SweepRoute first_route(const SweepPolicy& policy) {
  switch (policy.route) {
    case RouteChoice::list:
      return SweepRoute::list;
    case RouteChoice::delta:
      return SweepRoute::delta;
    case RouteChoice::automatic:
      break;
  }
  return policy.model == PaymentModel::evaluation ? SweepRoute::list : SweepRoute::delta;
}

}  // namespace

Sweep::Sweep(Ports ports, Peers peers, SweepPolicy policy)
    : store_(ports.store),
      intake_(ports.intake),
      account_store_(ports.accounts),
      graph_(ports.graph),
      random_(ports.random),
      wakeup_(ports.wakeup),
      journal_(ports.journal),
      tokens_(peers.tokens),
      gate_(peers.gate),
      pacer_(peers.pacer),
      agenda_(peers.agenda),
      allowance_(peers.allowance),
      book_(peers.chats),
      server_time_(peers.server_time),
      policy_(std::move(policy)) {}

void Sweep::begin(SweepTrigger trigger, const KnownTroubles& troubles, Moment now) {
  result_ = {};
  result_.trigger = trigger;
  troubles_ = troubles;
  began_ = now.steady;
  swept_to_.reset();
  accounts_.clear();
  chats_.clear();
  read_before_.clear();
  lists_have_no_order_ = false;
  is_in_parts_ = false;
  failed_.clear();
  others_swept_to_.reset();
  quiet_was_added_ = false;
  quiet_search_.reset();
  turns_.clear();
  turned_around_.clear();
}

Result<> Sweep::add(const Wanted& wanted, Moment now) {
  std::vector<AccountSweep> added;
  for (const Account& account : wanted.accounts) {
    const auto cursors = sound_cursors(account, now);
    if (!cursors) return fail(cursors.error());
    AccountSweep sweep;
    sweep.account = account;
    sweep.watermark = watermark_of(account, *cursors);
    if (sweep.watermark >= wanted.fresh_from) {
      note_swept(sweep.watermark);
      continue;
    }
    sweep.since = reading_since(sweep.watermark, now.wall, policy_.rules);
    const WallTime asked_since = wanted.since.of(account.user).value_or(WallTime::max());
    const bool looks_back = asked_since < sweep.since;
    // Beyond, it is no longer known what was told.
    if (looks_back) sweep.since = std::max(asked_since, now.wall - policy_.rules.most_back);
    sweep.route = first_route(policy_);
    sweep.delta = {account.user, SweepRoute::delta, sweep.watermark, {}, {}};
    for (const SweepCursor& cursor : *cursors) {
      const bool is_stale = cursor.watermark + policy_.delta_lives < sweep.watermark;
      if (cursor.route == SweepRoute::delta && !looks_back && !is_stale) sweep.delta = cursor;
    }
    added.push_back(std::move(sweep));
  }
  for (const ChatId& chat : wanted.chats) {
    if (const auto place = add_chat(chat, wanted.others_swept_to, now); !place) return place;
  }
  accounts_ = std::move(added);
  scope_ = wanted.scope;
  is_in_parts_ = is_in_parts_ || wanted.more_follow;
  result_.accounts += accounts_.size();
  quiet_was_added_ = false;
  quiet_search_.reset();
  return {};
}

Result<> Sweep::add_chat(const ChatId& chat, std::optional<WallTime> others_swept_to, Moment now) {
  std::vector<MattermostUserId> people;
  WallTime since = WallTime::max();
  if (others_swept_to) since = reading_since(*others_swept_to, now.wall, policy_.rules);
  for (MattermostUserId& person : book_.people_of(chat)) {
    const auto account = account_store_.account(person);
    if (!account) return fail(account.error());
    if (!account->has_value() || (*account)->state != Account::State::connected) continue;
    const auto cursors = sound_cursors(**account, now);
    if (!cursors) return fail(cursors.error());
    const WallTime watermark = watermark_of(**account, *cursors);
    since = std::min(since, reading_since(watermark, now.wall, policy_.rules));
    people.push_back(std::move(person));
  }
  ChatSweep* sweep = people.empty() ? nullptr : place_for(chat, {since, since}).first;
  if (sweep == nullptr) return {};
  sweep->is_by_itself = true;
  add_people(*sweep, people);
  return {};
}

Result<std::vector<SweepCursor>> Sweep::sound_cursors(const Account& account, Moment now) {
  auto cursors = store_.cursors(account.user);
  if (cursors && lies_ahead(account, *cursors, server_time_.no_later_than(now), policy_.rules))
    cursors = Result<std::vector<SweepCursor>>(
        fail(ErrorKind::damaged, "swept up to a time that is yet to come: the clock was wrong"));
  if (cursors || cursors.error().kind != ErrorKind::damaged) return cursors;
  // Nobody knows how far it was swept: all that is remembered, so that nothing is missed and
  // nothing told twice. Both routes are written, since either may be the damaged one.
  const WallTime anew = std::max(account.connected_at, now.wall - policy_.rules.most_back);
  std::vector<SweepCursor> safe = {{account.user, SweepRoute::list, anew, {}, {}},
                                   {account.user, SweepRoute::delta, anew, {}, {}}};
  const auto stored = store_.accept_found({}, {}, safe, now.wall);
  if (!stored) return fail(stored.error());
  journal_.record(SweepFailed{account.user, cursors.error(), anew});
  return safe;
}

WallTime Sweep::swept_to(Moment now) {
  if (!swept_to_) swept_to_ = server_time_.no_later_than(now) - (now.steady - began_);
  return *swept_to_;
}

void Sweep::note_swept(WallTime watermark) {
  result_.oldest = std::min(result_.oldest.value_or(watermark), watermark);
  others_swept_to_ = std::min(others_swept_to_.value_or(watermark), watermark);
}

void Sweep::note_failed(const AccountSweep& sweep) {
  result_.oldest = std::min(result_.oldest.value_or(sweep.watermark), sweep.watermark);
  failed_.insert(sweep.account.user);
}

bool Sweep::is_done() const {
  return accounts_.empty() && chats_.empty();
}

SweepEnded Sweep::result(Moment now) const {
  SweepEnded result = result_;
  result.took = std::chrono::duration_cast<Duration>(now.steady - began_);
  return result;
}

StepOutcome Sweep::step(Moment now) {
  if (intake_.inbox_entries() > policy_.most_inbox)
    return {false, now.steady + policy_.inbox_pause};
  if (pause_until_ > now.steady) return {false, pause_until_};
  std::optional<Instant> next;
  const auto is_due = [&](const Errand& errand) {
    if (errand.state != Errand::State::waiting) return false;
    if (errand.due <= now.steady) return true;
    next = std::min(next.value_or(errand.due), errand.due);
    return false;
  };
  for (std::size_t i = 0; i < accounts_.size(); ++i) {
    if (!is_due(accounts_[i].errand)) continue;
    AccountSweep& sweep = accounts_[i];
    if (has_left(sweep.account)) {
      sweep.errand.state = Errand::State::ended;
      return {true, now.steady};
    }
    return sweep.route == SweepRoute::list || sweep.lists_foreign ? list(i, now)
                                                                  : follow_delta(sweep, now);
  }
  // Chats are read when all lists are known: who has read what in Teams must be known by then.
  if (next) return {false, *next};
  if (!quiet_was_added_) {
    const auto looked = look_for_quiet_chats(now);
    if (!looked) return store_failed("quiet chats", looked.error(), now);
    quiet_was_added_ = *looked;
    return {true, now.steady};
  }
  const Instant place = pacer_.first_place(PacedRead::Limit::messages, Pacer::Urgency::sweep);
  for (auto& [chat, sweep] : chats_) {
    if (!is_due(sweep.errand)) continue;
    if (place > now.steady) return {false, place};
    return read(chat, sweep, now);
  }
  return next ? StepOutcome{false, *next} : finish_accounts(now);
}

Result<> Sweep::store_found(std::vector<Change> changes, std::span<const OldMessages> old,
                            std::span<const SweepCursor> moves, Moment now) {
  if (changes.empty() && old.empty() && moves.empty()) return {};
  for (Change& change : changes) {
    if (change.kind == ChangeKind::created)
      change.line = journal_.line_of(event_of(change.ref, now.wall));
  }
  std::vector<OldMessages> told_of(old.begin(), old.end());
  for (OldMessages& of_chat : told_of) {
    for (OldMessage& message : of_chat.messages)
      message.line = journal_.line_of(event_of({of_chat.chat, message.id}, now.wall));
  }
  const auto count = store_.accept_found(changes, told_of, moves, now.wall);
  if (!count) return fail(count.error());
  const auto tell = [&](const MessageRef& ref) {
    const MessageReconciled event = event_of(ref, now.wall);
    if (event.was_promised) ++result_.promised;
    journal_.record(event);
  };
  std::for_each(count->stored.begin(), count->stored.end(), tell);
  std::for_each(count->summed_up.begin(), count->summed_up.end(), tell);
  result_.found += count->stored.size() + count->summed_up.size();
  result_.summed_up += count->summed_up.size();
  if (!changes.empty() || !count->summed_up.empty()) {
    agenda_.arrived();
    wakeup_.work_arrived(Slot::graph);
  }
  return {};
}

void Sweep::tell_unreadable(const ChatId& chat, std::size_t entries) {
  if (entries == 0) return;
  const Error why{ErrorKind::refused, "an entry of a list that is no message", {}, 0, {}};
  journal_.record(ResourceUnreadable{{chat, MessageId{}}, why});
}

MessageReconciled Sweep::event_of(const MessageRef& ref, WallTime now) const {
  const WallTime written =
      from_epoch_ms(static_cast<std::int64_t>(creation_order(ref.message, now)));
  const auto since = announced_since_(ref.chat, now);
  return {ref, result_.trigger, written, likely_cause(result_.trigger, written, since, troubles_),
          was_promised(written, since)};
}

StepOutcome Sweep::finish_accounts(Moment now) {
  // Of rounds of delta that did not come to their end.
  for (AccountSweep& sweep : accounts_) {
    if (const auto told = sum_up_delta(sweep, now); !told)
      return store_failed("old messages", told.error(), now);
  }
  for (const auto& [chat, sweep] : chats_) {
    if (sweep.errand.state != Errand::State::failed) continue;
    for (const std::size_t index : sweep.accounts)
      give_up(
          accounts_[index].errand,
          sweep.errand.why.value_or(Error{ErrorKind::transient, "a chat was not read", {}, 0, {}}));
    if (sweep.is_by_itself) failed_.insert(sweep.people.begin(), sweep.people.end());
  }
  for (AccountSweep& sweep : accounts_) {
    if (sweep.errand.state != Errand::State::failed) continue;
    if (has_left(sweep.account)) {
      sweep.errand.state = Errand::State::ended;
      continue;
    }
    ++result_.failed;
    journal_.record(SweepFailed{sweep.account.user, sweep.errand.why.value_or(Error{})});
  }
  std::vector<SweepCursor> moves;
  for (AccountSweep& sweep : accounts_) {
    if (sweep.errand.state != Errand::State::done) continue;
    if (sweep.route == SweepRoute::delta) {
      sweep.delta.watermark = std::max(sweep.delta.watermark, sweep.delta_round);
      moves.push_back(sweep.delta);
    } else {
      moves.push_back(
          {sweep.account.user, SweepRoute::list, std::max(sweep.watermark, swept_to(now)), {}, {}});
    }
  }
  if (const auto moved = store_found({}, {}, moves, now); !moved)
    return store_failed("watermarks", moved.error(), now);
  keep_turns();
  for (const AccountSweep& sweep : accounts_) {
    switch (sweep.errand.state) {
      case Errand::State::done:
        note_swept(std::max(sweep.watermark, sweep.route == SweepRoute::delta
                                                 ? sweep.delta.watermark
                                                 : swept_to(now)));
        break;
      case Errand::State::failed:
      case Errand::State::waiting:
        note_failed(sweep);
        break;
      case Errand::State::ended:
        break;
    }
  }
  for (const auto& [chat, sweep] : chats_) {
    if (sweep.errand.state == Errand::State::done && sweep.was_told_all)
      read_before_[chat] = sweep.window;
  }
  accounts_.clear();
  chats_.clear();
  return {true, now.steady};
}

bool Sweep::has_left(const Account& account) {
  const auto now = account_store_.account(account.user);
  return now && (!now->has_value() || (*now)->state != Account::State::connected);
}

StepOutcome Sweep::store_failed(const char* where, const Error& error, Moment now) {
  journal_.record(StoreTrouble{where, error});
  return {false, now.steady + policy_.inbox_pause};
}

}  // namespace belfry::sync
