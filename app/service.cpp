#include "app/service.h"

#include "app/admin_api.h"
#include "app/platform.h"
#include "app/policies.h"
#include "app/upstreams.h"
#include "net/routes/routes.h"

namespace belfry::app {
namespace {

constexpr Duration k_server_limits_every = std::chrono::hours{1};
/// Of those that the status shows; `belfry subscriptions` shows all.
constexpr std::size_t k_subscriptions_shown = 20;
constexpr Duration k_soon_again = std::chrono::seconds{10};
constexpr Duration k_alive_every = std::chrono::seconds{10};

}  // namespace

Service::Service(const Config& config, const Outside& outside, Log& log, Metrics& metrics,
                 ServiceExtras extras)
    : config_(config),
      outside_(outside),
      log_(log),
      metrics_(metrics),
      extras_(std::move(extras)),
      began_(outside.clock.now()),
      journal_(log, metrics, outside.signer, outside.journal, outside.clock),
      graph_gate_(sync::Upstream::graph, journal_),
      mattermost_gate_(sync::Upstream::mattermost, journal_),
      tokens_(outside.accounts, outside.identity, outside.random, journal_),
      resolve_({outside.plan, outside.accounts, outside.graph, outside.sweeps, outside.file_source,
                outside.resources, outside.signer, outside.random, bells_, journal_},
               chat_book_, tokens_, graph_gate_, agenda_, resolve_policy(config, outside)),
      files_({outside.delivery, outside.file_source, outside.file_sink, outside.random, journal_},
             {tokens_, graph_gate_, mattermost_gate_, resolve_.pacer()}),
      deliver_(outside.delivery, outside.accounts, outside.mattermost, files_, mattermost_gate_,
               outside.clock, outside.random, journal_, deliver_policy(config, outside)),
      allowance_(outside.allowance, outside.server_time, journal_, allowance_policy(config)),
      traffic_(outside.sweep_store, silence_policy(config)),
      sweep_({outside.sweep_store, outside.intake, outside.accounts, outside.sweeps, outside.random,
              bells_, journal_},
             {tokens_, graph_gate_, resolve_.pacer(), agenda_, allowance_, chat_book_,
              outside.server_time},
             sweep_policy(config)),
      reconciler_(
          {outside.accounts, outside.sweep_store, outside.service, outside.random, journal_},
          sweep_, traffic_, allowance_, reconcile_policy(config)),
      subscriptions_({outside.subscriptions, outside.accounts, outside.graph, outside.sweeps,
                      outside.resources, outside.random, outside.entropy, reconciler_, journal_},
                     {chat_book_, tokens_, graph_gate_, resolve_.pacer()},
                     subscription_policy(config)),
      connect_({outside.accounts, outside.graph, outside.identity, outside.mattermost,
                outside.entropy, journal_, outside.server_time},
               tokens_, connect_policy(config)),
      commands_({outside.accounts, outside.signer, journal_}, connect_, tokens_, reconciler_),
      readings_({outside.accounts, outside.mattermost, outside.random, journal_}, mattermost_gate_),
      notices_({outside.accounts, outside.mattermost, outside.signer, outside.random, journal_},
               mattermost_gate_),
      allowance_notices_({outside.allowance, outside.server_time, outside.mattermost,
                          outside.signer, outside.random, journal_},
                         mattermost_gate_, allowance_notice_policy(config)),
      intake_(outside.intake, outside.service, subscriptions_, agenda_, traffic_,
              outside.server_time, bells_, journal_),
      engine_({outside.intake, outside.plan, outside.delivery, bells_, journal_}, agenda_, resolve_,
              deliver_),
      runner_(engine_, outside.clock, bells_) {
  tokens_.tell_of_changed_grants([this] {
    subscriptions_.review_soon();
    engine_.wake_chores(outside_.clock.now().steady);
  });
  chat_book_.tell_of_news([this] { engine_.wake_chores(outside_.clock.now().steady); });
  reconciler_.tell_of_requests([this] { engine_.wake_chores(outside_.clock.now().steady); });
  reconciler_.ask_whether_metered([this] { return subscriptions_.is_metering(); });
  reconciler_.ask_whether_listening(
      [this](WallTime now) { return subscriptions_.is_listening(now); });
  sweep_.ask_since_when_announced([this](const ChatId& chat, WallTime now) {
    return subscriptions_.announced_since(chat, now);
  });
  add_chores();
  add_gauges();
}

Service::~Service() {
  stop();
}

void Service::add_chores() {
  engine_.add_chore(sync::Slot::graph, [this](Moment now) { return subscriptions_.step(now); });
  engine_.add_chore(sync::Slot::graph, [this](Moment now) { return reconciler_.step(now); });
  engine_.add_chore(sync::Slot::graph, [this](Moment now) { return allowance_.step(now); });
  engine_.add_chore(sync::Slot::graph, [this](Moment now) { return resolve_.renew_keys(now); });
  engine_.add_chore(sync::Slot::mattermost, [this](Moment now) { return read_server_limits(now); });
  engine_.add_chore(sync::Slot::mattermost, [this](Moment now) { return readings_.step(now); });
  engine_.add_chore(sync::Slot::mattermost, [this](Moment now) { return notices_.step(now); });
  engine_.add_chore(sync::Slot::mattermost,
                    [this](Moment now) { return allowance_notices_.step(now); });
  engine_.add_chore(sync::Slot::graph, [this](Moment now) { return journal_.flush(now); });
  engine_.add_chore(sync::Slot::graph, [](Moment now) {
    platform::tell_alive();
    return sync::StepOutcome{false, now.steady + k_alive_every};
  });
  if (extras_.reseal) engine_.add_chore(sync::Slot::graph, extras_.reseal);
}

void Service::add_gauges() {
  const auto single = [this](const char* name, const char* help, std::function<double()> read) {
    metrics_.add_gauge(name, help, [read = std::move(read)] {
      return std::vector<Metrics::Sample>{{{}, read()}};
    });
  };
  single("inbox_entries", "Changes accepted and not yet planned.",
         [this] { return static_cast<double>(outside_.intake.inbox_entries()); });
  single("outbox_entries", "Deliveries that wait in their lanes.",
         [this] { return static_cast<double>(outside_.delivery.outbox_entries()); });
  single("dead_letters", "Entries that cannot succeed by retrying; `belfry queue dead` shows them.",
         [this] { return static_cast<double>(outside_.dead_letters.dead_letter_count()); });
  single("accounts_connected", "People whose Teams account is connected.",
         [this] { return static_cast<double>(outside_.accounts.connected_accounts()); });
  single("accounts_limit", "The setting accounts.max_connected.",
         [this] { return static_cast<double>(config_.accounts.max_connected); });
  single("resident_memory_bytes", "Memory of this process.",
         [] { return static_cast<double>(platform::resident_bytes()); });
  metrics_.add_gauge("subscription_expiry_timestamp_seconds",
                     "When the first subscription of a kind expires.", [this] {
                       std::optional<WallTime> first;
                       for (const auto& subscription : subscriptions_.status()) {
                         if (subscription.expires && (!first || *subscription.expires < *first))
                           first = subscription.expires;
                       }
                       std::vector<Metrics::Sample> samples;
                       if (first)
                         samples.push_back({{}, static_cast<double>(to_epoch_ms(*first)) / 1000});
                       return samples;
                     });
  metrics_.add_gauge("oldest_sweep_timestamp_seconds",
                     "Up to when the chats of everybody who is connected were looked through.",
                     [this] {
                       std::vector<Metrics::Sample> samples;
                       if (const auto swept = reconciler_.status().all_swept_to)
                         samples.push_back({{}, static_cast<double>(to_epoch_ms(*swept)) / 1000});
                       return samples;
                     });
  const auto of_buckets = [this](auto value_of) {
    std::vector<Metrics::Sample> samples;
    const auto buckets = allowance();
    for (const auto& bucket : buckets ? *buckets : std::vector<sync::BucketStatus>{}) {
      if (const std::optional<std::uint64_t> value = value_of(bucket))
        samples.push_back(
            {{{"bucket", name_of(bucket.spending.bucket)}}, static_cast<double>(*value)});
    }
    return samples;
  };
  metrics_.add_gauge("allowance_spent", "Metered messages of this month (UTC).", [of_buckets] {
    return of_buckets([](const auto& one) { return std::optional(one.spending.spent); });
  });
  metrics_.add_gauge("allowance_cap", "Metered messages that this month has.",
                     [of_buckets] { return of_buckets([](const auto& one) { return one.cap; }); });
  metrics_.add_gauge("allowance_closed", "1 while Microsoft refuses to export more messages.",
                     [of_buckets] {
                       return of_buckets([](const auto& one) -> std::optional<std::uint64_t> {
                         if (one.spending.bucket != Bucket::exports) return std::nullopt;
                         return one.is_closed ? 1 : 0;
                       });
                     });
  metrics_.add_gauge("build_info", "Always 1; the version is the label.", [] {
    return std::vector<Metrics::Sample>{{{{"version", BELFRY_VERSION}}, 1}};
  });
}

sync::StepOutcome Service::read_server_limits(Moment now) {
  if (const auto closed = mattermost_gate_.closed_until(now.steady)) return {false, *closed};
  const auto server =
      sync::through(mattermost_gate_, now.steady, [this] { return outside_.mattermost.server(); });
  if (!server) {
    log_.write(LogLevel::warn, "mattermost_unreachable", {{"error", server.error().text}});
    return {false, now.steady + k_soon_again};
  }
  resolve_.limit_posts(server->max_post_runes);
  files_.limit_files(server->max_file_bytes);
  return {false, now.steady + k_server_limits_every};
}

Result<> Service::start() {
  const Moment now = outside_.clock.now();
  const auto was_clean = outside_.service.take_clean_shutdown();
  if (!was_clean) return fail(was_clean.error());
  if (const auto opened = subscriptions_.open(now); !opened) return opened;
  if (const auto opened = reconciler_.open(now); !opened) return opened;
  if (const auto opened = engine_.open(now); !opened) return opened;
  if (const auto opened = open_public_server(); !opened) return opened;
  if (const auto opened = open_admin_server(); !opened) return opened;
  runner_.start();
  if (extras_.listen_as_bot) {
    bot_thread_ =
        std::jthread([this](const std::stop_token& stop) { extras_.listen_as_bot(*this, stop); });
  }
  log_.write(LogLevel::info, "started",
             {{"version", BELFRY_VERSION},
              {"listen", config_.server.listen},
              {"public_url", config_.server.public_url},
              {"admin", config_.server.admin_listen},
              {"last_stop", *was_clean ? "clean" : "unclean"},
              {"inbox", std::to_string(outside_.intake.inbox_entries())},
              {"outbox", std::to_string(outside_.delivery.outbox_entries())}});
  return {};
}

Result<> Service::open_public_server() {
  net::Router router;
  const auto reviewed = [this] { engine_.wake_chores(outside_.clock.now().steady); };
  net::add_changes_route(router, intake_, outside_.clock,
                         [this](Duration took) { metrics_.webhook_answered(took); });
  net::add_lifecycle_route(router, subscriptions_, outside_.clock, reviewed);
  net::add_connect_routes(router, connect_, outside_.clock, config_.server.public_url);
  net::add_command_routes(router, commands_, outside_.clock, extras_.command_tokens);
  net::ServerOptions options;
  options.address = config_.server.listen;
  options.tls_certificate = config_.server.tls_certificate;
  options.tls_private_key = config_.server.tls_private_key;
  options.path_prefix = path_of_url(config_.server.public_url);
  auto server = net::HttpServer::open(options, std::move(router), outside_.clock);
  if (!server) return fail(server.error());
  public_server_ = std::move(*server);
  return {};
}

Result<> Service::open_admin_server() {
  net::Router router;
  add_admin_routes(router, *this, metrics_, outside_.clock);
  net::ServerOptions options;
  options.address = config_.server.admin_listen;
  auto server = net::HttpServer::open(options, guarded(std::move(router)), outside_.clock);
  if (!server) return fail(server.error());
  admin_server_ = std::move(*server);
  return {};
}

void Service::stop() {
  if (is_stopped_) return;
  is_stopped_ = true;
  if (public_server_) public_server_->stop();
  runner_.request_stop();
  bot_thread_.request_stop();
  if (extras_.abort_requests) extras_.abort_requests();
  runner_.stop();
  if (bot_thread_.joinable()) bot_thread_.join();
  if (admin_server_) admin_server_->stop();
  while (journal_.flush(outside_.clock.now()).worked) {
  }
  if (!public_server_) return;  // never started
  if (const auto marked = outside_.service.set_clean_shutdown(); !marked) {
    log_.write(LogLevel::warn, "store_trouble",
               {{"where", "clean stop"}, {"error", marked.error().text}});
  }
  log_.write(LogLevel::info, "stopped", {});
}

StatusSnapshot Service::status() {
  const Moment now = outside_.clock.now();
  StatusSnapshot status;
  status.version = BELFRY_VERSION;
  status.uptime = now.steady - began_.steady;
  status.inbox_entries = outside_.intake.inbox_entries();
  status.outbox_entries = outside_.delivery.outbox_entries();
  status.dead_letters = outside_.dead_letters.dead_letter_count();
  status.accounts_connected = outside_.accounts.connected_accounts();
  status.accounts_limit = static_cast<std::uint64_t>(config_.accounts.max_connected);
  status.overview = subscriptions_.overview();
  status.subscriptions = subscriptions_.status();
  if (status.subscriptions.size() > k_subscriptions_shown)
    status.subscriptions.resize(k_subscriptions_shown);
  if (const auto last = outside_.service.last_webhook_time()) {
    status.last_webhook = *last;
  } else {
    status.reasons.push_back("the store cannot be read: " + last.error().text);
  }
  status.reconciler = reconciler_.status();
  if (!subscriptions_.is_complete(now.wall)) {
    std::string reason = "a subscription at Microsoft Graph is missing";
    const auto& first = status.subscriptions;
    if (!first.empty() && !first.front().last_error.empty())
      reason += ": " + first.front().last_error;
    status.reasons.push_back(reason);
  }
  if (mattermost_gate_.is_open()) status.reasons.emplace_back("Mattermost cannot be reached");
  if (graph_gate_.is_open()) status.reasons.emplace_back("Microsoft Graph cannot be reached");
  return status;
}

std::vector<sync::SubscriptionStatus> Service::subscriptions() {
  return subscriptions_.status();
}

Result<std::vector<sync::BucketStatus>> Service::allowance() {
  return allowance_.status(outside_.clock.now());
}

Result<> Service::reconcile(const std::string& person, std::optional<WallTime> since) {
  sync::SweepRequest request{SweepTrigger::administrator, std::nullopt, since};
  if (!person.empty()) {
    const auto account = account_named(person);
    if (!account) return fail(account.error());
    request.only = account->user;
  }
  reconciler_.request(request);
  return {};
}

Result<Account> Service::account_named(const std::string& person) {
  constexpr std::size_t k_page = 500;
  for (MattermostUserId after;;) {
    auto page = outside_.accounts.accounts(after, k_page);
    if (!page) return fail(page.error());
    for (Account& account : *page) {
      if (account.username == person || account.mail == person || account.user.text() == person)
        return std::move(account);
    }
    if (page->size() < k_page) return fail(ErrorKind::gone, "nobody of that name is connected");
    after = page->back().user;
  }
}

Result<std::vector<sync::LaneHead>> Service::lanes() {
  return outside_.delivery.lanes();
}

Result<std::vector<DeadLetter>> Service::dead_letters(const std::string& after, std::size_t most) {
  return outside_.dead_letters.dead_letters(after, most);
}

Result<DeadLetter> Service::retry_dead_letter(const std::string& id) {
  const Moment now = outside_.clock.now();
  auto retried = outside_.dead_letters.retry_dead_letter(id, now.wall);
  if (!retried) return retried;
  if (retried->recipient.empty()) {
    agenda_.arrived();
    bells_.work_arrived(sync::Slot::graph);
  } else {
    agenda_.wake_lane(retried->recipient, now.steady);
    bells_.work_arrived(sync::Slot::mattermost);
  }
  return retried;
}

Result<DeadLetter> Service::drop_dead_letter(const std::string& id) {
  return outside_.dead_letters.drop_dead_letter(id);
}

Result<std::vector<AccountStatus>> Service::accounts(const MattermostUserId& after,
                                                     std::size_t most) {
  auto page = outside_.accounts.accounts(after, most);
  if (!page) return fail(page.error());
  std::vector<AccountStatus> accounts;
  for (Account& account : *page) {
    AccountStatus status{std::move(account), std::nullopt};
    const auto cursors = outside_.sweep_store.cursors(status.account.user);
    // A damaged one is told of by the next sweep, which makes it anew.
    if (cursors && !cursors->empty())
      status.swept_to = sync::watermark_of(status.account, *cursors);
    accounts.push_back(std::move(status));
  }
  return accounts;
}

Result<std::vector<sync::JournalRecord>> Service::journal(std::size_t most) {
  return outside_.journal.newest_records(most);
}

Result<> Service::rotate_key() {
  if (!extras_.rotate_key) return fail(ErrorKind::refused, "this store has no keys to rotate");
  const auto rotated = extras_.rotate_key();
  if (rotated) engine_.wake_chores(outside_.clock.now().steady);
  return rotated;
}

void Service::direct_message(const net::DirectMessage& message) {
  const std::string answer =
      commands_.answer(message.user, message.text.reveal(), outside_.clock.now());
  const auto posted = outside_.mattermost.create_post({message.channel, Content{answer}, {}, {}});
  if (!posted) log_.write(LogLevel::warn, "answer_failed", {{"error", posted.error().text}});
}

void Service::person_changed(const sync::MattermostUser& person) {
  readings_.heard(person);
}

void Service::connected(Continuity continuity) {
  if (continuity == Continuity::anew) {
    readings_.ask_soon();
    engine_.wake_chores(outside_.clock.now().steady);
  }
  log_.write(LogLevel::info, "bot_socket_connected",
             {{"continuity", continuity == Continuity::resumed ? "resumed" : "anew"}});
}

void Service::disconnected(const Error& why) {
  log_.write(LogLevel::warn, "bot_socket_disconnected",
             {{"kind", name_of(why.kind)}, {"error", why.text}});
}

}  // namespace belfry::app
