#pragma once

namespace belfry::sync {

/// `reconcile.route`: automatic = delta where it costs nothing, else list.
enum class RouteChoice { automatic, list, delta };

}  // namespace belfry::sync
