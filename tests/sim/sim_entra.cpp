#include "tests/sim/sim_entra.h"

namespace belfry::sim {
namespace {

constexpr const char* k_app = "app";
constexpr const char* k_refresh = "refresh ";

}  // namespace

Secret SimEntra::first_refresh_token_of(const TeamsUserId& user) {
  return Secret{k_refresh + user.text() + " 0"};
}

Secret SimEntra::access_token(const std::string& owner, Duration lifetime) {
  const auto until = to_epoch_ms(clock_.now().wall + lifetime);
  return Secret{owner + " " + std::to_string(until) + " " + std::to_string(++grants_)};
}

Result<SimEntra::Caller> SimEntra::caller_of(const Secret& bearer) const {
  const std::string& token = bearer.reveal();
  const auto end_of_owner = token.find(' ');
  if (end_of_owner == std::string::npos) return fail(ErrorKind::unauthorized, "no token of ours");
  if (from_epoch_ms(std::stoll(token.substr(end_of_owner))) <= clock_.now().wall)
    return fail(ErrorKind::unauthorized, "the token is too old");
  const std::string owner = token.substr(0, end_of_owner);
  if (owner == k_app) return Caller{};
  return Caller{TeamsUserId{owner}};
}

std::string SimEntra::authorize_url(const sync::AuthorizeRequest& request) const {
  return "https://login.example/" + request.state;
}

std::string SimEntra::code_challenge(const Secret& verifier) const {
  return verifier.reveal();
}

Result<> SimEntra::check_secret() const {
  if (turbulence_.is_calm || clock_.now().wall >= secret_refused_until_) return {};
  return fail(Error{ErrorKind::unauthorized,
                    "invalid_client: the secret has expired",
                    {},
                    401,
                    sync::k_client_misconfigured});
}

Result<sync::TokenGrant> SimEntra::app_token() {
  return turbulence_.request<
      sync::TokenGrant>(ErrorKind::transient, [&]() -> Result<sync::TokenGrant> {
    if (const auto checked = check_secret(); !checked) return fail(checked.error());
    return sync::TokenGrant{access_token(k_app, app_token_lives_), app_token_lives_, Secret{}, ""};
  });
}

std::optional<WallTime> SimEntra::ended_at(const TeamsUserId& user) const {
  const auto ended = ended_.find(user);
  if (ended == ended_.end()) return std::nullopt;
  return ended->second.at;
}

sync::TokenGrant SimEntra::grant_of(const std::string& owner) {
  constexpr Duration k_lifetime = std::chrono::minutes{75};
  const Secret access = access_token(owner, k_lifetime);
  return {access, k_lifetime, Secret{k_refresh + owner + " " + std::to_string(grants_)}, ""};
}

Result<sync::TokenGrant> SimEntra::redeem_code(const Secret& code, const Secret&,
                                               const std::string&) {
  return turbulence_.request<sync::TokenGrant>(
      ErrorKind::transient, [&] { return Result<sync::TokenGrant>(grant_of(code.reveal())); });
}

Result<sync::TokenGrant> SimEntra::refresh(const Secret& refresh_token) {
  return turbulence_.request<sync::TokenGrant>(
      ErrorKind::transient, [&]() -> Result<sync::TokenGrant> {
        if (const auto checked = check_secret(); !checked) return fail(checked.error());
        const std::string& token = refresh_token.reveal();
        const std::size_t begin = std::string(k_refresh).size();
        const std::size_t end = token.rfind(' ');
        const std::string owner = token.substr(begin, end - begin);
        const auto ended = ended_.find(TeamsUserId{owner});
        if (ended != ended_.end() && std::stoi(token.substr(end)) <= ended->second.last_grant)
          return fail(Error{ErrorKind::refused,
                            "invalid_grant: sessions were revoked",
                            {},
                            400,
                            sync::k_grant_dead});
        return grant_of(owner);
      });
}

}  // namespace belfry::sim
