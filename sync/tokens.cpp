#include "sync/tokens.h"

#include <algorithm>
#include <utility>

namespace belfry::sync {

Tokens::Tokens(AccountStore& store, IdentityApi& identity, Random& random, Journal& journal,
               TokenPolicy policy)
    : store_(store), identity_(identity), random_(random), journal_(journal), policy_(policy) {}

bool Tokens::is_good(const Slot& slot, Moment now) {
  return slot.held && !slot.is_refused && slot.held->access_expires > now.wall;
}

Instant Tokens::next_try(const Slot& slot) const {
  if (slot.refusals < 2) return slot.not_before;
  Duration pause = policy_.refused_pause;
  for (int i = 2; i < slot.refusals && pause < policy_.retry.most; ++i) pause *= 2;
  return std::max(slot.not_before, slot.came + std::min(pause, policy_.retry.most));
}

std::optional<Tokens::State> Tokens::state_of(const Slot& slot, Moment now) const {
  const bool good = is_good(slot, now);
  if (good && now.wall < slot.renew_from) return Ready{slot.held->access};
  // A token that is about to end is still one: its renewal need not stop anybody before it does.
  if (slot.work != Work::none) {
    if (good) return Ready{slot.held->access};
    return Wait{now.steady + policy_.busy_pause};
  }
  if (const Instant next = next_try(slot); next > now.steady) {
    if (good) return Ready{slot.held->access};
    return Wait{next};
  }
  return std::nullopt;
}

Tokens::State Tokens::app(Moment now) {
  MutexLock lock(mutex_);
  return state_of(app_, now).value_or(NeedsRefresh{});
}

Tokens::State Tokens::user(const MattermostUserId& user, Moment now) {
  {
    MutexLock lock(mutex_);
    if (const auto found = users_.find(user); found != users_.end()) {
      if (auto state = state_of(found->second, now)) return *state;
      if (found->second.held) return NeedsRefresh{};
    }
  }
  return load(user, now);
}

Tokens::State Tokens::load(const MattermostUserId& user, Moment now) {
  std::uint64_t before = 0;
  {
    MutexLock lock(mutex_);
    before = grants_changed_;
  }
  auto stored = store_.tokens(user);
  if (!stored) {
    journal_.record(StoreTrouble{"tokens", stored.error()});
    if (stored.error().kind == ErrorKind::damaged) return Unavailable{stored.error()};
    return Wait{now.steady + policy_.retry.first};
  }
  if (!stored->has_value()) {
    return Unavailable{Error{ErrorKind::forbidden, "the account is not connected", {}, 0, {}}};
  }
  MutexLock lock(mutex_);
  if (grants_changed_ != before) return Wait{now.steady};
  Slot& slot = slot_of(user);
  if (!slot.held) {
    slot.renew_from = (*stored)->access_expires - policy_.renew_ahead;
    slot.held = std::move(**stored);
  }
  return state_of(slot, now).value_or(NeedsRefresh{});
}

Tokens::Slot& Tokens::slot_of(const MattermostUserId& user) {
  if (const auto found = users_.find(user); found != users_.end()) return found->second;
  if (users_.size() >= policy_.most_held) {
    const auto idle = std::find_if(users_.begin(), users_.end(), [](const auto& one) {
      const Slot& slot = one.second;
      return slot.work == Work::none && slot.failures == 0 && slot.refusals == 0;
    });
    if (idle != users_.end()) users_.erase(idle);
  }
  return users_[user];
}

std::optional<std::uint64_t> Tokens::claim(Slot& slot, Moment now) {
  const bool is_due = !is_good(slot, now) || now.wall >= slot.renew_from;
  if (!is_due || slot.work != Work::none || next_try(slot) > now.steady) return std::nullopt;
  slot.work = Work::asking;
  slot.claim = ++claims_;
  return slot.claim;
}

Tokens::Slot* Tokens::claimed(const MattermostUserId& user, std::uint64_t claim) {
  const auto found = users_.find(user);
  if (found == users_.end() || found->second.claim != claim) return nullptr;
  return &found->second;
}

void Tokens::succeed(Slot& slot, AccountTokens tokens, Duration lifetime, Moment now) {
  Slot fresh;
  fresh.refusals = slot.is_refused ? slot.refusals : 0;
  fresh.renew_from = tokens.access_expires - std::min(policy_.renew_ahead, lifetime / 4);
  fresh.came = now.steady;
  fresh.held = std::move(tokens);
  slot = std::move(fresh);
}

void Tokens::fail_for_now(Slot& slot, const Error& error, Moment now) {
  slot.work = Work::none;
  const Duration pause = error.code == k_client_misconfigured
                             ? policy_.misconfigured_pause
                             : delay_after(error, slot.failures, policy_.retry, random_);
  ++slot.failures;
  slot.not_before = now.steady + pause;
}

Result<> Tokens::refresh_app(Moment now) {
  {
    MutexLock lock(mutex_);
    if (!claim(app_, now)) return {};
  }
  auto grant = identity_.app_token();
  if (!grant) {
    {
      MutexLock lock(mutex_);
      fail_for_now(app_, grant.error(), now);
    }
    tell_failure(grant.error(), true, now);
    return fail(grant.error());
  }
  journal_.record(TokenRefreshed{true, true, {}});
  MutexLock lock(mutex_);
  succeed(app_, {std::move(grant->access), now.wall + grant->lifetime, {}, {}}, grant->lifetime,
          now);
  tell_again_ = Instant{};
  return {};
}

Result<> Tokens::refresh_user(const MattermostUserId& user, Moment now) {
  AccountTokens old;
  std::uint64_t mine = 0;
  {
    MutexLock lock(mutex_);
    const auto found = users_.find(user);
    if (found == users_.end() || !found->second.held) return {};
    const auto begun = claim(found->second, now);
    if (!begun) return {};
    mine = *begun;
    old = *found->second.held;
  }
  auto grant = identity_.refresh(old.refresh);
  if (!grant) tell_failure(grant.error(), false, now);
  {
    MutexLock lock(mutex_);
    Slot* slot = claimed(user, mine);
    if (slot == nullptr) return {};
    if (!grant && grant.error().code != k_grant_dead) {
      fail_for_now(*slot, grant.error(), now);
      return fail(grant.error());
    }
    slot->work = Work::storing;
  }
  if (!grant) return end_grant(user, mine, grant.error(), now);
  // Source: Entra, "refresh tokens": normally a new one comes, else the old one goes on.
  Secret next = grant->refresh.empty() ? std::move(old.refresh) : std::move(grant->refresh);
  return keep(user, mine,
              {std::move(grant->access), now.wall + grant->lifetime, std::move(next),
               std::move(grant->scopes)},
              grant->lifetime, now);
}

Result<> Tokens::keep(const MattermostUserId& user, std::uint64_t claim, AccountTokens fresh,
                      Duration lifetime, Moment now) {
  const auto stored = store_.store_tokens(user, fresh);
  if (!stored) {
    // Not stored, not used: the old refresh token is still good.
    journal_.record(StoreTrouble{"tokens", stored.error()});
  } else {
    journal_.record(TokenRefreshed{false, true, {}});
  }
  MutexLock lock(mutex_);
  Slot* slot = claimed(user, claim);
  if (slot == nullptr) return stored;
  if (stored) {
    succeed(*slot, std::move(fresh), lifetime, now);
  } else if (stored.error().kind == ErrorKind::gone) {
    users_.erase(user);
  } else {
    fail_for_now(*slot, stored.error(), now);
  }
  return stored;
}

Result<> Tokens::end_grant(const MattermostUserId& user, std::uint64_t claim, const Error& error,
                           Moment now) {
  const auto marked = store_.mark_disconnected(user);
  if (marked) {
    journal_.record(AccountDisconnected{user, "entra", error.text});
  } else {
    journal_.record(StoreTrouble{"disconnect", marked.error()});
  }
  {
    MutexLock lock(mutex_);
    Slot* slot = claimed(user, claim);
    if (slot == nullptr) return fail(error);
    if (!marked) {
      fail_for_now(*slot, marked.error(), now);
      return marked;
    }
    users_.erase(user);
    ++grants_changed_;
  }
  grants_told_();
  return fail(error);
}

void Tokens::reject_app(const Secret& access) {
  MutexLock lock(mutex_);
  refuse(app_, access);
}

void Tokens::reject_user(const MattermostUserId& user, const Secret& access) {
  MutexLock lock(mutex_);
  if (const auto found = users_.find(user); found != users_.end()) refuse(found->second, access);
}

void Tokens::refuse(Slot& slot, const Secret& access) {
  if (!slot.held || slot.is_refused || !(slot.held->access == access)) return;
  slot.is_refused = true;
  ++slot.refusals;
}

Result<> Tokens::replace(const MattermostUserId& user,
                         const std::function<Result<>()>& transition) {
  {
    MutexLock lock(mutex_);
    Slot& slot = slot_of(user);
    if (slot.work == Work::storing || slot.work == Work::replacing) {
      return fail(ErrorKind::transient, "the account is being changed at this moment");
    }
    slot = Slot{};
    slot.work = Work::replacing;
    slot.claim = ++claims_;
    ++grants_changed_;
  }
  const auto done = transition();
  {
    MutexLock lock(mutex_);
    users_.erase(user);
    ++grants_changed_;
  }
  if (done) grants_told_();
  return done;
}

void Tokens::tell_failure(const Error& error, bool app_only, Moment now) {
  journal_.record(TokenRefreshed{app_only, false, error});
  if (error.code != k_client_misconfigured) return;
  {
    MutexLock lock(mutex_);
    if (tell_again_ > now.steady) return;
    tell_again_ = now.steady + policy_.told_every;
  }
  journal_.record(AdministratorNeeded{Upstream::entra, error});
}

}  // namespace belfry::sync
