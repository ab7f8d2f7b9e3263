#pragma once

#include <string_view>

#include "net/http/http_client.h"
#include "sync/base/result.h"

namespace belfry::net {

/// As classify(), for what Graph meters: a 402 has the code of its reason (sync/port/sweep.h) where
/// the message tells it. Source: Graph, "payment models": nothing but the message does.
[[nodiscard]] Error metered_error(const HttpAnswer& answer, std::string_view operation);

}  // namespace belfry::net
