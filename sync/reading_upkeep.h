#pragma once

#include <atomic>
#include <cstddef>
#include <set>
#include <vector>

#include "sync/base/id.h"
#include "sync/base/mutex.h"
#include "sync/base/time.h"
#include "sync/model/account.h"
#include "sync/policy/backoff.h"
#include "sync/port/journal.h"
#include "sync/port/mattermost.h"
#include "sync/port/random.h"
#include "sync/port/store.h"
#include "sync/step.h"
#include "sync/upstream_gate.h"

namespace belfry::sync {

struct ReadingPolicy {
  /// Changes are told at once; this is for those that went by unheard.
  Duration every = std::chrono::hours{24};
  std::size_t page = k_most_users_asked;  ///< people of one request
  RetryPolicy retry{};
};

/// Keeps in which language and time zone people read, as they set it in Mattermost.
///
/// Promises  A change that Mattermost tells of counts at once. All accounts are asked for at the
///           start, once a day, and after changes may have gone by unheard. Nothing is written for
///           who changed nothing, and what Mattermost leaves out is not forgotten.
/// Threads   step() from one worker at a time; the others from any.
/// Errors    None leave this class: they become a later try, and a journal event.
/// Source    Mattermost, "Get users by ids", event `user_updated`.
class ReadingUpkeep {
 public:
  struct Ports {
    AccountStore& accounts;
    MattermostApi& mattermost;
    Random& random;
    Journal& journal;
  };
  ReadingUpkeep(Ports ports, UpstreamGate& gate, ReadingPolicy policy = {});

  /// At most one outside call.
  [[nodiscard]] StepOutcome step(Moment now);

  /// Somebody's settings as they are now; of people without an account as well. No outside call.
  void heard(const MattermostUser& person);
  /// Changes may have gone by unheard: the next step begins to ask for all.
  void ask_soon() { is_wanted_ = true; }

 private:
  void begin_page();
  /// The answer for a page of accounts, but for those of whom something was heard meanwhile: that
  /// may be newer.
  Result<> keep(const std::vector<Account>& accounts, const std::vector<MattermostUser>& people);
  Result<> keep_heard(const MattermostUser& person);
  Result<> keep_one(const Account& account, const MattermostUser& person);
  StepOutcome end_round(Moment now);
  StepOutcome later(const Error& why, Moment now);
  StepOutcome store_failed(const Error& why, Moment now);

  AccountStore& accounts_;
  MattermostApi& mattermost_;
  Random& random_;
  Journal& journal_;
  UpstreamGate& gate_;
  const ReadingPolicy policy_;
  std::atomic<bool> is_wanted_{true};
  Mutex mutex_;                                             ///< held while something is kept
  std::set<MattermostUserId> heard_of_ GUARDED_BY(mutex_);  ///< since the last page was begun
  MattermostUserId asked_up_to_;  ///< in the round that is under way, if one is
  Instant due_;                   ///< of the next round, or of the next try in it
  int failures_ = 0;
};

}  // namespace belfry::sync
