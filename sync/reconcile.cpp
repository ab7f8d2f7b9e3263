#include "sync/reconcile.h"

#include <algorithm>
#include <utility>

namespace belfry::sync {
namespace {

bool was_asked_for(SweepTrigger trigger) {
  return trigger == SweepTrigger::person || trigger == SweepTrigger::administrator;
}

/// Of requests that become one round: the greater gives it its reason, since an incident leaves
/// nobody out and may spend more.
int weight_of(SweepTrigger trigger) {
  if (is_incident(trigger)) return 3;
  if (was_asked_for(trigger)) return 2;
  return trigger == SweepTrigger::exhausted ? 1 : 0;
}

}  // namespace

Reconciler::Reconciler(Ports ports, Sweep& sweep, Traffic& traffic, Allowance& allowance,
                       ReconcilePolicy policy)
    : accounts_(ports.accounts),
      store_(ports.store),
      service_(ports.service),
      random_(ports.random),
      journal_(ports.journal),
      sweep_(sweep),
      traffic_(traffic),
      allowance_(allowance),
      policy_(policy),
      retries_({policy.repeat_after, policy.interval}) {}

Result<> Reconciler::open(Moment now) {
  if (const auto opened = traffic_.open(now); !opened) {
    if (opened.error().kind != ErrorKind::damaged) return opened;
    // What is usual is learnt anew, and written over it.
    journal_.record(StoreTrouble{"traffic", opened.error()});
  }
  if (const auto read = read_watermarks(now.wall); !read) return read;
  const auto heard = service_.last_webhook_time();
  if (!heard) return fail(heard.error());
  began_ = now.wall;
  heard_before_ = *heard;
  const auto owed = store_.sweep_is_owed();
  if (!owed) return fail(owed.error());
  {
    MutexLock lock(owed_mutex_);
    is_owed_ = *owed;
  }
  if (*owed || !heard->has_value() || now.wall - **heard > policy_.start_gap)
    ask({SweepTrigger::start, std::nullopt, std::nullopt});
  return {};
}

Result<> Reconciler::read_watermarks(WallTime now) {
  WallTime oldest = now;
  WallTime others = now;
  std::size_t in_time = 0;
  std::vector<MattermostUserId> overdue;
  MattermostUserId after;
  for (bool is_last = false; !is_last;) {
    const auto page = accounts_.accounts(after, policy_.accounts_at_once);
    if (!page) return fail(page.error());
    for (const Account& account : *page) {
      if (account.state != Account::State::connected) continue;
      const auto cursors = store_.cursors(account.user);
      if (!cursors && cursors.error().kind != ErrorKind::damaged) return fail(cursors.error());
      if (!cursors || lies_ahead(account, *cursors, now, SweepRules{})) {
        // The round tells of what is damaged, and begins anew with this account.
        ask({SweepTrigger::start, account.user, std::nullopt});
        continue;
      }
      const WallTime watermark = watermark_of(account, *cursors);
      oldest = std::min(oldest, watermark);
      if (watermark + policy_.interval < now) {
        overdue.push_back(account.user);
      } else {
        others = std::min(others, watermark);
        ++in_time;
      }
      for (const SweepCursor& cursor : *cursors)
        rest_until_ = std::max(rest_until_, cursor.watermark + policy_.rest);
    }
    is_last = page->size() < policy_.accounts_at_once;
    if (!page->empty()) after = page->back().user;
  }
  if (overdue.size() > in_time) {
    plan_schedule(oldest);
    others_swept_to_ = oldest;
  } else {
    // That a few could not be swept makes nobody else be polled before the day is over.
    for (const MattermostUserId& user : overdue) retries_.owe(user, SweepTrigger::schedule, now);
    plan_schedule(others);
    others_swept_to_ = others;
  }
  MutexLock lock(mutex_);
  if (accounts_.connected_accounts() > 0) status_.all_swept_to = oldest;
  return {};
}

void Reconciler::request(const SweepRequest& request) {
  ask(request);
  if (request_waits_) request_waits_();
}

void Reconciler::ask(const SweepRequest& request) {
  MutexLock lock(mutex_);
  if (!requested_) requested_.emplace();
  if (weight_of(request.trigger) > weight_of(requested_->trigger))
    requested_->trigger = request.trigger;
  if (request.chat) {
    requested_->chats.insert(*request.chat);
  } else if (request.only) {
    requested_->only.insert(*request.only);
  } else {
    requested_->is_of_all = true;
  }
  if (was_asked_for(request.trigger)) requested_->was_asked_for = true;
  if (request.since) requested_->since.add(request.only, *request.since);
}

StepOutcome Reconciler::step(Moment now) {
  if (an_incident_waits()) {
    // A restart forgets what was asked for, and the webhooks that go on say nothing of the gap.
    if (const auto noted = owe(); !noted) return store_failed("owed sweep", noted.error(), now);
  }
  if (round_) {
    // A round of thousands takes long: that the month is used up must be known meanwhile.
    if (allowance_due_ <= now.steady) look_at_allowance(now);
    if (!sweep_.is_done()) {
      StepOutcome outcome = sweep_.step(now);
      outcome.next = std::min(outcome.next, allowance_due_);
      return outcome;
    }
    if (!round_->is_all_added) return add_accounts(now);
    end_round(now);
    return {true, now.steady};
  }
  look(now);
  round_ = take_request(now.wall);
  if (!round_) return {false, now.steady + policy_.look_every};
  if (round_->is_of_all) rest_until_ = now.wall + policy_.rest;
  sweep_.begin(round_->trigger, troubles(), now);
  MutexLock lock(mutex_);
  status_.running = round_->trigger;
  return {true, now.steady};
}

bool Reconciler::an_incident_waits() const {
  MutexLock lock(mutex_);
  return requested_ && is_incident(requested_->trigger);
}

void Reconciler::promise() {
  {
    MutexLock lock(owed_mutex_);
    ++promises_;
  }
  if (const auto noted = owe(); !noted) journal_.record(StoreTrouble{"owed sweep", noted.error()});
}

void Reconciler::keep_promise() {
  MutexLock lock(owed_mutex_);
  --promises_;
}

Result<> Reconciler::owe() {
  MutexLock lock(owed_mutex_);
  if (is_owed_) return {};
  const auto noted = store_.owe_sweep();
  is_owed_ = noted.has_value();
  return noted;
}

void Reconciler::settle() {
  if (an_incident_waits() || retries_.await_incident()) return;
  MutexLock lock(owed_mutex_);
  if (!is_owed_ || promises_ > 0) return;
  if (const auto settled = store_.settle_sweep(); !settled) {
    journal_.record(StoreTrouble{"owed sweep", settled.error()});
    return;
  }
  is_owed_ = false;
}

ReconcilerStatus Reconciler::status() const {
  MutexLock lock(mutex_);
  return status_;
}

void Reconciler::look(Moment now) {
  if (const auto learnt = traffic_.learn(now); !learnt)
    journal_.record(StoreTrouble{"traffic", learnt.error()});
  if (!is_listening_(now.wall)) traffic_.skip_to(now.wall);
  look_at_allowance(now);
  if (traffic_.is_silent(now)) ask({SweepTrigger::silence, std::nullopt, std::nullopt});
  for (const auto& [user, trigger, since] : retries_.take_due(now.wall))
    ask({trigger, user, since});
  // A clock that was ahead has planned them too late.
  if (scheduled_ > now.wall + longest_wait()) plan_schedule(now.wall);
  if (scheduled_ <= now.wall) {
    plan_schedule(now.wall);
    ask({SweepTrigger::schedule, std::nullopt, std::nullopt});
  }
  tell_next();
}

void Reconciler::tell_next() {
  MutexLock lock(mutex_);
  status_.next = std::min(scheduled_, retries_.next().value_or(scheduled_));
  if (status_.notifications_are_used_up) status_.next = std::min(status_.next, exhausted_due_);
}

void Reconciler::look_at_allowance(Moment now) {
  allowance_due_ = now.steady + policy_.look_every;
  auto used_up = allowance_.notifications_are_used_up(now);
  if (!used_up) {
    journal_.record(StoreTrouble{"allowance", used_up.error()});
    return;
  }
  *used_up = *used_up && is_metered_();
  bool were_used_up = false;
  {
    MutexLock lock(mutex_);
    were_used_up = std::exchange(status_.notifications_are_used_up, *used_up);
  }
  // A new month: what came since the last round was not announced, and no later round is near.
  if (were_used_up && !*used_up) ask({SweepTrigger::exhausted, std::nullopt, std::nullopt});
  if (!*used_up) return;
  // That nothing comes is known, and says nothing of what is usual.
  traffic_.skip_to(now.wall);
  if (exhausted_due_ > now.wall && exhausted_due_ <= now.wall + policy_.exhausted_interval) return;
  exhausted_due_ = now.wall + policy_.exhausted_interval;
  ask({SweepTrigger::exhausted, std::nullopt, std::nullopt});
}

std::optional<ReconcileRound> Reconciler::take_request(WallTime now) {
  MutexLock lock(mutex_);
  const bool rests = rest_until_ > now && rest_until_ <= now + policy_.rest;
  if (!requested_) return std::nullopt;
  if (rests && requested_->is_of_all && !requested_->was_asked_for) return take_few();
  auto taken = std::move(requested_);
  requested_.reset();
  return taken;
}

std::optional<ReconcileRound> Reconciler::take_few() {
  if (requested_->only.empty() && requested_->chats.empty()) return std::nullopt;
  ReconcileRound few;
  few.trigger = requested_->trigger;
  few.only = std::exchange(requested_->only, {});
  few.chats = std::exchange(requested_->chats, {});
  few.since.each = std::exchange(requested_->since.each, {});
  return few;
}

StepOutcome Reconciler::add_accounts(Moment now) {
  ReconcileRound& round = *round_;
  Sweep::Wanted wanted;
  wanted.scope = round.is_of_all ? Sweep::Scope::all : Sweep::Scope::some;
  wanted.since = round.since;
  wanted.fresh_from = fresh_from(round, now.wall);
  const bool begins = round.next_after.empty();
  if (begins) wanted.chats.assign(round.chats.begin(), round.chats.end());
  auto batch = next_batch(round);
  if (!batch) return store_failed("accounts", batch.error(), now);
  wanted.accounts = std::move(batch->accounts);
  wanted.more_follow = !batch->is_last;
  wanted.others_swept_to = others_swept_to_;
  if (const auto added = sweep_.add(wanted, now); !added)
    return store_failed("cursors", added.error(), now);
  round.next_after = batch->last;
  round.is_all_added = batch->is_last;
  if (begins) journal_.record(SweepBegan{round.trigger, wanted.accounts.size()});
  return {true, now.steady};
}

Result<Reconciler::Batch> Reconciler::next_batch(const ReconcileRound& round) {
  Batch batch;
  batch.last = round.next_after;
  if (round.is_of_all) {
    auto page = accounts_.accounts(round.next_after, policy_.accounts_at_once);
    if (!page) return fail(page.error());
    batch.is_last = page->size() < policy_.accounts_at_once;
    if (!page->empty()) batch.last = page->back().user;
    batch.accounts = *std::move(page);
  } else {
    auto next = round.only.upper_bound(round.next_after);
    for (; next != round.only.end() && batch.accounts.size() < policy_.accounts_at_once; ++next) {
      auto account = accounts_.account(*next);
      if (!account) return fail(account.error());
      if (account->has_value()) batch.accounts.push_back(std::move(**account));
      batch.last = *next;
    }
    batch.is_last = next == round.only.end();
  }
  std::erase_if(batch.accounts,
                [](const Account& account) { return account.state != Account::State::connected; });
  return batch;
}

void Reconciler::end_round(Moment now) {
  const SweepEnded result = sweep_.result(now);
  journal_.record(result);
  const bool was_of_all = round_->is_of_all;
  const bool had_failed = !retries_.empty();
  note_failures(now.wall);
  settle();
  if (was_of_all) {
    others_swept_to_ = sweep_.others_swept_to();
    plan_schedule(now.wall);
  }
  if (round_->trigger == SweepTrigger::silence) judge_silence(result.promised, now);
  round_.reset();
  MutexLock lock(mutex_);
  if (was_of_all) {
    status_.all_swept_to = result.oldest;
  } else if (had_failed && retries_.empty() && others_swept_to_ && result.oldest) {
    status_.all_swept_to = std::min(*others_swept_to_, *result.oldest);
  }
  status_.running.reset();
  status_.last = result;
  status_.last_ended = now.wall;
}

void Reconciler::note_failures(WallTime now) {
  const std::set<MattermostUserId>& failed = sweep_.failed();
  if (round_->is_of_all) retries_.keep_only(failed);
  for (const MattermostUserId& user : round_->only) {
    if (!failed.contains(user)) retries_.swept(user);
  }
  for (const MattermostUserId& user : failed)
    retries_.failed(user, round_->trigger, round_->since.of(user), now);
}

void Reconciler::judge_silence(std::size_t promised, Moment now) {
  if (promised > 0) {
    traffic_.was_deaf(now);
  } else if (round_->is_of_all) {  // else it was repeated for a few
    traffic_.was_quiet(now);
  }
}

WallTime Reconciler::fresh_from(const ReconcileRound& round, WallTime now) const {
  // Whom another round has reached meanwhile needs no polling. After an incident everybody does: a
  // gap may have begun right behind the last watermark.
  if (round.was_asked_for) return WallTime::max();
  if (round.trigger == SweepTrigger::schedule) return now - policy_.interval / 2;
  if (round.trigger == SweepTrigger::exhausted && status().notifications_are_used_up)
    return now - policy_.exhausted_interval / 2;
  return WallTime::max();
}

Duration Reconciler::longest_wait() const {
  return policy_.interval +
         policy_.interval * static_cast<Duration::rep>(policy_.jitter_percent) / 100;
}

void Reconciler::plan_schedule(WallTime from) {
  const auto most = static_cast<std::uint64_t>((longest_wait() - policy_.interval).count());
  const auto jitter = Duration{static_cast<Duration::rep>(random_.below(most + 1))};
  scheduled_ = from + policy_.interval + jitter;
  tell_next();
}

KnownTroubles Reconciler::troubles() const {
  return {began_, heard_before_, status().notifications_are_used_up};
}

StepOutcome Reconciler::store_failed(const char* where, const Error& error, Moment now) {
  journal_.record(StoreTrouble{where, error});
  return {false, now.steady + policy_.store_pause};
}

}  // namespace belfry::sync
