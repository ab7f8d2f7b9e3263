#pragma once

#include "sync/policy/backoff.h"
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
  RetryPolicy retry;
};

/// Asks people whose sign-in at Microsoft has ended, once each, to connect again: a direct message
/// with a button, so that its link does not age.
///
/// Promises  One message for each end of a grant. A crash or a lost answer in the middle costs the
/// message rather than
///           sending it twice.
/// Threads   step() from one worker at a time.
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
  Result<std::optional<Account>> next_to_ask();
  StepOutcome find_channel(Account account, Moment now);
  StepOutcome ask(Account account, Moment now);
  StepOutcome later(const Error& error, Moment now);

  AccountStore& accounts_;
  MattermostApi& mattermost_;
  const Signer& signer_;
  Random& random_;
  Journal& journal_;
  UpstreamGate& gate_;
  const NoticePolicy policy_;
  int failures_ = 0;
};

}  // namespace belfry::sync
