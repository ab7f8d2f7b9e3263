#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tests/sandbox/clock.h"
#include "tests/sandbox/crypto.h"
#include "tests/sandbox/directory.h"

namespace belfry::sandbox {

/// What an access token stands for.
struct TokenClaims {
  enum class Kind { app, user };
  Kind kind = Kind::app;
  std::string person = {};                 ///< of a user's token
  std::set<std::string> permissions = {};  ///< roles of an app, scopes of a user
  std::int64_t issued_ms = 0;
  std::int64_t expires_ms = 0;
  bool challenged = false;  ///< Graph answers it with a claims challenge
};

/// Signs tokens and remembers the access tokens it has issued, so that Graph recognises them
/// without a signature check.
///
/// Promises  Every token is a real JWT (RS256) that verifies with jwks(). Old keys stay published
/// until retire_old_keys(). Threads   All functions from any thread.
class TokenAuthority {
 public:
  TokenAuthority(SandboxClock& clock, const Directory& directory);

  struct Issued {
    std::string token;
    std::int64_t expires_in = 0;  ///< seconds
  };
  Issued issue_app_token(std::int64_t lifetime_s);
  Issued issue_user_token(const Person& person, const std::set<std::string>& scopes,
                          std::int64_t lifetime_s);

  /// Nothing for a token that was never issued; an expired one is found all the same.
  [[nodiscard]] std::optional<TokenClaims> find(std::string_view access_token) const;
  /// From now on Graph challenges the access tokens that this person holds (continuous access
  /// evaluation).
  void challenge_tokens_of(std::string_view person);
  /// Every access token issued so far counts as expired.
  void expire_all();

  /// Compact serialisation of the claims, signed with the newest key.
  [[nodiscard]] std::string sign(std::string_view claims_json) const;
  /// The same with a key that is not in jwks().
  [[nodiscard]] std::string sign_with_unknown_key(std::string_view claims_json) const;
  [[nodiscard]] std::string jwks() const;
  [[nodiscard]] PublicKey public_key(std::string_view kid) const;
  void rotate_keys();
  void retire_old_keys();

 private:
  struct Key {
    std::string kid;
    PrivateKey key;
    RsaNumbers numbers;
  };
  static Key make_key();
  static const Key& first_key();
  static const Key& unpublished_key();
  Issued issue(TokenClaims claims, std::string_view extra_claims, std::int64_t lifetime_s);

  SandboxClock& clock_;
  const Directory& directory_;

  mutable std::shared_mutex mutex_;
  std::vector<Key> keys_;                                // guarded by mutex_; the newest is last
  std::unordered_map<std::string, TokenClaims> issued_;  // guarded by mutex_
};

}  // namespace belfry::sandbox
