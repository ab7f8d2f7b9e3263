#pragma once

#include "sync/model/delivery.h"

namespace belfry::sync {

/// Whether an edit or a deletion has nothing left to say: the post shows it, or what came after it.
/// Decided by Teams' time, since changes are handled in any order. Pure.
[[nodiscard]] bool is_past(const PlannedDelivery& change, const Delivery& known);

/// The record of a post that shows what `change` tells.
[[nodiscard]] Delivery turned_by(const PlannedDelivery& change, Delivery known);

}  // namespace belfry::sync
