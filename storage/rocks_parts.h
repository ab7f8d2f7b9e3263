#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "storage/queue_floors.h"
#include "storage/records.h"
#include "storage/rocks_store.h"
#include "storage/sequences.h"
#include "storage/vault.h"

/// What the files of RocksStore share; for rocks_*.cpp only.
namespace belfry::storage {

/// An entry of a queue that was found damaged.
struct Damage {
  Family queue = Family::inbox;
  std::string key;
  std::string record;
  Error why;
};

struct RocksStore::Parts {
  // constant after construction
  StoreOptions options;
  MasterKey master;
  std::string instance_id;
  std::uint32_t journal_run = 0;

  // safe by themselves
  Vault vault;
  Sequences sequences;
  QueueFloors floors;
  std::atomic<std::uint32_t> journal_count{0};

  Parts(StoreOptions given_options, MasterKey given_master, std::string given_instance_id,
        std::uint32_t given_run, std::unique_ptr<Database> database, Sealer sealer,
        const sync::Clock& clock)
      : options(std::move(given_options)),
        master(std::move(given_master)),
        instance_id(std::move(given_instance_id)),
        journal_run(given_run),
        vault(std::move(database), std::move(sealer), clock) {}

  /// The outbox entry of `key` as it lies there; none when it is gone. One that does not open is
  /// set aside.
  [[nodiscard]] Result<std::optional<OutboxEntry>> stored(Database::Access& access,
                                                          const DeliveryKey& key);

  /// A transition of a queue's entry, under the stripes of `keys`, of which the first names it:
  /// `fill` adds to the batch. Nothing where the entry is gone, since the transition may be
  /// repeated.
  template <class Fill>
  [[nodiscard]] Result<> change(std::span<const Stripes::Key> keys, Durability durability,
                                Fill fill) {
    auto access = vault.database().access();
    if (!access) return fail(access.error());
    const auto held = vault.stripes().hold(keys);
    const auto is_there = access->has(keys.front().family, keys.front().bytes);
    if (!is_there) return fail(is_there.error());
    if (!*is_there) return {};
    auto batch = access->batch();
    fill(batch);
    return access->commit(batch, durability);
  }

  /// An entry of a queue whose record does not open: moved to the dead letters as it is, synced.
  /// Not when it is another record by now. The key's stripe is held.
  [[nodiscard]] Result<> set_aside(Database::Access& access, const Damage& damage);

  /// An outbox entry by its key and record. Errors: damaged.
  [[nodiscard]] Result<OutboxEntry> outbox_entry(std::string_view key,
                                                 std::string_view record) const;

  /// Adds a line of the journal to `batch`.
  void write_line(Database::Batch& batch, const JournalRecord& line) {
    const std::string key = keys::journal(line.at, journal_run, journal_count.fetch_add(1));
    batch.put(Family::journal, key,
              vault.sealer().seal(Family::journal, key, line.at, encode(line)));
  }

  /// Adds to `batch`: the entry leaves its queue for the dead letters.
  void bury(Database::Batch& batch, Grave grave, WallTime now) const;
};

[[nodiscard]] inline Counter counter_of(Family queue) {
  return queue == Family::inbox ? Counter::inbox : Counter::outbox;
}

/// The floors' name of the inbox; lanes go by their first key.
inline const std::string k_inbox_queue;

/// The name of the one stripe that serves all that change accounts: they change seldom.
inline constexpr std::string_view k_all_accounts;

// What Vault::open and Vault::read take.
struct AsInbox {
  Sequence sequence;
  std::optional<InboxEntry> operator()(std::string_view bytes) const {
    return decode_inbox(sequence, bytes);
  }
};
struct AsOutbox {
  const DeliveryKey& key;
  std::optional<OutboxEntry> operator()(std::string_view bytes) const {
    return decode_outbox(key, bytes);
  }
};
struct AsGrave {
  std::string_view key;
  std::optional<Grave> operator()(std::string_view bytes) const { return decode_grave(key, bytes); }
};

}  // namespace belfry::storage
