#pragma once

#include <filesystem>

#include "sync/port/time_zones.h"

namespace belfry::app {

/// The machine's time zones (Debian: tzdata), as they are when a zone is first asked for.
class SystemTimeZones : public sync::TimeZones {
 public:
  SystemTimeZones();

  [[nodiscard]] std::optional<std::chrono::seconds> offset_at(const std::string& zone,
                                                              WallTime at) const override;

 private:
  const std::filesystem::path folder_;
};

}  // namespace belfry::app
