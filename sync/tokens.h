#pragma once

#include <cstdint>
#include <functional>
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
  /// Short-lived ones (a setting of the tenant) in the last quarter of their life, if that is
  /// later.
  Duration renew_ahead = std::chrono::minutes{5};
  /// A registration that an administrator has to mend is tried again this often; Entra answers
  /// loops with AADSTS50196.
  Duration misconfigured_pause = std::chrono::minutes{3};
  /// Failures of the registration are counted, and told again this often.
  Duration told_every = std::chrono::hours{1};
  /// One that replaced a refused token and is refused itself is replaced no earlier than this after
  /// it came, doubled each time: the trouble is not the token.
  Duration refused_pause = std::chrono::seconds{30};
  /// How long others wait while one worker refreshes a token.
  Duration busy_pause = std::chrono::milliseconds{100};
  /// People whose tokens stay in memory, some 4 KiB each; the store has those of all.
  std::size_t most_held = 2000;
  RetryPolicy retry{};
};

/// Access tokens, app-only and delegated.
///
/// Promises  One token is refreshed by one worker at a time. A new one is stored before it is used.
///           A dead grant disconnects its account, and nothing else does: an hour of Entra 503
///           harms nobody. A token that still holds is used while its renewal waits or fails.
/// Threads   All functions from any thread; no lock is held across a call.
/// Source    Entra, "refresh tokens": each use yields a new one, the old one stays valid meanwhile,
///           so a crash between answer and store loses nothing.
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
  };  ///< no account, disconnected, or what is stored of it is damaged
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

  /// Runs `transition`, which connects the user's account anew or removes it. A refresh that is
  /// under way with the old grant ends without effect, so that it can neither overwrite nor
  /// disconnect the new one. Errors: the transition's; transient, when a refresh is being stored at
  /// this moment: nothing was done.
  Result<> replace(const MattermostUserId& user, const std::function<Result<>()>& transition);

  /// `told` is called whenever somebody's grant began or ended, by the thread that did it, with no
  /// lock held. Set before the first use.
  void tell_of_changed_grants(std::function<void()> told) { grants_told_ = std::move(told); }

 private:
  /// Who works on a token, if anybody.
  enum class Work { none, asking, storing, replacing };
  /// What is remembered of one token beside the store. The app's own lives here alone.
  struct Slot {
    std::optional<AccountTokens> held;
    WallTime renew_from;  ///< held is renewed ahead from then on
    Instant came;         ///< when held came; long ago for one that was read from the store
    bool is_refused = false;
    int refusals = 0;  ///< in a row: tokens that were refused, each the other's successor
    Work work = Work::none;
    std::uint64_t claim = 0;  ///< of the work: who comes back with another one was overtaken
    int failures = 0;
    Instant not_before;
  };

  [[nodiscard]] std::optional<State> state_of(const Slot& slot, Moment now) const;
  [[nodiscard]] Instant next_try(const Slot& slot) const;
  [[nodiscard]] static bool is_good(const Slot& slot, Moment now);
  [[nodiscard]] State load(const MattermostUserId& user, Moment now);
  Slot& slot_of(const MattermostUserId& user) REQUIRES(mutex_);
  [[nodiscard]] std::optional<std::uint64_t> claim(Slot& slot, Moment now) REQUIRES(mutex_);
  /// None when the work was overtaken by replace().
  [[nodiscard]] Slot* claimed(const MattermostUserId& user, std::uint64_t claim) REQUIRES(mutex_);
  void succeed(Slot& slot, AccountTokens tokens, Duration lifetime, Moment now) REQUIRES(mutex_);
  void fail_for_now(Slot& slot, const Error& error, Moment now) REQUIRES(mutex_);
  static void refuse(Slot& slot, const Secret& access);
  Result<> keep(const MattermostUserId& user, std::uint64_t claim, AccountTokens fresh,
                Duration lifetime, Moment now);
  Result<> end_grant(const MattermostUserId& user, std::uint64_t claim, const Error& error,
                     Moment now);
  void tell_failure(const Error& error, bool app_only, Moment now);

  AccountStore& store_;
  IdentityApi& identity_;
  Random& random_;
  Journal& journal_;
  const TokenPolicy policy_;
  std::function<void()> grants_told_ = [] {};
  Mutex mutex_;
  Slot app_ GUARDED_BY(mutex_);
  std::unordered_map<MattermostUserId, Slot> users_ GUARDED_BY(mutex_);
  std::uint64_t claims_ GUARDED_BY(mutex_) = 0;
  /// Grows with every grant that ended or began: what was read from the store before is old.
  std::uint64_t grants_changed_ GUARDED_BY(mutex_) = 0;
  Instant tell_again_ GUARDED_BY(mutex_);
};

}  // namespace belfry::sync
