#pragma once

#include <cstdint>
#include <string>

#include "app/config.h"
#include "sync/base/result.h"

/// All that differs between operating systems; platform_posix.cpp has it for Linux.
namespace belfry::app::platform {

/// The environment of this process.
[[nodiscard]] Environment environment();

/// Secrets may be read and written by their owner alone, and the owner is the user of this process
/// or, when an administrator runs it, root or the owner of the service's data. Errors: refused.
[[nodiscard]] Result<> check_private_file(const std::string& path, const std::string& data);

/// An administrator who works on the service's data does so as the data's owner from here on, so
/// that nothing in it belongs to root afterwards. Does nothing for others, and where there is no
/// data yet. Errors: refused.
[[nodiscard]] Result<> become_owner_of(const std::string& data);

/// To be called in main() before any thread exists: signals that end the service are blocked in all
/// threads, and only wait_for_stop_signal() takes them. A closed socket must not end the process
/// either.
void block_signals();
/// To be called in main() before any thread exists: the allocator keeps few heaps for all threads.
/// With one for nearly each thread, what a burst freed stays with the process many times over.
void bound_heaps();
/// Returns when the service is asked to stop (SIGTERM, SIGINT); the name of the signal.
[[nodiscard]] std::string wait_for_stop_signal();

/// Tells the service manager, where there is one.
void tell_ready();
void tell_stopping();
void tell_alive();

/// Standard error goes to a journal that adds the time by itself and reads levels.
[[nodiscard]] bool log_is_journal();

/// Memory of this process that is resident, in bytes; 0 where it cannot be told.
[[nodiscard]] std::uint64_t resident_bytes();

}  // namespace belfry::app::platform
