#pragma once

#include <functional>
#include <string>

#include "app/config.h"
#include "app/outside.h"

namespace belfry::app {

/// Exit codes of all commands.
enum class ExitCode { ok = 0, failed = 1, usage = 2 };

/// What all commands are told.
struct CommandContext {
  std::string config_path;
  Environment environment;
  bool prints_json = false;
};

/// May put something of its own in place of any port; what it returns is used instead.
using PortDecorator = std::function<Outside(const Outside&)>;

/// Until the process is asked to stop. `decorate` is for tests; the program gives none.
ExitCode run_serve(const CommandContext& context, const PortDecorator& decorate = {});
ExitCode run_check(const CommandContext& context);
ExitCode run_status(const CommandContext& context);
ExitCode run_queue_show(const CommandContext& context);
ExitCode run_queue_dead(const CommandContext& context);
/// `id` = one letter's, or `all`.
ExitCode run_queue_retry(const CommandContext& context, const std::string& id);
ExitCode run_queue_drop(const CommandContext& context, const std::string& id);
ExitCode run_accounts_list(const CommandContext& context);
ExitCode run_allowance(const CommandContext& context);
/// `account` = user name, mail or id, empty for all; `since` = a time as Graph writes it, or empty.
ExitCode run_reconcile(const CommandContext& context, const std::string& account,
                       const std::string& since);
ExitCode run_subscriptions(const CommandContext& context);
ExitCode run_key_rotate(const CommandContext& context);

}  // namespace belfry::app
