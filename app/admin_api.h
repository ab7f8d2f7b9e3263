#pragma once

#include "app/admin_backend.h"
#include "app/metrics.h"
#include "net/http/router.h"
#include "sync/port/clock.h"

namespace belfry::app {

/// `/healthz`, `/readyz`, `/metrics`, the status page at `/`, and the JSON below `/api/v1/` that
/// the command line uses.
void add_admin_routes(net::Router& router, AdminBackend& backend, Metrics& metrics,
                      const sync::Clock& clock);

/// The same router behind a guard: a request whose Host is no loopback address or IP is refused (a
/// web page could have pointed its own name at us), and so is a POST without the header `X-Belfry:
/// 1`, which no foreign page can send.
[[nodiscard]] net::Router guarded(net::Router router);

}  // namespace belfry::app
