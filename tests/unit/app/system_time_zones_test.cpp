#include "app/system_time_zones.h"

#include <string>

#include <boost/test/unit_test.hpp>

namespace belfry::app {
namespace {

std::optional<double> hours_at(const std::string& zone, const char* time) {
  const auto offset = SystemTimeZones().offset_at(zone, *parse_iso8601(time));
  if (!offset) return std::nullopt;
  return static_cast<double>(offset->count()) / 3600;
}

BOOST_AUTO_TEST_SUITE(system_time_zones)

BOOST_AUTO_TEST_CASE(summer_time_begins_and_ends_to_the_millisecond) {
  BOOST_TEST(hours_at("Europe/Berlin", "2026-03-29T00:59:59.999Z").value() == 1.0);
  BOOST_TEST(hours_at("Europe/Berlin", "2026-03-29T01:00:00Z").value() == 2.0);
  BOOST_TEST(hours_at("Europe/Berlin", "2026-10-25T00:59:59.999Z").value() == 2.0);
  BOOST_TEST(hours_at("Europe/Berlin", "2026-10-25T01:00:00Z").value() == 1.0);
  BOOST_TEST(hours_at("Australia/Sydney", "2026-01-01T00:00:00Z").value() == 11.0);
  BOOST_TEST(hours_at("Australia/Sydney", "2026-07-01T00:00:00Z").value() == 10.0);
}

BOOST_AUTO_TEST_CASE(zones_of_half_hours_and_old_names_are_known) {
  BOOST_TEST(hours_at("Asia/Kolkata", "2026-07-01T00:00:00Z").value() == 5.5);
  BOOST_TEST(hours_at("Asia/Calcutta", "2026-07-01T00:00:00Z").value() == 5.5);
  BOOST_TEST(hours_at("America/Argentina/Buenos_Aires", "2026-07-01T00:00:00Z").value() == -3.0);
  BOOST_TEST(hours_at("Etc/GMT+3", "2026-07-01T00:00:00Z").value() == -3.0);
  BOOST_TEST(hours_at("UTC", "2026-07-01T00:00:00Z").value() == 0.0);
}

BOOST_AUTO_TEST_CASE(a_name_that_means_nothing_or_leads_elsewhere_is_no_zone) {
  for (const std::string& zone :
       {std::string(), std::string("Atlantis/Poseidonis"), std::string("Europe"),
        std::string("europe/../Europe/Berlin"), std::string("../zoneinfo/Europe/Berlin"),
        std::string("/usr/share/zoneinfo/Europe/Berlin"), std::string("Europe/Berlin\0x", 15),
        std::string("Fixed/UTC+01:00:00"), std::string("tzdata.zi"), std::string(300, 'x')}) {
    BOOST_TEST(!hours_at(zone, "2026-07-01T00:00:00Z").has_value(), zone);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::app
