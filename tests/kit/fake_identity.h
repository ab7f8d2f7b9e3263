#pragma once

#include <map>
#include <set>
#include <string>

#include "sync/port/identity.h"
#include "tests/kit/script.h"

namespace belfry::kit {

/// Entra for one app: codes that work once and with their verifier only, refresh tokens that rotate
/// and stay valid, grants that can be revoked. Not for several threads at once.
class FakeIdentity : public sync::IdentityApi {
 public:
  Script script;
  Duration lifetime = std::chrono::minutes{75};
  bool gives_refresh_tokens = true;
  bool rotates = true;

  /// The person signs in at the page to which the browser was sent; the code for the way back.
  [[nodiscard]] std::string sign_in(const std::string& authorize_url, const std::string& person);
  /// A refresh token as if the person had signed in before.
  [[nodiscard]] Secret refresh_token_of(const std::string& person);
  /// All grants of this person are dead.
  void revoke(const std::string& person);
  /// Whose access token this is; "app" for the app's own, empty for none of ours.
  [[nodiscard]] std::string owner_of(const Secret& access) const;

  std::string authorize_url(const sync::AuthorizeRequest& request) const override;
  std::string code_challenge(const Secret& verifier) const override;
  Result<sync::TokenGrant> app_token() override;
  Result<sync::TokenGrant> redeem_code(const Secret& code, const Secret& verifier,
                                       const std::string& redirect_uri) override;
  Result<sync::TokenGrant> refresh(const Secret& refresh_token) override;

  [[nodiscard]] static Error grant_dead();
  [[nodiscard]] static Error client_misconfigured();

 private:
  struct Code {
    std::string person;
    std::string challenge;
    std::string redirect_uri;
  };
  sync::TokenGrant grant(const std::string& person);

  std::map<std::string, Code> codes_;
  std::map<std::string, std::string> refresh_tokens_;  ///< to person
  std::map<std::string, std::string> access_tokens_;   ///< to person
  int given_ = 0;
};

/// The value of a parameter in the query of `url`.
[[nodiscard]] std::string parameter_of(const std::string& url, const std::string& name);

}  // namespace belfry::kit
