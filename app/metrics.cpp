#include "app/metrics.h"

#include <map>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>

#include <prometheus/text_serializer.h>

#include "sync/base/mutex.h"

namespace belfry::app {
namespace {

/// Seconds; a webhook has 1 s, a post of a burst some minutes.
const prometheus::Histogram::BucketBoundaries k_latency = {
    0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600};
const prometheus::Histogram::BucketBoundaries k_requests = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
                                                            0.5,   1,    2.5,   5,    10};

double seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

struct LiveGauge {
  std::string name;
  std::string help;
  std::function<std::vector<Metrics::Sample>()> read;
};

/// What was made once is found by readers side by side: http threads that were woken by one synced
/// write count at the same moment, and would queue up behind a mutex.
template <class Metric>
class Made {
 public:
  template <class Make>
  Metric& find_or_make(const std::string& name, const Make& make) {
    {
      const std::shared_lock lock(mutex_);
      if (const auto found = made_.find(name); found != made_.end()) return *found->second;
    }
    const std::unique_lock lock(mutex_);
    auto& place = made_[name];
    if (place == nullptr) place = &make();
    return *place;
  }

 private:
  std::shared_mutex mutex_;
  std::unordered_map<std::string, Metric*> made_;  // guarded by mutex_
};

/// Labels are words of ours: none holds a line end.
std::string full_name(const std::string& name, const prometheus::Labels& labels) {
  std::string full = name;
  for (const auto& [label, value] : labels)
    full.append("\n").append(label).append("=").append(value);
  return full;
}

}  // namespace

struct Metrics::Parts {
  prometheus::Registry registry;
  Made<prometheus::Counter> counters;
  Made<prometheus::Histogram> request_seconds;
  Mutex mutex;
  std::vector<LiveGauge> gauges GUARDED_BY(mutex);
  prometheus::Histogram& delivery_latency =
      prometheus::BuildHistogram()
          .Name("belfry_delivery_latency_seconds")
          .Help("From a message's time in Teams to its post in Mattermost.")
          .Register(registry)
          .Add({}, k_latency);
  prometheus::Histogram& webhook_response =
      prometheus::BuildHistogram()
          .Name("belfry_webhook_response_seconds")
          .Help("Time to answer a webhook; Graph wants its answer within 3 s.")
          .Register(registry)
          .Add({}, k_requests);
};

Metrics::Metrics() : parts_(std::make_unique<Parts>()) {}
Metrics::~Metrics() = default;

void Metrics::count(const std::string& name, const std::string& help,
                    const prometheus::Labels& labels, double by) {
  const auto make = [&]() -> prometheus::Counter& {
    return prometheus::BuildCounter()
        .Name("belfry_" + name)
        .Help(help)
        .Register(parts_->registry)
        .Add(labels);
  };
  parts_->counters.find_or_make(full_name(name, labels), make).Increment(by);
}

void Metrics::observed(std::string_view upstream, std::string_view operation, int status,
                       Duration took) {
  const std::string who(upstream);
  count(who + "_requests_total",
        "Requests to " + who + " by operation and status; code 0: no answer came.",
        {{"operation", std::string(operation)}, {"code", std::to_string(status)}});
  const prometheus::Labels labels = {{"operation", std::string(operation)}};
  const auto make = [&]() -> prometheus::Histogram& {
    return prometheus::BuildHistogram()
        .Name("belfry_" + who + "_request_seconds")
        .Help("Time that requests to " + who + " took.")
        .Register(parts_->registry)
        .Add(labels, k_requests);
  };
  parts_->request_seconds.find_or_make(full_name(who, labels), make).Observe(seconds(took));
}

void Metrics::delivery_latency(Duration latency) {
  parts_->delivery_latency.Observe(seconds(latency));
}

void Metrics::webhook_answered(Duration took) {
  parts_->webhook_response.Observe(seconds(took));
}

void Metrics::add_gauge(const std::string& name, const std::string& help,
                        std::function<std::vector<Sample>()> read) {
  MutexLock lock(parts_->mutex);
  parts_->gauges.push_back({"belfry_" + name, help, std::move(read)});
}

std::string Metrics::exposition() {
  std::vector<prometheus::MetricFamily> families = parts_->registry.Collect();
  std::vector<LiveGauge> gauges;
  {
    MutexLock lock(parts_->mutex);
    gauges = parts_->gauges;
  }
  for (const LiveGauge& gauge : gauges) {
    prometheus::MetricFamily family;
    family.name = gauge.name;
    family.help = gauge.help;
    family.type = prometheus::MetricType::Gauge;
    for (const Sample& sample : gauge.read()) {
      prometheus::ClientMetric metric;
      for (const auto& [name, value] : sample.labels) metric.label.push_back({name, value});
      metric.gauge.value = sample.value;
      family.metric.push_back(std::move(metric));
    }
    families.push_back(std::move(family));
  }
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace belfry::app
