#include "tests/kit/fake_identity.h"

namespace belfry::kit {

std::string parameter_of(const std::string& url, const std::string& name) {
  for (std::size_t at = url.find('?'); at != std::string::npos; at = url.find('&', at + 1)) {
    if (url.compare(at + 1, name.size() + 1, name + "=") != 0) continue;
    const std::size_t begin = at + 1 + name.size() + 1;
    return url.substr(begin, url.find('&', begin) - begin);
  }
  return {};
}

Error FakeIdentity::grant_dead() {
  return {ErrorKind::refused, "invalid_grant AADSTS50173", std::nullopt, 400, sync::k_grant_dead};
}

Error FakeIdentity::client_misconfigured() {
  return {ErrorKind::unauthorized, "invalid_client AADSTS7000222", std::nullopt, 401,
          sync::k_client_misconfigured};
}

std::string FakeIdentity::sign_in(const std::string& authorize_url, const std::string& person) {
  const std::string code = "code-" + std::to_string(++given_);
  codes_[code] = {person, parameter_of(authorize_url, "code_challenge"),
                  parameter_of(authorize_url, "redirect_uri")};
  return code;
}

Secret FakeIdentity::refresh_token_of(const std::string& person) {
  return grant(person).refresh;
}

void FakeIdentity::revoke(const std::string& person) {
  std::erase_if(refresh_tokens_, [&](const auto& token) { return token.second == person; });
  std::erase_if(access_tokens_, [&](const auto& token) { return token.second == person; });
}

std::string FakeIdentity::owner_of(const Secret& access) const {
  const auto found = access_tokens_.find(access.reveal());
  return found == access_tokens_.end() ? std::string() : found->second;
}

sync::TokenGrant FakeIdentity::grant(const std::string& person) {
  const std::string number = std::to_string(++given_);
  sync::TokenGrant made;
  made.access = Secret("access-" + number);
  made.lifetime = lifetime;
  made.scopes = "Chat.Read offline_access";
  access_tokens_[made.access.reveal()] = person;
  if (gives_refresh_tokens) {
    made.refresh = Secret("refresh-" + number);
    refresh_tokens_[made.refresh.reveal()] = person;
  }
  return made;
}

std::string FakeIdentity::authorize_url(const sync::AuthorizeRequest& request) const {
  return "https://login.test/authorize?redirect_uri=" + request.redirect_uri +
         "&state=" + request.state + "&code_challenge=" + request.code_challenge;
}

std::string FakeIdentity::code_challenge(const Secret& verifier) const {
  return "challenge-of-" + verifier.reveal();
}

Result<sync::TokenGrant> FakeIdentity::app_token() {
  return script.run("app_token", [&]() -> Result<sync::TokenGrant> {
    auto made = grant("app");
    refresh_tokens_.erase(made.refresh.reveal());
    made.refresh = Secret();
    return made;
  });
}

Result<sync::TokenGrant> FakeIdentity::redeem_code(const Secret& code, const Secret& verifier,
                                                   const std::string& redirect_uri) {
  return script.run("redeem_code", [&]() -> Result<sync::TokenGrant> {
    const auto found = codes_.find(code.reveal());
    if (found == codes_.end()) return fail(grant_dead());
    const Code redeemed = found->second;
    codes_.erase(found);
    if (redeemed.challenge != code_challenge(verifier) || redeemed.redirect_uri != redirect_uri)
      return fail(grant_dead());
    return grant(redeemed.person);
  });
}

Result<sync::TokenGrant> FakeIdentity::refresh(const Secret& refresh_token) {
  return script.run("refresh", [&]() -> Result<sync::TokenGrant> {
    const auto found = refresh_tokens_.find(refresh_token.reveal());
    if (found == refresh_tokens_.end()) return fail(grant_dead());
    auto made = grant(found->second);
    if (!rotates) made.refresh = Secret();
    return made;
  });
}

}  // namespace belfry::kit
