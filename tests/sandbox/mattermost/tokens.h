#pragma once

#include <functional>
#include <map>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::sandbox::mattermost {

enum class TokenKind {
  session,   ///< from a log-in
  personal,  ///< a user's access token: needs `EnableUserAccessTokens`
  bot,       ///< a bot's access token: works without
};

struct AccessToken {
  std::string id{};
  std::string token{};
  std::string user_id{};
  std::string description{};
  TokenKind kind = TokenKind::session;
};

/// Threads  All functions from any thread.
class Tokens {
 public:
  AccessToken issue(std::string_view user_id, TokenKind kind, std::string_view description);
  [[nodiscard]] std::optional<AccessToken> find(std::string_view token) const;
  /// Not the sessions.
  [[nodiscard]] std::vector<AccessToken> of_user(std::string_view user_id) const;
  void revoke(std::string_view token);
  void revoke_all_of(std::string_view user_id);

 private:
  mutable std::shared_mutex mutex_;
  std::map<std::string, AccessToken, std::less<>> by_token_;  // guarded by mutex_
};

}  // namespace belfry::sandbox::mattermost
