#pragma once

#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>

#include "tests/sandbox/mattermost/server.h"
#include "tests/sandbox/web.h"

namespace belfry::sandbox::mattermost {

/// Upgrades to a WebSocket and serves it until it ends: the caller's thread reads, one more writes.
///
/// Promises  A token on the upgrade signs in at once and allows reconnection; else the client has
///           5 s for its `authentication_challenge`. A ping every 60 s; the end after 100 s
///           without a pong. Larger messages than 8 KiB end it.
/// Errors    Refusal when the request is no upgrade.
/// Source    Mattermost, app/platform/web_conn.go: pongWaitTime, pingInterval, authCheckInterval.
void serve_socket(Server& server, const WebRequest& request,
                  Poco::Net::HTTPServerRequest& http_request,
                  Poco::Net::HTTPServerResponse& http_response);

}  // namespace belfry::sandbox::mattermost
