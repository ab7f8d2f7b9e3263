#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "storage/database.h"
#include "storage/key_ring.h"
#include "storage/store_options.h"
#include "sync/base/result.h"
#include "sync/port/clock.h"

/// The version of what lies in the store, and the way from an older one to this one.
namespace belfry::storage {

inline constexpr std::uint32_t k_schema_version = 1;

/// One step forward: from `from` to `from + 1`, all of it in the batch that it is given or in steps
/// that may be repeated. The new version is written after it.
struct Migration {
  std::uint32_t from = 0;
  std::function<Result<>(Database::Access&, Database::Batch&)> run;
};

/// Every step from version 1 on, in order.
[[nodiscard]] std::span<const Migration> migrations();

/// Refuses a store of a later version before anything of it is written: a later program may have
/// written what this one would spoil. A store that is not there or does not open passes; opening it
/// tells more. Errors: refused.
[[nodiscard]] Result<> refuse_newer(const StoreOptions& options, std::uint32_t newest);

struct Identity {
  std::string instance_id;
  KeyRing ring;
};

/// What makes a store this store: read, or made when the store is new.
/// Errors: damaged (wrong master key, …).
[[nodiscard]] Result<Identity> identify(Database& database, const MasterKey& master, WallTime now);

/// Brings a store up to `newest`: first a checkpoint beside it (`<path>.schema-<old>`), then step
/// after step. A store of that version already is left alone.
[[nodiscard]] Result<> migrate(Database& database, const StoreOptions& options,
                               std::span<const Migration> steps, std::uint32_t newest);

}  // namespace belfry::storage
