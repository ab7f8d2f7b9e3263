#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "storage/database.h"
#include "storage/keys.h"
#include "storage/sealer.h"
#include "storage/stripes.h"
#include "sync/base/result.h"
#include "sync/port/clock.h"

namespace belfry::storage {

/// What all transitions of RocksStore work with: the database, the seals on its records, and the
/// locks for keys. Threads as the database; the sealer changes only while somebody is alone in it.
class Vault {
 public:
  Vault(std::unique_ptr<Database> database, Sealer sealer, const sync::Clock& clock)
      : database_(std::move(database)), sealer_(std::move(sealer)), clock_(clock) {}

  [[nodiscard]] Database& database() const { return *database_; }
  [[nodiscard]] Stripes& stripes() { return stripes_; }
  [[nodiscard]] WallTime now() const { return clock_.now().wall; }
  [[nodiscard]] const Sealer& sealer() const { return sealer_; }
  /// Only while alone in the database.
  void use(Sealer sealer) { sealer_ = std::move(sealer); }

  /// A sealed record, written now.
  void put(Database::Batch& batch, Family family, std::string_view key,
           std::string_view plain) const {
    batch.put(family, key, sealer_.seal(family, key, now(), plain));
  }

  /// A record opened and decoded. Errors: damaged, naming the family.
  template <class Decode>
  [[nodiscard]] auto open(Family family, std::string_view key, std::string_view record,
                          Decode decode) const
      -> Result<typename decltype(decode(std::string_view{}))::value_type> {
    const auto opened = sealer_.open(family, key, record);
    if (!opened) return fail(opened.error());
    auto value = decode(std::string_view(opened->plain));
    if (!value) {
      return fail(ErrorKind::damaged,
                  fmt::format("damaged record in family {}: it opens, but cannot be read",
                              name_of(family)));
    }
    return std::move(*value);
  }

  /// The record of `key` read, opened and decoded; none when there is none.
  template <class Decode>
  [[nodiscard]] auto read(const Database::Access& access, Family family, std::string_view key,
                          Decode decode) const -> Result<decltype(decode(std::string_view{}))> {
    using Optional = decltype(decode(std::string_view{}));
    const auto record = access.get(family, key);
    if (!record) return fail(record.error());
    if (!*record) return Optional{};
    auto value = open(family, key, **record, decode);
    if (!value) return fail(value.error());
    return Optional{std::move(*value)};
  }

 private:
  const std::unique_ptr<Database> database_;
  Stripes stripes_;
  Sealer sealer_;
  const sync::Clock& clock_;
};

}  // namespace belfry::storage
