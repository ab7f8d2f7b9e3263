#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "net/http/http_client.h"
#include "sync/base/result.h"
#include "sync/base/secret.h"
#include "sync/port/identity.h"

/// Entra's answers, bytes to model, once. Pure; any thread. No error text holds a token, a secret,
/// or Entra's own prose (which may name people): it holds the `error`, the AADSTS numbers, the
/// trace id, and our advice. Source: Microsoft identity platform, "authorization code flow" and
/// "error codes".
namespace belfry::net {

enum class GrantType : std::uint8_t { client_credentials, authorization_code, refresh_token };

/// A 200 of the token endpoint. Errors: transient, when it cannot be read: asking again is
/// harmless.
[[nodiscard]] Result<sync::TokenGrant> grant_from_json(std::string_view bytes);

/// Any other answer of the token endpoint.
///
/// | status and `error` | kind and code |
/// |---|---|
/// | 429 | throttled |
/// | 5xx, `temporarily_unavailable`, `server_error`, no JSON, an `error` that nobody knows |
/// transient | | `invalid_grant`, `interaction_required`, `consent_required`, `login_required` |
/// refused, k_grant_dead | | `invalid_client`, `unauthorized_client`, `invalid_request`,
/// `invalid_scope`, `invalid_resource` and the like |
///   unauthorized, k_client_misconfigured |
///
/// Nothing but the third row disconnects anybody. A code of the wrong form also gives
/// `invalid_request`: since anybody can make one up, that is k_grant_dead, unless a number tells of
/// our registration.
[[nodiscard]] Error token_error(const HttpAnswer& answer, GrantType grant);

/// What Entra's redirect to us told instead of a code, by the same rules. It comes through a
/// browser and proves nothing: it is for the page that the person sees, after the state was found
/// right, and for nothing else.
struct RedirectParameters {
  std::string error;
  std::string description;
};
[[nodiscard]] Error redirect_error(const RedirectParameters& redirect);

/// The application permissions that an access token carries, for diagnosis only: Graph's tokens are
/// opaque by contract and may change their form. Empty where none can be read.
[[nodiscard]] std::vector<std::string> roles_of(const Secret& access_token);

}  // namespace belfry::net
