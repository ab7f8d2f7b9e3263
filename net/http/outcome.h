#pragma once

#include <optional>
#include <string_view>

#include "net/http/http_client.h"
#include "sync/base/result.h"
#include "sync/base/time.h"

namespace belfry::net {

/// The one place where an answer that is no success becomes an Error; never call it for a 2xx.
///
/// | status | kind |
/// |---|---|
/// | 401 | unauthorized |
/// | 402 | exhausted |
/// | 403 | forbidden |
/// | 404, 410 | gone |
/// | 429 | throttled; without `retry_after` the caller backs off by itself |
/// | 407, 408, 423, 425, 3xx, 5xx but 501 | transient |
/// | the rest (400, 409, 412, 413, 501, …) | refused |
///
/// `retry_after` is set whatever the status. `code`, in lower case, is the deepest of Graph's
/// nested codes that is no mere number, `error` of Entra's, or `id` of Mattermost's. `text` names
/// `operation`, status, code and the other side's request id: never what the body says, since a
/// message may quote what people wrote.
/// Source: Graph, "errors", "throttling"; Mattermost REST API v4, ground rules.
[[nodiscard]] Error classify(const HttpAnswer& answer, std::string_view operation);

/// For a request that does harm twice: as classify(), but 408 and any 5xx is in_doubt, since the
/// server may have failed after the work.
[[nodiscard]] Error classify_in_doubt(const HttpAnswer& answer, std::string_view operation);

/// `Date`: when the answer was given, by the other side's clock. None where it is no date.
[[nodiscard]] std::optional<WallTime> date_of(const HttpAnswer& answer);

/// `Retry-After` as seconds, perhaps with a fraction, rounded up to a whole one, or as a date, seen
/// from the answer's own `Date` so that our clock does not matter. A day at most: who asks for more
/// has lost the clock.
[[nodiscard]] std::optional<Duration> retry_after(const HttpAnswer& answer);

}  // namespace belfry::net
