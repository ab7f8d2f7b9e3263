#include "app/real_outside.h"

#include "net/graph/observed_http.h"
#include "sync/base/invariant.h"

namespace belfry::app {
namespace {

std::string value_of(const Environment& environment, const char* upper, const char* lower) {
  for (const char* name : {upper, lower}) {
    if (const auto found = environment.find(name); found != environment.end()) return found->second;
  }
  return {};
}

}  // namespace

net::Cloud cloud_of(const Config& config) {
  const auto cloud = net::cloud_named(config.teams.cloud);
  invariant(cloud.has_value(), "the configuration names a known cloud");
  return net::with_overrides(*cloud, {config.teams.graph_url, config.teams.login_url});
}

net::HttpClientOptions http_options_of(const Config& config, const Environment& environment) {
  net::HttpClientOptions options;
  options.ca_file = config.mattermost.ca_file;
  options.user_agent = "Belfry/" BELFRY_VERSION;
  options.proxy.https_proxy = value_of(environment, "HTTPS_PROXY", "https_proxy");
  options.proxy.http_proxy = value_of(environment, "HTTP_PROXY", "http_proxy");
  options.proxy.no_proxy = value_of(environment, "NO_PROXY", "no_proxy");
  return options;
}

Result<std::unique_ptr<RealOutside>> RealOutside::open(const Config& config, const Secrets& secrets,
                                                       const Environment& environment,
                                                       Metrics& metrics) {
  std::unique_ptr<RealOutside> outside(new RealOutside);
  storage::StoreOptions store_options;
  store_options.path = config.storage.path;
  auto store = storage::RocksStore::open(store_options, secrets.master_key, outside->clock_);
  if (!store) return fail(store.error());
  outside->store_ = std::move(*store);
  outside->signer_ =
      std::make_unique<HmacSigner>(secrets.master_key.bytes(), outside->store_->instance_id());

  const net::HttpClientOptions options = http_options_of(config, environment);
  auto microsoft = net::HttpClient::open(options, outside->clock_);
  if (!microsoft) return fail(microsoft.error());
  auto mattermost = net::HttpClient::open(options, outside->clock_);
  if (!mattermost) return fail(mattermost.error());
  auto dialer = net::Dialer::from(options.ca_file, options.proxy);
  if (!dialer) return fail(dialer.error());
  outside->microsoft_http_ = std::move(*microsoft);
  outside->mattermost_http_ = std::move(*mattermost);
  outside->dialer_ = std::make_unique<net::Dialer>(std::move(*dialer));

  const net::Cloud cloud = cloud_of(config);
  const TenantId tenant{config.teams.tenant_id};
  const auto observed = [&](const char* upstream) {
    return net::ObservedHttp(*outside->microsoft_http_, outside->clock_, metrics, upstream);
  };
  outside->entra_ = std::make_unique<net::EntraClient>(
      observed("entra"), cloud,
      net::EntraApp{tenant, config.teams.client_id, secrets.client_secret});
  outside->graph_ = std::make_unique<net::GraphClient>(observed("graph"), outside->entropy_, cloud);
  net::TokenRules rules;
  rules.tenant = tenant;
  rules.client_id = config.teams.client_id;
  rules.cloud = cloud;
  outside->resources_ = std::make_unique<net::RichNotifications>(
      *outside->microsoft_http_, outside->entropy_, std::move(rules));
  net::MattermostOptions bot;
  bot.url = config.mattermost.url;
  bot.token = secrets.bot_token;
  bot.action_url = config.server.public_url + "/action";
  outside->mattermost_ = std::make_unique<net::MattermostClient>(
      *outside->mattermost_http_, outside->clock_, metrics, std::move(bot));
  return outside;
}

Outside RealOutside::ports() {
  return {*store_, *store_, *store_,     *store_,      *store_, *store_, *store_,  *store_,
          *graph_, *entra_, *resources_, *mattermost_, clock_,  random_, entropy_, *signer_};
}

void RealOutside::abort_requests() {
  microsoft_http_->abort_all();
  mattermost_http_->abort_all();
}

}  // namespace belfry::app
