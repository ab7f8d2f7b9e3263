#pragma once

#include <string_view>

#include "sync/base/time.h"

namespace belfry::net {

/// Told of each request to an outside system, for the metrics. Safe from any thread.
class RequestObserver {
 public:
  virtual ~RequestObserver() = default;
  /// `upstream` is "graph", "entra" or "mattermost"; `operation` a fixed word, never an id;
  /// `status` 0 where no answer came.
  virtual void observed(std::string_view upstream, std::string_view operation, int status,
                        Duration took) = 0;
};

}  // namespace belfry::net
