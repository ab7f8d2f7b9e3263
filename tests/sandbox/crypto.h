#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct evp_pkey_st;

/// What the simulators need of cryptography, on OpenSSL alone. Bytes are held in std::string.
/// Errors  std::runtime_error when OpenSSL refuses. All functions may be called from any thread.
namespace belfry::sandbox {

[[nodiscard]] std::string random_bytes(std::size_t count);
[[nodiscard]] std::string random_guid();
/// Letters and digits of base64url.
[[nodiscard]] std::string random_text(std::size_t characters);

[[nodiscard]] std::string base64(std::string_view bytes);
[[nodiscard]] std::string base64url(std::string_view bytes);
/// Accepts both alphabets, with or without padding; nothing when the text is neither.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

[[nodiscard]] std::string sha256(std::string_view bytes);
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view bytes);
/// PKCS#7 padding; the key has 32 bytes, the IV 16.
[[nodiscard]] std::string aes256_cbc_encrypt(std::string_view key, std::string_view iv,
                                             std::string_view plain);
[[nodiscard]] std::string aes256_cbc_decrypt(std::string_view key, std::string_view iv,
                                             std::string_view cipher);

using PrivateKey = std::shared_ptr<evp_pkey_st>;
using PublicKey = std::shared_ptr<evp_pkey_st>;

/// The public half of a certificate, as a subscription brings it.
struct Certificate {
  PublicKey key;
  int bits = 0;
  bool is_rsa = false;
  std::string thumbprint;  ///< SHA-1 of the certificate, hexadecimal, upper case
};

/// From base64 of the DER form.
[[nodiscard]] std::optional<Certificate> read_certificate(std::string_view base64_der);
/// OAEP with SHA-1 and MGF1-SHA-1, empty label.
[[nodiscard]] std::string rsa_oaep_encrypt(const PublicKey& key, std::string_view plain);
[[nodiscard]] std::string rsa_oaep_decrypt(const PrivateKey& key, std::string_view cipher);

[[nodiscard]] PrivateKey make_rsa_key(int bits);
[[nodiscard]] std::string rs256_sign(const PrivateKey& key, std::string_view bytes);
[[nodiscard]] bool rs256_verify(const PublicKey& key, std::string_view bytes,
                                std::string_view signature);
/// Modulus and exponent as a JWKS has them.
struct RsaNumbers {
  std::string n;
  std::string e;
};
[[nodiscard]] RsaNumbers rsa_numbers(const PublicKey& key);
/// base64 of a self-signed certificate (DER) for tests that play the subscriber.
[[nodiscard]] std::string self_signed_certificate(const PrivateKey& key);

}  // namespace belfry::sandbox
