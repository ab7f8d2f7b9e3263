#pragma once

#include <string>
#include <string_view>

#include "tests/sandbox/mattermost/server_config.h"
#include "tests/sandbox/web.h"

namespace belfry::sandbox::mattermost {

/// What came back from an integration. `status` 0: it was not reached, or not in time.
struct IntegrationAnswer {
  int status = 0;
  std::string content_type{};
  std::string body{};  ///< at most 1 MiB
};

struct IntegrationRequest {
  std::string url{};
  std::string method = "POST";
  NameValues headers{};
  std::string content_type{};
  std::string body{};
};

/// Calls a slash command's or a button's address as the server does: User-Agent
/// `Mattermost-Bot/1.1`, 3 s to connect, `OutgoingIntegrationRequestsTimeout` for all, no retries;
/// private and loopback addresses only when `AllowedUntrustedInternalConnections` has them. Plain
/// HTTP only.
/// Source  Mattermost, services/httpservice; "Reachability" of its documentation.
[[nodiscard]] IntegrationAnswer call_integration(const IntegrationRequest& request,
                                                 const Settings& settings);

/// A form body with its keys in alphabetical order, as Go encodes it.
[[nodiscard]] std::string encode_form(NameValues form);

}  // namespace belfry::sandbox::mattermost
