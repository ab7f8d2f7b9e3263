#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tests/sandbox/mattermost/refusal.h"
#include "tests/sandbox/mattermost/routes.h"

/// What stands between the network and the handlers: rate limits, tokens, sizes, error bodies,
/// headers. All functions may be called from any thread.
namespace belfry::sandbox::mattermost {

/// The token in `Authorization: Bearer …`; empty when there is none.
[[nodiscard]] std::string bearer_token(const WebRequest& request);
/// Null when the token is unknown, revoked, not allowed, or its owner is deactivated.
[[nodiscard]] UserPtr user_of_token(const Server& server, const Settings& settings,
                                    std::string_view token);

/// The whole way of a request that is held in memory.
[[nodiscard]] WebReply answer_request(Server& server, const WebRequest& request);

/// The first half of that way, for requests whose body is streamed: the caller, or the refusal.
struct Admission {
  std::optional<WebReply> refusal;
  Call call;
};
[[nodiscard]] Admission admit(Server& server, const WebRequest& request, const RouteMatch& match,
                              const SettingsPtr& settings, NameValues& extra_headers);

[[nodiscard]] WebReply error_reply(const Refusal& refusal, const Settings& settings);
/// `X-Request-Id`, `X-Version-Id` and, when asked for, gzip.
[[nodiscard]] WebReply finished(WebReply reply, const WebRequest& request, const Settings& settings,
                                const NameValues& extra_headers);
/// What a reverse proxy answers while the server behind it is down.
[[nodiscard]] WebReply down_reply();

}  // namespace belfry::sandbox::mattermost
