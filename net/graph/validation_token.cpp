#include "net/graph/validation_token.h"

#include <optional>

#include <fmt/format.h>

#include "net/crypto/jwt.h"
#include "net/json/ascii.h"
#include "net/json/json_view.h"

namespace belfry::net {
namespace {

std::optional<WallTime> seconds_of(const JsonView& json) {
  constexpr std::int64_t end_of_year_9999 = 253'402'300'799;
  const auto seconds = json.integer();
  if (!seconds || *seconds < 0 || *seconds > end_of_year_9999) return std::nullopt;
  return WallTime{std::chrono::seconds(*seconds)};
}

bool is_from_publisher(const JsonView& claims, const TokenRules& rules) {
  const std::string version = claims["ver"].text();
  if (version == "1.0") return same_without_case(claims["appid"].text(), rules.publisher);
  if (version == "2.0") return same_without_case(claims["azp"].text(), rules.publisher);
  return false;
}

bool is_from_issuer(std::string_view issuer, const TokenRules& rules) {
  const std::string& tenant = rules.tenant.text();
  return same_without_case(issuer, fmt::format("{}/{}/", rules.cloud.issuer_v1, tenant)) ||
         same_without_case(issuer, fmt::format("{}/{}/v2.0", rules.cloud.issuer_v2, tenant)) ||
         same_without_case(issuer, fmt::format("{}/{}/v2.0", rules.cloud.login_url, tenant));
}

bool are_rightful(const JsonView& claims, const TokenRules& rules) {
  return same_without_case(claims["aud"].text(), rules.client_id) &&
         is_from_publisher(claims, rules) && is_from_issuer(claims["iss"].text(), rules) &&
         same_without_case(claims["tid"].text(), rules.tenant.text());
}

}  // namespace

CheckedToken check_token(std::string_view token, const SigningKeys& keys, const TokenRules& rules) {
  CheckedToken checked;
  const auto jwt = split_jwt(token);
  if (!jwt) return checked;
  const auto header = JsonView::parse(jwt->header);
  const auto claims = JsonView::parse(jwt->claims);
  if (!header || !claims || (*header)["alg"].text() != "RS256") return checked;
  const auto not_before = seconds_of((*claims)["nbf"]);
  const auto expires = seconds_of((*claims)["exp"]);
  if (!not_before || !expires || !are_rightful(*claims, rules)) return checked;
  checked.not_before = *not_before;
  checked.expires = *expires;

  const RsaPublicKey* const key = keys.find((*header)["kid"].text());
  if (key == nullptr) {
    checked.verdict = sync::TokenVerdict::unknown_key;
  } else if (key->has_signed(jwt->signed_bytes, jwt->signature)) {
    checked.verdict = sync::TokenVerdict::valid;
  }
  return checked;
}

sync::TokenVerdict verdict_at(const CheckedToken& token, WallTime received,
                              const TokenRules& rules) {
  const bool in_time = token.not_before - rules.clock_skew <= received &&
                       received <= token.expires + rules.clock_skew;
  return in_time ? token.verdict : sync::TokenVerdict::invalid;
}

}  // namespace belfry::net
