#include <cstdio>

#include <fmt/format.h>

#include "app/commands/admin_client.h"
#include "app/commands/command.h"
#include "net/json/json_view.h"

namespace belfry::app {
namespace {

void print_status(const net::JsonView& status) {
  fmt::print("Belfry {} · {} · up {} s\n", status["version"].text(),
             status["ready"].boolean().value_or(false) ? "ready" : "NOT READY",
             status["uptime_seconds"].integer().value_or(0));
  for (const net::JsonView reason : status["reasons"]) fmt::print("  ! {}\n", reason.text());
  fmt::print("connected people  {} of {}\n", status["accounts_connected"].integer().value_or(0),
             status["accounts_limit"].integer().value_or(0));
  fmt::print("inbox             {}\n", status["inbox_entries"].integer().value_or(0));
  fmt::print("outbox            {}\n", status["outbox_entries"].integer().value_or(0));
  fmt::print("dead letters      {}\n", status["dead_letters"].integer().value_or(0));
  const std::string last = status["last_webhook"].text();
  fmt::print("last webhook      {}\n", last.empty() ? "none yet" : last);
  const net::JsonView sweeps = status["reconciler"];
  if (sweeps["notifications_used_up"].boolean().value_or(false))
    fmt::print(
        "  ! the month's notifications are used up: sweeps have taken over (`belfry allowance`)\n");
  if (const std::string running = sweeps["running"].text(); !running.empty())
    fmt::print("sweep             running ({})\n", running);
  if (const std::string ended = sweeps["last_ended"].text(); !ended.empty())
    fmt::print("last sweep        {} ({}), {} accounts, {} failed, {} messages found\n", ended,
               sweeps["last_trigger"].text(), sweeps["last_accounts"].integer().value_or(0),
               sweeps["last_failed"].integer().value_or(0),
               sweeps["last_found"].integer().value_or(0));
  if (const std::string swept = sweeps["all_swept_to"].text(); !swept.empty())
    fmt::print("all swept up to   {}\n", swept);
  fmt::print("next sweep        {} at the latest\n", sweeps["next"].text());
  fmt::print("subscriptions     {}\n", status["subscriptions_overview"]["words"].text());
  for (const net::JsonView subscription : status["subscriptions"]) {
    if (const std::string error = subscription["last_error"].text(); !error.empty())
      fmt::print("  ! {}: {}\n", subscription["resource"].text(), error);
  }
}

}  // namespace

ExitCode run_status(const CommandContext& context) {
  return show(context, "/readyz", print_status, [](const net::JsonView& status) {
    return status["ready"].boolean().value_or(false) ? ExitCode::ok : ExitCode::failed;
  });
}

}  // namespace belfry::app
