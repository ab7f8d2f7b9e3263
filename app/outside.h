#pragma once

#include "sync/port/clock.h"
#include "sync/port/files.h"
#include "sync/port/graph.h"
#include "sync/port/identity.h"
#include "sync/port/mattermost.h"
#include "sync/port/random.h"
#include "sync/port/resource.h"
#include "sync/port/signer.h"
#include "sync/port/store.h"
#include "sync/port/sweep.h"
#include "sync/port/time_zones.h"
#include "sync/render/phrases.h"
#include "sync/server_time.h"

namespace belfry::app {

/// Everything that a Service reaches beyond itself. In the daemon the real things
/// (app/real_outside.h); a test may put a decorator in place of any of them.
struct Outside {
  sync::IntakeStore& intake;
  sync::PlanStore& plan;
  sync::DeliveryStore& delivery;
  sync::DeadLetterStore& dead_letters;
  sync::AccountStore& accounts;
  sync::SubscriptionStore& subscriptions;
  sync::ServiceStore& service;
  sync::JournalStore& journal;
  sync::SweepStore& sweep_store;
  sync::AllowanceStore& allowance;
  sync::GraphApi& graph;
  sync::SweepApi& sweeps;
  sync::IdentityApi& identity;
  sync::ResourceOpener& resources;
  sync::MattermostApi& mattermost;
  sync::FileSource& file_source;
  sync::FileSink& file_sink;
  const sync::Clock& clock;
  sync::Random& random;
  sync::Entropy& entropy;
  const sync::Signer& signer;
  const sync::TimeZones& zones;
  const render::Catalogue& catalogue;
  const sync::ServerTime& server_time;
};

}  // namespace belfry::app
