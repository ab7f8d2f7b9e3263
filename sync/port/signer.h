#pragma once

#include <string>
#include <string_view>

namespace belfry::sync {

/// Keyed hashes with a key of this installation that outlives restarts: marks of posts, contexts of
/// buttons. HMAC-SHA-256 in the service. Safe from any thread; no outside call.
class Signer {
 public:
  virtual ~Signer() = default;
  /// 43 characters of base64url. `purpose` keeps hashes of different uses apart.
  [[nodiscard]] virtual std::string sign(std::string_view purpose, std::string_view text) const = 0;
};

}  // namespace belfry::sync
