#include "app/system_time_zones.h"

#include <algorithm>
#include <cstdlib>
#include <system_error>

#include <cctz/time_zone.h>

namespace belfry::app {
namespace {

/// Where cctz looks.
std::filesystem::path zone_folder() {
  const char* const folder = std::getenv("TZDIR");
  return folder != nullptr && *folder != '\0' ? folder : "/usr/share/zoneinfo";
}

/// Such as `Europe/Berlin` and `Etc/GMT+3`. Nothing that could lead out of the folder: people
/// choose these names.
bool is_zone_name(const std::string& zone) {
  constexpr std::size_t k_most = 64;
  const bool is_clean = std::all_of(zone.begin(), zone.end(), [](char c) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return is_letter || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '+' || c == '/';
  });
  return is_clean && !zone.empty() && zone.size() <= k_most && !zone.starts_with('/');
}

}  // namespace

SystemTimeZones::SystemTimeZones() : folder_(zone_folder()) {}

std::optional<std::chrono::seconds> SystemTimeZones::offset_at(const std::string& zone,
                                                               WallTime at) const {
  if (!is_zone_name(zone)) return std::nullopt;
  // cctz remembers every name that it is asked for, so it is asked for those that there are.
  std::error_code none;
  if (!std::filesystem::is_regular_file(folder_ / zone, none)) return std::nullopt;
  cctz::time_zone found;
  if (!cctz::load_time_zone(zone, &found)) return std::nullopt;
  return std::chrono::seconds{found.lookup(at).offset};
}

}  // namespace belfry::app
