#pragma once

#include <map>
#include <string>
#include <string_view>

#include "net/crypto/rsa.h"
#include "sync/base/result.h"

namespace belfry::net {

/// The public keys by which Entra signs, by `kid`. Constant once shared between threads.
class SigningKeys {
 public:
  /// From a JWKS. Entries of another kind or use, and those that cannot be read, are passed over;
  /// at most 64 are kept (Entra publishes about ten). Errors: refused, when none is left.
  [[nodiscard]] static Result<SigningKeys> from_json(std::string_view bytes);

  /// Takes over the keys of `other` that are not here yet.
  void merge(SigningKeys other) { keys_.merge(other.keys_); }
  /// Null when there is none.
  [[nodiscard]] const RsaPublicKey* find(std::string_view kid) const;
  [[nodiscard]] bool empty() const { return keys_.empty(); }

 private:
  std::map<std::string, RsaPublicKey, std::less<>> keys_;
};

}  // namespace belfry::net
