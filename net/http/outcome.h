#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/http/http_client.h"
#include "sync/base/result.h"
#include "sync/base/time.h"

namespace belfry::net {

/// What an answer that is no success asks for: the one place where HTTP becomes an ErrorKind.
///
/// 401 unauthorized · 402 exhausted · 403 forbidden · 404, 410 gone · 408, 423, 425, 500, 502, 503,
/// 504, 507, 509 and other 5xx transient · 429 throttled · 409, 412 and other 4xx, 501 and 3xx
/// refused. A 5xx or 408 with `Retry-After` is throttled too.
///
/// `code` is the deepest non-numeric code of Graph's nested errors, `error` of Entra's, or `id` of
/// Mattermost's, in lower case; what does not look like a code is left out. `text` names the
/// operation, status, code and the other side's request id; never what the body says.
///
/// `now` is for a `Retry-After` that gives a date.
[[nodiscard]] Error classify(const HttpAnswer& answer, std::string_view operation, WallTime now);

/// For requests that do harm twice and may have been carried out although the server failed: as
/// classify(), but any 5xx and 408 is in_doubt. Keeps `retry_after`.
[[nodiscard]] Error classify_in_doubt(const HttpAnswer& answer, std::string_view operation,
                                      WallTime now);

/// Seconds, whole or with a fraction (rounded up to a second), or an HTTP date. Never less than
/// nothing, never more than a day: a server that asks for more has lost its clock.
[[nodiscard]] std::optional<Duration> parse_retry_after(std::string_view text, WallTime now);

}  // namespace belfry::net
