#include <algorithm>

#include "storage/bytes.h"
#include "storage/rocks_parts.h"

// Subscriptions with their certificates, facts about the service, the journal.
namespace belfry::storage {
namespace {

/// One write that needs to know nothing of what was there.
template <class Fill>
Result<> write(Vault& vault, Durability durability, Fill fill) {
  auto access = vault.database().access();
  if (!access) return fail(access.error());
  auto batch = access->batch();
  fill(batch);
  return access->commit(batch, durability);
}

/// All records whose keys begin with `prefix`.
template <class Record, class Decode>
Result<std::vector<Record>> all(const Vault& vault, Family family, std::string_view prefix,
                                Decode decode) {
  auto access = vault.database().access();
  if (!access) return fail(access.error());
  std::vector<Record> records;
  auto scan = access->scan(family, std::string(prefix), keys::after_prefix(std::string(prefix)));
  for (; scan.valid(); scan.next()) {
    auto record = vault.open(family, scan.key(), scan.value(), decode);
    if (!record) return fail(record.error());
    records.push_back(std::move(*record));
  }
  if (const auto outcome = scan.outcome(); !outcome) return fail(outcome.error());
  return records;
}

}  // namespace

Result<std::vector<Subscription>> RocksStore::subscriptions() {
  return all<Subscription>(parts_->vault, Family::subscriptions, keys::k_subscription_prefix,
                           decode_subscription);
}

Result<> RocksStore::put_subscription(const Subscription& subscription) {
  return write(parts_->vault, Durability::synced, [&](Database::Batch& batch) {
    parts_->vault.put(batch, Family::subscriptions, keys::subscription(subscription.id),
                      encode(subscription));
  });
}

Result<> RocksStore::remove_subscription(const SubscriptionId& id) {
  return write(parts_->vault, Durability::synced, [&](Database::Batch& batch) {
    batch.erase(Family::subscriptions, keys::subscription(id));
  });
}

Result<std::vector<EncryptionCertificate>> RocksStore::certificates() {
  auto certificates = all<EncryptionCertificate>(parts_->vault, Family::subscriptions,
                                                 keys::k_certificate_prefix, decode_certificate);
  if (certificates) {
    std::stable_sort(certificates->begin(), certificates->end(),
                     [](const auto& a, const auto& b) { return a.made_at < b.made_at; });
  }
  return certificates;
}

Result<> RocksStore::put_certificate(const EncryptionCertificate& certificate) {
  return write(parts_->vault, Durability::synced, [&](Database::Batch& batch) {
    parts_->vault.put(batch, Family::subscriptions, keys::certificate(certificate.id),
                      encode(certificate));
  });
}

Result<> RocksStore::remove_certificate(const CertificateId& id) {
  return write(parts_->vault, Durability::synced, [&](Database::Batch& batch) {
    batch.erase(Family::subscriptions, keys::certificate(id));
  });
}

std::string RocksStore::instance_id() const {
  return parts_->instance_id;
}

Result<std::optional<WallTime>> RocksStore::last_webhook_time() {
  auto access = parts_->vault.database().access();
  if (!access) return fail(access.error());
  const auto record = access->get(Family::meta, keys::k_last_webhook);
  if (!record) return fail(record.error());
  if (!*record) return std::optional<WallTime>{};
  const auto at = written_at(**record);
  if (!at) return fail(ErrorKind::damaged, "the last webhook's time is damaged (family meta)");
  return at;
}

Result<> RocksStore::set_last_webhook_time(WallTime at) {
  return write(parts_->vault, Durability::unsynced, [&](Database::Batch& batch) {
    batch.put(Family::meta, keys::k_last_webhook, plain_record(at));
  });
}

Result<bool> RocksStore::take_clean_shutdown() {
  auto access = parts_->vault.database().access();
  if (!access) return fail(access.error());
  const auto held = parts_->vault.stripes().hold(Family::meta, keys::k_clean_shutdown);
  const auto was_clean = access->has(Family::meta, keys::k_clean_shutdown);
  if (!was_clean) return fail(was_clean.error());
  if (!*was_clean) return false;
  auto batch = access->batch();
  batch.erase(Family::meta, keys::k_clean_shutdown);
  if (const auto done = access->commit(batch, Durability::synced); !done) return fail(done.error());
  return true;
}

Result<> RocksStore::set_clean_shutdown() {
  return write(parts_->vault, Durability::synced, [&](Database::Batch& batch) {
    batch.put(Family::meta, keys::k_clean_shutdown, plain_record(parts_->vault.now()));
  });
}

Result<> RocksStore::append(std::span<const sync::JournalRecord> records) {
  return write(parts_->vault, Durability::unsynced, [&](Database::Batch& batch) {
    for (const JournalRecord& record : records) parts_->write_line(batch, record);
  });
}

Result<std::vector<sync::JournalRecord>> RocksStore::newest_records(std::size_t most) {
  const Vault& vault = parts_->vault;
  auto access = vault.database().access();
  if (!access) return fail(access.error());
  std::vector<sync::JournalRecord> records;
  auto scan = access->scan_down(Family::journal);
  for (; scan.valid() && records.size() < most; scan.next()) {
    auto record = vault.open(Family::journal, scan.key(), scan.value(), decode_journal);
    if (!record) return fail(record.error());
    records.push_back(std::move(*record));
  }
  if (const auto outcome = scan.outcome(); !outcome) return fail(outcome.error());
  return records;
}

}  // namespace belfry::storage
