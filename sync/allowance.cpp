#include "sync/allowance.h"

#include <algorithm>
#include <array>
#include <limits>

#include "sync/policy/allowance_words.h"

namespace belfry::sync {
namespace {

constexpr std::array k_warnings = {100, 80};

/// Straight on: what the past part of the month has spent, over the whole of it.
std::uint64_t forecast_of(const Spending& spending, WallTime now) {
  const auto whole =
      static_cast<double>((end_of(spending.month) - begin_of(spending.month)).count());
  const auto past = static_cast<double>((now - begin_of(spending.month)).count());
  // The first day tells nothing yet.
  const double share = std::clamp(past / whole, 1.0 / 31, 1.0);
  return static_cast<std::uint64_t>(static_cast<double>(spending.spent) / share);
}

}  // namespace

std::optional<std::uint64_t> Allowance::cap() const {
  if (policy_.model == PaymentModel::evaluation) return policy_.evaluation_cap;
  return std::nullopt;
}

Result<std::optional<Reservation>> Allowance::reserve(Spend what_for, std::uint64_t most,
                                                      WallTime now) {
  std::uint64_t ceiling = std::numeric_limits<std::uint64_t>::max();
  if (const auto whole = cap()) {
    if (month_of(now - policy_.month_margin) != month_of(now + policy_.month_margin))
      return std::optional<Reservation>{};
    const std::uint64_t kept = *whole * policy_.incident_percent / 100;
    ceiling = what_for == Spend::incident ? *whole : *whole - kept;
  }
  // A page brings as many as it likes, so what is not there in full is not asked for.
  return store_.reserve(Bucket::exports, most, most, ceiling, now);
}

Result<> Allowance::settle(const Reservation& reservation, std::uint64_t messages) {
  return store_.settle(reservation, std::max<std::uint64_t>(messages, 1));
}

Result<> Allowance::release(const Reservation& reservation) {
  return store_.settle(reservation, 0);
}

Result<> Allowance::refused(const Reservation& reservation, WallTime now) {
  if (const auto settled = store_.settle(reservation, 0); !settled) return settled;
  return store_.close_bucket(reservation.bucket, now);
}

Result<bool> Allowance::notifications_are_used_up(WallTime now) {
  const auto whole = cap();
  if (!whole) return false;
  const auto spending = store_.spending(Bucket::notifications, month_of(now));
  if (!spending) return fail(spending.error());
  return spending->spent >= *whole;
}

Result<std::vector<BucketStatus>> Allowance::status(WallTime now) {
  std::vector<BucketStatus> all;
  for (const Bucket bucket : k_buckets) {
    const auto spending = store_.spending(bucket, month_of(now));
    if (!spending) return fail(spending.error());
    BucketStatus status{*spending, cap(), forecast_of(*spending, now), std::nullopt};
    const WallTime end = end_of(spending->month);
    if (status.cap) status.used_up_by = used_up_by(*spending, *status.cap, now);
    if (status.used_up_by >= end) status.used_up_by.reset();
    all.push_back(status);
  }
  return all;
}

StepOutcome Allowance::step(Moment now) {
  const StepOutcome later{false, now.steady + policy_.look_every};
  if (!cap()) return later;
  for (const Bucket bucket : k_buckets) {
    const auto spending = store_.spending(bucket, month_of(now.wall));
    const auto warned = spending ? warn(*spending) : Result<>(fail(spending.error()));
    if (!warned) journal_.record(StoreTrouble{"allowance", warned.error()});
  }
  return later;
}

Result<> Allowance::warn(const Spending& spending) {
  const std::uint64_t whole = *cap();
  for (const int percent : k_warnings) {
    const bool is_reached =
        spending.closed_at || spending.spent * 100 >= whole * static_cast<std::uint64_t>(percent);
    if (!is_reached || spending.warned_percent >= percent) continue;
    const auto is_first = store_.mark_warned(spending.bucket, spending.month, percent);
    if (!is_first) return fail(is_first.error());
    if (*is_first) {
      journal_.record(AllowanceWarning{spending.bucket, percent, spending.spent, whole});
    }
    return {};
  }
  return {};
}

}  // namespace belfry::sync
