#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "sync/base/time.h"

namespace belfry::sync {

/// The world's time zones. In the service app/system_time_zones. Safe from any thread.
class TimeZones {
 public:
  virtual ~TimeZones() = default;
  /// What clocks in `zone`, an IANA name such as `Europe/Berlin`, are ahead of UTC at that time.
  /// None for a name that means nothing here: it comes from what people set.
  [[nodiscard]] virtual std::optional<std::chrono::seconds> offset_at(const std::string& zone,
                                                                      WallTime at) const = 0;
};

}  // namespace belfry::sync
