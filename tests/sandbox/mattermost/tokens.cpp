#include "tests/sandbox/mattermost/tokens.h"

#include <mutex>

#include "tests/sandbox/mattermost/ids.h"

namespace belfry::sandbox::mattermost {

AccessToken Tokens::issue(std::string_view user_id, TokenKind kind, std::string_view description) {
  AccessToken token{.id = make_id(),
                    .token = make_id(),
                    .user_id = std::string(user_id),
                    .description = std::string(description),
                    .kind = kind};
  const std::unique_lock lock(mutex_);
  by_token_.emplace(token.token, token);
  return token;
}

std::optional<AccessToken> Tokens::find(std::string_view token) const {
  const std::shared_lock lock(mutex_);
  const auto found = by_token_.find(token);
  if (found == by_token_.end()) return std::nullopt;
  return found->second;
}

std::vector<AccessToken> Tokens::of_user(std::string_view user_id) const {
  const std::shared_lock lock(mutex_);
  std::vector<AccessToken> out;
  for (const auto& [text, token] : by_token_)
    if (token.user_id == user_id && token.kind != TokenKind::session) out.push_back(token);
  return out;
}

void Tokens::revoke(std::string_view token) {
  const std::unique_lock lock(mutex_);
  const auto found = by_token_.find(token);
  if (found != by_token_.end()) by_token_.erase(found);
}

void Tokens::revoke_all_of(std::string_view user_id) {
  const std::unique_lock lock(mutex_);
  std::erase_if(by_token_, [&](const auto& entry) { return entry.second.user_id == user_id; });
}

}  // namespace belfry::sandbox::mattermost
