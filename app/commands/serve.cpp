#include <memory>

#include "app/commands/admin_client.h"
#include "app/commands/command.h"
#include "app/platform.h"
#include "app/real_outside.h"
#include "app/service.h"

namespace belfry::app {
namespace {

constexpr std::size_t k_reseal_at_once = 200;
constexpr Duration k_reseal_idle = std::chrono::minutes{10};

/// Seals a few records anew after a rotation; looks rarely when there is nothing to do.
sync::StepOutcome reseal(storage::RocksStore& store, Log& log, Moment now) {
  const auto progress = store.reseal_step(k_reseal_at_once);
  if (!progress) {
    log.write(LogLevel::error, "reseal_failed", {{"error", progress.error().text}});
    return {false, now.steady + k_reseal_idle};
  }
  if (!progress->is_done) return {true, now.steady};
  if (progress->damaged > 0)
    log.write(LogLevel::error, "reseal_damaged", {{"records", std::to_string(progress->damaged)}});
  return {false, now.steady + k_reseal_idle};
}

}  // namespace

ExitCode run_serve(const CommandContext& context, const PortDecorator& decorate) {
  const auto config = load_config(context.config_path, context.environment);
  if (!config) {
    complain(config.error());
    return ExitCode::failed;
  }
  const auto secrets = load_secrets(*config, context.environment);
  if (!secrets) {
    complain(secrets.error());
    return ExitCode::failed;
  }
  const SystemClock clock;
  Log log(config->log, clock);
  Metrics metrics;
  auto outside = RealOutside::open(*config, *secrets, context.environment, metrics);
  if (!outside) {
    log.write(LogLevel::error, "start_failed", {{"error", outside.error().text}});
    return ExitCode::failed;
  }
  RealOutside& real = **outside;
  ServiceExtras extras;
  extras.command_tokens = secrets->command_tokens;
  extras.abort_requests = [&real] { real.upstreams().abort_requests(); };
  extras.rotate_key = [&real] { return real.store().rotate_key(); };
  extras.reseal = [&real, &log](Moment now) { return reseal(real.store(), log, now); };
  extras.listen_as_bot = [&real, &config, &secrets](net::BotListener& listener,
                                                    const std::stop_token& stop) {
    net::BotSocketOptions options;
    options.url = config->mattermost.url;
    options.token = secrets->bot_token;
    net::BotSocket(real.upstreams().dialer(), real.clock(), real.random(), listener,
                   std::move(options))
        .run(stop);
  };
  const Outside ports = decorate ? decorate(real.ports()) : real.ports();
  Service service(*config, ports, log, metrics, std::move(extras));
  if (const auto started = service.start(); !started) {
    log.write(LogLevel::error, "start_failed", {{"error", started.error().text}});
    return ExitCode::failed;
  }
  platform::tell_ready();
  const std::string signal = platform::wait_for_stop_signal();
  platform::tell_stopping();
  log.write(LogLevel::info, "stopping", {{"signal", signal}});
  service.stop();
  return ExitCode::ok;
}

}  // namespace belfry::app
