#pragma once

#include <optional>
#include <set>
#include <string>

#include "sync/base/id.h"
#include "sync/base/secret.h"
#include "sync/port/clock.h"
#include "sync/port/identity.h"
#include "tests/sim/faults.h"

namespace belfry::sim {

/// Entra ID of the world's tenant: tokens say in themselves whose they are and how long they live.
/// Nobody signs in here; people are connected when their world begins.
class SimEntra : public sync::IdentityApi {
 public:
  /// Whose token a request carries.
  struct Caller {
    std::optional<TeamsUserId> user;  ///< none: the app itself
    [[nodiscard]] bool is_app() const { return !user; }
  };

  SimEntra(const sync::Clock& clock, Turbulence& turbulence)
      : clock_(clock), turbulence_(turbulence) {}

  [[nodiscard]] static Secret first_refresh_token_of(const TeamsUserId& user);
  /// The person's grant ends; Entra answers `invalid_grant` from now on.
  void end_grant(const TeamsUserId& user) { ended_.insert(user); }
  [[nodiscard]] bool has_ended(const TeamsUserId& user) const { return ended_.contains(user); }
  /// The app's secret is refused until this is called with false.
  void refuse_app(bool is_refused) { app_is_refused_ = is_refused; }

  /// Errors: unauthorized, for a token that is unknown or too old.
  [[nodiscard]] Result<Caller> caller_of(const Secret& bearer) const;

  std::string authorize_url(const sync::AuthorizeRequest& request) const override;
  std::string code_challenge(const Secret& verifier) const override;
  Result<sync::TokenGrant> app_token() override;
  Result<sync::TokenGrant> redeem_code(const Secret& code, const Secret& verifier,
                                       const std::string& redirect_uri) override;
  Result<sync::TokenGrant> refresh(const Secret& refresh_token) override;

 private:
  [[nodiscard]] Secret access_token(const std::string& owner, Duration lifetime);

  const sync::Clock& clock_;
  Turbulence& turbulence_;
  std::set<TeamsUserId> ended_;
  bool app_is_refused_ = false;
  int grants_ = 0;
};

}  // namespace belfry::sim
