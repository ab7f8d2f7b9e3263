#pragma once

#include <memory>

#include "app/config.h"
#include "app/metrics.h"
#include "app/os_entropy.h"
#include "app/outside.h"
#include "app/secrets.h"
#include "app/system_clock.h"
#include "net/entra/entra_client.h"
#include "net/graph/graph_client.h"
#include "net/graph/rich_notification.h"
#include "net/http/dialer.h"
#include "net/http/http_client.h"
#include "net/mattermost/mattermost_client.h"
#include "storage/rocks_store.h"

namespace belfry::app {

/// The real things behind the seams: the store, the clients and the machine's clock and chance.
/// Built in the order in which they need one another.
class RealOutside {
 public:
  /// Opens the store and makes the clients; nothing is asked of the outside yet. Errors: what the
  /// store and the CA file say.
  [[nodiscard]] static Result<std::unique_ptr<RealOutside>> open(const Config& config,
                                                                 const Secrets& secrets,
                                                                 const Environment& environment,
                                                                 Metrics& metrics);

  [[nodiscard]] Outside ports();
  [[nodiscard]] storage::RocksStore& store() { return *store_; }
  [[nodiscard]] const SystemClock& clock() const { return clock_; }
  [[nodiscard]] JitterRandom& random() { return random_; }
  [[nodiscard]] const net::Dialer& dialer() const { return *dialer_; }
  [[nodiscard]] net::GraphClient& graph() { return *graph_; }

  /// Ends requests that are under way; the service is stopping.
  void abort_requests();

 private:
  RealOutside() = default;

  SystemClock clock_;
  OsEntropy entropy_;
  JitterRandom random_;
  std::unique_ptr<storage::RocksStore> store_;
  std::unique_ptr<HmacSigner> signer_;
  std::unique_ptr<net::HttpClient> microsoft_http_;
  std::unique_ptr<net::HttpClient> mattermost_http_;
  std::unique_ptr<net::Dialer> dialer_;
  std::unique_ptr<net::EntraClient> entra_;
  std::unique_ptr<net::GraphClient> graph_;
  std::unique_ptr<net::RichNotifications> resources_;
  std::unique_ptr<net::MattermostClient> mattermost_;
};

/// The cloud that the configuration names, with its overrides.
[[nodiscard]] net::Cloud cloud_of(const Config& config);
[[nodiscard]] net::HttpClientOptions http_options_of(const Config& config,
                                                     const Environment& environment);

}  // namespace belfry::app
