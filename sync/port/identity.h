#pragma once

#include <string>

#include "sync/base/result.h"
#include "sync/base/secret.h"
#include "sync/base/time.h"

namespace belfry::sync {

/// A grant as the token endpoint answered it. Lifetime, not a time: the clock is the caller's.
struct TokenGrant {
  Secret access;
  Duration lifetime{};
  Secret refresh;  ///< empty: none came; for a refresh the old one is kept
  std::string scopes;
};

/// Where the browser is sent to sign in.
struct AuthorizeRequest {
  std::string redirect_uri;
  std::string state;
  std::string code_challenge;  ///< S256
  std::string login_hint;      ///< a mail address, or empty
};

/// Error::code of a grant that is dead: the person has to sign in again (`invalid_grant`,
/// `interaction_required`, `consent_required`). Its kind is `refused`.
inline constexpr const char* k_grant_dead = "grantdead";
/// Error::code of a mistake in the app's own registration (`invalid_client`, `unauthorized_client`,
/// …): nothing works until an administrator acts. Its kind is `unauthorized`.
inline constexpr const char* k_client_misconfigured = "clientmisconfigured";

/// Entra ID's token endpoint. Each call is one request with a deadline of 10 s and blocks. Safe
/// from any thread. Errors: refused + k_grant_dead, unauthorized + k_client_misconfigured,
/// transient, throttled. Source: Entra, "OAuth 2.0 client credentials" and "authorization code
/// flow".
class IdentityApi {
 public:
  virtual ~IdentityApi() = default;
  [[nodiscard]] virtual std::string authorize_url(const AuthorizeRequest& request) const = 0;
  /// The S256 challenge of a PKCE verifier (43 to 128 characters of `A-Z a-z 0-9 - . _ ~`): 43
  /// characters of base64url. A pure function, no outside call. Source: RFC 7636.
  [[nodiscard]] virtual std::string code_challenge(const Secret& verifier) const = 0;
  virtual Result<TokenGrant> app_token() = 0;
  virtual Result<TokenGrant> redeem_code(const Secret& code, const Secret& verifier,
                                         const std::string& redirect_uri) = 0;
  virtual Result<TokenGrant> refresh(const Secret& refresh_token) = 0;
};

}  // namespace belfry::sync
