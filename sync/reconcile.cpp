#include "sync/reconcile.h"

#include <algorithm>
#include <utility>

namespace belfry::sync {
namespace {

constexpr int k_most_doublings = 10;
constexpr int k_incident = 3;

bool was_asked_for(SweepTrigger trigger) {
  return trigger == SweepTrigger::person || trigger == SweepTrigger::administrator;
}

/// Of requests that become one round: the greater gives it its reason, since an incident leaves
/// nobody out and may spend more.
int weight_of(SweepTrigger trigger) {
  switch (trigger) {
    case SweepTrigger::schedule:
      return 0;
    case SweepTrigger::exhausted:
      return 1;
    case SweepTrigger::person:
    case SweepTrigger::administrator:
      return 2;
    case SweepTrigger::start:
    case SweepTrigger::lifecycle:
    case SweepTrigger::new_subscription:
    case SweepTrigger::silence:
      break;
  }
  return k_incident;
}

bool is_incident(SweepTrigger trigger) {
  return weight_of(trigger) == k_incident;
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
      policy_(policy) {}

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
  is_owed_ = *owed;
  if (is_owed_ || !heard->has_value() || now.wall - **heard > policy_.start_gap)
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
      if (!cursors || lies_ahead(*cursors, now, SweepRules{})) {
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
  } else {
    // That a few could not be swept makes nobody else be polled before the day is over.
    for (const MattermostUserId& user : overdue) ask({SweepTrigger::schedule, user, std::nullopt});
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
  if (!request.since) return;
  if (request.only) {
    WallTime& since = requested_->since_of.try_emplace(*request.only, *request.since).first->second;
    since = std::min(since, *request.since);
  } else {
    requested_->since = std::min(requested_->since.value_or(*request.since), *request.since);
  }
}

StepOutcome Reconciler::step(Moment now) {
  if (!is_owed_ && an_incident_waits()) {
    // A restart forgets what was asked for, and the webhooks that go on say nothing of the gap.
    if (const auto noted = store_.owe_sweep(); !noted)
      return store_failed("owed sweep", noted.error(), now);
    is_owed_ = true;
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
  return requested_ && requested_->is_of_all && is_incident(requested_->trigger);
}

void Reconciler::settle() {
  if (!is_owed_ || an_incident_waits()) return;
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
  if (repeat_due_ && *repeat_due_ <= now.wall) {
    repeat_due_.reset();
    for (const MattermostUserId& user : failed_) ask({repeat_trigger_, user, std::nullopt});
  }
  // A clock that was ahead has planned them too late.
  if (scheduled_ > now.wall + longest_wait()) plan_schedule(now.wall);
  if (repeat_due_ && *repeat_due_ > now.wall + policy_.interval) repeat_due_ = now.wall;
  if (scheduled_ <= now.wall) {
    plan_schedule(now.wall);
    ask({SweepTrigger::schedule, std::nullopt, std::nullopt});
  }
  tell_next();
}

void Reconciler::tell_next() {
  MutexLock lock(mutex_);
  status_.next = std::min(scheduled_, repeat_due_.value_or(scheduled_));
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
  if (rests && requested_->is_of_all && !requested_->was_asked_for) return std::nullopt;
  auto taken = std::move(requested_);
  requested_.reset();
  return taken;
}

StepOutcome Reconciler::add_accounts(Moment now) {
  ReconcileRound& round = *round_;
  Sweep::Wanted wanted;
  wanted.scope = round.is_of_all ? Sweep::Scope::all : Sweep::Scope::some;
  wanted.since = round.since;
  wanted.since_of = round.since_of;
  wanted.fresh_from = fresh_from(round, now.wall);
  MattermostUserId last = round.next_after;
  bool is_last = true;
  if (round.is_of_all) {
    auto page = accounts_.accounts(round.next_after, policy_.accounts_at_once);
    if (!page) return store_failed("accounts", page.error(), now);
    is_last = page->size() < policy_.accounts_at_once;
    if (!page->empty()) last = page->back().user;
    wanted.accounts = std::move(*page);
  } else {
    for (const MattermostUserId& user : round.only) {
      auto account = accounts_.account(user);
      if (!account) return store_failed("account", account.error(), now);
      if (account->has_value()) wanted.accounts.push_back(std::move(**account));
    }
  }
  std::erase_if(wanted.accounts,
                [](const Account& account) { return account.state != Account::State::connected; });
  const bool begins = round.next_after.empty();
  if (begins) wanted.chats.assign(round.chats.begin(), round.chats.end());
  if (const auto added = sweep_.add(wanted, now); !added)
    return store_failed("cursors", added.error(), now);
  round.next_after = last;
  round.is_all_added = is_last;
  if (begins) journal_.record(SweepBegan{round.trigger, wanted.accounts.size()});
  return {true, now.steady};
}

void Reconciler::end_round(Moment now) {
  const SweepEnded result = sweep_.result(now);
  journal_.record(result);
  const bool was_of_all = round_->is_of_all;
  const bool had_failed = !failed_.empty();
  const bool was_repeated = !was_of_all && std::includes(round_->only.begin(), round_->only.end(),
                                                         failed_.begin(), failed_.end());
  if (was_of_all) others_swept_to_ = sweep_.others_swept_to();
  if (was_of_all || was_repeated) failed_ = sweep_.failed();
  if (!failed_.empty() && (was_of_all || was_repeated)) {
    const auto doubled = static_cast<std::int64_t>(1) << std::min(failures_++, k_most_doublings);
    repeat_due_ = now.wall + std::min(policy_.repeat_after * doubled, policy_.interval);
    repeat_trigger_ = round_->trigger;
  } else if (was_of_all || was_repeated) {
    failures_ = 0;
    repeat_due_.reset();
    if (was_of_all) plan_schedule(now.wall);
    if (was_of_all ? is_incident(round_->trigger) || round_->was_asked_for : had_failed) settle();
  }
  if (round_->trigger == SweepTrigger::silence) judge_silence(result.found, now);
  round_.reset();
  MutexLock lock(mutex_);
  if (was_of_all) {
    status_.all_swept_to = result.oldest;
  } else if (was_repeated && failed_.empty() && others_swept_to_ && result.oldest) {
    status_.all_swept_to = std::min(*others_swept_to_, *result.oldest);
  }
  status_.running.reset();
  status_.last = result;
  status_.last_ended = now.wall;
}

void Reconciler::judge_silence(std::size_t found, Moment now) {
  if (found > 0) {
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
