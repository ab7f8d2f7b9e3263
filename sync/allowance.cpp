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

/// Of a 402. Source: Graph, "payment models".
Refusal refusal_of(const Error& error) {
  if (error.code == k_capacity_used_up) return Refusal::capacity;
  if (error.code == k_billing_missing) return Refusal::billing;
  if (error.code == k_licence_missing) return Refusal::licence;
  return Refusal::other;
}

}  // namespace

std::optional<std::uint64_t> Allowance::cap() const {
  if (policy_.model == PaymentModel::evaluation) return policy_.evaluation_cap;
  return std::nullopt;
}

Result<std::optional<Reservation>> Allowance::reserve(Spend what_for, std::uint64_t most,
                                                      Moment now) {
  std::uint64_t ceiling = std::numeric_limits<std::uint64_t>::max();
  if (const auto whole = cap()) {
    if (!server_time_.month_at(now, policy_.month_margin)) return std::optional<Reservation>{};
    const std::uint64_t kept = *whole * policy_.incident_percent / 100;
    ceiling = what_for == Spend::incident ? *whole : *whole - kept;
  }
  // A page brings as many as it likes, so what is not there in full is not asked for.
  return store_.reserve(Bucket::exports, most, most, ceiling, server_time_.at(now));
}

Result<> Allowance::settle(const Reservation& reservation, std::uint64_t messages) {
  return store_.settle(reservation, std::max<std::uint64_t>(messages, 1));
}

Result<> Allowance::release(const Reservation& reservation) {
  return store_.settle(reservation, 0);
}

Result<> Allowance::refused(const Reservation& reservation, const Error& why, Moment now) {
  if (const auto settled = store_.settle(reservation, 0); !settled) return settled;
  const Closing closing = closing_of(reservation.month, why, server_time_.at(now));
  const auto closed = store_.close_bucket(reservation.bucket, reservation.month, closing);
  if (!closed) return closed;
  journal_.record(BucketClosed{reservation.bucket, closing, why});
  return {};
}

Closing Allowance::closing_of(Month month, const Error& why, WallTime at) const {
  const Refusal refusal = refusal_of(why);
  const bool is_unexplained =
      refusal == Refusal::other && policy_.model == PaymentModel::evaluation;
  const WallTime end = end_of(month);
  // The new month begins with what it has.
  const WallTime until = refusal == Refusal::capacity || is_unexplained
                             ? end
                             : std::min(at + policy_.refused_pause, end);
  return {refusal, at, until};
}

Result<bool> Allowance::notifications_are_used_up(Moment now) {
  const auto whole = cap();
  if (!whole) return false;
  const auto spending = store_.spending(Bucket::notifications, month_of(server_time_.at(now)));
  if (!spending) return fail(spending.error());
  return spending->spent >= *whole;
}

Result<std::vector<BucketStatus>> Allowance::status(Moment now) {
  const WallTime at = server_time_.at(now);
  std::vector<BucketStatus> all;
  for (const Bucket bucket : k_buckets) {
    const auto spending = store_.spending(bucket, month_of(at));
    if (!spending) return fail(spending.error());
    BucketStatus status{*spending, cap(), forecast_of(*spending, at), std::nullopt,
                        spending->is_closed(at)};
    const WallTime end = end_of(spending->month);
    if (status.cap) status.used_up_by = used_up_by(*spending, *status.cap, at);
    if (status.used_up_by >= end) status.used_up_by.reset();
    all.push_back(status);
  }
  return all;
}

StepOutcome Allowance::step(Moment now) {
  compare_clocks();
  const WallTime at = server_time_.at(now);
  for (const Bucket bucket : k_buckets) {
    const auto spending = store_.spending(bucket, month_of(at));
    const auto warned = spending ? warn(*spending, at) : Result<>(fail(spending.error()));
    if (!warned) journal_.record(StoreTrouble{"allowance", warned.error()});
  }
  return {false, now.steady + policy_.look_every};
}

Result<> Allowance::warn(const Spending& spending, WallTime at) {
  const auto whole = cap();
  for (const int percent : k_warnings) {
    const bool is_spent =
        whole && spending.spent * 100 >= *whole * static_cast<std::uint64_t>(percent);
    const bool is_reached = is_spent || spending.is_closed(at);
    if (!is_reached || spending.warned_percent >= percent) continue;
    const auto is_first = store_.mark_warned(spending.bucket, spending.month, percent);
    if (!is_first) return fail(is_first.error());
    // Of a closing the journal knows.
    if (*is_first && is_spent)
      journal_.record(AllowanceWarning{spending.bucket, percent, spending.spent, *whole});
    return {};
  }
  return {};
}

void Allowance::compare_clocks() {
  const auto ahead = server_time_.ahead();
  if (!ahead) return;
  const bool differ = std::chrono::abs(*ahead) > policy_.clock_tolerance;
  if (differ && !clocks_differ_) journal_.record(ClocksDiffer{*ahead});
  clocks_differ_ = differ;
}

}  // namespace belfry::sync
