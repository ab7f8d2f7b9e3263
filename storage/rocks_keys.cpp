#include <fmt/format.h>

#include "storage/fields.h"
#include "storage/rocks_parts.h"

// Rotation of the data keys.
namespace belfry::storage {
namespace {

/// Where a round of re-sealing stands; lies in `meta`, since it may take longer than one run of the
/// service.
struct Position {
  Family family = k_families.front();
  std::string from;  ///< first key that was not looked at
  std::uint64_t damaged = 0;
};

constexpr Tag k_family = 1;
constexpr Tag k_from = 2;
constexpr Tag k_damaged = 3;

std::string encode(const Position& position) {
  return FieldWriter{}
      .number(k_family, static_cast<std::int64_t>(position.family))
      .text(k_from, position.from)
      .number(k_damaged, static_cast<std::int64_t>(position.damaged))
      .take();
}

std::optional<Position> decode_position(std::string_view bytes) {
  Position position;
  FieldReader fields(bytes);
  while (fields.next()) {
    switch (fields.tag()) {
      case k_family:
        position.family = fields.choice(k_families.back());
        break;
      case k_from:
        position.from = fields.text();
        break;
      case k_damaged:
        position.damaged = static_cast<std::uint64_t>(fields.number());
        break;
      default:
        break;
    }
  }
  if (!fields.is_sound()) return std::nullopt;
  return position;
}

/// A missing or unreadable position means: from the start. Nothing is lost by looking again.
Result<Position> stored_position(const Database::Access& access) {
  const auto bytes = access.get(Family::meta, keys::k_reseal_position);
  if (!bytes) return fail(bytes.error());
  if (!*bytes) return Position{};
  return decode_position(**bytes).value_or(Position{});
}

bool is_sealed(Family family) {
  return family != Family::meta && family != Family::seen && family != Family::teams_index;
}

bool is_last(Family family) {
  return family == k_families.back();
}

/// Seals one record anew when it has an old key. True when it was.
enum class Fate { current, resealed, damaged };
Fate reseal(const Sealer& sealer, Family family, const Database::Scan& scan,
            Database::Batch& batch) {
  if (sealed_with(scan.value()) == sealer.ring().current().id) return Fate::current;
  const auto opened = sealer.open(family, scan.key(), scan.value());
  if (!opened) return Fate::damaged;
  batch.put(family, scan.key(), sealer.seal(family, scan.key(), opened->written, opened->plain));
  return Fate::resealed;
}

}  // namespace

Result<> RocksStore::rotate_key() {
  Vault& vault = parts_->vault;
  auto access = vault.database().access_alone();
  if (!access) return fail(access.error());
  KeyRing ring = vault.sealer().ring().with_new_key(vault.now());
  auto batch = access->batch();
  batch.put(Family::meta, keys::k_key_ring, ring.wrap(parts_->master));
  batch.put(Family::meta, keys::k_reseal_position, encode(Position{}));
  if (const auto done = access->commit(batch, Durability::synced); !done) return done;
  vault.use(Sealer(std::move(ring)));
  return {};
}

Result<ResealProgress> RocksStore::reseal_step(std::size_t most) {
  Vault& vault = parts_->vault;
  auto access = vault.database().access_alone();
  if (!access) return fail(access.error());
  ResealProgress progress;
  if (vault.sealer().ring().size() == 1) {
    progress.is_done = true;
    return progress;
  }
  auto position = stored_position(*access);
  if (!position) return fail(position.error());

  auto batch = access->batch();
  std::size_t looked_at = 0;
  while (looked_at < most) {
    if (is_sealed(position->family)) {
      auto scan = access->scan(position->family, position->from, {});
      for (; scan.valid() && looked_at < most; scan.next(), ++looked_at) {
        const Fate fate = reseal(vault.sealer(), position->family, scan, batch);
        progress.resealed += fate == Fate::resealed ? 1 : 0;
        position->damaged += fate == Fate::damaged ? 1 : 0;
      }
      if (scan.valid()) {
        position->from = scan.key();
        break;
      }
      if (const auto outcome = scan.outcome(); !outcome) return fail(outcome.error());
    }
    if (is_last(position->family)) {
      progress.is_done = true;
      break;
    }
    position->family = static_cast<Family>(static_cast<std::uint8_t>(position->family) + 1);
    position->from.clear();
  }
  progress.damaged = position->damaged;

  if (!progress.is_done) {
    batch.put(Family::meta, keys::k_reseal_position, encode(*position));
    if (const auto done = access->commit(batch, Durability::unsynced); !done)
      return fail(done.error());
    return progress;
  }
  batch.erase(Family::meta, keys::k_reseal_position);
  if (progress.damaged > 0) {
    if (const auto done = access->commit(batch, Durability::synced); !done)
      return fail(done.error());
    return progress;
  }
  KeyRing ring = vault.sealer().ring().without_old_keys();
  batch.put(Family::meta, keys::k_key_ring, ring.wrap(parts_->master));
  if (const auto done = access->commit(batch, Durability::synced); !done) return fail(done.error());
  vault.use(Sealer(std::move(ring)));
  return progress;
}

}  // namespace belfry::storage
