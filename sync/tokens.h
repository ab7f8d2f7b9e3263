#pragma once

#include <optional>
#include <unordered_map>
#include <variant>

#include "sync/base/id.h"
#include "sync/base/mutex.h"
#include "sync/base/result.h"
#include "sync/base/secret.h"
#include "sync/base/time.h"
#include "sync/model/account.h"
#include "sync/policy/backoff.h"
#include "sync/port/identity.h"
#include "sync/port/journal.h"
#include "sync/port/random.h"
#include "sync/port/store.h"

namespace belfry::sync {

struct TokenPolicy {
  /// Tokens are renewed this long before they end: no call leaves with one that ends on the way.
  Duration renew_ahead = std::chrono::minutes{5};
  /// A registration that an administrator has to mend is tried again this often; Entra answers
  /// loops with AADSTS50196.
  Duration misconfigured_pause = std::chrono::minutes{3};
  /// How long others wait while one worker refreshes a token.
  Duration busy_pause = std::chrono::milliseconds{100};
  RetryPolicy retry;
};

/// Access tokens, app-only and delegated.
///
/// Promises  One token is refreshed by one worker at a time. A new one is stored before it is used.
/// A dead grant
///           disconnects its account, and nothing else does: an hour of Entra 503 harms nobody.
/// Threads   All functions from any thread; no lock is held across a call.
/// Source    Entra, "refresh tokens": each use yields a new one, the old one stays valid meanwhile.
class Tokens {
 public:
  struct Ready {
    Secret access;
  };
  struct NeedsRefresh {};  ///< call refresh_…(): the one outside call of that step
  struct Wait {
    Instant until;
  };  ///< somebody else refreshes it now, or a failure was a moment ago
  struct Unavailable {
    Error why;
  };  ///< no account, disconnected
  using State = std::variant<Ready, NeedsRefresh, Wait, Unavailable>;

  Tokens(AccountStore& store, IdentityApi& identity, Random& random, Journal& journal,
         TokenPolicy policy = {});

  [[nodiscard]] State app(Moment now);
  [[nodiscard]] State user(const MattermostUserId& user, Moment now);

  /// One outside call, or none when another worker makes it now. What came of it shows in the next
  /// state.
  Result<> refresh_app(Moment now);
  Result<> refresh_user(const MattermostUserId& user, Moment now);

  /// A 401 came for this access token: it is void, unless it was replaced meanwhile.
  void reject_app(const Secret& access);
  void reject_user(const MattermostUserId& user, const Secret& access);
  /// The account was connected anew or removed: what is remembered of its tokens is void.
  void forget(const MattermostUserId& user);

 private:
  /// What is remembered of one token beside the store. The app's own lives here alone.
  struct Slot {
    std::optional<AccountTokens> held;
    bool is_busy = false;
    int failures = 0;
    Instant not_before;
  };

  [[nodiscard]] std::optional<State> state_of(const Slot& slot, Moment now) const;
  bool begin(Slot& slot, Moment now) REQUIRES(mutex_);
  void succeed(Slot& slot, AccountTokens tokens) REQUIRES(mutex_);
  void fail_for_now(Slot& slot, const Error& error, Moment now) REQUIRES(mutex_);
  static void reject(Slot& slot, const Secret& access);
  Result<> renew(const MattermostUserId& user, const AccountTokens& old, Moment now);
  Result<> end_grant(const MattermostUserId& user, const Secret& dead, const Error& error);
  void tell_failure(const Error& error, bool app_only);

  AccountStore& store_;
  IdentityApi& identity_;
  Random& random_;
  Journal& journal_;
  const TokenPolicy policy_;
  Mutex mutex_;
  Slot app_ GUARDED_BY(mutex_);
  std::unordered_map<MattermostUserId, Slot> users_ GUARDED_BY(mutex_);
};

}  // namespace belfry::sync
