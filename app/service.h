#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "app/admin_backend.h"
#include "app/config.h"
#include "app/journal_writer.h"
#include "app/log.h"
#include "app/metrics.h"
#include "app/outside.h"
#include "app/runner.h"
#include "net/http/http_server.h"
#include "net/mattermost/bot_socket.h"
#include "sync/agenda.h"
#include "sync/allowance.h"
#include "sync/allowance_notices.h"
#include "sync/carry_files.h"
#include "sync/chat_book.h"
#include "sync/commands.h"
#include "sync/connect.h"
#include "sync/deliver.h"
#include "sync/engine.h"
#include "sync/intake.h"
#include "sync/reading_upkeep.h"
#include "sync/reconcile.h"
#include "sync/reconnect_notices.h"
#include "sync/resolve.h"
#include "sync/subscriptions.h"
#include "sync/sweep.h"
#include "sync/tokens.h"
#include "sync/traffic.h"
#include "sync/upstream_gate.h"

namespace belfry::app {

/// What the service can do beyond its ports; empty functions are left out.
struct ServiceExtras {
  std::vector<Secret> command_tokens;
  /// Listens on the bot's WebSocket until stopped; runs in a thread of its own.
  std::function<void(net::BotListener&, const std::stop_token&)> listen_as_bot;
  /// Ends requests that are under way.
  std::function<void()> abort_requests;
  std::function<Result<>()> rotate_key;
  /// Seals some records anew after a rotation.
  std::function<sync::StepOutcome(Moment)> reseal;
};

/// The daemon without its main(): builds what there is in order of dependency, stops it in reverse.
///
/// Threads   start() and stop() from one thread. Of its own: the two listeners', the workers
/// (app/runner.h), one for the
///           bot's socket; all joined by stop().
class Service : public AdminBackend, private net::BotListener {
 public:
  Service(const Config& config, const Outside& outside, Log& log, Metrics& metrics,
          ServiceExtras extras);
  ~Service() override;

  /// Opens what is stored, listens, then begins to work. Errors: the store's, or an address that
  /// cannot be bound.
  Result<> start();
  /// Nothing new in, what runs may end, within 10 s. Nothing is lost, because nothing was only in
  /// memory.
  void stop();

  [[nodiscard]] std::uint16_t public_port() const { return public_server_->port(); }
  [[nodiscard]] std::uint16_t admin_port() const { return admin_server_->port(); }
  [[nodiscard]] JournalWriter& journal_writer() { return journal_; }

  // AdminBackend
  [[nodiscard]] StatusSnapshot status() override;
  Result<std::vector<sync::LaneHead>> lanes() override;
  Result<std::vector<DeadLetter>> dead_letters(const std::string& after, std::size_t most) override;
  Result<DeadLetter> retry_dead_letter(const std::string& id) override;
  Result<DeadLetter> drop_dead_letter(const std::string& id) override;
  Result<std::vector<AccountStatus>> accounts(const MattermostUserId& after,
                                              std::size_t most) override;
  Result<std::vector<sync::JournalRecord>> journal(std::size_t most) override;
  Result<> rotate_key() override;
  Result<std::vector<sync::BucketStatus>> allowance() override;
  [[nodiscard]] std::vector<sync::SubscriptionStatus> subscriptions() override;
  Result<> reconcile(const std::string& person, std::optional<WallTime> since) override;

 private:
  void add_chores();
  void add_gauges();
  sync::StepOutcome read_server_limits(Moment now);
  Result<Account> account_named(const std::string& person);
  Result<> open_public_server();
  Result<> open_admin_server();

  // net::BotListener
  void direct_message(const net::DirectMessage& message) override;
  void person_changed(const sync::MattermostUser& person) override;
  void connected(Continuity continuity) override;
  void disconnected(const Error& why) override;

  const Config& config_;
  Outside outside_;
  Log& log_;
  Metrics& metrics_;
  const ServiceExtras extras_;
  const Moment began_;
  JournalWriter journal_;
  Bells bells_;
  sync::UpstreamGate graph_gate_;
  sync::UpstreamGate mattermost_gate_;
  sync::Agenda agenda_;
  sync::Tokens tokens_;
  sync::ChatBook chat_book_;
  sync::Resolve resolve_;
  sync::CarryFiles files_;
  sync::Deliver deliver_;
  sync::Allowance allowance_;
  sync::Traffic traffic_;
  sync::Sweep sweep_;
  sync::Reconciler reconciler_;
  sync::Subscriptions subscriptions_;
  sync::Connect connect_;
  sync::Commands commands_;
  sync::ReadingUpkeep readings_;
  sync::ReconnectNotices notices_;
  sync::AllowanceNotices allowance_notices_;
  sync::Intake intake_;
  sync::Engine engine_;
  Runner runner_;
  std::unique_ptr<net::HttpServer> public_server_;
  std::unique_ptr<net::HttpServer> admin_server_;
  std::jthread bot_thread_;
  bool is_stopped_ = false;
};

}  // namespace belfry::app
