#include "net/crypto/rsa.h"

#include <memory>

#include <boost/test/unit_test.hpp>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "net/crypto/base64.h"
#include "net/crypto/symmetric.h"

using belfry::Secret;
using belfry::net::decode_base64;
using belfry::net::is_hmac_sha256;
using belfry::net::make_key_with_certificate;
using belfry::net::RsaPrivateKey;
using belfry::net::RsaPublicKey;

namespace {

/// What Graph does with a certificate; how long its modulus is comes with it.
struct Sealed {
  int bits = 0;
  std::string bytes;
};
Sealed sealed_for(const std::string& der, const std::string& plain) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      d2i_X509(nullptr, &at, static_cast<long>(der.size())), X509_free);
  EVP_PKEY* const key = X509_get0_pubkey(certificate.get());
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(
      EVP_PKEY_CTX_new(key, nullptr), EVP_PKEY_CTX_free);
  Sealed sealed{EVP_PKEY_get_bits(key), {}};
  std::size_t size = static_cast<std::size_t>(EVP_PKEY_get_size(key));
  sealed.bytes.resize(size);
  EVP_PKEY_encrypt_init(context.get());
  EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_OAEP_PADDING);
  EVP_PKEY_encrypt(context.get(), reinterpret_cast<unsigned char*>(sealed.bytes.data()), &size,
                   reinterpret_cast<const unsigned char*>(plain.data()), plain.size());
  return sealed;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rsa)

BOOST_AUTO_TEST_CASE(what_is_encrypted_for_a_made_certificate_opens_with_its_stored_key) {
  for (const int bits : {2048, 3072, 4096}) {
    const auto made =
        make_key_with_certificate({.common_name = "belfry-test",
                                   .rsa_bits = bits,
                                   .valid_from = belfry::from_epoch_ms(1'772'000'000'000),
                                   .valid_until = belfry::from_epoch_ms(1'803'536'000'000)});
    BOOST_REQUIRE(made);
    const auto key = RsaPrivateKey::from_pem(made->private_key_pem);
    BOOST_REQUIRE(key);

    const Sealed sealed = sealed_for(*decode_base64(made->certificate_base64), "a content key");

    BOOST_TEST(sealed.bits == bits);
    BOOST_TEST(key->decrypt_oaep(sealed.bytes).value_or("") == "a content key");
    BOOST_TEST(!key->decrypt_oaep(std::string(sealed.bytes.rbegin(), sealed.bytes.rend())));
  }
}

BOOST_AUTO_TEST_CASE(a_made_key_is_pkcs8_and_its_certificate_is_der_of_version_three) {
  const auto made =
      make_key_with_certificate({.common_name = "belfry-test",
                                 .rsa_bits = 2048,
                                 .valid_from = belfry::from_epoch_ms(1'772'000'000'000),
                                 .valid_until = belfry::from_epoch_ms(1'803'536'000'000)});

  BOOST_REQUIRE(made);
  BOOST_TEST(made->private_key_pem.reveal().starts_with("-----BEGIN PRIVATE KEY-----\n"));
  BOOST_TEST(RsaPrivateKey::from_pem(made->private_key_pem).has_value());
  const auto der = decode_base64(made->certificate_base64);
  BOOST_REQUIRE(der);
  // RFC 5280 §4.1: SEQUENCE { SEQUENCE { [0] { INTEGER 2 }, …
  BOOST_TEST(der->substr(8, 5) == std::string("\xA0\x03\x02\x01\x02", 5));
  BOOST_TEST(der->find("belfry-test") != std::string::npos);
  // UTCTime of both ends of its life.
  BOOST_TEST(der->find("260225061320Z") != std::string::npos);
  BOOST_TEST(der->find("270225061320Z") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_no_private_rsa_key_is_not_taken_for_one) {
  BOOST_TEST(!RsaPrivateKey::from_pem(Secret("")));
  BOOST_TEST(!RsaPrivateKey::from_pem(
      Secret("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")));
}

BOOST_AUTO_TEST_CASE(weak_and_monstrous_public_keys_are_refused) {
  const std::string exponent("\x01\x00\x01", 3);
  BOOST_TEST(RsaPublicKey::from_numbers(std::string(256, '\xAB'), exponent).has_value());
  BOOST_TEST(!RsaPublicKey::from_numbers(std::string(128, '\xAB'), exponent));
  BOOST_TEST(!RsaPublicKey::from_numbers(std::string(2048, '\xAB'), exponent));
  BOOST_TEST(!RsaPublicKey::from_numbers(std::string(256, '\xAB'), ""));
}

BOOST_AUTO_TEST_CASE(an_hmac_must_be_whole_and_right) {
  // RFC 4231, test case 2.
  const std::string mac =
      *belfry::net::decode_base64("W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=");

  BOOST_TEST(is_hmac_sha256("Jefe", "what do ya want for nothing?", mac));
  BOOST_TEST(!is_hmac_sha256("Jefe", "what do ya want for nothing!", mac));
  BOOST_TEST(!is_hmac_sha256("Jefe", "what do ya want for nothing?", mac.substr(0, 31)));
  BOOST_TEST(!is_hmac_sha256("Jefe", "what do ya want for nothing?", ""));
}

BOOST_AUTO_TEST_SUITE_END()
