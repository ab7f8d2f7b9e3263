#include "tests/sandbox/entra/token_authority.h"

#include <fmt/format.h>

#include "tests/sandbox/web.h"

namespace belfry::sandbox {

namespace {

constexpr std::size_t k_remembered = 200'000;  // expired tokens are forgotten beyond that many

std::string compact(const std::string& kid, const PrivateKey& key, std::string_view claims) {
  const std::string header =
      fmt::format(R"({{"typ":"JWT","alg":"RS256","kid":"{}","x5t":"{}"}})", kid, kid);
  std::string out = base64url(header) + "." + base64url(claims);
  return out + "." + base64url(rs256_sign(key, out));
}

std::string joined(const std::set<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

std::string json_list(const std::set<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ",") + json_string(word);
  return "[" + out + "]";
}

}  // namespace

TokenAuthority::Key TokenAuthority::make_key() {
  const PrivateKey key = make_rsa_key(2'048);
  return {.kid = random_text(27), .key = key, .numbers = rsa_numbers(key)};
}

/// Making RSA keys is by far the slowest thing in a sandbox: all of one process begin with the same
/// one.
const TokenAuthority::Key& TokenAuthority::first_key() {
  static const Key key = make_key();
  return key;
}

const TokenAuthority::Key& TokenAuthority::unpublished_key() {
  static const Key key = make_key();
  return key;
}

TokenAuthority::TokenAuthority(SandboxClock& clock, const Directory& directory)
    : clock_(clock), directory_(directory), keys_{first_key()} {}

TokenAuthority::Issued TokenAuthority::issue(TokenClaims claims, std::string_view extra_claims,
                                             std::int64_t lifetime_s) {
  claims.issued_ms = clock_.now_ms();
  claims.expires_ms = claims.issued_ms + lifetime_s * 1'000;
  const std::int64_t issued_s = claims.issued_ms / 1'000;
  const std::string text = fmt::format(
      R"({{"aud":"https://graph.microsoft.com","iss":"https://sts.windows.net/{}/","iat":{},"nbf":{},"exp":{},"appid":"{}","tid":"{}","uti":"{}","ver":"1.0",{}}})",
      directory_.tenant_id(), issued_s, issued_s, issued_s + lifetime_s, directory_.client_id(),
      directory_.tenant_id(), random_text(22), extra_claims);
  const Issued out{.token = sign(text), .expires_in = lifetime_s - 1};
  const std::unique_lock lock(mutex_);
  if (issued_.size() >= k_remembered)
    std::erase_if(issued_, [&](const auto& e) { return e.second.expires_ms < claims.issued_ms; });
  issued_.emplace(out.token, std::move(claims));
  return out;
}

TokenAuthority::Issued TokenAuthority::issue_app_token(std::int64_t lifetime_s) {
  // Without any granted role the claim is absent, and the token is issued all the same.
  const std::set<std::string> roles = directory_.app_roles();
  const std::string role_claim = roles.empty() ? "" : R"(,"roles":)" + json_list(roles);
  return issue({.kind = TokenClaims::Kind::app, .person = {}, .permissions = roles},
               fmt::format(R"("idtyp":"app","oid":"{}"{})", directory_.app_object_id(), role_claim),
               lifetime_s);
}

TokenAuthority::Issued TokenAuthority::issue_user_token(const Person& person,
                                                        const std::set<std::string>& scopes,
                                                        std::int64_t lifetime_s) {
  return issue({.kind = TokenClaims::Kind::user, .person = person.id, .permissions = scopes},
               fmt::format(R"("idtyp":"user","oid":"{}","scp":{},"name":{},"upn":{})", person.id,
                           json_string(joined(scopes)), json_string(person.name),
                           json_string(person.principal)),
               lifetime_s);
}

std::optional<TokenClaims> TokenAuthority::find(std::string_view access_token) const {
  const std::shared_lock lock(mutex_);
  const auto found = issued_.find(std::string(access_token));
  if (found == issued_.end()) return std::nullopt;
  return found->second;
}

void TokenAuthority::challenge_tokens_of(std::string_view person) {
  const std::unique_lock lock(mutex_);
  for (auto& [token, claims] : issued_)
    if (claims.person == person) claims.challenged = true;
}

void TokenAuthority::expire_all() {
  const std::int64_t now = clock_.now_ms();
  const std::unique_lock lock(mutex_);
  for (auto& [token, claims] : issued_) claims.expires_ms = std::min(claims.expires_ms, now);
}

std::string TokenAuthority::sign(std::string_view claims_json) const {
  std::shared_lock lock(mutex_);
  const Key key = keys_.back();
  lock.unlock();
  return compact(key.kid, key.key, claims_json);
}

std::string TokenAuthority::sign_with_unknown_key(std::string_view claims_json) const {
  return compact(unpublished_key().kid, unpublished_key().key, claims_json);
}

std::string TokenAuthority::jwks() const {
  const std::shared_lock lock(mutex_);
  std::string keys;
  for (const Key& key : keys_)
    keys += fmt::format(
        R"({}{{"kty":"RSA","use":"sig","kid":"{}","x5t":"{}","n":"{}","e":"{}","issuer":"https://login.microsoftonline.com/{{tenantid}}/v2.0"}})",
        keys.empty() ? "" : ",", key.kid, key.kid, key.numbers.n, key.numbers.e);
  return R"({"keys":[)" + keys + "]}";
}

PublicKey TokenAuthority::public_key(std::string_view kid) const {
  const std::shared_lock lock(mutex_);
  for (const Key& key : keys_)
    if (key.kid == kid) return key.key;
  return nullptr;
}

void TokenAuthority::rotate_keys() {
  Key key = make_key();
  const std::unique_lock lock(mutex_);
  keys_.push_back(std::move(key));
}

void TokenAuthority::retire_old_keys() {
  const std::unique_lock lock(mutex_);
  keys_.erase(keys_.begin(), keys_.end() - 1);
}

}  // namespace belfry::sandbox
