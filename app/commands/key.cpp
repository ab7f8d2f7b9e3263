#include "app/commands/admin_client.h"
#include "app/commands/command.h"

namespace belfry::app {

ExitCode run_key_rotate(const CommandContext& context) {
  return order(context, "/api/v1/key/rotate",
               "A new data key is in use; what is stored is sealed anew in the background.");
}

}  // namespace belfry::app
