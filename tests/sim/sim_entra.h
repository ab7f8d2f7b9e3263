#pragma once

#include <map>
#include <optional>
#include <string>

#include "sync/base/id.h"
#include "sync/base/secret.h"
#include "sync/port/clock.h"
#include "sync/port/identity.h"
#include "tests/sim/faults.h"

namespace belfry::sim {

/// Entra ID of the world's tenant: tokens say in themselves whose they are and how long they live.
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
  /// With which somebody comes back from signing in.
  [[nodiscard]] static Secret code_of(const TeamsUserId& user) { return Secret{user.text()}; }
  /// The person's grants end; to what was granted before Entra answers `invalid_grant` from now on.
  void end_grant(const TeamsUserId& user) { ended_[user] = {grants_, clock_.now().wall}; }
  /// When that was last.
  [[nodiscard]] std::optional<WallTime> ended_at(const TeamsUserId& user) const;
  /// The app's secret is refused for so long; what was granted before holds.
  void refuse_secret(Duration time) { secret_refused_until_ = clock_.now().wall + time; }
  void limit_app_tokens(Duration life) { app_token_lives_ = life; }

  /// Errors: unauthorized, for a token that is unknown or too old.
  [[nodiscard]] Result<Caller> caller_of(const Secret& bearer) const;

  std::string authorize_url(const sync::AuthorizeRequest& request) const override;
  std::string code_challenge(const Secret& verifier) const override;
  Result<sync::TokenGrant> app_token() override;
  Result<sync::TokenGrant> redeem_code(const Secret& code, const Secret& verifier,
                                       const std::string& redirect_uri) override;
  Result<sync::TokenGrant> refresh(const Secret& refresh_token) override;

 private:
  [[nodiscard]] Result<> check_secret() const;
  [[nodiscard]] Secret access_token(const std::string& owner, Duration lifetime);
  [[nodiscard]] sync::TokenGrant grant_of(const std::string& owner);

  const sync::Clock& clock_;
  Turbulence& turbulence_;
  struct End {
    int last_grant = 0;  ///< that is dead, as they are numbered
    WallTime at;
  };
  std::map<TeamsUserId, End> ended_;
  WallTime secret_refused_until_;
  Duration app_token_lives_ = std::chrono::minutes{60};
  int grants_ = 0;
};

}  // namespace belfry::sim
