#pragma once

#include <algorithm>

#include "tests/blackbox/staffed_office.h"

namespace belfry::blackbox {

inline OfficeOptions by_route(const std::string& route) {
  OfficeOptions options;
  options.extra_toml = "[reconcile]\nroute = \"" + route + "\"\n";
  return options;
}

/// An office whose sweeps take one route.
struct SweptOffice : StaffedOffice {
  explicit SweptOffice(const std::string& route) : StaffedOffice(by_route(route)) {}

  /// How often Graph answered so; operation empty: to whatever was asked.
  [[nodiscard]] std::size_t answers(int status, const std::string& operation = {}) {
    const auto entries = world().log().entries();
    return static_cast<std::size_t>(
        std::count_if(entries.begin(), entries.end(), [&](const sandbox::LoggedRequest& request) {
          return request.service == "graph" && request.status == status &&
                 (operation.empty() || request.operation == operation);
        }));
  }
  [[nodiscard]] std::size_t throttled() { return answers(429); }
  void lose_all_webhooks() { world().webhook_faults().add(lost(1)); }
  std::string say_in(const std::string& where, const std::string& words) {
    return graph().post_message(where, cleo.teams, "<p>" + words + "</p>");
  }
  /// An administrator asks for a round, which comes to its end.
  void reconcile() {
    const auto rounds = [this] {
      const std::string metrics = admin("/metrics");
      const std::string name = "belfry_sweeps_total{result=\"ok\",trigger=\"administrator\"} ";
      const auto at = metrics.find(name);
      return at == std::string::npos ? 0 : std::stoi(metrics.substr(at + name.size()));
    };
    const int before = rounds();
    BOOST_TEST(command({"reconcile"}).exit_code == 0);
    BOOST_TEST(eventually(std::chrono::seconds{90}, [&] { return rounds() > before; }), log());
  }
};

}  // namespace belfry::blackbox
