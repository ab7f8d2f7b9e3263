#pragma once

#include <string>

#include "sync/base/secret.h"

namespace belfry::net {

/// base64url of the verifier's SHA-256, without padding. Source: RFC 7636 §4.2.
[[nodiscard]] std::string s256_challenge(const Secret& verifier);

}  // namespace belfry::net
