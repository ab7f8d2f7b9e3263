#include "app/policies.h"

#include <algorithm>

#include "app/upstreams.h"
#include "net/json/ascii.h"

namespace belfry::app {

sync::SubscriptionPolicy subscription_policy(const Config& config) {
  sync::SubscriptionPolicy policy;
  policy.kind = config.teams.subscribe;
  policy.model = config.teams.payment_model;
  policy.rich = config.teams.resource_data;
  policy.notification_url = config.server.public_url + "/changes";
  policy.lifecycle_url = config.server.public_url + "/lifecycle";
  policy.most_chats = static_cast<std::size_t>(config.teams.max_chat_subscriptions);
  return policy;
}

sync::ConnectPolicy connect_policy(const Config& config) {
  sync::ConnectPolicy policy;
  policy.public_url = config.server.public_url;
  policy.require_same_email = config.accounts.require_same_email;
  policy.max_connected = static_cast<std::uint64_t>(config.accounts.max_connected);
  return policy;
}

sync::ResolvePolicy resolve_policy(const Config& config, const Outside& outside) {
  sync::ResolvePolicy policy;
  policy.rules.skip_active = config.deliver.skip_active;
  policy.rules.announce_deletions = config.deliver.on_delete != sync::OnDelete::ignore;
  policy.plan.teams_link_host = cloud_of(config).teams_host;
  policy.plan.tenant = TenantId{config.teams.tenant_id};
  policy.plan.catalogue = &outside.catalogue;
  policy.plan.zones = &outside.zones;
  return policy;
}

sync::DeliverPolicy deliver_policy(const Config& config, const Outside& outside) {
  sync::DeliverPolicy policy;
  policy.on_delete = config.deliver.on_delete;
  policy.catalogue = &outside.catalogue;
  return policy;
}

sync::AllowancePolicy allowance_policy(const Config& config) {
  sync::AllowancePolicy policy;
  policy.model = config.teams.payment_model;
  policy.evaluation_cap = static_cast<std::uint64_t>(config.teams.evaluation_cap);
  return policy;
}

sync::AllowanceNoticePolicy allowance_notice_policy(const Config& config) {
  const sync::AllowancePolicy allowance = allowance_policy(config);
  sync::AllowanceNoticePolicy policy;
  policy.administrators = config.mattermost.admins;
  policy.cap.reset();
  if (allowance.model == sync::PaymentModel::evaluation) policy.cap = allowance.evaluation_cap;
  policy.incident_percent = allowance.incident_percent;
  policy.exhausted_interval = config.reconcile.exhausted_interval;
  return policy;
}

sync::SilencePolicy silence_policy(const Config& config) {
  sync::SilencePolicy policy;
  if (config.reconcile.silence != "auto") policy.fixed = parse_duration(config.reconcile.silence);
  return policy;
}

sync::SweepPolicy sweep_policy(const Config& config) {
  sync::SweepPolicy policy;
  policy.tenant = TenantId{net::lower_case(config.teams.tenant_id)};
  policy.route = config.reconcile.route;
  policy.model = config.teams.payment_model;
  policy.rules.max_age = config.reconcile.max_age;
  return policy;
}

sync::ReconcilePolicy reconcile_policy(const Config& config) {
  sync::ReconcilePolicy policy;
  policy.interval = config.reconcile.interval;
  policy.exhausted_interval = config.reconcile.exhausted_interval;
  // Who wants rounds closer together than the usual rest shall have them.
  const Duration closest = std::min(policy.interval, policy.exhausted_interval);
  policy.rest = std::min(policy.rest, closest);
  policy.look_every = std::min(policy.look_every, closest);
  return policy;
}

}  // namespace belfry::app
