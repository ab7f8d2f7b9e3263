#include "app/metrics.h"

#include <map>

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

}  // namespace

struct Metrics::Parts {
  prometheus::Registry registry;
  Mutex mutex;
  std::map<std::string, prometheus::Family<prometheus::Counter>*> counters GUARDED_BY(mutex);
  std::map<std::string, prometheus::Family<prometheus::Histogram>*> request_seconds
      GUARDED_BY(mutex);
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
  prometheus::Family<prometheus::Counter>* family = nullptr;
  {
    MutexLock lock(parts_->mutex);
    auto& known = parts_->counters[name];
    if (known == nullptr) {
      known =
          &prometheus::BuildCounter().Name("belfry_" + name).Help(help).Register(parts_->registry);
    }
    family = known;
  }
  family->Add(labels).Increment(by);
}

void Metrics::observed(std::string_view upstream, std::string_view operation, int status,
                       Duration took) {
  const std::string who(upstream);
  count(who + "_requests_total",
        "Requests to " + who + " by operation and status; code 0: no answer came.",
        {{"operation", std::string(operation)}, {"code", std::to_string(status)}});
  prometheus::Family<prometheus::Histogram>* family = nullptr;
  {
    MutexLock lock(parts_->mutex);
    auto& known = parts_->request_seconds[who];
    if (known == nullptr) {
      known = &prometheus::BuildHistogram()
                   .Name("belfry_" + who + "_request_seconds")
                   .Help("Time that requests to " + who + " took.")
                   .Register(parts_->registry);
    }
    family = known;
  }
  family->Add({{"operation", std::string(operation)}}, k_requests).Observe(seconds(took));
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
