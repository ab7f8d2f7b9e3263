#include "app/os_entropy.h"

#include <array>

#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "net/crypto/base64.h"
#include "sync/base/invariant.h"

namespace belfry::app {
namespace {

std::string hmac_sha256(const std::string& key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  const auto* made = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                          reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                          digest.data(), &length);
  invariant(made != nullptr, "HMAC-SHA-256 works on any text");
  return {reinterpret_cast<const char*>(digest.data()), length};
}

}  // namespace

std::string OsEntropy::token(std::size_t bytes) {
  std::string random(bytes, '\0');
  const int made =
      RAND_bytes(reinterpret_cast<unsigned char*>(random.data()), static_cast<int>(bytes));
  invariant(made == 1, "the operating system gives random bytes");
  return net::base64url(random);
}

std::uint64_t JitterRandom::below(std::uint64_t bound) {
  MutexLock lock(mutex_);
  return std::uniform_int_distribution<std::uint64_t>(0, bound - 1)(engine_);
}

HmacSigner::HmacSigner(const Secret& master_key, std::string_view instance_id)
    : key_(hmac_sha256(master_key.reveal(), "belfry signer " + std::string(instance_id))) {}

std::string HmacSigner::sign(std::string_view purpose, std::string_view text) const {
  std::string whole(purpose);
  whole += '\0';
  whole += text;
  return net::base64url(hmac_sha256(key_.reveal(), whole));
}

}  // namespace belfry::app
