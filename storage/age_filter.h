#pragma once

#include <memory>

#include <rocksdb/compaction_filter.h>

#include "storage/keys.h"
#include "sync/base/time.h"
#include "sync/port/clock.h"

namespace belfry::storage {

/// Lets compaction drop the records of `family` that were written longer than `kept` ago. What is
/// no record of ours is left where it is, to be named by whoever reads it. RocksDB calls it from
/// its own threads; `clock` outlives the database.
[[nodiscard]] std::shared_ptr<rocksdb::CompactionFilterFactory> age_filter(
    Family family, Duration kept, const sync::Clock& clock);

}  // namespace belfry::storage
