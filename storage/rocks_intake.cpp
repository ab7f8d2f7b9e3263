#include <unordered_set>

#include "storage/rocks_parts.h"

// Intake: changes into the inbox.
namespace belfry::storage {

using sync::AcceptCount;

Result<AcceptCount> RocksStore::accept(std::span<const Change> changes) {
  Vault& vault = parts_->vault;
  auto access = vault.database().access();
  if (!access) return fail(access.error());

  // Edits are told apart only after they were read: see plan().
  std::vector<std::string> names;
  std::vector<Stripes::Key> stripes;
  names.reserve(changes.size());
  for (const Change& change : changes) {
    names.push_back(change.kind == ChangeKind::edited ? std::string{} : keys::seen(change));
    if (!names.back().empty()) stripes.push_back({Family::seen, names.back()});
  }
  const auto held = vault.stripes().hold(stripes);

  AcceptCount count;
  std::vector<std::size_t> unseen;
  std::unordered_set<std::string_view> in_this_call;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (!names[i].empty()) {
      const auto is_known = access->has(Family::seen, names[i]);
      if (!is_known) return fail(is_known.error());
      if (*is_known || !in_this_call.insert(names[i]).second) {
        ++count.known;
        continue;
      }
    }
    unseen.push_back(i);
  }
  if (unseen.empty()) return count;

  auto batch = access->batch();
  const Sequences::Taken taken(parts_->sequences, access->next_sequence(), unseen.size());
  std::uint64_t sequence = taken.first();
  const std::string seen_now = plain_record(vault.now());
  for (const std::size_t i : unseen) {
    InboxEntry entry;
    entry.sequence = Sequence{sequence++};
    entry.change = changes[i];
    vault.put(batch, Family::inbox, keys::inbox(entry.sequence), encode(entry));
    if (!names[i].empty()) batch.put(Family::seen, names[i], seen_now);
  }
  batch.count(Counter::inbox, static_cast<std::int64_t>(unseen.size()));
  batch.raise_next_sequence(sequence);
  if (const auto done = access->commit(batch, Durability::synced); !done) return fail(done.error());
  count.stored = unseen.size();
  return count;
}

std::uint64_t RocksStore::inbox_entries() const {
  return parts_->vault.database().count(Counter::inbox);
}

}  // namespace belfry::storage
