#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sync/base/time.h"
#include "sync/model/allowance.h"

namespace belfry::sync {

/// What an administrator has to know to judge how far a month's allowance has come.
struct AllowanceFacts {
  Spending spending;
  std::optional<std::uint64_t> cap = 500;  ///< none: this payment model has none
  int percent = 80;                        ///< the mark that was reached
  WallTime now;
  std::uint64_t incident_percent = 20;  ///< of `exports`, kept for incidents
  Duration exhausted_interval{};        ///< `reconcile.exhausted_interval`
};

/// When what is left is used up if it goes on like this; the month's end when that is earlier.
[[nodiscard]] WallTime used_up_by(const Spending& spending, std::uint64_t cap, WallTime now);

/// What Graph has against it; empty: it did not say.
[[nodiscard]] std::string refusal_words(Refusal why);

/// What it means, what Belfry does now and what an administrator can do; Markdown.
[[nodiscard]] std::string allowance_words(const AllowanceFacts& facts);

}  // namespace belfry::sync
