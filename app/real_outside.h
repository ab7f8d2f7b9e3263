#pragma once

#include <memory>

#include "app/config.h"
#include "app/metrics.h"
#include "app/os_entropy.h"
#include "app/outside.h"
#include "app/secrets.h"
#include "app/system_clock.h"
#include "app/system_time_zones.h"
#include "app/upstreams.h"
#include "storage/rocks_store.h"
#include "sync/server_time.h"

namespace belfry::app {

/// The real things behind the seams: the store, the clients and the machine's clock and chance.
class RealOutside {
 public:
  /// Opens the store and makes the clients; nothing is asked of the outside yet. Errors: the
  /// store's, the CA file's, those of languages.
  [[nodiscard]] static Result<std::unique_ptr<RealOutside>> open(const Config& config,
                                                                 const Secrets& secrets,
                                                                 const Environment& environment,
                                                                 Metrics& metrics);

  [[nodiscard]] Outside ports();
  [[nodiscard]] storage::RocksStore& store() { return *store_; }
  [[nodiscard]] Upstreams& upstreams() { return *upstreams_; }
  [[nodiscard]] const SystemClock& clock() const { return clock_; }
  [[nodiscard]] JitterRandom& random() { return random_; }

 private:
  RealOutside() = default;

  SystemClock clock_;
  OsEntropy entropy_;
  JitterRandom random_;
  SystemTimeZones zones_;
  sync::ServerTime server_time_;
  render::Catalogue catalogue_;
  std::unique_ptr<storage::RocksStore> store_;
  std::unique_ptr<HmacSigner> signer_;
  std::unique_ptr<Upstreams> upstreams_;
};

}  // namespace belfry::app
