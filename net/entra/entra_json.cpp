#include "net/entra/entra_json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>

#include <fmt/format.h>

#include "net/crypto/jwt.h"
#include "net/http/outcome.h"
#include "net/json/ascii.h"
#include "net/json/json_view.h"

namespace belfry::net {
namespace {

using Numbers = std::vector<std::int64_t>;

/// What an administrator can do about an AADSTS number. The numbers serve for advice and for
/// nothing else where the `error` decides: Microsoft reserves the right to change them.
struct Advice {
  std::int64_t number;
  std::string_view text;
};
constexpr std::array k_advice = {
    Advice{7000215, "the client secret is wrong: store the secret's value, not its id"},
    Advice{7000222, "the client secret has expired: make a new one in the app registration"},
    Advice{7000218,
           "the redirect URI must be registered as type Web, and public client flows be off"},
    Advice{700016,
           "the app is unknown in this tenant: check teams.client_id, teams.tenant_id and "
           "teams.cloud"},
    Advice{90002, "the tenant is unknown: check teams.tenant_id and teams.cloud"},
    Advice{900023, "the tenant is unknown: check teams.tenant_id and teams.cloud"},
    Advice{50194, "the app belongs to another tenant: check teams.tenant_id"},
    Advice{500011, "Graph is unknown there: check teams.cloud"},
    Advice{50011,
           "register server.public_url followed by /oauth-redirect as a redirect URI of type Web"},
    Advice{70011, "a scope is not known: check teams.cloud"},
    Advice{65001, "consent is missing: an administrator may grant it for the whole tenant"},
    Advice{65004, "the person declined to consent"},
    Advice{90094, "an administrator must consent to the app's permissions"},
    Advice{90095, "an administrator must consent to the app's permissions"},
    Advice{50105, "assign the person to the app, or let all users sign in to it"},
    Advice{50057, "the person's account is disabled"},
    Advice{50034, "the person's account is unknown in this tenant"},
    Advice{51004, "the person's account is unknown in this tenant"},
    Advice{53000, "Conditional Access asks for a compliant device: exempt the app"},
    Advice{53003,
           "Conditional Access blocks the app for this person: exempt the app or the server's "
           "address"},
    Advice{530032, "a security policy of the tenant blocks the app for this person"},
    Advice{50196, "the same token was asked for too often"},
};

/// Numbers that tell of our registration rather than of what a person brought.
constexpr std::array<std::int64_t, 9> k_registration = {7000215, 7000222, 7000218, 700016, 90002,
                                                        900023,  50194,   500011,  50011};

template <class Words>
bool is_among(const Words& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

enum class Meaning : std::uint8_t { grant_dead, misconfigured, passing };

Meaning meaning_of(std::string_view error, const Numbers& numbers, GrantType grant) {
  constexpr std::array<std::string_view, 5> dead = {"invalid_grant", "interaction_required",
                                                    "consent_required", "login_required",
                                                    "access_denied"};
  constexpr std::array<std::string_view, 7> misconfigured = {
      "invalid_client",   "unauthorized_client",    "invalid_request",          "invalid_scope",
      "invalid_resource", "unsupported_grant_type", "unsupported_response_type"};
  if (is_among(dead, error))
    return grant == GrantType::client_credentials ? Meaning::misconfigured : Meaning::grant_dead;
  if (error == "invalid_request" && grant == GrantType::authorization_code) {
    const bool is_ours = std::any_of(numbers.begin(), numbers.end(), [](std::int64_t number) {
      return std::find(k_registration.begin(), k_registration.end(), number) !=
             k_registration.end();
    });
    return is_ours ? Meaning::misconfigured : Meaning::grant_dead;
  }
  return is_among(misconfigured, error) ? Meaning::misconfigured : Meaning::passing;
}

void set_meaning(Error& error, Meaning meaning) {
  switch (meaning) {
    case Meaning::grant_dead:
      error.kind = ErrorKind::refused;
      error.code = sync::k_grant_dead;
      break;
    case Meaning::misconfigured:
      error.kind = ErrorKind::unauthorized;
      error.code = sync::k_client_misconfigured;
      break;
    case Meaning::passing:
      error.kind = ErrorKind::transient;
      break;
  }
}

/// Words of the protocol and ids only: what has another form stays out of the log.
std::string plain_word(const std::string& text) {
  constexpr std::size_t longest = 64;
  const bool is_plain = text.size() <= longest && std::all_of(text.begin(), text.end(), [](char c) {
                          return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                 (c >= '0' && c <= '9') || c == '_' || c == '-';
                        });
  return is_plain ? text : "unreadable";
}

std::string described(std::string_view error, const Numbers& numbers) {
  std::string text(error);
  for (const std::int64_t number : numbers) text += fmt::format(" AADSTS{}", number);
  for (const std::int64_t number : numbers) {
    const auto* const known =
        std::find_if(k_advice.begin(), k_advice.end(),
                     [number](const Advice& each) { return each.number == number; });
    if (known != k_advice.end()) text += fmt::format(" ({})", known->text);
  }
  return text;
}

Numbers numbers_of(const JsonView& codes) {
  constexpr std::size_t most = 8;
  Numbers numbers;
  for (const JsonView each : codes) {
    if (const auto number = each.integer(); number && numbers.size() < most)
      numbers.push_back(*number);
  }
  return numbers;
}

/// The number behind the first `AADSTS`.
Numbers numbers_in(std::string_view description) {
  constexpr std::string_view mark = "AADSTS";
  const std::size_t at = description.find(mark);
  if (at == std::string_view::npos) return {};
  const std::string_view digits = description.substr(at + mark.size());
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return error == std::errc{} && number > 0 ? Numbers{number} : Numbers{};
}

const char* name_of(GrantType grant) {
  switch (grant) {
    case GrantType::client_credentials:
      return "app token";
    case GrantType::authorization_code:
      return "redeem code";
    case GrantType::refresh_token:
      return "refresh token";
  }
  return "token";
}

}  // namespace

Result<sync::TokenGrant> grant_from_json(std::string_view bytes) {
  const auto json = JsonView::parse(bytes);
  if (!json) return fail(ErrorKind::transient, "the token answer is no JSON");
  sync::TokenGrant grant;
  grant.access = Secret((*json)["access_token"].text());
  grant.refresh = Secret((*json)["refresh_token"].text());
  grant.scopes = (*json)["scope"].text();
  constexpr std::int64_t a_year = std::int64_t{365} * 24 * 3600;
  const std::int64_t lifetime = (*json)["expires_in"].integer().value_or(0);
  if (grant.access.empty() || lifetime <= 0 || lifetime > a_year)
    return fail(ErrorKind::transient, "the token answer lacks token or lifetime");
  grant.lifetime = std::chrono::seconds(lifetime);
  return grant;
}

Error token_error(const HttpAnswer& answer, GrantType grant) {
  Error error = classify(answer, name_of(grant));
  error.code.clear();
  const auto json = JsonView::parse(answer.body);
  const std::string word = json ? plain_word((*json)["error"].text()) : std::string();
  const Numbers numbers = json ? numbers_of((*json)["error_codes"]) : Numbers{};
  error.text = fmt::format("{}: status {}", name_of(grant), answer.status);
  if (!word.empty()) error.text += " " + described(word, numbers);
  if (json) {
    const std::string trace = plain_word((*json)["trace_id"].text());
    if (!trace.empty()) error.text += " (trace " + trace + ")";
  }
  if (answer.status == 429 || answer.status >= 500) return error;
  set_meaning(error, meaning_of(word, numbers, grant));
  return error;
}

Error redirect_error(const RedirectParameters& redirect) {
  const std::string word = plain_word(redirect.error);
  const Numbers numbers = numbers_in(redirect.description);
  Error error;
  error.text = "sign in: " + described(word, numbers);
  set_meaning(error, meaning_of(word, numbers, GrantType::authorization_code));
  return error;
}

std::vector<std::string> roles_of(const Secret& access_token) {
  const auto jwt = split_jwt(access_token.reveal());
  if (!jwt) return {};
  const auto claims = JsonView::parse(jwt->claims);
  if (!claims) return {};
  std::vector<std::string> roles;
  for (const JsonView each : (*claims)["roles"]) roles.push_back(each.text());
  return roles;
}

}  // namespace belfry::net
