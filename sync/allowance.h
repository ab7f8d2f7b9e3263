#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sync/base/result.h"
#include "sync/base/time.h"
#include "sync/model/allowance.h"
#include "sync/policy/payment_model.h"
#include "sync/port/journal.h"
#include "sync/port/sweep.h"
#include "sync/server_time.h"
#include "sync/step.h"

namespace belfry::sync {

struct AllowancePolicy {
  PaymentModel model = PaymentModel::evaluation;
  std::uint64_t evaluation_cap = 500;  ///< `teams.evaluation_cap`, of each bucket and month
  /// Of `exports`, kept for incidents: what the routine may not spend.
  std::uint64_t incident_percent = 20;
  /// Graph counts when it answers: so near to the turn of the month nobody can tell into which. An
  /// outside call's deadline, and what the answer's time leaves open.
  Duration month_margin = std::chrono::minutes{2};
  /// What somebody may mend meanwhile (billing, licences) is tried again after it: a refusal costs
  /// nothing.
  Duration refused_pause = std::chrono::hours{24};
  /// A greater difference to Microsoft's clock is told of. Entra's tokens allow as much.
  Duration clock_tolerance = std::chrono::minutes{5};
  Duration look_every = std::chrono::seconds{5};  ///< two small reads
};

/// What a metered request is for.
enum class Spend { routine, incident };

/// One bucket of this month as an administrator sees it.
struct BucketStatus {
  Spending spending;
  std::optional<std::uint64_t> cap;  ///< none: nothing is capped in this payment model
  std::uint64_t forecast = 0;        ///< spent at the end of the month if it goes on like this
  /// When nothing is left if it goes on like this; none: it lasts for the month.
  std::optional<WallTime> used_up_by;
  bool is_closed = false;  ///< Graph refuses more for now
  [[nodiscard]] bool is_used_up() const { return is_closed || (cap && spending.spent >= *cap); }
};

/// The metered messages of the month, which is the one of Microsoft's clock.
///
/// Promises  Never more is spent than the cap: metered requests reserve before they leave, and what
///           a crash left unsettled stays spent. Warnings at 80 % and 100 % come once a month each,
///           and a closed bucket counts as the latter; each closing is journalled.
/// Threads   step() from one worker at a time; the others from any.
/// Source    Graph, "payment models and licensing requirements": 500 messages a month, app and
///           tenant, in Evaluation mode; an answer without messages counts as one.
class Allowance {
 public:
  Allowance(AllowanceStore& store, const ServerTime& server_time, Journal& journal,
            AllowancePolicy policy = {})
      : store_(store), server_time_(server_time), journal_(journal), policy_(policy) {}

  /// None: this month has not as much left for this, or is about to turn, or cannot be told, and
  /// the metered route is closed. Errors: the store's.
  Result<std::optional<Reservation>> reserve(Spend what_for, std::uint64_t most, Moment now);
  /// `messages` came; an empty answer costs one all the same.
  Result<> settle(const Reservation& reservation, std::uint64_t messages);
  /// It was not carried out, and cost nothing.
  Result<> release(const Reservation& reservation);
  /// Graph refused it by 402: nothing was spent. Where Evaluation mode has no more, nothing can be
  /// this month; what somebody can mend is tried again after a day.
  Result<> refused(const Reservation& reservation, const Error& why, Moment now);

  /// Graph has fallen silent until the month ends.
  Result<bool> notifications_are_used_up(Moment now);

  Result<std::vector<BucketStatus>> status(Moment now);
  /// Looks whether there is something to warn of. No outside call.
  [[nodiscard]] StepOutcome step(Moment now);

 private:
  [[nodiscard]] std::optional<std::uint64_t> cap() const;
  [[nodiscard]] Closing closing_of(Month month, const Error& why, WallTime at) const;
  Result<> warn(const Spending& spending, WallTime at);
  void compare_clocks();

  AllowanceStore& store_;
  const ServerTime& server_time_;
  Journal& journal_;
  const AllowancePolicy policy_;
  bool clocks_differ_ = false;
};

}  // namespace belfry::sync
