#include "net/crypto/symmetric.h"

#include <array>
#include <limits>
#include <memory>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include "sync/base/invariant.h"

namespace belfry::net {
namespace {

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};

}  // namespace

std::string sha256(std::string_view bytes) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(bytes_of(bytes), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()));
  return digest;
}

bool is_hmac_sha256(std::string_view key, std::string_view bytes, std::string_view given) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> computed{};
  unsigned length = 0;
  const auto* const made = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                                bytes_of(bytes), bytes.size(), computed.data(), &length);
  invariant(made != nullptr, "OpenSSL computes HMAC-SHA-256");
  return given.size() == length && CRYPTO_memcmp(given.data(), computed.data(), length) == 0;
}

std::optional<std::string> aes256_cbc_decrypt(std::string_view key, std::string_view iv,
                                              std::string_view cipher) {
  constexpr std::size_t block = 16;
  if (key.size() != 32 || iv.size() != block || cipher.empty() || cipher.size() % block != 0 ||
      cipher.size() > std::numeric_limits<int>::max() - block)
    return std::nullopt;
  const std::unique_ptr<EVP_CIPHER_CTX, FreeCipher> context(EVP_CIPHER_CTX_new());
  std::string plain(cipher.size() + block, '\0');
  auto* const out = reinterpret_cast<unsigned char*>(plain.data());
  int length = 0;
  int last = 0;
  if (EVP_DecryptInit_ex(context.get(), EVP_aes_256_cbc(), nullptr, bytes_of(key), bytes_of(iv)) !=
          1 ||
      EVP_DecryptUpdate(context.get(), out, &length, bytes_of(cipher),
                        static_cast<int>(cipher.size())) != 1 ||
      EVP_DecryptFinal_ex(context.get(), out + length, &last) != 1)
    return std::nullopt;
  plain.resize(static_cast<std::size_t>(length + last));
  return plain;
}

}  // namespace belfry::net
