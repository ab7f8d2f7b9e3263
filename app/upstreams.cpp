#include "app/upstreams.h"

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

net::HttpClientOptions http_options_of(const Config& config, const Environment& environment) {
  net::HttpClientOptions options;
  options.ca_file = config.mattermost.ca_file;
  options.user_agent = "Belfry/" BELFRY_VERSION;
  options.proxy.https_proxy = value_of(environment, "HTTPS_PROXY", "https_proxy");
  options.proxy.http_proxy = value_of(environment, "HTTP_PROXY", "http_proxy");
  options.proxy.no_proxy = value_of(environment, "NO_PROXY", "no_proxy");
  return options;
}

}  // namespace

net::Cloud cloud_of(const Config& config) {
  const auto cloud = net::cloud_named(config.teams.cloud);
  invariant(cloud.has_value(), "the configuration names a known cloud");
  return net::with_overrides(*cloud, {config.teams.graph_url, config.teams.login_url});
}

Result<std::unique_ptr<Upstreams>> Upstreams::open(const Config& config, const Secrets& secrets,
                                                   const Environment& environment, Metrics& metrics,
                                                   const Ports& ports) {
  const sync::Clock& clock = ports.clock;
  sync::Entropy& entropy = ports.entropy;
  std::unique_ptr<Upstreams> made(new Upstreams);
  const net::HttpClientOptions options = http_options_of(config, environment);
  auto microsoft = net::HttpClient::open(options, clock);
  if (!microsoft) return fail(microsoft.error());
  auto mattermost = net::HttpClient::open(options, clock);
  if (!mattermost) return fail(mattermost.error());
  auto dialer = net::Dialer::from(options.ca_file, options.proxy);
  if (!dialer) return fail(dialer.error());
  made->microsoft_http_ = std::move(*microsoft);
  made->mattermost_http_ = std::move(*mattermost);
  made->dialer_ = std::make_unique<net::Dialer>(std::move(*dialer));

  const net::Cloud cloud = cloud_of(config);
  const TenantId tenant{config.teams.tenant_id};
  const auto observed = [&](const char* upstream) {
    return net::ObservedHttp(*made->microsoft_http_, clock, metrics, ports.server_time, upstream);
  };
  made->entra_ = std::make_unique<net::EntraClient>(
      observed("entra"), cloud,
      net::EntraApp{tenant, config.teams.client_id, secrets.client_secret});
  net::GraphPolicy of_graph;
  of_graph.model = config.teams.payment_model;
  made->graph_ = std::make_unique<net::GraphClient>(observed("graph"), entropy, cloud, of_graph);
  made->files_ = std::make_unique<net::GraphFiles>(observed("graph"), entropy, cloud);
  net::TokenRules rules;
  rules.tenant = tenant;
  rules.client_id = config.teams.client_id;
  rules.cloud = cloud;
  net::RichPolicy rich;
  rich.rsa_bits = static_cast<int>(config.teams.certificate_bits);
  made->resources_ = std::make_unique<net::RichNotifications>(*made->microsoft_http_, entropy,
                                                              std::move(rules), rich);
  net::MattermostOptions bot;
  bot.url = config.mattermost.url;
  bot.token = secrets.bot_token;
  bot.action_url = config.server.public_url + "/action";
  made->mattermost_ = std::make_unique<net::MattermostClient>(*made->mattermost_http_, clock,
                                                              metrics, std::move(bot));
  return made;
}

void Upstreams::abort_requests() {
  microsoft_http_->abort_all();
  mattermost_http_->abort_all();
}

}  // namespace belfry::app
