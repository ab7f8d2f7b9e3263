#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sync/base/result.h"
#include "sync/base/secret.h"
#include "sync/base/time.h"

namespace belfry::storage {

inline constexpr std::size_t k_key_bytes = 32;  // AES-256

/// The key that wraps the data keys. Comes from outside the store and is never written into it.
class MasterKey {
 public:
  /// From a key file's content: 32 raw bytes, or their base64 (white space around it is ignored).
  /// Whether the file's owner and mode are right is asked before, where files are read. Errors:
  /// refused.
  [[nodiscard]] static Result<MasterKey> parse(std::string_view content);

  [[nodiscard]] const Secret& bytes() const { return bytes_; }
  /// Tells one key from another in messages to administrators: 8 hexadecimal digits of a hash.
  [[nodiscard]] std::string fingerprint() const;

 private:
  explicit MasterKey(std::string bytes) : bytes_(std::move(bytes)) {}
  Secret bytes_;
};

enum class KeyId : std::uint32_t {};

/// One of the keys that seal records.
struct DataKey {
  KeyId id{};
  Secret bytes;
  WallTime made_at;
};

/// The data keys, oldest first; the newest seals, all of them open. A value; changes make a new
/// one.
class KeyRing {
 public:
  /// With one new key.
  [[nodiscard]] static KeyRing make(WallTime now);

  [[nodiscard]] const DataKey& current() const { return keys_.back(); }
  [[nodiscard]] const DataKey* find(KeyId id) const;
  [[nodiscard]] std::size_t size() const { return keys_.size(); }

  [[nodiscard]] KeyRing with_new_key(WallTime now) const;
  /// The current key alone.
  [[nodiscard]] KeyRing without_old_keys() const;

  /// Sealed by the master key, with the key's fingerprint in the open.
  [[nodiscard]] std::string wrap(const MasterKey& master) const;
  /// Errors: damaged, which says whether the key is another one or the ring itself is damaged.
  [[nodiscard]] static Result<KeyRing> unwrap(std::string_view wrapped, const MasterKey& master);

 private:
  explicit KeyRing(std::vector<DataKey> keys) : keys_(std::move(keys)) {}
  std::vector<DataKey> keys_;  ///< never empty
};

}  // namespace belfry::storage
