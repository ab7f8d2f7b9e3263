#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "sync/base/time.h"

namespace rocksdb {
class Env;
}

namespace belfry::storage {

/// How long records are kept at least. Compaction drops them some time afterwards.
struct RetentionPolicy {
  /// Graph tells of a message again for some days at most; edits of older messages are not looked
  /// for.
  Duration seen = std::chrono::days{35};
  Duration deliveries = std::chrono::days{35};
  Duration journal = std::chrono::days{35};
};

/// Memory and threads. Small on purpose: an idle service stays below 40 MiB.
struct StoreLimits {
  std::size_t block_cache = std::size_t{16}
                            << 20U;  ///< grows with use; holds indexes and filters too
  std::size_t write_buffers = std::size_t{32} << 20U;  ///< of all families together
  std::size_t log_files = std::size_t{64} << 20U;      ///< read again at start, some 0.3 s
  int background_jobs = 2;
  /// Between attempts to open a store that failed.
  Duration mend_pause = std::chrono::seconds{1};
};

struct StoreOptions {
  std::string path;  ///< made when missing; its parent must be there
  RetentionPolicy retention;
  StoreLimits limits;
  std::shared_ptr<rocksdb::Env> env;  ///< the file system; none: the machine's
};

}  // namespace belfry::storage
