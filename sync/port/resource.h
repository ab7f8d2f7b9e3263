#pragma once

#include <memory>
#include <span>

#include "sync/base/result.h"
#include "sync/model/change.h"
#include "sync/model/message.h"
#include "sync/model/subscription.h"

namespace belfry::sync {

enum class TokenVerdict {
  valid,
  invalid,  ///< not from Graph's publisher, not for us, out of its time, or badly signed: refuse
            ///< the entry
  unknown_key,  ///< signed with a key that we do not have: fetch the keys, or read the message by
                ///< GET
};

/// Verifies and opens rich notifications. Safe from any thread.
/// Source: Graph, "change notifications with resource data".
class ResourceOpener {
 public:
  virtual ~ResourceOpener() = default;

  /// Judges all validation tokens by the time of receipt. No outside call.
  [[nodiscard]] virtual TokenVerdict verify(const EncryptedResource& resource,
                                            WallTime received) const = 0;

  /// HMAC first, then decryption. No outside call. Errors: gone (certificate unknown), refused
  /// (signature missing or wrong, or content that cannot be read or is another message than
  /// `expected`): both fall back to GET.
  [[nodiscard]] virtual Result<Message> open(const EncryptedResource& resource,
                                             const MessageRef& expected) const = 0;

  /// A message that a sweep read (Change::found). No outside call. Errors: refused (cannot be read,
  /// or is another message than `expected`): falls back to GET.
  [[nodiscard]] virtual Result<Message> read(const Content& json,
                                             const MessageRef& expected) const = 0;

  /// Reads the signing keys anew; one outside call. Errors: transient, throttled.
  virtual Result<> fetch_signing_keys() = 0;

  /// Makes a certificate with its RSA key; takes a second. Errors: transient.
  virtual Result<EncryptionCertificate> make_certificate(WallTime now) = 0;

  /// The certificates whose content can be opened from now on.
  virtual Result<> use_certificates(std::span<const EncryptionCertificate> certificates) = 0;
};

}  // namespace belfry::sync
