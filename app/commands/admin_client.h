#pragma once

#include <functional>
#include <memory>
#include <string>

#include "app/commands/command.h"
#include "app/system_clock.h"
#include "net/http/http_client.h"
#include "net/json/json_view.h"
#include "sync/base/result.h"

namespace belfry::app {

/// Talks to the running service on its admin listener.
class AdminClient {
 public:
  /// Reads the configuration for the listener's address. Errors: refused.
  [[nodiscard]] static Result<std::unique_ptr<AdminClient>> open(const CommandContext& context);

  /// Body of a 200. Errors: the service's own words, or that it does not run.
  Result<std::string> get(const std::string& path);
  Result<std::string> post(const std::string& path);

 private:
  AdminClient() = default;
  Result<std::string> send(net::HttpRequest request);

  SystemClock clock_;
  std::unique_ptr<net::HttpClient> http_;
  std::string base_;
};

/// Prints an error for a person.
void complain(const Error& error);

/// Gets `path` of the running service and prints the answer: as it came (`--json`), else by
/// `print`. The exit code is `judge`'s, if there is one.
ExitCode show(const CommandContext& context, const std::string& path,
              const std::function<void(const net::JsonView&)>& print,
              const std::function<ExitCode(const net::JsonView&)>& judge = {});
/// Posts to `path` of the running service and prints the answer (`--json`) or these words.
ExitCode order(const CommandContext& context, const std::string& path, const std::string& words);

}  // namespace belfry::app
