#include "tests/sandbox/entra/entra_simulator.h"

#include <algorithm>

#include <fmt/format.h>

#include "tests/sandbox/crypto.h"
#include "tests/sandbox/time_text.h"

namespace belfry::sandbox {

namespace {

enum class Route {
  authorize,
  token,
  keys,
  configuration_1,
  configuration_2,
  admin_consent,
  unknown
};

struct Place {
  Route route = Route::unknown;
  std::string tenant;
};

Place place_of(const WebRequest& request) {
  const auto parts = path_parts(request.path);
  if (parts.size() < 2) return {};
  std::string rest;
  for (std::size_t i = 1; i < parts.size(); ++i) rest += "/" + parts[i];
  const auto is = [&](Route route) { return Place{.route = route, .tenant = parts[0]}; };
  if (rest == "/oauth2/v2.0/authorize") return is(Route::authorize);
  if (rest == "/oauth2/v2.0/token") return is(Route::token);
  if (rest == "/discovery/v2.0/keys" || rest == "/discovery/keys") return is(Route::keys);
  if (rest == "/v2.0/.well-known/openid-configuration") return is(Route::configuration_2);
  if (rest == "/.well-known/openid-configuration") return is(Route::configuration_1);
  if (rest == "/adminconsent") return is(Route::admin_consent);
  return {};
}

bool is_shared_tenant(std::string_view tenant) {
  return tenant == "common" || tenant == "organizations" || tenant == "consumers";
}

std::string joined(const std::set<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

/// Graph's own permissions among the scopes; `offline_access` and the like are about tokens.
std::set<std::string> graph_scopes(const std::set<std::string>& scopes) {
  std::set<std::string> out;
  for (const std::string& scope : scopes)
    if (scope.find('.') != std::string::npos) out.insert(scope);
  return out;
}

}  // namespace

std::set<std::string> scope_names(std::string_view scope) {
  std::set<std::string> out;
  while (!scope.empty()) {
    const auto end = std::min(scope.find(' '), scope.size());
    std::string_view word = scope.substr(0, end);
    scope.remove_prefix(std::min(end + 1, scope.size()));
    if (const auto slash = word.rfind('/'); word.find("://") != std::string_view::npos)
      word.remove_prefix(slash + 1);
    if (!word.empty()) out.emplace(word);
  }
  return out;
}

EntraSimulator::EntraSimulator(SandboxClock& clock, Directory& directory, TokenAuthority& authority,
                               EntraSettings settings)
    : clock_(clock),
      directory_(directory),
      authority_(authority),
      grants_(clock),
      settings_(std::move(settings)) {}

std::string EntraSimulator::operation(const WebRequest& request) const {
  switch (place_of(request).route) {
    case Route::authorize:
      return "entra.authorize";
    case Route::token:
      return "entra.token";
    case Route::keys:
      return "entra.keys";
    case Route::configuration_1:
    case Route::configuration_2:
      return "entra.openid_configuration";
    case Route::admin_consent:
      return "entra.admin_consent";
    case Route::unknown:
      break;
  }
  return "entra.unknown";
}

WebReply EntraSimulator::answer(const WebRequest& request) {
  const Place place = place_of(request);
  switch (place.route) {
    case Route::authorize:
      return authorize(request, place.tenant);
    case Route::token: {
      WebReply reply = token(request, place.tenant);
      reply.headers.emplace_back("Date", time_text_of_http(clock_.now_ms()));
      return reply;
    }
    case Route::keys:
      return json_text_reply(200, authority_.jwks());
    case Route::configuration_1:
      return openid_configuration(request, false);
    case Route::configuration_2:
      return openid_configuration(request, true);
    case Route::admin_consent:
      return admin_consent(request);
    case Route::unknown:
      break;
  }
  return text_reply(404, "not found");
}

WebReply EntraSimulator::openid_configuration(const WebRequest& request, bool version_2) const {
  const std::string base = "http://" + request.header("Host");
  const std::string version = version_2 ? "/v2.0" : "";
  return json_text_reply(
      200,
      fmt::format(
          R"({{"issuer":"{}","authorization_endpoint":"{}/common/oauth2{}/authorize","token_endpoint":"{}/common/oauth2{}/token","jwks_uri":"{}/common/discovery{}/keys","id_token_signing_alg_values_supported":["RS256"],"response_modes_supported":["query","fragment","form_post"],"cloud_instance_name":"microsoftonline.com","msgraph_host":"graph.microsoft.com"}})",
          version_2 ? "https://login.microsoftonline.com/{tenantid}/v2.0"
                    : "https://sts.windows.net/{tenantid}/",
          base, version, base, version, base, version));
}

WebReply EntraSimulator::admin_consent(const WebRequest& request) const {
  const std::string back = request.query_value("redirect_uri");
  if (back.empty()) return html_reply(200, "<p>Administrator consent granted (sandbox).</p>");
  return redirect_reply(fmt::format("{}{}admin_consent=True&tenant={}&state={}", back,
                                    back.find('?') == std::string::npos ? '?' : '&',
                                    directory_.tenant_id(),
                                    percent_encode(request.query_value("state"))));
}

WebReply EntraSimulator::token(const WebRequest& request, const std::string& tenant) {
  if (request.method != "POST") return text_reply(405, "use POST");
  const NameValues form = parse_form(request.body);
  const std::string grant_type = form_value(form, "grant_type");
  if (grant_type.empty()) return error("parameter_missing");
  if (grant_type == "client_credentials") {
    if (auto reply = scripted(form, "")) return *reply;
    if (auto reply = client_error(form, tenant)) return *reply;
    return client_credentials(form, tenant);
  }
  if (grant_type != "authorization_code" && grant_type != "refresh_token")
    return error("grant_type");
  if (auto reply = client_error(form, tenant)) return *reply;
  return grant_type == "authorization_code" ? authorization_code(form) : refresh_token(form);
}

WebReply EntraSimulator::client_credentials(const NameValues& form, const std::string& tenant) {
  if (is_shared_tenant(tenant)) return error("not_multi_tenant");
  const std::string scope = form_value(form, "scope");
  if (!scope.ends_with("/.default")) return error("scope");
  const std::int64_t configured = settings().access_token_s;
  const auto issued = authority_.issue_app_token(configured > 0 ? configured : 3'600);
  return json_text_reply(
      200,
      fmt::format(
          R"({{"token_type":"Bearer","expires_in":{},"ext_expires_in":{},"access_token":"{}"}})",
          issued.expires_in, issued.expires_in, issued.token));
}

WebReply EntraSimulator::authorization_code(const NameValues& form) {
  const std::string code = form_value(form, "code");
  const std::string verifier = form_value(form, "code_verifier");
  if (code.empty()) return error("parameter_missing");
  const auto redeemed = grants_.redeem(code);
  if (auto reply = scripted(form, redeemed.grant.person)) return *reply;
  switch (redeemed.state) {
    case Grants::CodeState::unknown:
      return error("malformed");
    case Grants::CodeState::used:
      return error("code_used");
    case Grants::CodeState::fresh:
      break;
  }
  const CodeGrant& grant = redeemed.grant;
  if (clock_.now_ms() - grant.issued_ms > settings().code_s * 1'000) return error("code_expired");
  if (form_value(form, "redirect_uri") != grant.redirect_uri) return error("redirect_mismatch");
  const bool verifier_fits = grant.challenge.empty()
                                 ? verifier.empty()
                                 : verifier.size() >= 43 && verifier.size() <= 128 &&
                                       base64url(sha256(verifier)) == grant.challenge;
  if (!verifier_fits) return error("pkce");
  if (auto reply = refused_person(grant.person)) return *reply;
  if (grants_.is_revoked(grant.person, grant.session)) return error("revoked");
  const auto person = directory_.person(grant.person);
  return user_tokens(*person, grant.scopes, scope_names(form_value(form, "scope")), grant.session);
}

WebReply EntraSimulator::refresh_token(const NameValues& form) {
  const std::string token = form_value(form, "refresh_token");
  if (token.empty()) return error("parameter_missing");
  const auto grant = grants_.refresh_grant(token);
  if (auto reply = scripted(form, grant ? grant->person : "")) return *reply;
  if (!grant) return error("malformed");
  if (auto reply = refused_person(grant->person)) return *reply;
  if (grants_.is_revoked(grant->person, grant->session)) return error("revoked");
  if (clock_.now_ms() - grant->issued_ms > settings().refresh_token_s * 1'000)
    return error("refresh_expired");
  const auto wanted = scope_names(form_value(form, "scope"));
  if (!std::includes(grant->scopes.begin(), grant->scopes.end(), wanted.begin(), wanted.end()))
    return error("consent");
  const auto person = directory_.person(grant->person);
  return user_tokens(*person, grant->scopes, wanted, grant->session);
}

WebReply EntraSimulator::user_tokens(const Person& person, const std::set<std::string>& granted,
                                     const std::set<std::string>& wanted, std::uint64_t session) {
  std::set<std::string> scopes = granted;
  if (!wanted.empty())
    std::erase_if(scopes, [&](const std::string& s) { return !wanted.contains(s); });
  for (const std::string& withheld : settings().withheld_scopes) scopes.erase(withheld);
  const std::set<std::string> permissions = graph_scopes(scopes);
  const auto issued = authority_.issue_user_token(person, permissions, user_token_lifetime());
  std::string body = fmt::format(
      R"({{"token_type":"Bearer","scope":{},"expires_in":{},"ext_expires_in":{},"access_token":"{}")",
      json_string(joined(permissions) + " profile openid email"), issued.expires_in,
      issued.expires_in, issued.token);
  if (granted.contains("offline_access"))
    body += fmt::format(
        R"(,"refresh_token":"{}")",
        grants_.make_refresh_token({.person = person.id, .scopes = granted, .session = session}));
  return json_text_reply(200, body + "}");
}

EntraSettings EntraSimulator::settings() const {
  const std::lock_guard lock(mutex_);
  return settings_;
}

void EntraSimulator::change_settings(EntraSettings settings) {
  const std::lock_guard lock(mutex_);
  settings_ = std::move(settings);
}

bool EntraSimulator::fail_tokens(TokenFailure failure) {
  if (!token_error(failure.name)) return false;
  const std::lock_guard lock(mutex_);
  failures_.push_back(std::move(failure));
  return true;
}

void EntraSimulator::clear_failures() {
  const std::lock_guard lock(mutex_);
  failures_.clear();
}

void EntraSimulator::revoke_sessions(std::string_view person) {
  grants_.revoke(person);
}

EntraSimulator::SignIn EntraSimulator::sign_in(std::string_view person,
                                               const std::set<std::string>& scopes) {
  const auto found = directory_.person(person);
  if (!found) return {};
  const auto issued =
      authority_.issue_user_token(*found, graph_scopes(scopes), user_token_lifetime());
  return {.access_token = issued.token,
          .refresh_token = grants_.make_refresh_token(
              {.person = found->id, .scopes = scopes, .session = grants_.session_of(person)})};
}

WebReply EntraSimulator::error(std::string_view name) const {
  return token_error_reply(token_error(name).value(), clock_.now_ms());
}

bool EntraSimulator::is_known_tenant(std::string_view tenant) const {
  return is_shared_tenant(tenant) || tenant == directory_.tenant_id();
}

std::optional<WebReply> EntraSimulator::client_error(const NameValues& form,
                                                     const std::string& tenant) const {
  if (!is_known_tenant(tenant)) return error("tenant");
  if (form_value(form, "client_id") != directory_.client_id()) return error("app_missing");
  const auto secrets = directory_.client_secrets();
  if (std::find(secrets.begin(), secrets.end(), form_value(form, "client_secret")) == secrets.end())
    return error("secret_wrong");
  return std::nullopt;
}

std::optional<WebReply> EntraSimulator::scripted(const NameValues& form,
                                                 const std::string& person) {
  const std::string grant_type = form_value(form, "grant_type");
  const std::lock_guard lock(mutex_);
  for (TokenFailure& failure : failures_) {
    if (failure.times <= 0) continue;
    if (!failure.grant_type.empty() && failure.grant_type != grant_type) continue;
    if (!failure.person.empty() && failure.person != person) continue;
    --failure.times;
    return error(failure.name);
  }
  return std::nullopt;
}

std::optional<WebReply> EntraSimulator::refused_person(const std::string& id) const {
  const auto person = directory_.person(id);
  if (!person) return error("user_unknown");
  if (!person->enabled) return error("user_disabled");
  return std::nullopt;
}

std::int64_t EntraSimulator::user_token_lifetime() {
  const std::lock_guard lock(mutex_);
  if (settings_.access_token_s > 0) return settings_.access_token_s;
  // Entra: a random value between 60 and 90 minutes.
  return std::uniform_int_distribution<std::int64_t>(3'600, 5'400)(dice_);
}

}  // namespace belfry::sandbox
