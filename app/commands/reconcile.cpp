#include <fmt/format.h>

#include "app/commands/admin_client.h"
#include "app/commands/command.h"
#include "net/http/url.h"
#include "net/json/json_view.h"

namespace belfry::app {
namespace {

void print_allowance(const net::JsonView& answer) {
  for (const net::JsonView bucket : answer["buckets"]) {
    const auto number = [&bucket](const char* name) { return bucket[name].integer().value_or(0); };
    const auto cap = bucket["cap"].integer();
    fmt::print("{:<14} {:04}-{:02}  {} of {} spent, {}\n", bucket["bucket"].text(), number("year"),
               number("month"), number("spent"), cap ? std::to_string(*cap) : "any number",
               bucket["prospect"].text());
  }
}

void print_subscription(const net::JsonView& one) {
  const std::string expires = one["expires"].text();
  const bool is_left = one["left_to_sweeps"].boolean().value_or(false);
  fmt::print("{:<60} {} {}\n", one["resource"].text(),
             is_left           ? "left to sweeps"
             : expires.empty() ? "not there yet"
                               : "until " + expires,
             one["last_error"].text());
}

}  // namespace

ExitCode run_allowance(const CommandContext& context) {
  return show(context, "/api/v1/allowance", print_allowance);
}

ExitCode run_reconcile(const CommandContext& context, const std::string& account,
                       const std::string& since) {
  return order(context,
               "/api/v1/reconcile?account=" + net::percent_encode(account) +
                   "&since=" + net::percent_encode(since),
               "Asked for; `belfry status` shows when it is done and what it found.");
}

ExitCode run_subscriptions(const CommandContext& context) {
  return show(context, "/api/v1/subscriptions", [](const net::JsonView& answer) {
    fmt::print("{}\n", answer["overview"]["words"].text());
    for (const net::JsonView one : answer["subscriptions"]) print_subscription(one);
  });
}

}  // namespace belfry::app
