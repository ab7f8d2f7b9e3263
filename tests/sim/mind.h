#pragma once

#include "sync/agenda.h"
#include "sync/allowance_notices.h"
#include "sync/carry_files.h"
#include "sync/commands.h"
#include "sync/connect.h"
#include "sync/deliver.h"
#include "sync/engine.h"
#include "sync/intake.h"
#include "sync/reconcile.h"
#include "sync/reconnect_notices.h"
#include "sync/resolve.h"
#include "sync/subscriptions.h"
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
  sync::SilencePolicy silence;
  sync::SubscriptionPolicy subscriptions;
  sync::AllowanceNoticePolicy notices;
  sync::ConnectPolicy connect;
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
  sync::SubscriptionStore& subscriptions;
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
  sync::Entropy& entropy;
  sync::Journal& journal;
};

/// Everything of the engine that lives in memory: what a crash takes away.
class Mind : public sync::Wakeup {
 public:
  Mind(const MindPorts& ports, const MindLimits& limits)
      : graph_gate_(sync::Upstream::graph, ports.journal),
        mattermost_gate_(sync::Upstream::mattermost, ports.journal),
        agenda_(limits.agenda),
        tokens_(ports.accounts, ports.identity, ports.random, ports.journal),
        resolve_({ports.plan, ports.accounts, ports.graph, ports.sweeps, ports.file_source,
                  ports.resources, ports.signer, ports.random, *this, ports.journal},
                 chat_book_, tokens_, graph_gate_, agenda_, limits.resolve),
        files_({ports.delivery, ports.file_source, ports.file_sink, ports.random, ports.journal},
               {tokens_, graph_gate_, mattermost_gate_, resolve_.pacer()}, limits.files),
        deliver_(ports.delivery, ports.accounts, ports.mattermost, files_, mattermost_gate_,
                 ports.clock, ports.random, ports.journal, limits.deliver),
        traffic_(ports.sweep_store, limits.silence),
        allowance_(ports.allowance, server_time_, ports.journal, limits.allowance),
        sweep_(
            {ports.sweep_store, ports.intake, ports.accounts, ports.sweeps, ports.random, *this,
             ports.journal},
            {tokens_, graph_gate_, resolve_.pacer(), agenda_, allowance_, chat_book_, server_time_},
            limits.sweep),
        reconciler_({ports.accounts, ports.sweep_store, ports.service, ports.random, ports.journal},
                    sweep_, traffic_, allowance_, limits.reconcile),
        subscriptions_({ports.subscriptions, ports.accounts, ports.graph, ports.sweeps,
                        ports.resources, ports.random, ports.entropy, reconciler_, ports.journal},
                       {chat_book_, tokens_, graph_gate_, resolve_.pacer()}, limits.subscriptions),
        reconnect_notices_(
            {ports.accounts, ports.mattermost, ports.signer, ports.random, ports.journal},
            mattermost_gate_),
        allowance_notices_({ports.allowance, server_time_, ports.mattermost, ports.signer,
                            ports.random, ports.journal},
                           mattermost_gate_, limits.notices),
        connect_({ports.accounts, ports.graph, ports.identity, ports.mattermost, ports.entropy,
                  ports.journal, server_time_},
                 tokens_, limits.connect),
        commands_({ports.accounts, ports.signer, ports.journal}, connect_, tokens_, reconciler_),
        intake_(ports.intake, ports.service, subscriptions_, agenda_, traffic_, server_time_, *this,
                ports.journal, limits.intake),
        engine_({ports.intake, ports.plan, ports.delivery, *this, ports.journal}, agenda_, resolve_,
                deliver_) {
    using sync::Slot;
    engine_.add_chore(Slot::graph, [this](Moment now) { return subscriptions_.step(now); });
    engine_.add_chore(Slot::graph, [this](Moment now) { return reconciler_.step(now); });
    engine_.add_chore(Slot::graph, [this](Moment now) { return allowance_.step(now); });
    engine_.add_chore(Slot::graph, [this](Moment now) { return resolve_.renew_keys(now); });
    engine_.add_chore(Slot::mattermost,
                      [this](Moment now) { return reconnect_notices_.step(now); });
    engine_.add_chore(Slot::mattermost,
                      [this](Moment now) { return allowance_notices_.step(now); });
    tokens_.tell_of_changed_grants([this, &clock = ports.clock] {
      subscriptions_.review_soon();
      engine_.wake_chores(clock.now().steady);
    });
    chat_book_.tell_of_news(
        [this, &clock = ports.clock] { engine_.wake_chores(clock.now().steady); });
    reconciler_.tell_of_requests(
        [this, &clock = ports.clock] { engine_.wake_chores(clock.now().steady); });
    reconciler_.ask_whether_metered([this] { return subscriptions_.is_metering(); });
    reconciler_.ask_whether_listening(
        [this](WallTime now) { return subscriptions_.is_listening(now); });
    sweep_.ask_since_when_announced([this](const ChatId& chat, WallTime now) {
      return subscriptions_.announced_since(chat, now);
    });
  }

  /// Reads what the store knows. Once, before anything else.
  Result<> open(Moment now) {
    if (const auto opened = subscriptions_.open(now); !opened) return opened;
    if (const auto opened = reconciler_.open(now); !opened) return opened;
    return engine_.open(now);
  }
  void hear_of(const LifecycleNotification& notification, Moment now) {
    if (subscriptions_.on_lifecycle(notification, now)) engine_.wake_chores(now.steady);
  }
  /// Somebody follows a fresh link, signs in at Entra and comes back with `code`.
  void sign_in(const MattermostUserId& user, const Secret& code, Moment now) {
    const std::string link = connect_.link_for(user, now);
    const auto answer = connect_.begin(link.substr(link.find('=') + 1), now);
    const auto& begun = std::get<sync::Connect::Begun>(answer);
    const std::string state = begun.authorize_url.substr(begun.authorize_url.rfind('/') + 1);
    static_cast<void>(connect_.finish({state, code, {}, {}, begun.browser}, now));
  }
  void say(const MattermostUserId& user, const char* words, Moment now) {
    static_cast<void>(commands_.answer(user, words, now));
  }
  /// Microsoft has answered at `theirs`.
  void hear_time(WallTime theirs, Moment now) { server_time_.heard(theirs, now); }
  void work_arrived(sync::Slot) override {}

  [[nodiscard]] sync::Engine& engine() { return engine_; }
  [[nodiscard]] sync::Intake& intake() { return intake_; }
  [[nodiscard]] sync::Reconciler& reconciler() { return reconciler_; }
  [[nodiscard]] sync::Subscriptions& subscriptions() { return subscriptions_; }

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
  sync::ServerTime server_time_;
  sync::Allowance allowance_;
  sync::Sweep sweep_;
  sync::Reconciler reconciler_;
  sync::Subscriptions subscriptions_;
  sync::ReconnectNotices reconnect_notices_;
  sync::AllowanceNotices allowance_notices_;
  sync::Connect connect_;
  sync::Commands commands_;
  sync::Intake intake_;
  sync::Engine engine_;
};

}  // namespace belfry::sim
