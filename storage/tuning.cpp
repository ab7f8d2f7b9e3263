#include "storage/tuning.h"

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/table_properties_collectors.h>

#include "storage/age_filter.h"
#include "storage/count_merge.h"
#include "storage/keys.h"

namespace belfry::storage {
namespace {

constexpr std::size_t k_mebibyte = std::size_t{1} << 20U;
constexpr double k_bloom_bits = 10;  // one key in a hundred is looked for in vain
constexpr std::uint64_t k_week_seconds = 7 * 24 * 3600;

bool is_busy(Family family) {
  return family == Family::inbox || family == Family::outbox || family == Family::seen ||
         family == Family::deliveries;
}

rocksdb::ColumnFamilyOptions family_options(Family family, const StoreOptions& options,
                                            const std::shared_ptr<rocksdb::Cache>& cache,
                                            const sync::Clock& clock) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  // Indexes and filters of old files leave the memory when nobody asks for them: see keys::seen().
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(k_bloom_bits));
  table.format_version = 5;

  rocksdb::ColumnFamilyOptions result;
  result.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  result.compression = rocksdb::kNoCompression;  // sealed bytes do not get smaller
  result.write_buffer_size = is_busy(family) ? 16 * k_mebibyte : 2 * k_mebibyte;
  result.arena_block_size = is_busy(family) ? k_mebibyte / 4 : k_mebibyte / 64;
  result.target_file_size_base = 16 * k_mebibyte;
  result.level_compaction_dynamic_level_bytes = true;

  switch (family) {
    case Family::meta:
      result.merge_operator = count_merge();
      break;
    case Family::inbox:
    case Family::outbox:
      // Queues: without it the place where they were emptied would be walked over again and again.
      result.table_properties_collector_factories.push_back(
          rocksdb::NewCompactOnDeletionCollectorFactory(1024, 512));
      break;
    case Family::seen:
      result.compaction_filter_factory = age_filter(family, options.retention.seen, clock);
      break;
    case Family::deliveries:
      result.compaction_filter_factory = age_filter(family, options.retention.deliveries, clock);
      break;
    case Family::journal:
      result.compaction_filter_factory = age_filter(family, options.retention.journal, clock);
      break;
    case Family::accounts:
    case Family::teams_index:
    case Family::chats:
    case Family::cursors:
    case Family::subscriptions:
    case Family::allowance:
    case Family::dead:
    case Family::access:
      break;
  }
  // A file that nobody touches is compacted all the same, so that its records age.
  if (result.compaction_filter_factory) result.periodic_compaction_seconds = k_week_seconds;
  return result;
}

}  // namespace

rocksdb::DBOptions database_options(const StoreOptions& options) {
  rocksdb::DBOptions result;
  if (options.env) result.env = options.env.get();
  result.create_if_missing = true;
  result.create_missing_column_families = true;
  result.max_background_jobs = options.limits.background_jobs;
  result.db_write_buffer_size = options.limits.write_buffers;
  result.max_total_wal_size = options.limits.log_files;
  // A torn end of the log was never acknowledged; anything else that cannot be read is told, not
  // skipped.
  result.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  result.paranoid_checks = true;
  // It must not heal behind our back: after a failed write only opening again tells what is there
  // (see Database).
  result.max_bgerror_resume_count = 0;
  // Its own log tells of files, not of records; two small ones are enough.
  result.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  result.keep_log_file_num = 2;
  result.max_log_file_size = k_mebibyte;
  // Statistics cost a thread and write into the store.
  result.stats_dump_period_sec = 0;
  result.stats_persist_period_sec = 0;
  result.skip_stats_update_on_db_open = true;
  return result;
}

std::vector<rocksdb::ColumnFamilyDescriptor> family_descriptors(const StoreOptions& options,
                                                                const sync::Clock& clock) {
  const auto cache = rocksdb::NewLRUCache(options.limits.block_cache);
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  families.emplace_back(rocksdb::kDefaultColumnFamilyName, rocksdb::ColumnFamilyOptions{});
  for (const Family family : k_families) {
    families.emplace_back(name_of(family), family_options(family, options, cache, clock));
  }
  return families;
}

}  // namespace belfry::storage
