#include "net/entra/entra_client.h"

#include <fmt/format.h>

#include "net/entra/pkce.h"
#include "net/graph/links.h"

namespace belfry::net {
namespace {

template <class Fields>
std::string form_of(const Fields& fields) {
  std::string form;
  for (const auto& [name, value] : fields) {
    if (!form.empty()) form += '&';
    form += fmt::format("{}={}", name, percent_encoded(value));
  }
  return form;
}

}  // namespace

EntraClient::EntraClient(ObservedHttp http, Cloud cloud, EntraApp app, Duration timeout)
    : http_(std::move(http)), cloud_(std::move(cloud)), app_(std::move(app)), timeout_(timeout) {}

std::string EntraClient::endpoint(std::string_view name) const {
  return fmt::format("{}/{}/oauth2/v2.0/{}", cloud_.login_url, percent_encoded(app_.tenant.text()),
                     name);
}

std::string EntraClient::authorize_url(const sync::AuthorizeRequest& request) const {
  std::vector<Field> fields = {{"client_id", app_.client_id},
                               {"response_type", "code"},
                               {"redirect_uri", request.redirect_uri},
                               {"response_mode", "query"},
                               {"scope", std::string(k_delegated_scopes)},
                               {"state", request.state},
                               {"code_challenge", request.code_challenge},
                               {"code_challenge_method", "S256"},
                               {"prompt", "select_account"}};
  if (!request.login_hint.empty()) fields.emplace_back("login_hint", request.login_hint);
  return endpoint("authorize") + "?" + form_of(fields);
}

std::string EntraClient::code_challenge(const Secret& verifier) const {
  return s256_challenge(verifier);
}

Result<sync::TokenGrant> EntraClient::app_token() {
  return ask(GrantType::client_credentials, "app_token",
             {{"grant_type", "client_credentials"}, {"scope", cloud_.resource + "/.default"}});
}

Result<sync::TokenGrant> EntraClient::redeem_code(const Secret& code, const Secret& verifier,
                                                  const std::string& redirect_uri) {
  return ask(GrantType::authorization_code, "redeem_code",
             {{"grant_type", "authorization_code"},
              {"code", code.reveal()},
              {"redirect_uri", redirect_uri},
              {"code_verifier", verifier.reveal()},
              {"scope", std::string(k_delegated_scopes)}});
}

Result<sync::TokenGrant> EntraClient::refresh(const Secret& refresh_token) {
  // No `scope`: what was granted is wanted again, and a person may have consented to fewer than we
  // asked for.
  return ask(GrantType::refresh_token, "refresh_token",
             {{"grant_type", "refresh_token"}, {"refresh_token", refresh_token.reveal()}});
}

Result<sync::TokenGrant> EntraClient::ask(GrantType grant, std::string_view operation,
                                          const std::vector<Field>& fields) {
  std::vector<Field> all = {{"client_id", app_.client_id},
                            {"client_secret", app_.client_secret.reveal()}};
  all.insert(all.end(), fields.begin(), fields.end());
  HttpRequest request;
  request.method = "POST";
  request.url = endpoint("token");
  request.headers = {{"Accept", "application/json"}};
  request.content_type = "application/x-www-form-urlencoded";
  request.body = form_of(all);
  request.timeout = timeout_;
  request.repetition = Repetition::harmless;
  const auto answer = http_.send(operation, request);
  if (!answer) {
    Error error = answer.error();
    if (error.kind == ErrorKind::in_doubt) error.kind = ErrorKind::transient;
    return fail(std::move(error));
  }
  if (answer->status != 200) return fail(token_error(*answer, grant));
  return grant_from_json(answer->body);
}

}  // namespace belfry::net
