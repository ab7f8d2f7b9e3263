#pragma once

#include "sync/agenda.h"
#include "sync/carry_files.h"
#include "sync/deliver.h"
#include "sync/engine.h"
#include "sync/intake.h"
#include "sync/reconcile.h"
#include "sync/resolve.h"
#include "sync/tokens.h"
#include "sync/upstream_gate.h"

namespace belfry::sim {

/// Limits that a seed shrinks.
struct MindLimits {
  sync::AgendaPolicy agenda;
  sync::DeliverPolicy deliver;
  sync::FilePolicy files;
  sync::ResolvePolicy resolve;
  sync::IntakePolicy intake;
  sync::AllowancePolicy allowance;
  sync::SweepPolicy sweep;
  sync::ReconcilePolicy reconcile;
};

/// The ports that a mind is built on.
struct MindPorts {
  sync::IntakeStore& intake;
  sync::PlanStore& plan;
  sync::DeliveryStore& delivery;
  sync::AccountStore& accounts;
  sync::ServiceStore& service;
  sync::SweepStore& sweep_store;
  sync::AllowanceStore& allowance;
  sync::GraphApi& graph;
  sync::SweepApi& sweeps;
  sync::IdentityApi& identity;
  sync::ResourceOpener& resources;
  sync::MattermostApi& mattermost;
  sync::FileSource& file_source;
  sync::FileSink& file_sink;
  const sync::Signer& signer;
  const sync::Clock& clock;
  sync::Random& random;
  sync::Journal& journal;
};

/// Everything of the engine that lives in memory: what a crash takes away.
class Mind : public sync::Wakeup, public sync::SubscriptionRegister {
 public:
  Mind(const MindPorts& ports, const MindLimits& limits)
      : graph_gate_(sync::Upstream::graph, ports.journal),
        mattermost_gate_(sync::Upstream::mattermost, ports.journal),
        agenda_(limits.agenda),
        tokens_(ports.accounts, ports.identity, ports.random, ports.journal),
        resolve_({ports.plan, ports.accounts, ports.graph, ports.file_source, ports.resources,
                  ports.signer, ports.random, *this, ports.journal},
                 chat_book_, tokens_, graph_gate_, agenda_, limits.resolve),
        files_({ports.delivery, ports.file_source, ports.file_sink, ports.random, ports.journal},
               {tokens_, graph_gate_, mattermost_gate_, resolve_.pacer()}, limits.files),
        deliver_(ports.delivery, ports.accounts, ports.mattermost, files_, mattermost_gate_,
                 ports.clock, ports.random, ports.journal, limits.deliver),
        traffic_(ports.sweep_store),
        intake_(ports.intake, ports.service, *this, agenda_, traffic_, *this, ports.journal,
                limits.intake),
        allowance_(ports.allowance, ports.journal, limits.allowance),
        sweep_({ports.sweep_store, ports.intake, ports.sweeps, ports.random, *this, ports.journal},
               {tokens_, graph_gate_, resolve_.pacer(), agenda_, allowance_, chat_book_},
               limits.sweep),
        reconciler_({ports.accounts, ports.sweep_store, ports.service, ports.random, ports.journal},
                    sweep_, traffic_, allowance_, limits.reconcile),
        engine_({ports.intake, ports.plan, ports.delivery, *this, ports.journal}, agenda_, resolve_,
                deliver_) {
    engine_.add_chore(sync::Slot::graph, [this](Moment now) { return reconciler_.step(now); });
    engine_.add_chore(sync::Slot::graph, [this](Moment now) { return allowance_.step(now); });
  }

  void work_arrived(sync::Slot) override {}
  sync::Verdict check(const Notification& notification) const override {
    return notification.client_state.equals("ours") ? sync::Verdict::ours
                                                    : sync::Verdict::wrong_client_state;
  }

  [[nodiscard]] sync::Engine& engine() { return engine_; }
  [[nodiscard]] sync::Intake& intake() { return intake_; }
  [[nodiscard]] sync::Reconciler& reconciler() { return reconciler_; }

 private:
  sync::UpstreamGate graph_gate_;
  sync::UpstreamGate mattermost_gate_;
  sync::Agenda agenda_;
  sync::Tokens tokens_;
  sync::ChatBook chat_book_;
  sync::Resolve resolve_;
  sync::CarryFiles files_;
  sync::Deliver deliver_;
  sync::Traffic traffic_;
  sync::Intake intake_;
  sync::Allowance allowance_;
  sync::Sweep sweep_;
  sync::Reconciler reconciler_;
  sync::Engine engine_;
};

}  // namespace belfry::sim
