#include "tests/sandbox/entra/grants.h"

#include <utility>

#include "tests/sandbox/crypto.h"

namespace belfry::sandbox {

std::string Grants::make_code(CodeGrant grant) {
  grant.issued_ms = clock_.now_ms();
  grant.session = session_of(grant.person);
  std::string code = "0." + random_text(40) + "." + random_text(60);
  const std::lock_guard lock(mutex_);
  codes_.emplace(code, Code{.grant = std::move(grant), .used = false});
  return code;
}

Grants::Redeemed Grants::redeem(std::string_view code) {
  const std::lock_guard lock(mutex_);
  const auto found = codes_.find(std::string(code));
  if (found == codes_.end()) return {};
  const bool used = std::exchange(found->second.used, true);
  return {.state = used ? CodeState::used : CodeState::fresh, .grant = found->second.grant};
}

std::string Grants::make_refresh_token(RefreshGrant grant) {
  grant.issued_ms = clock_.now_ms();
  std::string token = "1." + random_text(40) + "." + random_text(80);
  const std::lock_guard lock(mutex_);
  refresh_.emplace(token, std::move(grant));
  return token;
}

std::optional<RefreshGrant> Grants::refresh_grant(std::string_view token) const {
  const std::lock_guard lock(mutex_);
  const auto found = refresh_.find(std::string(token));
  if (found == refresh_.end()) return std::nullopt;
  return found->second;
}

void Grants::revoke(std::string_view person) {
  const std::lock_guard lock(mutex_);
  ++sessions_[std::string(person)];
}

bool Grants::is_revoked(std::string_view person, std::uint64_t session) const {
  return session < session_of(person);
}

std::uint64_t Grants::session_of(std::string_view person) const {
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(person);
  return found == sessions_.end() ? 0 : found->second;
}

std::size_t Grants::refresh_tokens() const {
  const std::lock_guard lock(mutex_);
  return refresh_.size();
}

}  // namespace belfry::sandbox
