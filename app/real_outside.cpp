#include "app/real_outside.h"

#include "app/languages.h"

namespace belfry::app {

Result<std::unique_ptr<RealOutside>> RealOutside::open(const Config& config, const Secrets& secrets,
                                                       const Environment& environment,
                                                       Metrics& metrics) {
  std::unique_ptr<RealOutside> outside(new RealOutside);
  auto languages = load_languages(config.render.languages);
  if (!languages) return fail(languages.error());
  outside->catalogue_ = std::move(*languages);
  storage::StoreOptions options;
  options.path = config.storage.path;
  auto store = storage::RocksStore::open(options, secrets.master_key, outside->clock_);
  if (!store) return fail(store.error());
  outside->store_ = std::move(*store);
  outside->signer_ =
      std::make_unique<HmacSigner>(secrets.master_key.bytes(), outside->store_->instance_id());
  auto upstreams = Upstreams::open(config, secrets, environment, metrics,
                                   {outside->clock_, outside->entropy_, outside->server_time_});
  if (!upstreams) return fail(upstreams.error());
  outside->upstreams_ = std::move(*upstreams);
  return outside;
}

Outside RealOutside::ports() {
  return {*store_,
          *store_,
          *store_,
          *store_,
          *store_,
          *store_,
          *store_,
          *store_,
          *store_,
          *store_,
          upstreams_->graph(),
          upstreams_->graph(),
          upstreams_->entra(),
          upstreams_->resources(),
          upstreams_->mattermost(),
          upstreams_->files(),
          upstreams_->mattermost(),
          clock_,
          random_,
          entropy_,
          *signer_,
          zones_,
          catalogue_,
          server_time_};
}

}  // namespace belfry::app
