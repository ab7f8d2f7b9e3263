#pragma once

#include "app/config.h"
#include "app/outside.h"
#include "sync/allowance.h"
#include "sync/allowance_notices.h"
#include "sync/connect.h"
#include "sync/deliver.h"
#include "sync/reconcile.h"
#include "sync/resolve.h"
#include "sync/subscription_policy.h"
#include "sync/sweep.h"

/// What the configuration means to each stage. Pure.
namespace belfry::app {

[[nodiscard]] sync::SubscriptionPolicy subscription_policy(const Config& config);
[[nodiscard]] sync::ConnectPolicy connect_policy(const Config& config);
[[nodiscard]] sync::ResolvePolicy resolve_policy(const Config& config, const Outside& outside);
[[nodiscard]] sync::DeliverPolicy deliver_policy(const Config& config, const Outside& outside);
[[nodiscard]] sync::AllowancePolicy allowance_policy(const Config& config);
[[nodiscard]] sync::AllowanceNoticePolicy allowance_notice_policy(const Config& config);
[[nodiscard]] sync::SilencePolicy silence_policy(const Config& config);
[[nodiscard]] sync::SweepPolicy sweep_policy(const Config& config);
[[nodiscard]] sync::ReconcilePolicy reconcile_policy(const Config& config);

}  // namespace belfry::app
