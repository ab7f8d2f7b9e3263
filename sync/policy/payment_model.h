#pragma once

namespace belfry::sync {

enum class PaymentModel { evaluation, a, b, none };  ///< `teams.payment_model`

}  // namespace belfry::sync
