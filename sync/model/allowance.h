#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>

#include "sync/base/time.h"

namespace belfry {

/// What Microsoft counts apart. Source: Graph, "payment models and licensing requirements".
enum class Bucket : std::uint8_t {
  notifications = 0,  ///< messages announced by metered subscriptions
  exports = 1         ///< messages read by metered polls; an empty answer counts one
};
inline constexpr std::array k_buckets = {Bucket::notifications, Bucket::exports};
[[nodiscard]] const char* name_of(Bucket bucket);

/// A month of the allowance, in UTC.
using Month = std::chrono::year_month;
[[nodiscard]] Month month_of(WallTime at);
/// Its first moment, and that of the next one.
[[nodiscard]] WallTime begin_of(Month month);
[[nodiscard]] WallTime end_of(Month month);

/// Why Graph refuses what is metered (402). Source: as above; only its words tell them apart.
enum class Refusal : std::uint8_t {
  other = 0,
  capacity = 1,  ///< that of Evaluation mode is used up for the month
  billing = 2,   ///< no Azure subscription is linked to the app registration
  licence = 3    ///< somebody has not the one that payment model A wants
};
inline constexpr Refusal k_last_refusal = Refusal::licence;
[[nodiscard]] const char* name_of(Refusal why);

/// Nothing more is spent from a bucket for a while.
struct Closing {
  Refusal why = Refusal::other;
  WallTime at;
  WallTime until;
};

/// One bucket in one month.
struct Spending {
  Bucket bucket = Bucket::notifications;
  Month month{};
  std::uint64_t spent = 0;               ///< with what is reserved and not settled
  std::uint64_t refusals = 0;            ///< answers 402
  std::optional<WallTime> closed_at;     ///< by a 402: the last time that it was closed
  std::optional<WallTime> closed_until;  ///< none, though closed: the month's end
  Refusal closed_by = Refusal::other;
  int warned_percent = 0;  ///< the highest share that was warned of, in log and journal
  int told_percent = 0;    ///< the highest share that the administrators were written to about

  [[nodiscard]] bool is_closed(WallTime at) const;
  /// Counts a refusal. Of two closings at once the longer one holds.
  void close(const Closing& closing);

  friend bool operator==(const Spending&, const Spending&) = default;
};

/// What a metered request may cost, taken from its month before it leaves.
struct Reservation {
  Bucket bucket = Bucket::exports;
  Month month{};
  std::uint64_t most = 0;
};

}  // namespace belfry
