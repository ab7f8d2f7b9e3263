#pragma once

#include <vector>

#include "app/admin_backend.h"
#include "net/http/router.h"

namespace belfry::app {

/// The administrator's page: is it ready, why not, what waits, what happened last. Loads and runs
/// nothing.
[[nodiscard]] net::HttpReply status_page(const StatusSnapshot& status,
                                         const Result<std::vector<sync::BucketStatus>>& allowance,
                                         const Result<std::vector<sync::JournalRecord>>& journal,
                                         WallTime now);

}  // namespace belfry::app
