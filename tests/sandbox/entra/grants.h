#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "tests/sandbox/clock.h"

namespace belfry::sandbox {

/// What the authorize page has promised to an app.
struct CodeGrant {
  std::string person = {};
  std::set<std::string> scopes = {};
  std::string redirect_uri = {};
  std::string challenge = {};  ///< code_challenge, S256; empty: none was sent
  std::int64_t issued_ms = 0;
  std::uint64_t session = 0;
};

struct RefreshGrant {
  std::string person = {};
  std::set<std::string> scopes = {};
  std::int64_t issued_ms = 0;
  std::uint64_t session = 0;
};

/// Authorization codes and refresh tokens.
/// Threads  All functions from any thread.
class Grants {
 public:
  explicit Grants(SandboxClock& clock) : clock_(clock) {}

  std::string make_code(CodeGrant grant);
  enum class CodeState { fresh, used, unknown };
  struct Redeemed {
    CodeState state = CodeState::unknown;
    CodeGrant grant;
  };
  /// A code works once; from then on it is `used`.
  Redeemed redeem(std::string_view code);

  std::string make_refresh_token(RefreshGrant grant);
  [[nodiscard]] std::optional<RefreshGrant> refresh_grant(std::string_view token) const;

  /// Grants of that person made before this moment are dead.
  void revoke(std::string_view person);
  [[nodiscard]] bool is_revoked(std::string_view person, std::uint64_t session) const;
  [[nodiscard]] std::uint64_t session_of(std::string_view person) const;
  [[nodiscard]] std::size_t refresh_tokens() const;

 private:
  struct Code {
    CodeGrant grant;
    bool used = false;
  };

  SandboxClock& clock_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Code> codes_;                 // guarded by mutex_
  std::unordered_map<std::string, RefreshGrant> refresh_;       // guarded by mutex_
  std::map<std::string, std::uint64_t, std::less<>> sessions_;  // guarded by mutex_
};

}  // namespace belfry::sandbox
