#pragma once

#include "net/http/http_client.h"
#include "sync/base/result.h"

namespace belfry::net {

/// Answers to calls about subscriptions that mean more than their status says. Pure.
///
/// | answer | error |
/// |---|---|
/// | 409 that names a live subscription | refused, code k_subscription_exists, text = its id |
/// | 403 whose message names a quota | forbidden, code k_subscription_quota |
/// | 400 because our endpoint failed the handshake | transient |
/// | the rest | as classify() says |
///
/// Texts carry Graph's message, cut and cleaned: here it is about our endpoint and permissions, not
/// about what people wrote. Source: Graph, "create subscription"; the messages are those seen,
/// since the codes do not tell these apart.
[[nodiscard]] Error subscription_error(const HttpAnswer& answer, std::string_view operation);

}  // namespace belfry::net
