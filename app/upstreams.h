#pragma once

#include <memory>

#include "app/config.h"
#include "app/metrics.h"
#include "app/secrets.h"
#include "net/entra/entra_client.h"
#include "net/graph/graph_client.h"
#include "net/graph/graph_files.h"
#include "net/graph/rich_notification.h"
#include "net/http/dialer.h"
#include "net/http/http_client.h"
#include "net/mattermost/mattermost_client.h"
#include "sync/port/clock.h"
#include "sync/port/random.h"
#include "sync/server_time.h"

namespace belfry::app {

/// The clients of Graph, Entra and Mattermost as the configuration wants them. Microsoft and
/// Mattermost have an HTTP client each, so that connections to one never wait for the other.
class Upstreams {
 public:
  struct Ports {
    const sync::Clock& clock;
    sync::Entropy& entropy;
    sync::ServerTime& server_time;  ///< is told Microsoft's
  };
  /// Nothing is asked of the outside yet. Errors: refused, what the CA file and the proxies say.
  [[nodiscard]] static Result<std::unique_ptr<Upstreams>> open(const Config& config,
                                                               const Secrets& secrets,
                                                               const Environment& environment,
                                                               Metrics& metrics,
                                                               const Ports& ports);

  [[nodiscard]] net::EntraClient& entra() { return *entra_; }
  [[nodiscard]] net::GraphClient& graph() { return *graph_; }
  [[nodiscard]] net::GraphFiles& files() { return *files_; }
  [[nodiscard]] net::RichNotifications& resources() { return *resources_; }
  [[nodiscard]] net::MattermostClient& mattermost() { return *mattermost_; }
  [[nodiscard]] net::HttpClient& http() { return *microsoft_http_; }
  [[nodiscard]] const net::Dialer& dialer() const { return *dialer_; }

  /// Ends requests that are under way; the service is stopping.
  void abort_requests();

 private:
  Upstreams() = default;

  std::unique_ptr<net::HttpClient> microsoft_http_;
  std::unique_ptr<net::HttpClient> mattermost_http_;
  std::unique_ptr<net::Dialer> dialer_;
  std::unique_ptr<net::EntraClient> entra_;
  std::unique_ptr<net::GraphClient> graph_;
  std::unique_ptr<net::GraphFiles> files_;
  std::unique_ptr<net::RichNotifications> resources_;
  std::unique_ptr<net::MattermostClient> mattermost_;
};

/// The cloud that the configuration names, with its overrides.
[[nodiscard]] net::Cloud cloud_of(const Config& config);

}  // namespace belfry::app
