#include "storage/schema.h"

#include <algorithm>
#include <cstdarg>
#include <filesystem>
#include <memory>
#include <vector>

#include <fmt/format.h>
#include <rocksdb/env.h>
#include <rocksdb/utilities/checkpoint.h>

#include "storage/bytes.h"
#include "storage/cipher.h"
#include "storage/tuning.h"
#include "sync/base/invariant.h"

namespace belfry::storage {
namespace {

constexpr std::size_t k_instance_bytes = 16;

/// Looking at a store leaves no file in it.
class SilentLog : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char* /*format*/, va_list /*arguments*/) override {}
};

std::string version_bytes(std::uint32_t version) {
  std::string bytes;
  append_u32(bytes, version);
  return bytes;
}

Result<std::optional<std::uint32_t>> version_of(const Database::Access& access) {
  const auto bytes = access.get(Family::meta, keys::k_schema);
  if (!bytes) return fail(bytes.error());
  if (!*bytes) return std::optional<std::uint32_t>{};
  if ((*bytes)->size() != sizeof(std::uint32_t)) {
    return fail(ErrorKind::damaged, "the schema version of the store is damaged (family meta)");
  }
  return std::optional<std::uint32_t>{read_u32(**bytes)};
}

/// A store whose making was interrupted has nothing in it; one that lost its identity has.
Result<> expect_empty(const Database::Access& access) {
  for (const Family family : k_families) {
    const auto scan = access.scan(family, {}, {});
    if (scan.valid()) {
      return fail(ErrorKind::damaged, fmt::format("the store has entries in family {}, but its "
                                                  "schema version is missing (family meta)",
                                                  name_of(family)));
    }
    if (const auto outcome = scan.outcome(); !outcome) return outcome;
  }
  return {};
}

Result<Identity> make(Database::Access& access, const MasterKey& master, WallTime now) {
  if (const auto empty = expect_empty(access); !empty) return fail(empty.error());
  Identity identity{to_hex(random_bytes(k_instance_bytes)), KeyRing::make(now)};
  auto batch = access.batch();
  batch.put(Family::meta, keys::k_schema, version_bytes(k_schema_version));
  batch.put(Family::meta, keys::k_instance_id, identity.instance_id);
  batch.put(Family::meta, keys::k_key_ring, identity.ring.wrap(master));
  if (const auto done = access.commit(batch, Durability::synced); !done) return fail(done.error());
  return identity;
}

Result<> checkpoint(const Database::Access& access, const std::string& path) {
  if (std::filesystem::exists(path)) return {};  // of an earlier try, from before its first step
  rocksdb::Checkpoint* made = nullptr;
  auto status = rocksdb::Checkpoint::Create(&access.rocks(), &made);
  const std::unique_ptr<rocksdb::Checkpoint> owned(made);
  if (status.ok()) status = owned->CreateCheckpoint(path);
  if (status.ok()) return {};
  return fail(ErrorKind::transient,
              fmt::format("the checkpoint {} before the migration could not be made: {}", path,
                          status.ToString()));
}

}  // namespace

std::span<const Migration> migrations() {
  return {};
}

Result<> refuse_newer(const StoreOptions& options, std::uint32_t newest) {
  if (!std::filesystem::exists(options.path)) return {};
  auto settings = database_options(options);
  settings.info_log = std::make_shared<SilentLog>();
  settings.create_if_missing = false;
  settings.create_missing_column_families = false;
  std::vector<rocksdb::ColumnFamilyDescriptor> families = {{rocksdb::kDefaultColumnFamilyName, {}},
                                                           {name_of(Family::meta), {}}};
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  const auto status =
      rocksdb::DB::OpenForReadOnly(settings, options.path, families, &handles, &opened);
  if (!status.ok()) return {};
  const std::unique_ptr<rocksdb::DB> db(opened);
  std::string bytes;
  const auto read = db->Get(rocksdb::ReadOptions{}, handles.back(),
                            rocksdb::Slice(keys::k_schema.data(), keys::k_schema.size()), &bytes);
  for (rocksdb::ColumnFamilyHandle* handle : handles) db->DestroyColumnFamilyHandle(handle);
  if (!read.ok() || bytes.size() != sizeof(std::uint32_t)) return {};
  const std::uint32_t version = read_u32(bytes);
  if (version <= newest) return {};
  return fail(
      ErrorKind::refused,
      fmt::format("the store {} was written by a newer belfry (schema {}, this one knows up "
                  "to {}): install that version again, or restore a backup",
                  options.path, version, newest));
}

Result<Identity> identify(Database& database, const MasterKey& master, WallTime now) {
  auto access = database.access();
  if (!access) return fail(access.error());
  const auto version = version_of(*access);
  if (!version) return fail(version.error());
  if (!*version) return make(*access, master, now);
  const auto instance_id = access->get(Family::meta, keys::k_instance_id);
  if (!instance_id) return fail(instance_id.error());
  const auto wrapped = access->get(Family::meta, keys::k_key_ring);
  if (!wrapped) return fail(wrapped.error());
  if (!*instance_id || !*wrapped) {
    return fail(ErrorKind::damaged, "the store has lost its identity or key ring (family meta)");
  }
  auto ring = KeyRing::unwrap(**wrapped, master);
  if (!ring) return fail(ring.error());
  return Identity{**instance_id, std::move(*ring)};
}

Result<> migrate(Database& database, const StoreOptions& options, std::span<const Migration> steps,
                 std::uint32_t newest) {
  auto access = database.access_alone();
  if (!access) return fail(access.error());
  const auto version = version_of(*access);
  if (!version) return fail(version.error());
  invariant(version->has_value(), "a store has a schema version before it is migrated");
  std::uint32_t at = **version;
  if (at >= newest) return {};
  const std::string aside = fmt::format("{}.schema-{}", options.path, at);
  if (const auto saved = checkpoint(*access, aside); !saved) return saved;
  for (; at < newest; ++at) {
    const auto step = std::find_if(steps.begin(), steps.end(),
                                   [at](const Migration& each) { return each.from == at; });
    invariant(step != steps.end(), "there is a way from every older schema");
    auto batch = access->batch();
    if (const auto ran = step->run(*access, batch); !ran) return ran;
    batch.put(Family::meta, keys::k_schema, version_bytes(at + 1));
    if (const auto done = access->commit(batch, Durability::synced); !done) return done;
  }
  return {};
}

}  // namespace belfry::storage
