#pragma once

#include <vector>

#include "sync/policy/payment_model.h"
#include "sync/policy/subscription_resource.h"

namespace belfry::sync {

/// In which order kinds of subscriptions are tried, the best first. What an administrator chose
/// stands alone. `automatic` in Evaluation mode begins with what costs nothing; under the other
/// models with the one subscription that brings everything. Model A knows none of single accounts.
/// Source: Graph, "payment models and licensing requirements for Teams APIs".
[[nodiscard]] std::vector<SubscribeKind> kinds_to_try(SubscribeKind chosen, PaymentModel model);

}  // namespace belfry::sync
