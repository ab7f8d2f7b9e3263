#pragma once

#include <string>

#include <rocksdb/env.h>

#include "sync/base/result.h"

namespace belfry::storage {

/// Sees that the logs of a store (RocksDB's write-ahead logs and its manifest) can be read as far
/// as they go.
///
/// RocksDB takes a record whose length reaches beyond the file for the torn end of an interrupted
/// write, and drops it with all that follows, without a word. That is right for a torn end and
/// wrong for a flipped bit in a length: there, readable records follow. The flipped manifest would
/// even lose whole families. Errors: damaged, with the file's name; transient. Source: RocksDB's
/// "Write Ahead Log File Format".
[[nodiscard]] Result<> check_logs(rocksdb::Env& env, const std::string& path);

}  // namespace belfry::storage
