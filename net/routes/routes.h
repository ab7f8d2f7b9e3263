#pragma once

#include <functional>
#include <string>
#include <vector>

#include "net/http/observer.h"
#include "net/http/router.h"
#include "sync/base/secret.h"
#include "sync/commands.h"
#include "sync/connect.h"
#include "sync/intake.h"
#include "sync/port/clock.h"
#include "sync/subscriptions.h"

/// The public listener's routes, one function each: parse, call, answer. Source: design of the HTTP
/// surface; names as the official plugin has them, so that an app registration and a proxy rule
/// made for it go on working.
namespace belfry::net {

/// `POST /changes`: a validation token is echoed, a body is taken in. 202 when it is on disk, 503
/// when it has to come again, 400 for no JSON.
void add_changes_route(Router& router, sync::Intake& intake, const sync::Clock& clock,
                       std::function<void(Duration)> answered);

/// `POST /lifecycle`: the same for lifecycle notifications. `believed` is told when one changes
/// what is to be done.
void add_lifecycle_route(Router& router, sync::Subscriptions& subscriptions,
                         const sync::Clock& clock, std::function<void()> believed);

/// `GET /connect`, `GET /oauth-redirect`, `GET /account-connected`: what a person's browser sees.
void add_connect_routes(Router& router, sync::Connect& connect, const sync::Clock& clock,
                        const std::string& public_url);

/// `POST /command` from the slash command and `POST /action` from buttons. `tokens` = the slash
/// command's, one a team.
void add_command_routes(Router& router, sync::Commands& commands, const sync::Clock& clock,
                        std::vector<Secret> tokens);

}  // namespace belfry::net
