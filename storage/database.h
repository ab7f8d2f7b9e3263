#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include "storage/gate.h"
#include "storage/keys.h"
#include "storage/store_options.h"
#include "sync/base/mutex.h"
#include "sync/base/result.h"
#include "sync/port/clock.h"

namespace belfry::storage {

enum class Durability {
  synced,    ///< makes or ends an obligation
  unsynced,  ///< in the order of all writes, but a crash of the machine may forget it
};

/// The families as bytes, and the rule that an error is not a no.
///
/// Promises  After a write that failed nobody knows what is on disk: RocksDB may hide what it reads
/// again after the next
///           start. So no write passes any more, and the next user closes and opens the database,
///           whereupon what is there counts. While that does not succeed (full disk) everything
///           fails as transient, and is tried again about once a second. Nobody has to restart
///           anything. The counters are as exact as the entries, at any time and after any crash.
/// Threads   Any, each with an Access of its own and never two at once in one thread.
/// Errors    transient; damaged (names the family).
class Database {
 public:
  class Access;
  class Scan;
  class Batch;

  /// Errors: refused when another service holds the directory.
  [[nodiscard]] static Result<std::unique_ptr<Database>> open(const StoreOptions& options,
                                                              const sync::Clock& clock);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Mends first when the last write failed.
  [[nodiscard]] Result<Access> access();
  /// With nobody else inside.
  [[nodiscard]] Result<Access> access_alone();

  [[nodiscard]] std::uint64_t count(Counter counter) const;
  /// Changes whenever the database was opened anew: what somebody remembers of it is worth nothing
  /// then.
  [[nodiscard]] std::uint64_t generation() const { return generation_.load(); }

 private:
  Database(const StoreOptions& options, const sync::Clock& clock);

  [[nodiscard]] Result<Access> enter(Gate::Mode mode);
  [[nodiscard]] Result<> open_files();  // alone
  void close_files();                   // alone
  [[nodiscard]] Result<> read_counts();
  [[nodiscard]] Result<std::int64_t> number(std::string_view key) const;
  [[nodiscard]] Result<> mend();
  [[nodiscard]] Error in_doubt_error() const;
  void doubt(std::string why);
  [[nodiscard]] rocksdb::ColumnFamilyHandle* handle(Family family) const;

  // constant after construction
  const StoreOptions options_;
  const sync::Clock& clock_;
  std::shared_ptr<rocksdb::Env> env_;

  Gate gate_;
  // read inside the gate, changed by who is alone in it
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;

  std::atomic<bool> is_doubtful_{false};
  std::atomic<std::uint64_t> generation_{0};
  std::array<std::atomic<std::int64_t>, k_counters> counts_{};
  std::atomic<std::uint64_t> next_sequence_{0};

  mutable Mutex mutex_;
  std::string why_doubtful_ GUARDED_BY(mutex_);
  std::optional<Instant> mend_not_before_ GUARDED_BY(mutex_);
};

/// One atomic change of several families.
class Database::Batch {
 public:
  void put(Family family, std::string_view key, std::string_view value);
  void erase(Family family, std::string_view key);
  void count(Counter counter, std::int64_t by);
  /// Adds to a number in `meta`, whatever it is by then; read by Access::number().
  void add(std::string_view key, std::int64_t by);
  void raise_next_sequence(std::uint64_t to);
  [[nodiscard]] bool empty() const { return batch_.Count() == 0; }

 private:
  friend class Access;
  explicit Batch(const Database& database) : database_(database) {}
  const Database& database_;
  rocksdb::WriteBatch batch_;
  std::array<std::int64_t, k_counters> counted_{};
};

/// The open database, for as long as this lives.
class Database::Access {
 public:
  [[nodiscard]] Result<std::optional<std::string>> get(Family family, std::string_view key) const;
  [[nodiscard]] Result<bool> has(Family family, std::string_view key) const;
  /// Of `meta`, as Batch::add() left it; zero when nothing was added.
  [[nodiscard]] Result<std::int64_t> number(std::string_view key) const;
  /// Keys in [from, to), upwards; empty `to`: until the end.
  [[nodiscard]] Scan scan(Family family, std::string from, std::string to) const;
  /// All keys of a family, downwards.
  [[nodiscard]] Scan scan_down(Family family) const;

  [[nodiscard]] Batch batch() const { return Batch(*database_); }
  [[nodiscard]] Result<> commit(Batch& batch, Durability durability);

  /// Rewrites a whole family, which drops what is over its age.
  [[nodiscard]] Result<> compact(Family family);

  /// As on disk and in flight; whoever takes sequences moves it on.
  [[nodiscard]] std::atomic<std::uint64_t>& next_sequence() { return database_->next_sequence_; }
  [[nodiscard]] std::uint64_t generation() const { return database_->generation(); }
  /// One of RocksDB's numbers, summed over the families.
  [[nodiscard]] std::uint64_t sum(const std::string& property) const;
  /// The cache that the families share.
  [[nodiscard]] std::uint64_t block_cache_bytes() const;
  /// For checkpoints only.
  [[nodiscard]] rocksdb::DB& rocks() const { return *database_->db_; }

 private:
  friend class Database;
  Access(Database& database, Gate::Pass pass) : database_(&database), pass_(std::move(pass)) {}
  Database* database_;
  Gate::Pass pass_;
};

/// A walk over keys. Ends before its Access does.
class Database::Scan {
 public:
  [[nodiscard]] bool valid() const { return iterator_->Valid(); }
  [[nodiscard]] std::string_view key() const { return iterator_->key().ToStringView(); }
  [[nodiscard]] std::string_view value() const { return iterator_->value().ToStringView(); }
  void next();
  void seek(std::string_view key) { iterator_->Seek(rocksdb::Slice(key.data(), key.size())); }
  /// To the last key below `key`, which is none itself.
  void seek_below(std::string_view key) {
    iterator_->SeekForPrev(rocksdb::Slice(key.data(), key.size()));
  }
  /// Asked once, when valid() is false.
  [[nodiscard]] Result<> outcome() const;

 private:
  friend class Access;
  enum class Direction { up, down };
  Scan(const Database& database, Family family, std::string from, std::string to,
       Direction direction);

  Family family_;
  Direction direction_;
  std::unique_ptr<std::string> end_text_;  // does not move when the scan does
  std::unique_ptr<rocksdb::Slice> end_;
  std::unique_ptr<rocksdb::Iterator> iterator_;
};

}  // namespace belfry::storage
