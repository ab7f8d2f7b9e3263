#pragma once

#include <memory>
#include <string>

#include "app/commands/command.h"
#include "app/system_clock.h"
#include "net/http/http_client.h"
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

}  // namespace belfry::app
