#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sync/base/result.h"
#include "sync/base/secret.h"
#include "sync/base/time.h"

struct evp_pkey_st;

namespace belfry::net {

/// A key of OpenSSL's, constant after construction: any number of threads may use it at once.
using OpensslKey = std::shared_ptr<evp_pkey_st>;

/// Verifies RS256 signatures.
class RsaPublicKey {
 public:
  /// From a JWKS entry's big-endian modulus and exponent. Nothing when OpenSSL refuses them or the
  /// modulus is not 2,048 to 8,192 bits.
  [[nodiscard]] static std::optional<RsaPublicKey> from_numbers(std::string_view modulus,
                                                                std::string_view exponent);
  /// RSASSA-PKCS1-v1_5 with SHA-256.
  [[nodiscard]] bool has_signed(std::string_view bytes, std::string_view signature) const;

 private:
  explicit RsaPublicKey(OpensslKey key) : key_(std::move(key)) {}
  OpensslKey key_;
};

/// Opens what was encrypted with our certificate.
class RsaPrivateKey {
 public:
  /// Nothing when `pem` holds no RSA key.
  [[nodiscard]] static std::optional<RsaPrivateKey> from_pem(const Secret& pem);
  /// OAEP with SHA-1 and MGF1-SHA-1 and an empty label; nothing when it was not meant for this key.
  /// A private operation: 0.4 ms with 2,048 bits, 1 ms with 3,072 (2 ms where the key has two
  /// primes only).
  [[nodiscard]] std::optional<std::string> decrypt_oaep(std::string_view cipher) const;

 private:
  explicit RsaPrivateKey(OpensslKey key) : key_(std::move(key)) {}
  OpensslKey key_;
};

/// A new RSA key (PEM, PKCS#8) with a self-signed X.509 v3 certificate (base64 of DER) that names
/// `common_name`.
struct KeyWithCertificate {
  Secret private_key_pem;
  std::string certificate_base64;
};
struct CertificateWish {
  std::string common_name;  ///< at most 64 characters
  int rsa_bits = 3072;
  WallTime valid_from;
  WallTime valid_until;
};
/// Takes up to a second. Keys from 3,072 bits on have three primes or four: as strong, and much
/// faster to use. Errors: transient, when OpenSSL has no randomness or refuses the wish.
[[nodiscard]] Result<KeyWithCertificate> make_key_with_certificate(const CertificateWish& wish);

}  // namespace belfry::net
