#include "tests/unit/net/graph/vector_key.h"

#include <string>

#include <boost/test/unit_test.hpp>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include "net/crypto/base64.h"
#include "net/json/json_view.h"
#include "tests/unit/net/fixture.h"

namespace belfry::tests {
namespace {

/// OpenSSL's builder keeps references to the numbers until it has made its parameters.
class RsaBuilder {
 public:
  ~RsaBuilder() {
    for (BIGNUM* number : numbers_) BN_free(number);
    OSSL_PARAM_BLD_free(builder_);
  }

  void push(const char* name, const std::string& base64url) {
    const std::string bytes = net::decode_base64url(base64url).value();
    numbers_.push_back(BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()),
                                 static_cast<int>(bytes.size()), nullptr));
    BOOST_REQUIRE(OSSL_PARAM_BLD_push_BN(builder_, name, numbers_.back()) == 1);
  }

  std::string pem() {
    OSSL_PARAM* const params = OSSL_PARAM_BLD_to_param(builder_);
    EVP_PKEY_CTX* const context = EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr);
    EVP_PKEY* key = nullptr;
    BOOST_REQUIRE(EVP_PKEY_fromdata_init(context) == 1);
    BOOST_REQUIRE(EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, params) == 1);
    BIO* const bio = BIO_new(BIO_s_mem());
    BOOST_REQUIRE(PEM_write_bio_PKCS8PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr) ==
                  1);
    char* data = nullptr;
    const long length = BIO_get_mem_data(bio, &data);
    std::string text(data, static_cast<std::size_t>(length));
    BIO_free_all(bio);
    EVP_PKEY_free(key);
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(params);
    return text;
  }

 private:
  OSSL_PARAM_BLD* builder_ = OSSL_PARAM_BLD_new();
  std::vector<BIGNUM*> numbers_;
};

}  // namespace

EncryptionCertificate vector_certificate() {
  const std::string text = graph_fixture("notification_rich_key");
  const auto json = net::JsonView::parse(text);
  const net::JsonView numbers = (*json)["keyParameters"];
  RsaBuilder builder;
  builder.push(OSSL_PKEY_PARAM_RSA_N, numbers["n"].text());
  builder.push(OSSL_PKEY_PARAM_RSA_E, numbers["e"].text());
  builder.push(OSSL_PKEY_PARAM_RSA_D, numbers["d"].text());
  builder.push(OSSL_PKEY_PARAM_RSA_FACTOR1, numbers["p"].text());
  builder.push(OSSL_PKEY_PARAM_RSA_FACTOR2, numbers["q"].text());
  builder.push(OSSL_PKEY_PARAM_RSA_EXPONENT1, numbers["dP"].text());
  builder.push(OSSL_PKEY_PARAM_RSA_EXPONENT2, numbers["dQ"].text());
  builder.push(OSSL_PKEY_PARAM_RSA_COEFFICIENT1, numbers["qInv"].text());
  return {.id = CertificateId((*json)["encryptionCertificateId"].text()),
          .private_key_pem = Secret(builder.pem()),
          .certificate_base64 = (*json)["certificateDerBase64"].text(),
          .made_at = {}};
}

}  // namespace belfry::tests
