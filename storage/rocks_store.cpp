#include "storage/rocks_store.h"

#include "storage/bytes.h"
#include "storage/cipher.h"
#include "storage/rocks_parts.h"
#include "storage/schema.h"

namespace belfry::storage {

Result<std::unique_ptr<RocksStore>> RocksStore::open(const StoreOptions& options,
                                                     const MasterKey& master,
                                                     const sync::Clock& clock) {
  if (const auto known = refuse_newer(options, k_schema_version); !known)
    return fail(known.error());
  auto database = Database::open(options, clock);
  if (!database) return fail(database.error());
  auto identity = identify(**database, master, clock.now().wall);
  if (!identity) return fail(identity.error());
  const auto migrated = migrate(**database, options, migrations(), k_schema_version);
  if (!migrated) return fail(migrated.error());
  const std::uint32_t journal_run = read_u32(random_bytes(sizeof(std::uint32_t)));
  return std::unique_ptr<RocksStore>(new RocksStore(
      std::make_unique<Parts>(options, master, std::move(identity->instance_id), journal_run,
                              std::move(*database), Sealer(std::move(identity->ring)), clock)));
}

RocksStore::RocksStore(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

RocksStore::~RocksStore() = default;

StoreFigures RocksStore::figures() const {
  StoreFigures figures;
  figures.times_opened = parts_->vault.database().generation();
  const auto access = parts_->vault.database().access();
  if (!access) return figures;
  figures.disk_bytes = access->sum(rocksdb::DB::Properties::kTotalSstFilesSize);
  figures.memory_bytes = access->sum(rocksdb::DB::Properties::kSizeAllMemTables) +
                         access->sum(rocksdb::DB::Properties::kEstimateTableReadersMem) +
                         access->block_cache_bytes();
  figures.data_keys = parts_->vault.sealer().ring().size();
  return figures;
}

// --- what the transitions share ---

void RocksStore::Parts::bury(Database::Batch& batch, Grave grave, WallTime now) const {
  const std::string key = keys::dead(now, grave.family, grave.entry_key);
  vault.put(batch, Family::dead, key, encode(grave));
  batch.count(Counter::dead, 1);
  batch.erase(grave.family, grave.entry_key);
  batch.count(counter_of(grave.family), -1);
}

Result<> RocksStore::Parts::set_aside(Database::Access& access, const Damage& damage) {
  const auto record = access.get(damage.queue, damage.key);
  if (!record) return fail(record.error());
  if (*record != damage.record) return {};
  Grave grave;
  grave.family = damage.queue;
  grave.entry_key = damage.key;
  grave.form = Grave::Form::raw;
  grave.content = damage.record;
  grave.letter.stage = damage.queue == Family::inbox ? "resolve" : "deliver";
  grave.letter.reason = name_of(damage.why.kind);
  grave.letter.last_error = damage.why.text;
  if (damage.queue == Family::outbox) {
    if (const auto delivery = keys::outbox_key(damage.key)) {
      grave.letter.ref = delivery->ref;
      grave.letter.kind = delivery->kind;
      grave.letter.recipient = delivery->recipient;
    }
  }
  auto batch = access.batch();
  bury(batch, std::move(grave), vault.now());
  return access.commit(batch, Durability::synced);
}

Result<OutboxEntry> RocksStore::Parts::outbox_entry(std::string_view key,
                                                    std::string_view record) const {
  const auto delivery = keys::outbox_key(key);
  if (!delivery)
    return fail(ErrorKind::damaged, "damaged record in family outbox: its key is none");
  return vault.open(Family::outbox, key, record, AsOutbox{*delivery});
}

Result<std::optional<OutboxEntry>> RocksStore::Parts::stored(Database::Access& access,
                                                             const DeliveryKey& key) {
  const std::string bytes = keys::outbox(key);
  const auto record = access.get(Family::outbox, bytes);
  if (!record) return fail(record.error());
  if (!*record) return std::optional<OutboxEntry>{};
  auto entry = outbox_entry(bytes, **record);
  if (entry) return std::optional<OutboxEntry>{std::move(*entry)};
  const auto aside = set_aside(access, {Family::outbox, bytes, **record, entry.error()});
  return fail(aside ? entry.error() : aside.error());
}

}  // namespace belfry::storage
