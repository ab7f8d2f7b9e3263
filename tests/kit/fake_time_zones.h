#pragma once

#include "sync/port/time_zones.h"

namespace belfry::kit {

/// Three zones of the year 2026: Berlin with its summer time, Tokyo and Phoenix without.
class FakeTimeZones : public sync::TimeZones {
 public:
  [[nodiscard]] std::optional<std::chrono::seconds> offset_at(const std::string& zone,
                                                              WallTime at) const override {
    using std::chrono::hours;
    if (zone == "Asia/Tokyo") return hours{9};
    if (zone == "America/Phoenix") return hours{-7};
    if (zone != "Europe/Berlin") return std::nullopt;
    const bool is_summer =
        at >= parse_iso8601("2026-03-29T01:00:00Z") && at < parse_iso8601("2026-10-25T01:00:00Z");
    return is_summer ? hours{2} : hours{1};
  }
};

}  // namespace belfry::kit
