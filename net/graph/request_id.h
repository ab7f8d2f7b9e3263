#pragma once

#include <string>

#include "sync/port/random.h"

namespace belfry::net {

/// A GUID (RFC 9562, version 4), as `client-request-id` has to be.
[[nodiscard]] std::string new_request_id(sync::Entropy& entropy);

}  // namespace belfry::net
