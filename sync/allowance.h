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
#include "sync/step.h"

namespace belfry::sync {

struct AllowancePolicy {
  PaymentModel model = PaymentModel::evaluation;
  std::uint64_t evaluation_cap = 500;  ///< `teams.evaluation_cap`, of each bucket and month
  /// Of `exports`, kept for incidents: what the routine may not spend.
  std::uint64_t incident_percent = 20;
  /// Graph counts when it answers, by its own clock: so near to the turn of the month nobody can
  /// tell into which. An outside call's deadline and some difference of clocks.
  Duration month_margin = std::chrono::minutes{2};
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
  [[nodiscard]] bool is_used_up() const {
    return spending.closed_at || (cap && spending.spent >= *cap);
  }
};

/// The metered messages of the month.
///
/// Promises  Never more is spent than the cap: metered requests reserve before they leave, and what
///           a crash left unsettled stays spent. Warnings at 80 % and 100 % come once a month each.
/// Threads   step() from one worker at a time; the others from any.
/// Source    Graph, "payment models and licensing requirements": 500 messages a month, app and
///           tenant, in Evaluation mode; an answer without messages counts as one.
class Allowance {
 public:
  Allowance(AllowanceStore& store, Journal& journal, AllowancePolicy policy = {})
      : store_(store), journal_(journal), policy_(policy) {}

  /// None: this month has not as much left for this, or is about to turn, and the metered route is
  /// closed. Errors: the store's.
  Result<std::optional<Reservation>> reserve(Spend what_for, std::uint64_t most, WallTime now);
  /// `messages` came; an empty answer costs one all the same.
  Result<> settle(const Reservation& reservation, std::uint64_t messages);
  /// It was not carried out, and cost nothing.
  Result<> release(const Reservation& reservation);
  /// Graph refused it by 402: nothing was spent, and nothing more can be this month.
  Result<> refused(const Reservation& reservation, WallTime now);

  /// Graph has fallen silent until the month ends.
  Result<bool> notifications_are_used_up(WallTime now);

  Result<std::vector<BucketStatus>> status(WallTime now);
  /// Looks whether there is something to warn of. No outside call.
  [[nodiscard]] StepOutcome step(Moment now);

 private:
  [[nodiscard]] std::optional<std::uint64_t> cap() const;
  Result<> warn(const Spending& spending);

  AllowanceStore& store_;
  Journal& journal_;
  const AllowancePolicy policy_;
};

}  // namespace belfry::sync
