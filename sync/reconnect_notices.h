#pragma once

#include <optional>

#include "sync/policy/backoff.h"
#include "sync/policy/mark.h"
#include "sync/port/journal.h"
#include "sync/port/mattermost.h"
#include "sync/port/random.h"
#include "sync/port/signer.h"
#include "sync/port/store.h"
#include "sync/step.h"
#include "sync/upstream_gate.h"

namespace belfry::sync {

struct NoticePolicy {
  Duration look_every = std::chrono::minutes{1};
  /// Pages of the channel in which an earlier try is looked for: the bot's own posts since then.
  int most_pages = 5;
  RetryPolicy retry{};
};

/// Asks people whose sign-in at Microsoft has ended, once each, to connect again: a direct message
/// with a button, so that its link does not age.
///
/// Promises  One message for each end of a grant, whatever crashes or gets lost: it carries a mark
///           and is looked for before it is posted. A person who cannot be told holds nobody up.
/// Threads   step() from one worker at a time.
/// Errors    None leave this class: they become a later try, or the end of it, and a journal event.
class ReconnectNotices {
 public:
  struct Ports {
    AccountStore& accounts;
    MattermostApi& mattermost;
    const Signer& signer;
    Random& random;
    Journal& journal;
  };
  ReconnectNotices(Ports ports, UpstreamGate& gate, NoticePolicy policy = {});

  /// At most one outside call.
  [[nodiscard]] StepOutcome step(Moment now);

 private:
  /// What is known of the notice that is under way. Lives in memory only.
  struct Progress {
    MattermostUserId user;
    MarkSearch search{};
  };

  Result<std::optional<Account>> next_to_ask();
  StepOutcome find_channel(Account account, Moment now);
  StepOutcome look_for(const Account& account, Moment now);
  StepOutcome ask(const Account& account, Moment now);
  StepOutcome done_with(Account account, Moment now);
  StepOutcome failed(const Account& account, const Error& error, Moment now);
  StepOutcome store_failed(const Error& error, Moment now);
  [[nodiscard]] BelfryRef mark_of(const Account& account) const;

  AccountStore& accounts_;
  MattermostApi& mattermost_;
  const Signer& signer_;
  Random& random_;
  Journal& journal_;
  UpstreamGate& gate_;
  const NoticePolicy policy_;
  std::optional<Progress> progress_;
  MattermostUserId seen_up_to_;  ///< nobody up to here is to be asked, in this round
  int failures_ = 0;
};

}  // namespace belfry::sync
