#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sync/policy/backoff.h"
#include "sync/policy/mark.h"
#include "sync/port/journal.h"
#include "sync/port/mattermost.h"
#include "sync/port/random.h"
#include "sync/port/signer.h"
#include "sync/port/sweep.h"
#include "sync/server_time.h"
#include "sync/step.h"
#include "sync/upstream_gate.h"

namespace belfry::sync {

struct AllowanceNoticePolicy {
  std::vector<std::string> administrators;  ///< `mattermost.admins`: user names
  std::optional<std::uint64_t> cap = 500;   ///< `teams.evaluation_cap`; none: nothing is capped
  std::uint64_t incident_percent = 20;
  Duration exhausted_interval = std::chrono::minutes{15};
  Duration look_every = std::chrono::seconds{5};  ///< two small reads
  /// Pages of the channel in which an earlier try is looked for; none is older than its month.
  int most_pages = 5;
  RetryPolicy retry{};
};

/// Writes to the administrators when a share of the month's allowance is spent, or Graph refuses
/// more: what it means, what Belfry does now, and what they can do.
///
/// Promises  One direct message for each administrator, month, bucket and mark, whatever crashes or
///           gets lost: it carries a mark and is looked for before it is posted. Who cannot be
///           reached holds up nobody else. A mark takes the place of the one below it that was not
///           told of in time; what is not told when the month ends is not told any more.
/// Threads   step() from one worker at a time.
/// Errors    None leave this class: they become a later try, or the end of it, and a journal event.
class AllowanceNotices {
 public:
  struct Ports {
    AllowanceStore& store;
    const ServerTime& server_time;
    MattermostApi& mattermost;
    const Signer& signer;
    Random& random;
    Journal& journal;
  };
  AllowanceNotices(Ports ports, UpstreamGate& gate, AllowanceNoticePolicy policy);

  /// At most one outside call.
  [[nodiscard]] StepOutcome step(Moment now);

 private:
  /// Somebody who is to be told. In memory only, like everything here.
  struct Administrator {
    std::string username;
    MattermostUserId user;  ///< empty: not found yet
    ChannelId channel;
    bool was_named_unknown = false;
  };
  /// What is left to do for one administrator.
  struct Errand {
    std::size_t administrator = 0;
    bool is_done = false;
    MarkSearch search{};
    int failures = 0;
    Instant due{};
  };
  /// A mark that was reached, and how far its telling has come.
  struct Notice {
    Spending spending;
    int percent = 0;
    std::vector<Errand> errands;
  };

  [[nodiscard]] std::vector<Errand> one_for_each() const;
  Result<> review(Month month);
  StepOutcome look_up(Errand& errand, Moment now);
  StepOutcome go(const Notice& notice, Errand& errand, Moment now);
  StepOutcome look_for(const Notice& notice, Errand& errand, Moment now);
  StepOutcome tell(const Notice& notice, Errand& errand, Moment now);
  StepOutcome finish(const Notice& notice, Moment now);
  void unknown(Errand& errand, const std::string& why);
  StepOutcome failed(Errand& errand, const Error& error, Moment now);
  StepOutcome store_failed(const Error& error, Moment now);
  [[nodiscard]] BelfryRef mark_of(const Notice& notice, const Errand& errand) const;

  AllowanceStore& store_;
  const ServerTime& server_time_;
  MattermostApi& mattermost_;
  const Signer& signer_;
  Random& random_;
  Journal& journal_;
  UpstreamGate& gate_;
  const AllowanceNoticePolicy policy_;
  std::vector<Administrator> administrators_;
  std::vector<Errand> first_look_;  ///< at the start, so that a wrong name is told of in time
  std::map<Bucket, Notice> notices_;
  int store_failures_ = 0;
};

}  // namespace belfry::sync
