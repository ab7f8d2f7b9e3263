#include "sync/tokens.h"

#include <algorithm>
#include <utility>

namespace belfry::sync {

Tokens::Tokens(AccountStore& store, IdentityApi& identity, Random& random, Journal& journal,
               TokenPolicy policy)
    : store_(store), identity_(identity), random_(random), journal_(journal), policy_(policy) {}

std::optional<Tokens::State> Tokens::state_of(const Slot& slot, Moment now) const {
  if (slot.held && slot.held->access_expires - policy_.renew_ahead > now.wall) {
    return Ready{slot.held->access};
  }
  if (slot.is_busy) return Wait{now.steady + policy_.busy_pause};
  if (slot.not_before > now.steady) {
    // A token that is about to end is still one; a failing renewal need not stop anybody before it
    // does.
    if (slot.held && slot.held->access_expires > now.wall) return Ready{slot.held->access};
    return Wait{slot.not_before};
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
    const Slot& slot = users_[user];
    if (auto state = state_of(slot, now)) return *state;
    if (slot.held) return NeedsRefresh{};
  }
  auto stored = store_.tokens(user);
  if (!stored) return Wait{now.steady + policy_.retry.first};
  if (!stored->has_value()) {
    MutexLock lock(mutex_);
    users_.erase(user);
    return Unavailable{Error{ErrorKind::forbidden, "the account is not connected", {}, 0, {}}};
  }
  MutexLock lock(mutex_);
  Slot& slot = users_[user];
  if (!slot.held) slot.held = std::move(**stored);
  return state_of(slot, now).value_or(NeedsRefresh{});
}

bool Tokens::begin(Slot& slot, Moment now) {
  if (state_of(slot, now)) return false;
  slot.is_busy = true;
  return true;
}

void Tokens::succeed(Slot& slot, AccountTokens tokens) {
  slot = Slot{std::move(tokens), false, 0, {}};
}

void Tokens::fail_for_now(Slot& slot, const Error& error, Moment now) {
  slot.is_busy = false;
  const Duration pause = error.code == k_client_misconfigured
                             ? policy_.misconfigured_pause
                             : delay_after(error, slot.failures, policy_.retry, random_);
  ++slot.failures;
  slot.not_before = now.steady + pause;
}

Result<> Tokens::refresh_app(Moment now) {
  {
    MutexLock lock(mutex_);
    if (!begin(app_, now)) return {};
  }
  auto grant = identity_.app_token();
  MutexLock lock(mutex_);
  if (!grant) {
    fail_for_now(app_, grant.error(), now);
    tell_failure(grant.error(), true);
    return fail(grant.error());
  }
  succeed(app_, {std::move(grant->access), now.wall + grant->lifetime, {}, {}});
  journal_.record(TokenRefreshed{true, true, {}});
  return {};
}

Result<> Tokens::refresh_user(const MattermostUserId& user, Moment now) {
  AccountTokens old;
  {
    MutexLock lock(mutex_);
    Slot& slot = users_[user];
    if (!slot.held || !begin(slot, now)) return {};
    old = *slot.held;
  }
  const auto renewed = renew(user, old, now);
  if (renewed) return {};
  MutexLock lock(mutex_);
  fail_for_now(users_[user], renewed.error(), now);
  return renewed;
}

Result<> Tokens::renew(const MattermostUserId& user, const AccountTokens& old, Moment now) {
  auto grant = identity_.refresh(old.refresh);
  if (!grant) {
    tell_failure(grant.error(), false);
    if (grant.error().code == k_grant_dead) return end_grant(user, old.refresh, grant.error());
    return fail(grant.error());
  }
  AccountTokens fresh{std::move(grant->access), now.wall + grant->lifetime,
                      std::move(grant->refresh), std::move(grant->scopes)};
  if (fresh.refresh.empty()) fresh.refresh = old.refresh;
  if (const auto stored = store_.store_tokens(user, fresh); !stored) {
    // Not stored, not used: the old refresh token is still good.
    journal_.record(StoreTrouble{"tokens", stored.error()});
    return fail(stored.error());
  }
  journal_.record(TokenRefreshed{false, true, {}});
  MutexLock lock(mutex_);
  succeed(users_[user], std::move(fresh));
  return {};
}

Result<> Tokens::end_grant(const MattermostUserId& user, const Secret& dead, const Error& error) {
  // The account may have been connected anew while we asked with the old grant.
  const auto stored = store_.tokens(user);
  if (stored && stored->has_value() && !((*stored)->refresh == dead)) {
    forget(user);
    return fail(ErrorKind::transient, "the account was connected anew meanwhile");
  }
  if (const auto marked = store_.mark_disconnected(user); !marked) {
    journal_.record(StoreTrouble{"disconnect", marked.error()});
    return fail(marked.error());
  }
  journal_.record(AccountDisconnected{user, "entra", error.text});
  MutexLock lock(mutex_);
  users_.erase(user);
  return fail(error);
}

void Tokens::reject_app(const Secret& access) {
  MutexLock lock(mutex_);
  reject(app_, access);
}

void Tokens::reject_user(const MattermostUserId& user, const Secret& access) {
  MutexLock lock(mutex_);
  reject(users_[user], access);
}

void Tokens::forget(const MattermostUserId& user) {
  MutexLock lock(mutex_);
  users_.erase(user);
}

void Tokens::reject(Slot& slot, const Secret& access) {
  if (slot.held && slot.held->access == access) slot.held->access_expires = WallTime{};
}

void Tokens::tell_failure(const Error& error, bool app_only) {
  journal_.record(TokenRefreshed{app_only, false, error});
  if (error.code == k_client_misconfigured)
    journal_.record(AdministratorNeeded{Upstream::entra, error});
}

}  // namespace belfry::sync
