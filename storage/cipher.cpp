#include "storage/cipher.h"

#include <cryptopp/aes.h>
#include <cryptopp/gcm.h>
#include <cryptopp/osrng.h>

#include "sync/base/invariant.h"

namespace belfry::storage {
namespace {

using Byte = CryptoPP::byte;

constexpr std::size_t k_nonce_bytes = 12;
constexpr std::size_t k_tag_bytes = 16;

const Byte* bytes_of(std::string_view text) {
  return reinterpret_cast<const Byte*>(text.data());
}
Byte* bytes_of(std::string& text) {
  return reinterpret_cast<Byte*>(text.data());
}

}  // namespace

std::string encrypt(const Secret& key, std::string_view plain, std::string_view bound_to) {
  std::string sealed = random_bytes(k_nonce_bytes);
  sealed.resize(k_nonce_bytes + plain.size() + k_tag_bytes);
  // A cipher of its own for each call: setting the key takes half a microsecond, sharing one would
  // take a lock.
  CryptoPP::GCM<CryptoPP::AES>::Encryption cipher;
  cipher.SetKeyWithIV(bytes_of(key.reveal()), key.reveal().size(), bytes_of(sealed), k_nonce_bytes);
  Byte* content = bytes_of(sealed) + k_nonce_bytes;
  cipher.EncryptAndAuthenticate(content, content + plain.size(), k_tag_bytes, bytes_of(sealed),
                                static_cast<int>(k_nonce_bytes), bytes_of(bound_to),
                                bound_to.size(), bytes_of(plain), plain.size());
  return sealed;
}

std::optional<std::string> decrypt(const Secret& key, std::string_view sealed,
                                   std::string_view bound_to) {
  if (sealed.size() < k_nonce_bytes + k_tag_bytes) return std::nullopt;
  const std::string_view nonce = sealed.substr(0, k_nonce_bytes);
  const std::string_view content =
      sealed.substr(k_nonce_bytes, sealed.size() - k_nonce_bytes - k_tag_bytes);
  const std::string_view tag = sealed.substr(sealed.size() - k_tag_bytes);
  std::string plain(content.size(), '\0');
  CryptoPP::GCM<CryptoPP::AES>::Decryption cipher;
  cipher.SetKeyWithIV(bytes_of(key.reveal()), key.reveal().size(), bytes_of(nonce), nonce.size());
  const bool is_sound = cipher.DecryptAndVerify(
      bytes_of(plain), bytes_of(tag), k_tag_bytes, bytes_of(nonce), static_cast<int>(nonce.size()),
      bytes_of(bound_to), bound_to.size(), bytes_of(content), content.size());
  if (!is_sound) return std::nullopt;
  return plain;
}

std::string random_bytes(std::size_t count) {
  // A machine without random bytes cannot keep secrets: the exception of Crypto++ is let through
  // and ends the process.
  static thread_local CryptoPP::NonblockingRng source;
  std::string bytes(count, '\0');
  source.GenerateBlock(bytes_of(bytes), bytes.size());
  return bytes;
}

}  // namespace belfry::storage
