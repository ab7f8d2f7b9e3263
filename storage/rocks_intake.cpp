#include "storage/arrivals.h"
#include "storage/rocks_parts.h"

// Intake: changes into the inbox.
namespace belfry::storage {

using sync::AcceptCount;

Result<AcceptCount> RocksStore::accept(std::span<const Change> changes) {
  Vault& vault = parts_->vault;
  auto access = vault.database().access();
  if (!access) return fail(access.error());
  Arrivals arrivals(vault, parts_->sequences, *access, {changes, {}, {}});
  if (const auto sorted = arrivals.sort(vault.now()); !sorted) return fail(sorted.error());
  const AcceptCount count{arrivals.unseen().size(), arrivals.known()};
  if (arrivals.bring_nothing()) return count;
  auto batch = access->batch();
  arrivals.add_to(batch);
  if (const auto done = access->commit(batch, Durability::synced); !done) return fail(done.error());
  return count;
}

std::uint64_t RocksStore::inbox_entries() const {
  return parts_->vault.database().count(Counter::inbox);
}

}  // namespace belfry::storage
