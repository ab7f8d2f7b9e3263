#pragma once

#include <string>
#include <vector>

#include "app/config.h"
#include "storage/key_ring.h"
#include "sync/base/result.h"
#include "sync/base/secret.h"

namespace belfry::app {

/// What must not stand in the configuration file. Each secret is taken from the first place that
/// has it: the systemd credential `belfry.<name>`, the file that the configuration names, the file
/// `<name>` beside the configuration; files have to be private (app/platform.h). The names are
/// `master-key`, `client-secret`, `bot-token` and `command-token`.
struct Secrets {
  storage::MasterKey master_key;
  Secret client_secret;
  Secret bot_token;
  std::vector<Secret> command_tokens;  ///< one a line, since each team has its own; may be empty
};

/// Errors: refused; the text says which file, and how to mend it.
[[nodiscard]] Result<storage::MasterKey> load_master_key(const Config& config,
                                                         const Environment& environment);
[[nodiscard]] Result<Secrets> load_secrets(const Config& config, const Environment& environment);

}  // namespace belfry::app
