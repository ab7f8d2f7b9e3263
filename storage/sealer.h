#pragma once

#include <string>
#include <string_view>

#include "storage/key_ring.h"
#include "storage/keys.h"
#include "sync/base/result.h"
#include "sync/base/time.h"

/// A record as it lies in the store:
///
///     version (1) | time of writing, ms (8) | id of the data key (4) | nonce (12) | ciphertext |
///     tag (16)
///
/// Everything before the nonce is readable, so that compaction can age records without a key, and
/// is bound to the ciphertext together with the family and the key: a record moved, copied or
/// turned back in time does not open. Plain records (`seen`) are version and time alone.
namespace belfry::storage {

struct Opened {
  std::string plain;
  WallTime written;
  KeyId sealed_with{};
};

class Sealer {
 public:
  explicit Sealer(KeyRing ring) : ring_(std::move(ring)) {}

  [[nodiscard]] std::string seal(Family family, std::string_view key, WallTime now,
                                 std::string_view plain) const;
  /// Errors: damaged, naming the family.
  [[nodiscard]] Result<Opened> open(Family family, std::string_view key,
                                    std::string_view record) const;

  [[nodiscard]] const KeyRing& ring() const { return ring_; }

 private:
  KeyRing ring_;
};

/// A record that holds nothing but its time.
[[nodiscard]] std::string plain_record(WallTime written);
/// When a record was written; none for something that is no record of ours.
[[nodiscard]] std::optional<WallTime> written_at(std::string_view record);
/// The key that seals a record, by its header.
[[nodiscard]] std::optional<KeyId> sealed_with(std::string_view record);

}  // namespace belfry::storage
