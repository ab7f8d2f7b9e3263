#include "net/graph/clouds.h"
#include "net/graph/signing_keys.h"
#include "net/graph/validation_token.h"
#include "sync/base/invariant.h"
#include "tests/fuzz/parts.h"
#include "tests/fuzz/targets.h"

namespace belfry::fuzz {

void token(std::string_view bytes) {
  // Tenant and app of tests/fixtures/graph, so that its tokens pass the first checks.
  static const net::TokenRules rules{TenantId{"3f6c1a52-9d0e-4b7a-8c21-5e4d7f90b113"},
                                     "8b1f0c9e-2d47-4e6a-b35d-71c9a0e8f264",
                                     *net::cloud_named("global")};
  Parts parts(bytes);
  const auto keys = net::SigningKeys::from_json(parts.next());
  const std::string token = parts.next();

  const net::SigningKeys none;
  const auto unsigned_one = net::check_token(token, none, rules);
  invariant(unsigned_one.verdict != sync::TokenVerdict::valid, "without a key no token is valid");
  if (!keys) return;
  const auto checked = net::check_token(token, *keys, rules);
  invariant(unsigned_one.verdict != sync::TokenVerdict::invalid ||
                checked.verdict == sync::TokenVerdict::invalid,
            "a key mends no token");
  (void)net::verdict_at(checked, checked.not_before, rules);
}

}  // namespace belfry::fuzz
