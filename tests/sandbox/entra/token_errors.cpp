#include "tests/sandbox/entra/token_errors.h"

#include <fmt/format.h>

#include "tests/sandbox/crypto.h"
#include "tests/sandbox/time_text.h"

namespace belfry::sandbox {

const std::vector<TokenError>& token_errors() {
  static const std::vector<TokenError> errors{
      {"revoked", 400, "invalid_grant", 50173,
       "The provided grant has expired due to it being revoked, a fresh auth token is needed.",
       "bad_token"},
      {"refresh_expired", 400, "invalid_grant", 700082,
       "The refresh token has expired due to inactivity.", "bad_token"},
      {"code_expired", 400, "invalid_grant", 70008,
       "The provided authorization code or refresh token has expired due to inactivity."},
      {"sign_in_frequency", 400, "invalid_grant", 70043,
       "The refresh token has expired or is invalid due to sign-in frequency checks by conditional "
       "access.",
       "bad_token"},
      {"mfa", 400, "invalid_grant", 50076,
       "Due to a configuration change made by your administrator, or because you moved to a new "
       "location, you must use "
       "multi-factor authentication.",
       "basic_action"},
      {"mfa_enrol", 400, "invalid_grant", 50079,
       "Due to a configuration change made by your administrator, you must enroll in multi-factor "
       "authentication.",
       "basic_action"},
      {"mfa_expired", 400, "invalid_grant", 50078,
       "Presented multi-factor authentication has expired due to policies configured by your "
       "administrator.",
       "basic_action"},
      {"consent", 400, "invalid_grant", 65001,
       "The user or administrator has not consented to use the application.", "consent_required"},
      {"session_over", 400, "invalid_grant", 50132,
       "The session is not valid due to password expiration or recent password change."},
      {"session_expired_by_password", 400, "invalid_grant", 50133,
       "Session is invalid due to expiration or recent password change."},
      {"flow_token_expired", 400, "invalid_grant", 50089,
       "Authentication failed due to flow token expired."},
      {"code_used", 400, "invalid_grant", 54005,
       "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use "
       "an existing refresh token."},
      {"pkce", 400, "invalid_grant", 501481,
       "The Code_Verifier does not match the code_challenge supplied in the authorization "
       "request."},
      {"malformed", 400, "invalid_grant", 70000, "Provided grant is invalid or malformed."},
      {"user_disabled", 400, "invalid_grant", 50057, "The user account is disabled."},
      {"user_unknown", 400, "invalid_grant", 50034,
       "The user account does not exist in the directory."},
      {"not_assigned", 400, "invalid_grant", 50105,
       "The signed in user is not assigned to a role for the application."},
      {"conditional_access", 400, "invalid_grant", 53003,
       "Access has been blocked by Conditional Access policies. The access policy does not allow "
       "token issuance.",
       "message_only"},
      {"device_not_compliant", 400, "invalid_grant", 53000,
       "Device is not in required device state: compliant.", "message_only"},
      {"security_policy", 400, "invalid_grant", 530032, "User blocked due to risk on home tenant.",
       "message_only"},
      {"loop", 400, "invalid_grant", 50196,
       "The server terminated an operation because it encountered a client request loop."},
      {"interaction_required", 400, "interaction_required", 50079,
       "Due to a configuration change made by your administrator, or because you moved to a new "
       "location, you must enroll in "
       "multi-factor authentication."},
      {"consent_required", 400, "consent_required", 65001,
       "The user or administrator has not consented to use the application."},
      {"admin_consent", 400, "consent_required", 90094, "Administrator consent is required."},
      {"secret_wrong", 401, "invalid_client", 7000215, "Invalid client secret provided."},
      {"secret_expired", 401, "invalid_client", 7000222,
       "The provided client secret keys are expired."},
      {"app_missing", 400, "unauthorized_client", 700016,
       "Application was not found in the directory."},
      {"tenant", 400, "invalid_request", 90002,
       "Tenant not found. Check to make sure you have the correct tenant ID and are signing into "
       "the correct cloud."},
      {"parameter_missing", 400, "invalid_request", 900144,
       "The request body must contain all required parameters."},
      {"redirect_mismatch", 400, "invalid_client", 500112,
       "The reply address does not match the reply address provided when requesting Authorization "
       "code."},
      {"not_multi_tenant", 400, "invalid_request", 50194,
       "Application is not configured as a multi-tenant application."},
      {"scope", 400, "invalid_scope", 70011,
       "The provided value for the input parameter 'scope' is not valid."},
      {"resource", 400, "invalid_resource", 500011,
       "The resource principal was not found in the tenant."},
      {"grant_type", 400, "unsupported_grant_type", 70003,
       "The app returned an unsupported grant type."},
      {"temporary", 503, "temporarily_unavailable", 90033,
       "A transient error has occurred. Please try again."},
      {"server", 500, "server_error", 90006,
       "An external service error has occurred. Please try again."},
      {"busy", 503, "temporarily_unavailable", 90024,
       "The request budget is exceeded. Please try again."},
      {"internal", 500, "server_error", 50033, "A transient error has occurred."},
      {"throttled", 429, "temporarily_unavailable", 90055, "There are too many incoming requests."},
  };
  return errors;
}

std::optional<TokenError> token_error(std::string_view name) {
  for (const TokenError& error : token_errors())
    if (error.name == name) return error;
  return std::nullopt;
}

WebReply token_error_reply(const TokenError& error, std::int64_t now_ms) {
  const std::string trace = random_guid();
  const std::string correlation = random_guid();
  const std::string at = time_text_with_blank(now_ms);
  const std::string description =
      fmt::format("AADSTS{}: {}\r\nTrace ID: {}\r\nCorrelation ID: {}\r\nTimestamp: {}", error.code,
                  error.text, trace, correlation, at);
  std::string body = fmt::format(
      R"({{"error":"{}","error_description":{},"error_codes":[{}],"timestamp":"{}","trace_id":"{}","correlation_id":"{}","error_uri":"https://login.microsoftonline.com/error?code={}")",
      error.error, json_string(description), error.code, at, trace, correlation, error.code);
  if (!error.suberror.empty()) body += fmt::format(R"(,"suberror":"{}")", error.suberror);
  if (error.code == 50076 || error.code == 50079)
    body +=
        R"(,"claims":"{\"access_token\":{\"polids\":{\"essential\":true,\"values\":[\"9ab03e19-ed42-4168-b6b7-7001fb3e933a\"]}}}")";
  WebReply reply = json_text_reply(error.status, body + "}");
  reply.content_type = "application/json; charset=utf-8";
  if (error.status == 429) reply.headers.emplace_back("Retry-After", "60");
  return reply;
}

}  // namespace belfry::sandbox
