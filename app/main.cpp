#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/commands/command.h"
#include "app/platform.h"

namespace {

using belfry::app::CommandContext;
using belfry::app::ExitCode;

/// Parses the command line and runs the command that it names.
int run(int argc, char** argv) {
  namespace app = belfry::app;
  CommandContext context;
  context.environment = app::platform::environment();
  context.config_path = app::k_default_config;
  std::string letter;
  std::string person;
  std::string since;
  ExitCode result = ExitCode::ok;

  CLI::App line{"Belfry rings Microsoft Teams chats in Mattermost.", "belfry"};
  line.require_subcommand(1);
  line.fallthrough();
  line.add_option("--config", context.config_path, "configuration file")->capture_default_str();
  line.add_flag("--json", context.prints_json, "print JSON");

  const auto add = [&result](CLI::App* parent, const char* name, const char* help, auto command) {
    CLI::App* sub = parent->add_subcommand(name, help);
    sub->callback([&result, command] { result = command(); });
    return sub;
  };
  add(&line, "serve", "run the service", [&] { return app::run_serve(context); });
  add(&line, "check", "test everything and say how to mend it",
      [&] { return app::run_check(context); });
  add(&line, "status", "show the running service", [&] { return app::run_status(context); });
  add(&line, "version", "print the version", [] {
    fmt::print("belfry {}\n", BELFRY_VERSION);
    return ExitCode::ok;
  });

  CLI::App* queue =
      line.add_subcommand("queue", "look into the queues and repair them")->require_subcommand(1);
  add(queue, "show", "what waits", [&] { return app::run_queue_show(context); });
  add(queue, "dead", "what cannot succeed by retrying",
      [&] { return app::run_queue_dead(context); });
  add(queue, "retry", "put dead letters back",
      [&] { return app::run_queue_retry(context, letter); })
      ->add_option("id", letter, "a dead letter's id, or all")
      ->required();
  add(queue, "drop", "remove dead letters for good",
      [&] { return app::run_queue_drop(context, letter); })
      ->add_option("id", letter, "a dead letter's id, or all")
      ->required();

  CLI::App* accounts =
      line.add_subcommand("accounts", "people who connected Teams")->require_subcommand(1);
  add(accounts, "list", "who is connected", [&] { return app::run_accounts_list(context); });
  add(&line, "subscriptions", "what Belfry listens to at Microsoft Graph",
      [&] { return app::run_subscriptions(context); });
  add(&line, "allowance", "the metered messages of this month",
      [&] { return app::run_allowance(context); });
  CLI::App* reconcile = add(&line, "reconcile", "look now for what no webhook announced",
                            [&] { return app::run_reconcile(context, person, since); });
  reconcile->add_option("--account", person, "for one person: user name, mail or id");
  reconcile->add_option("--since", since, "from this time on, e.g. 2026-03-02T08:15:00Z");
  CLI::App* key = line.add_subcommand("key", "the keys that seal the store")->require_subcommand(1);
  add(key, "rotate", "use a new data key", [&] { return app::run_key_rotate(context); });

  try {
    line.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    const bool is_help = line.exit(e) == 0;
    return static_cast<int>(is_help ? ExitCode::ok : ExitCode::usage);
  }
  return static_cast<int>(result);
}

}  // namespace

int main(int argc, char** argv) {
  belfry::app::platform::bound_heaps();
  belfry::app::platform::block_signals();
  return run(argc, argv);
}
