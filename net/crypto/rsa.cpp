#include "net/crypto/rsa.h"

#include <array>
#include <chrono>
#include <ctime>
#include <limits>

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "net/crypto/base64.h"

namespace belfry::net {
namespace {

/// unique_ptr for OpenSSL's objects: `Owned<BIGNUM, BN_free>`.
template <auto free_it>
struct Free {
  template <class T>
  void operator()(T* object) const {
    free_it(object);
  }
};
template <class T, auto free_it>
using Owned = std::unique_ptr<T, Free<free_it>>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

OpensslKey shared(EVP_PKEY* key) {
  return {key, EVP_PKEY_free};
}

bool is_rsa(const EVP_PKEY* key) {
  return key != nullptr && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA;
}

Owned<BIGNUM, BN_free> number_of(std::string_view big_endian) {
  return Owned<BIGNUM, BN_free>(
      BN_bin2bn(bytes_of(big_endian), static_cast<int>(big_endian.size()), nullptr));
}

/// What OpenSSL says of the last failure on this thread; clears its queue.
tl::unexpected<Error> openssl_error(const char* operation) {
  const char* const reason = ERR_reason_error_string(ERR_get_error());
  ERR_clear_error();
  return fail(ErrorKind::transient, fmt::format("{}: OpenSSL: {}", operation,
                                                reason == nullptr ? "unknown reason" : reason));
}

std::time_t seconds_of(WallTime time) {
  return static_cast<std::time_t>(
      std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count());
}

bool add_extension(X509* certificate, int nid, const char* value) {
  const Owned<X509_EXTENSION, X509_EXTENSION_free> extension(
      X509V3_EXT_conf_nid(nullptr, nullptr, nid, value));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool set_random_serial(X509* certificate) {
  const Owned<BIGNUM, BN_free> serial(BN_new());
  // RFC 5280 §4.1.2.2: positive, at most 20 bytes.
  return serial && BN_rand(serial.get(), 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
         BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool fill(X509* certificate, EVP_PKEY* key, const CertificateWish& wish) {
  X509_NAME* const name = X509_get_subject_name(certificate);
  return X509_set_version(certificate, X509_VERSION_3) == 1 && set_random_serial(certificate) &&
         ASN1_TIME_set(X509_getm_notBefore(certificate), seconds_of(wish.valid_from)) != nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(certificate), seconds_of(wish.valid_until)) != nullptr &&
         X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, bytes_of(wish.common_name),
                                    static_cast<int>(wish.common_name.size()), -1, 0) == 1 &&
         X509_set_issuer_name(certificate, name) == 1 && X509_set_pubkey(certificate, key) == 1 &&
         add_extension(certificate, NID_basic_constraints, "critical,CA:FALSE") &&
         add_extension(certificate, NID_key_usage, "critical,keyEncipherment") &&
         X509_sign(certificate, key, EVP_sha256()) > 0;
}

/// More than two primes where that is no weakness: to everybody else it is the same public key, and
/// a private operation costs half or less, since it works on numbers of 1,024 bits, for which
/// OpenSSL has its fastest code. To find a factor of 1,024 bits stays harder than to factor the
/// whole (with 2,048 bits and three primes the margin would be thin). Source: RFC 8017, 3.2;
/// OpenSSL's RSA_generate_multi_prime_key, "maximum number of permitted primes".
std::size_t primes_of(int bits) {
  if (bits < 3072) return 2;
  return bits < 4096 ? 3 : 4;
}

Owned<EVP_PKEY, EVP_PKEY_free> make_rsa_key(int bits) {
  const Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context(
      EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  std::size_t size = static_cast<std::size_t>(bits);
  std::size_t primes = primes_of(bits);
  const std::array<OSSL_PARAM, 3> wish = {
      OSSL_PARAM_construct_size_t(OSSL_PKEY_PARAM_RSA_BITS, &size),
      OSSL_PARAM_construct_size_t(OSSL_PKEY_PARAM_RSA_PRIMES, &primes), OSSL_PARAM_construct_end()};
  EVP_PKEY* key = nullptr;
  if (!context || EVP_PKEY_keygen_init(context.get()) != 1 ||
      EVP_PKEY_CTX_set_params(context.get(), wish.data()) != 1 ||
      EVP_PKEY_generate(context.get(), &key) != 1)
    return nullptr;
  return Owned<EVP_PKEY, EVP_PKEY_free>(key);
}

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long length = BIO_get_mem_data(bio, &data);
  return length > 0 ? std::string(data, static_cast<std::size_t>(length)) : std::string();
}

}  // namespace

std::optional<RsaPublicKey> RsaPublicKey::from_numbers(std::string_view modulus,
                                                       std::string_view exponent) {
  constexpr std::size_t most_bytes = 1024;
  if (modulus.size() > most_bytes || exponent.empty() || exponent.size() > sizeof(std::uint64_t))
    return std::nullopt;
  const auto n = number_of(modulus);
  const auto e = number_of(exponent);
  if (!n || !e || BN_num_bits(n.get()) < 2048) return std::nullopt;
  const Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder(OSSL_PARAM_BLD_new());
  if (!builder || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1)
    return std::nullopt;
  const Owned<OSSL_PARAM, OSSL_PARAM_free> params(OSSL_PARAM_BLD_to_param(builder.get()));
  const Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context(
      EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  EVP_PKEY* key = nullptr;
  if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1) {
    ERR_clear_error();
    return std::nullopt;
  }
  return RsaPublicKey(shared(key));
}

bool RsaPublicKey::has_signed(std::string_view bytes, std::string_view signature) const {
  const Owned<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
  const bool valid =
      context &&
      EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1 &&
      EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(bytes),
                       bytes.size()) == 1;
  ERR_clear_error();
  return valid;
}

std::optional<RsaPrivateKey> RsaPrivateKey::from_pem(const Secret& pem) {
  const std::string& text = pem.reveal();
  if (text.size() > std::numeric_limits<int>::max()) return std::nullopt;
  const Owned<BIO, BIO_free_all> bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  if (!bio) return std::nullopt;
  // Without a callback of ours OpenSSL would ask the terminal for the password of an encrypted key.
  const auto no_password = [](char*, int, int, void*) { return -1; };
  OpensslKey key = shared(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
  ERR_clear_error();
  if (!is_rsa(key.get())) return std::nullopt;
  return RsaPrivateKey(std::move(key));
}

std::optional<std::string> RsaPrivateKey::decrypt_oaep(std::string_view cipher) const {
  const Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context(EVP_PKEY_CTX_new(key_.get(), nullptr));
  std::string plain(static_cast<std::size_t>(EVP_PKEY_get_size(key_.get())), '\0');
  std::size_t length = plain.size();
  const bool opened =
      context && EVP_PKEY_decrypt_init(context.get()) == 1 &&
      EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_OAEP_PADDING) == 1 &&
      EVP_PKEY_CTX_set_rsa_oaep_md(context.get(), EVP_sha1()) == 1 &&
      EVP_PKEY_CTX_set_rsa_mgf1_md(context.get(), EVP_sha1()) == 1 &&
      EVP_PKEY_decrypt(context.get(), reinterpret_cast<unsigned char*>(plain.data()), &length,
                       bytes_of(cipher), cipher.size()) == 1;
  ERR_clear_error();
  if (!opened) return std::nullopt;
  plain.resize(length);
  return plain;
}

Result<KeyWithCertificate> make_key_with_certificate(const CertificateWish& wish) {
  const auto key = make_rsa_key(wish.rsa_bits);
  if (!key) return openssl_error("make an RSA key");
  const Owned<X509, X509_free> certificate(X509_new());
  if (!certificate || !fill(certificate.get(), key.get(), wish))
    return openssl_error("make a certificate");

  const Owned<BIO, BIO_free_all> pem(BIO_new(BIO_s_secmem()));
  const Owned<BIO, BIO_free_all> der(BIO_new(BIO_s_mem()));
  if (!pem || !der ||
      PEM_write_bio_PKCS8PrivateKey(pem.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) !=
          1 ||
      i2d_X509_bio(der.get(), certificate.get()) != 1)
    return openssl_error("write a key and its certificate");
  return KeyWithCertificate{Secret(text_of(pem.get())), base64(text_of(der.get()))};
}

}  // namespace belfry::net
