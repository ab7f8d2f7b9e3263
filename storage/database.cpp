#include "storage/database.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <rocksdb/env.h>

#include "storage/count_merge.h"
#include "storage/log_check.h"
#include "storage/tuning.h"
#include "sync/base/invariant.h"

namespace belfry::storage {
namespace {

rocksdb::Slice slice(std::string_view bytes) {
  return {bytes.data(), bytes.size()};
}

std::size_t index_of(Counter counter) {
  return static_cast<std::size_t>(counter);
}

constexpr std::array k_all_counters = {Counter::inbox, Counter::outbox, Counter::dead,
                                       Counter::connected};

Error read_error(const rocksdb::Status& status, Family family) {
  if (status.IsCorruption()) {
    return {
        ErrorKind::damaged,
        fmt::format("the store is damaged in family {}: {}", name_of(family), status.ToString()),
        std::nullopt,
        0,
        {}};
  }
  return {ErrorKind::transient,
          fmt::format("family {} cannot be read: {}", name_of(family), status.ToString()),
          std::nullopt,
          0,
          {}};
}

Error open_error(const rocksdb::Status& status, const std::string& path) {
  const std::string text = status.ToString();
  if (text.find("lock ") != std::string::npos) {
    return {ErrorKind::refused,
            fmt::format("the store {} is in use by another belfry process ({})", path, text),
            std::nullopt,
            0,
            {}};
  }
  const auto kind = status.IsCorruption() ? ErrorKind::damaged : ErrorKind::transient;
  return {kind, fmt::format("the store {} cannot be opened: {}", path, text), std::nullopt, 0, {}};
}

}  // namespace

// --- Database ---

Database::Database(const StoreOptions& options, const sync::Clock& clock)
    : options_(options), clock_(clock), env_(options.env) {}

Database::~Database() {
  const Gate::Pass pass(gate_, Gate::Mode::alone);
  close_files();
}

Result<std::unique_ptr<Database>> Database::open(const StoreOptions& options,
                                                 const sync::Clock& clock) {
  std::unique_ptr<Database> database(new Database(options, clock));
  const Gate::Pass pass(database->gate_, Gate::Mode::alone);
  if (const auto opened = database->open_files(); !opened) return fail(opened.error());
  return database;
}

Result<> Database::open_files() {
  const bool is_new = !std::filesystem::exists(options_.path);
  rocksdb::Env& env = env_ ? *env_ : *rocksdb::Env::Default();
  if (const auto checked = check_logs(env, options_.path); !checked) return checked;
  rocksdb::DB* db = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  const auto status = rocksdb::DB::Open(database_options(options_), options_.path,
                                        family_descriptors(options_, clock_), &handles, &db);
  if (!status.ok()) return fail(open_error(status, options_.path));
  db_.reset(db);
  handles_ = std::move(handles);
  if (is_new) {
    std::error_code ignored;  // a file system without owners
    std::filesystem::permissions(options_.path, std::filesystem::perms::owner_all, ignored);
  }
  if (const auto counted = read_counts(); !counted) {
    close_files();
    return counted;
  }
  ++generation_;
  is_doubtful_ = false;
  return {};
}

void Database::close_files() {
  if (!db_) return;
  for (rocksdb::ColumnFamilyHandle* handle : handles_) db_->DestroyColumnFamilyHandle(handle);
  handles_.clear();
  db_.reset();
}

Result<std::int64_t> Database::number(std::string_view key) const {
  std::string value;
  const auto status = db_->Get(rocksdb::ReadOptions{}, handle(Family::meta), slice(key), &value);
  if (status.IsNotFound()) return 0;
  if (!status.ok()) return fail(read_error(status, Family::meta));
  const auto merged = merged_number(value);
  if (!merged) return fail(ErrorKind::damaged, "a counter of the store is damaged (family meta)");
  return *merged;
}

Result<> Database::read_counts() {
  for (const Counter counter : k_all_counters) {
    const auto counted = number(keys::counter(counter));
    if (!counted) return fail(counted.error());
    counts_[index_of(counter)] = *counted;
  }
  const auto next = number(keys::k_next_sequence);
  if (!next) return fail(next.error());
  // A write that failed may have left nothing behind, and its sequences were given away all the
  // same.
  next_sequence_ = std::max(next_sequence_.load(), static_cast<std::uint64_t>(*next));
  return {};
}

Result<Database::Access> Database::access() {
  return enter(Gate::Mode::shared);
}

Result<Database::Access> Database::access_alone() {
  return enter(Gate::Mode::alone);
}

Result<Database::Access> Database::enter(Gate::Mode mode) {
  for (;;) {
    if (is_doubtful_) {
      if (const auto mended = mend(); !mended) return fail(mended.error());
    }
    Access access(*this, Gate::Pass(gate_, mode));
    if (!is_doubtful_) return access;
  }
}

Result<> Database::mend() {
  const Gate::Pass pass(gate_, Gate::Mode::alone);
  if (!is_doubtful_) return {};  // somebody else did it while we waited
  const Instant now = clock_.now().steady;
  {
    MutexLock lock(mutex_);
    if (mend_not_before_ && now < *mend_not_before_) {
      return fail(ErrorKind::transient, why_doubtful_);
    }
  }
  close_files();
  const auto opened = open_files();
  MutexLock lock(mutex_);
  if (opened) {
    mend_not_before_.reset();
    return {};
  }
  mend_not_before_ = now + options_.limits.mend_pause;
  why_doubtful_ = opened.error().text;
  const auto kind =
      opened.error().kind == ErrorKind::damaged ? ErrorKind::damaged : ErrorKind::transient;
  return fail(kind, why_doubtful_);
}

Error Database::in_doubt_error() const {
  MutexLock lock(mutex_);
  return {ErrorKind::transient, why_doubtful_, std::nullopt, 0, {}};
}

void Database::doubt(std::string why) {
  MutexLock lock(mutex_);
  why_doubtful_ = std::move(why);
  is_doubtful_ = true;
}

rocksdb::ColumnFamilyHandle* Database::handle(Family family) const {
  return handles_[static_cast<std::size_t>(family) + 1];  // after `default`
}

std::uint64_t Database::count(Counter counter) const {
  const std::int64_t counted = counts_[index_of(counter)].load();
  return counted < 0 ? 0 : static_cast<std::uint64_t>(counted);
}

// --- Batch ---

void Database::Batch::put(Family family, std::string_view key, std::string_view value) {
  const auto status = batch_.Put(database_.handle(family), slice(key), slice(value));
  invariant(status.ok(), "a batch in memory takes a record");
}

void Database::Batch::erase(Family family, std::string_view key) {
  const auto status = batch_.Delete(database_.handle(family), slice(key));
  invariant(status.ok(), "a batch in memory takes a deletion");
}

void Database::Batch::count(Counter counter, std::int64_t by) {
  if (by == 0) return;
  counted_[index_of(counter)] += by;
  add(keys::counter(counter), by);
}

void Database::Batch::add(std::string_view key, std::int64_t by) {
  const auto status =
      batch_.Merge(database_.handle(Family::meta), slice(key), slice(add_operand(by)));
  invariant(status.ok(), "a batch in memory takes a count");
}

void Database::Batch::raise_next_sequence(std::uint64_t to) {
  const auto status = batch_.Merge(database_.handle(Family::meta), slice(keys::k_next_sequence),
                                   slice(raise_operand(to)));
  invariant(status.ok(), "a batch in memory takes a sequence");
}

// --- Access ---

Result<std::optional<std::string>> Database::Access::get(Family family,
                                                         std::string_view key) const {
  std::string value;
  const auto status =
      database_->db_->Get(rocksdb::ReadOptions{}, database_->handle(family), slice(key), &value);
  if (status.IsNotFound()) return std::optional<std::string>{};
  if (!status.ok()) return fail(read_error(status, family));
  return std::optional<std::string>{std::move(value)};
}

Result<bool> Database::Access::has(Family family, std::string_view key) const {
  rocksdb::PinnableSlice value;
  const auto status =
      database_->db_->Get(rocksdb::ReadOptions{}, database_->handle(family), slice(key), &value);
  if (status.IsNotFound()) return false;
  if (!status.ok()) return fail(read_error(status, family));
  return true;
}

Result<std::int64_t> Database::Access::number(std::string_view key) const {
  return database_->number(key);
}

Database::Scan Database::Access::scan(Family family, std::string from, std::string to) const {
  return Scan(*database_, family, std::move(from), std::move(to), Scan::Direction::up);
}

Database::Scan Database::Access::scan_down(Family family) const {
  return Scan(*database_, family, {}, {}, Scan::Direction::down);
}

Result<> Database::Access::commit(Batch& batch, Durability durability) {
  if (database_->is_doubtful_) return fail(database_->in_doubt_error());
  rocksdb::WriteOptions options;
  options.sync = durability == Durability::synced;
  const auto status = database_->db_->Write(options, &batch.batch_);
  if (!status.ok()) {
    database_->doubt(fmt::format("the store cannot be written: {}", status.ToString()));
    return fail(database_->in_doubt_error());
  }
  for (std::size_t i = 0; i < k_counters; ++i) database_->counts_[i] += batch.counted_[i];
  return {};
}

Result<> Database::Access::compact(Family family) {
  rocksdb::CompactRangeOptions options;
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  const auto status =
      database_->db_->CompactRange(options, database_->handle(family), nullptr, nullptr);
  if (!status.ok()) return fail(read_error(status, family));
  return {};
}

std::uint64_t Database::Access::sum(const std::string& property) const {
  std::uint64_t value = 0;
  return database_->db_->GetAggregatedIntProperty(property, &value) ? value : 0;
}

std::uint64_t Database::Access::block_cache_bytes() const {
  std::uint64_t value = 0;
  return database_->db_->GetIntProperty(database_->handle(Family::meta),
                                        rocksdb::DB::Properties::kBlockCacheUsage, &value)
             ? value
             : 0;
}

// --- Scan ---

Database::Scan::Scan(const Database& database, Family family, std::string from, std::string to,
                     Direction direction)
    : family_(family), direction_(direction) {
  rocksdb::ReadOptions options;
  if (!to.empty()) {
    end_text_ = std::make_unique<std::string>(std::move(to));
    end_ = std::make_unique<rocksdb::Slice>(*end_text_);
    options.iterate_upper_bound = end_.get();
  }
  iterator_.reset(database.db_->NewIterator(options, database.handle(family)));
  if (direction_ == Direction::down) {
    iterator_->SeekToLast();
  } else {
    iterator_->Seek(slice(from));
  }
}

void Database::Scan::next() {
  if (direction_ == Direction::down) {
    iterator_->Prev();
  } else {
    iterator_->Next();
  }
}

Result<> Database::Scan::outcome() const {
  const auto status = iterator_->status();
  if (!status.ok()) return fail(read_error(status, family_));
  return {};
}

}  // namespace belfry::storage
