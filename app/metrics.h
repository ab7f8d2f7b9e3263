#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include "net/http/observer.h"
#include "sync/base/time.h"

namespace belfry::app {

/// All metrics of the service, with the prefix `belfry_`. Labels hold words of ours, never ids.
/// Safe from any thread. Source: Prometheus, "metric and label naming".
class Metrics : public net::RequestObserver {
 public:
  Metrics();
  ~Metrics() override;

  /// Adds to a counter; it is made at its first use, `help` is taken then.
  void count(const std::string& name, const std::string& help, const prometheus::Labels& labels,
             double by = 1);
  /// Told by each request to the outside.
  void observed(std::string_view upstream, std::string_view operation, int status,
                Duration took) override;
  void delivery_latency(Duration latency);
  void webhook_answered(Duration took);

  struct Sample {
    prometheus::Labels labels;
    double value = 0;
  };
  /// A value that is looked up when somebody asks.
  void add_gauge(const std::string& name, const std::string& help,
                 std::function<std::vector<Sample>()> read);

  /// The text exposition format.
  [[nodiscard]] std::string exposition();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace belfry::app
