#include "tests/contract/store/faulty_files.h"

#include <algorithm>
#include <filesystem>

namespace belfry::contract {
namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

class FaultyFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FaultyFile(FaultyFiles& files, std::string path, std::unique_ptr<rocksdb::FSWritableFile> file)
      : FSWritableFileOwnerWrapper(std::move(file)), files_(files), path_(std::move(path)) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    const IOStatus fate = files_.operate();
    // A write that fails may have happened in part.
    const Slice part(data.data(), fate.ok() ? data.size() : data.size() / 2);
    const IOStatus done = target()->Append(part, options, debug);
    if (done.ok()) files_.appended(path_, part.size());
    return fate.ok() ? done : fate;
  }
  IOStatus Append(const Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo& /*info*/, IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  IOStatus Sync(const IOOptions& /*options*/, IODebugContext* /*debug*/) override { return sync(); }
  IOStatus Fsync(const IOOptions& /*options*/, IODebugContext* /*debug*/) override {
    return sync();
  }
  IOStatus RangeSync(uint64_t /*offset*/, uint64_t /*bytes*/, const IOOptions& /*options*/,
                     IODebugContext* /*debug*/) override {
    return IOStatus::OK();
  }

 private:
  IOStatus sync() {
    IOStatus fate = files_.operate();
    if (fate.ok()) files_.synced(path_);
    return fate;
  }

  FaultyFiles& files_;
  const std::string path_;
};

class FaultyDirectory final : public rocksdb::FSDirectoryWrapper {
 public:
  FaultyDirectory(FaultyFiles& files, std::unique_ptr<rocksdb::FSDirectory> directory)
      : FSDirectoryWrapper(std::move(directory)), files_(files) {}
  IOStatus Fsync(const IOOptions& /*options*/, IODebugContext* /*debug*/) override {
    return files_.operate();
  }
  IOStatus FsyncWithDirOptions(const IOOptions& /*options*/, IODebugContext* /*debug*/,
                               const rocksdb::DirFsyncOptions& /*how*/) override {
    return files_.operate();
  }

 private:
  FaultyFiles& files_;
};

}  // namespace

FaultyFiles::FaultyFiles() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}

void FaultyFiles::fail(Trouble trouble, std::uint64_t nth, Lasts lasts) {
  MutexLock lock(mutex_);
  until_failure_ = nth;
  trouble_ = trouble;
  lasts_ = lasts;
  has_failed_ = false;
}

void FaultyFiles::heal() {
  MutexLock lock(mutex_);
  until_failure_.reset();
}

rocksdb::IOStatus FaultyFiles::operate() {
  if (is_powerless_) return IOStatus::IOError("the power is cut");
  MutexLock lock(mutex_);
  if (!until_failure_) return IOStatus::OK();
  if (*until_failure_ > 0) {
    --*until_failure_;
    return IOStatus::OK();
  }
  has_failed_ = true;
  if (lasts_ == Lasts::once) until_failure_.reset();
  return trouble_ == Trouble::no_space ? IOStatus::NoSpace("No space left on device")
                                       : IOStatus::IOError("Input/output error");
}

void FaultyFiles::begin(const std::string& path, std::uint64_t size) {
  MutexLock lock(mutex_);
  sizes_[path] = {size, size};
}

void FaultyFiles::appended(const std::string& path, std::uint64_t bytes) {
  MutexLock lock(mutex_);
  sizes_[path].written += bytes;
}

void FaultyFiles::synced(const std::string& path) {
  MutexLock lock(mutex_);
  sizes_[path].synced = sizes_[path].written;
}

void FaultyFiles::lose_unsynced(std::uint64_t torn_bytes) {
  MutexLock lock(mutex_);
  for (auto& [path, size] : sizes_) {
    if (!std::filesystem::is_regular_file(path)) continue;
    size.written = std::min(size.written, size.synced + torn_bytes);
    size.synced = size.written;
    std::filesystem::resize_file(path, size.written);
  }
  is_powerless_ = false;
}

IOStatus FaultyFiles::NewWritableFile(const std::string& path, const FileOptions& options,
                                      std::unique_ptr<rocksdb::FSWritableFile>* file,
                                      IODebugContext* debug) {
  if (auto fate = operate(); !fate.ok()) return fate;
  std::unique_ptr<rocksdb::FSWritableFile> real;
  auto status = target()->NewWritableFile(path, options, &real, debug);
  if (!status.ok()) return status;
  begin(path, 0);
  *file = std::make_unique<FaultyFile>(*this, path, std::move(real));
  return status;
}

IOStatus FaultyFiles::ReopenWritableFile(const std::string& path, const FileOptions& options,
                                         std::unique_ptr<rocksdb::FSWritableFile>* file,
                                         IODebugContext* debug) {
  if (auto fate = operate(); !fate.ok()) return fate;
  std::unique_ptr<rocksdb::FSWritableFile> real;
  auto status = target()->ReopenWritableFile(path, options, &real, debug);
  if (!status.ok()) return status;
  begin(path, std::filesystem::file_size(path));
  *file = std::make_unique<FaultyFile>(*this, path, std::move(real));
  return status;
}

IOStatus FaultyFiles::ReuseWritableFile(const std::string& path, const std::string& old_path,
                                        const FileOptions& options,
                                        std::unique_ptr<rocksdb::FSWritableFile>* file,
                                        IODebugContext* debug) {
  if (auto fate = operate(); !fate.ok()) return fate;
  std::unique_ptr<rocksdb::FSWritableFile> real;
  auto status = target()->ReuseWritableFile(path, old_path, options, &real, debug);
  if (!status.ok()) return status;
  begin(path, 0);
  *file = std::make_unique<FaultyFile>(*this, path, std::move(real));
  return status;
}

IOStatus FaultyFiles::NewDirectory(const std::string& path, const IOOptions& options,
                                   std::unique_ptr<rocksdb::FSDirectory>* directory,
                                   IODebugContext* debug) {
  std::unique_ptr<rocksdb::FSDirectory> real;
  auto status = target()->NewDirectory(path, options, &real, debug);
  if (status.ok()) *directory = std::make_unique<FaultyDirectory>(*this, std::move(real));
  return status;
}

IOStatus FaultyFiles::RenameFile(const std::string& from, const std::string& to,
                                 const IOOptions& options, IODebugContext* debug) {
  if (auto fate = operate(); !fate.ok()) return fate;
  auto status = target()->RenameFile(from, to, options, debug);
  if (!status.ok()) return status;
  MutexLock lock(mutex_);
  const auto moved = sizes_.find(from);
  if (moved != sizes_.end()) {
    sizes_[to] = moved->second;
    sizes_.erase(from);
  }
  return status;
}

IOStatus FaultyFiles::DeleteFile(const std::string& path, const IOOptions& options,
                                 IODebugContext* debug) {
  if (is_powerless_) return IOStatus::IOError("the power is cut");
  auto status = target()->DeleteFile(path, options, debug);
  if (!status.ok()) return status;
  MutexLock lock(mutex_);
  sizes_.erase(path);
  return status;
}

}  // namespace belfry::contract
