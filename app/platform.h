#pragma once

#include <string>

#include "app/config.h"
#include "sync/base/result.h"

/// All that differs between operating systems; platform_posix.cpp has it for Linux.
namespace belfry::app::platform {

/// The environment of this process.
[[nodiscard]] Environment environment();

/// Secrets may be read by their owner alone. Errors: refused, when the file is readable or writable
/// by others or belongs to somebody else than the user of this process or root.
[[nodiscard]] Result<> check_private_file(const std::string& path);

/// To be called in main() before any thread exists: signals that end the service are blocked in all
/// threads, and only wait_for_stop_signal() takes them. A closed socket must not end the process
/// either.
void block_signals();
/// Returns when the service is asked to stop (SIGTERM, SIGINT); the name of the signal.
[[nodiscard]] std::string wait_for_stop_signal();

/// Tells the service manager, where there is one.
void tell_ready();
void tell_stopping();
void tell_alive();

/// The log goes to a journal that adds time and level by itself.
[[nodiscard]] bool log_is_journal();

/// Memory of this process that is resident, in bytes; 0 where it cannot be told.
[[nodiscard]] std::uint64_t resident_bytes();

}  // namespace belfry::app::platform
