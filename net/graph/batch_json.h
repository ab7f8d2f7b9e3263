#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/http/http_client.h"
#include "sync/base/result.h"
#include "sync/base/time.h"
#include "sync/port/graph.h"

namespace belfry::net {

/// The body of `POST /$batch` that renews subscriptions: each part's id is its place.
/// Source: Graph, "JSON batching": at most 20 parts, URLs relative to the version.
[[nodiscard]] std::string renewals_to_json(std::span<const sync::Renewal> renewals,
                                           WallTime expires);

/// The answers of the parts in order of their places, however Graph sorted them; one that is
/// missing has status 0. Errors: refused, when the body is no such thing.
[[nodiscard]] Result<std::vector<HttpAnswer>> batch_answers_from_json(std::string_view body,
                                                                      std::size_t parts);

}  // namespace belfry::net
