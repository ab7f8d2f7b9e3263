#pragma once

#include <string>
#include <string_view>

#include "net/graph/clouds.h"
#include "net/graph/signing_keys.h"
#include "sync/base/id.h"
#include "sync/base/time.h"
#include "sync/port/resource.h"

namespace belfry::net {

/// Whom a validation token must come from and be made for.
struct TokenRules {
  TenantId tenant;
  std::string client_id;
  Cloud cloud;
  /// The app by which Graph publishes change notifications.
  std::string publisher = "0bf30f3b-4a52-48df-9a82-234910c4a086";
  /// Clocks of two well-kept machines differ by seconds; Microsoft's own libraries allow five
  /// minutes.
  Duration clock_skew = std::chrono::minutes(5);
};

/// All that can be said of a token without the time.
struct CheckedToken {
  sync::TokenVerdict verdict = sync::TokenVerdict::invalid;
  WallTime not_before;
  WallTime expires;
};

/// Signature (RS256 only, whatever the header says), publisher, issuer, audience and tenant. Pure;
/// any thread. Source: Graph, "change notifications with resource data": validating the
/// authenticity.
[[nodiscard]] CheckedToken check_token(std::string_view token, const SigningKeys& keys,
                                       const TokenRules& rules);

/// The same, now with the time at which it was received.
[[nodiscard]] sync::TokenVerdict verdict_at(const CheckedToken& token, WallTime received,
                                            const TokenRules& rules);

}  // namespace belfry::net
