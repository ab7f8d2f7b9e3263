#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/entra/entra_json.h"
#include "net/graph/clouds.h"
#include "net/graph/observed_http.h"
#include "sync/base/id.h"
#include "sync/port/identity.h"

namespace belfry::net {

/// What a person is asked to consent to. Graph's own scopes need no prefix; `offline_access` brings
/// a refresh token.
inline constexpr std::string_view k_delegated_scopes =
    "Chat.Read ChatMessage.Read Files.Read.All User.Read offline_access";

/// Our registration in the tenant.
struct EntraApp {
  TenantId tenant;
  std::string client_id;
  Secret client_secret;
};

/// Entra ID over HTTP. A token request whose answer never came is transient, since asking again is
/// harmless: an old refresh token goes on working, and a code that was used up shows as a dead
/// grant. Safe from any thread.
class EntraClient : public sync::IdentityApi {
 public:
  EntraClient(ObservedHttp http, Cloud cloud, EntraApp app,
              Duration timeout = std::chrono::seconds(10));

  [[nodiscard]] std::string authorize_url(const sync::AuthorizeRequest& request) const override;
  [[nodiscard]] std::string code_challenge(const Secret& verifier) const override;
  Result<sync::TokenGrant> app_token() override;
  Result<sync::TokenGrant> redeem_code(const Secret& code, const Secret& verifier,
                                       const std::string& redirect_uri) override;
  Result<sync::TokenGrant> refresh(const Secret& refresh_token) override;

 private:
  using Field = std::pair<std::string_view, std::string>;
  Result<sync::TokenGrant> ask(GrantType grant, std::string_view operation,
                               const std::vector<Field>& fields);
  [[nodiscard]] std::string endpoint(std::string_view name) const;

  ObservedHttp http_;
  const Cloud cloud_;
  const EntraApp app_;
  const Duration timeout_;
};

}  // namespace belfry::net
