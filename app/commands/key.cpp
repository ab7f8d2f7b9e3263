#include <fmt/format.h>

#include "app/commands/admin_client.h"
#include "app/commands/command.h"

namespace belfry::app {

ExitCode run_key_rotate(const CommandContext& context) {
  const auto client = AdminClient::open(context);
  const auto done =
      client ? (*client)->post("/api/v1/key/rotate") : Result<std::string>(fail(client.error()));
  if (!done) {
    complain(done.error());
    return ExitCode::failed;
  }
  fmt::print("A new data key is in use; what is stored is sealed anew in the background.\n");
  return ExitCode::ok;
}

}  // namespace belfry::app
