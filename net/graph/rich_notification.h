#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>

#include "net/crypto/rsa.h"
#include "net/graph/signing_keys.h"
#include "net/graph/validation_token.h"
#include "net/http/http_client.h"
#include "sync/base/mutex.h"
#include "sync/port/random.h"
#include "sync/port/resource.h"

namespace belfry::net {

struct RichPolicy {
  /// Graph takes 2,048 to 4,096. One private operation a message: 0.4 ms with 2,048 bits, 1 ms with
  /// 3,072.
  int rsa_bits = 3072;
  /// Long enough for a rotation every 90 days to be missed twice.
  Duration certificate_life = std::chrono::days(365);
  /// Tokens live about 8 hours and there is one at a time: hits are the rule with very few. 32
  /// bytes and more each.
  std::size_t max_verdicts = 256;
  /// True ones have 1 to 2 KiB.
  std::size_t max_token_bytes = 8 * 1024;
  /// GET of the signing keys.
  Duration timeout = std::chrono::seconds(10);
};

/// Verifies and opens rich notifications with OpenSSL.
///
/// Promises  HMAC is compared, in constant time, before anything is decrypted. A token's signature
/// is checked once,
///           its time at each use. What verify() and open() say depends on their arguments and on
///           the keys known.
/// Threads   Safe from any thread; no lock is held while RSA works.
/// Source    Graph, "change notifications with resource data".
class RichNotifications : public sync::ResourceOpener {
 public:
  RichNotifications(HttpClient& http, sync::Entropy& entropy, TokenRules rules,
                    const RichPolicy& policy = {});

  [[nodiscard]] sync::TokenVerdict verify(const EncryptedResource& resource,
                                          WallTime received) const override;
  [[nodiscard]] Result<Message> open(const EncryptedResource& resource,
                                     const MessageRef& expected) const override;
  [[nodiscard]] Result<Message> read(const Content& json,
                                     const MessageRef& expected) const override;
  /// Reads the configuration of both token versions and the keys that each names: from the login
  /// host only, over TLS unless the host is a loopback address. What was known is kept when nothing
  /// could be read.
  Result<> fetch_signing_keys() override;
  Result<EncryptionCertificate> make_certificate(WallTime now) override;
  /// Errors: damaged, when a certificate's private key cannot be read; then nothing has changed.
  Result<> use_certificates(std::span<const EncryptionCertificate> certificates) override;

 private:
  using PrivateKeys = std::map<CertificateId, RsaPrivateKey>;

  [[nodiscard]] sync::TokenVerdict verify_one(const std::string& token, WallTime received) const;
  [[nodiscard]] Result<SigningKeys> keys_named_by(const std::string& configuration_url);
  void remember(const std::string& digest, const CheckedToken& token,
                const SigningKeys* judged_by) const REQUIRES(mutex_);

  // constant after construction
  HttpClient& http_;
  sync::Entropy& entropy_;
  const TokenRules rules_;
  const RichPolicy policy_;

  mutable Mutex mutex_;
  // Shared, since a thread that verifies or decrypts goes on with the keys that it began with.
  std::shared_ptr<const SigningKeys> signing_keys_ GUARDED_BY(mutex_);
  std::shared_ptr<const PrivateKeys> private_keys_ GUARDED_BY(mutex_);
  mutable std::unordered_map<std::string, CheckedToken> verdicts_
      GUARDED_BY(mutex_);  ///< by SHA-256 of the token
  mutable std::deque<std::string> oldest_verdicts_ GUARDED_BY(mutex_);
};

}  // namespace belfry::net
