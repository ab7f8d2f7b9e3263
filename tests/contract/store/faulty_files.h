#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include "sync/base/mutex.h"

namespace belfry::contract {

/// A disk under RocksDB that fails when told, and that knows what was synced. Does not sync the
/// machine's disk: a test that cuts the power truncates each file to its synced length instead.
/// Counted as operations: creating, appending, syncing, renaming; reading never fails. Safe from
/// any thread.
class FaultyFiles final : public rocksdb::FileSystemWrapper {
 public:
  enum class Trouble { no_space, io_error };
  enum class Lasts { once, until_healed };

  FaultyFiles();

  /// The `nth` operation from now on (0 = the next) fails.
  void fail(Trouble trouble, std::uint64_t nth, Lasts lasts);
  void heal();
  /// Whether the trouble told has come to pass.
  [[nodiscard]] bool has_failed() const { return has_failed_; }

  /// Nothing reaches the disk any more; when the store is gone, lose_unsynced() makes its files
  /// what a power cut leaves.
  void cut_power() { is_powerless_ = true; }
  /// `torn_bytes` of what was appended last and not synced are found again, in each file.
  void lose_unsynced(std::uint64_t torn_bytes = 0);

  // rocksdb::FileSystem
  static const char* kClassName() { return "BelfryFaultyFiles"; }
  const char* Name() const override { return kClassName(); }
  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus ReopenWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                       std::unique_ptr<rocksdb::FSWritableFile>* file,
                                       rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus ReuseWritableFile(const std::string& path, const std::string& old_path,
                                      const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSWritableFile>* file,
                                      rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewDirectory(const std::string& path, const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* directory,
                                 rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus DeleteFile(const std::string& path, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;

  // for the files
  [[nodiscard]] rocksdb::IOStatus operate();
  void appended(const std::string& path, std::uint64_t bytes);
  void synced(const std::string& path);

 private:
  struct Size {
    std::uint64_t written = 0;
    std::uint64_t synced = 0;
  };
  void begin(const std::string& path, std::uint64_t size);

  std::atomic<bool> is_powerless_{false};
  std::atomic<bool> has_failed_{false};
  Mutex mutex_;
  std::optional<std::uint64_t> until_failure_ GUARDED_BY(mutex_);
  Trouble trouble_ GUARDED_BY(mutex_) = Trouble::io_error;
  Lasts lasts_ GUARDED_BY(mutex_) = Lasts::once;
  std::map<std::string, Size> sizes_ GUARDED_BY(mutex_);
};

}  // namespace belfry::contract
