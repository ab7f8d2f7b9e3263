#pragma once

#include <memory>
#include <vector>

#include <rocksdb/db.h>

#include "storage/store_options.h"
#include "sync/port/clock.h"

/// How RocksDB is set up, in one place with the reasons.
namespace belfry::storage {

[[nodiscard]] rocksdb::DBOptions database_options(const StoreOptions& options);

/// Our families in their order, after RocksDB's own `default`, which stays empty.
[[nodiscard]] std::vector<rocksdb::ColumnFamilyDescriptor> family_descriptors(
    const StoreOptions& options, const sync::Clock& clock);

}  // namespace belfry::storage
