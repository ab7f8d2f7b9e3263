#include "tests/sandbox/crypto.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

namespace belfry::sandbox {

namespace {

void must(bool good, const char* what) {
  if (!good) throw std::runtime_error(fmt::format("OpenSSL: {} failed", what));
}

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};

using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Freed<EVP_CIPHER_CTX_free>>;
using X509Ptr = std::unique_ptr<X509, Freed<X509_free>>;
using BigNumber = std::unique_ptr<BIGNUM, Freed<BN_free>>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* bytes_of(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

std::string encode(std::string_view bytes, std::string_view alphabet, bool padded) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t have = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t word = 0;
    for (std::size_t k = 0; k < 3; ++k)
      word = word << 8U | (k < have ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k) {
      if (k <= have)
        out += alphabet[word >> (18 - 6 * k) & 63U];
      else if (padded)
        out += '=';
    }
  }
  return out;
}

constexpr std::string_view k_base64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view k_base64url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

int base64_digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  return c == '/' || c == '_' ? 63 : -1;
}

PublicKey shared_key(EVP_PKEY* key) {
  return {key, [](EVP_PKEY* k) { EVP_PKEY_free(k); }};
}

KeyContext oaep_context(EVP_PKEY* key, int (*init)(EVP_PKEY_CTX*)) {
  KeyContext context(EVP_PKEY_CTX_new(key, nullptr));
  must(context != nullptr && init(context.get()) > 0, "OAEP init");
  must(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_OAEP_PADDING) > 0, "OAEP padding");
  must(EVP_PKEY_CTX_set_rsa_oaep_md(context.get(), EVP_sha1()) > 0, "OAEP digest");
  must(EVP_PKEY_CTX_set_rsa_mgf1_md(context.get(), EVP_sha1()) > 0, "OAEP MGF1");
  return context;
}

}  // namespace

std::string random_bytes(std::size_t count) {
  std::string out(count, '\0');
  must(RAND_bytes(bytes_of(out), static_cast<int>(count)) == 1, "RAND_bytes");
  return out;
}

std::string random_guid() {
  std::string raw = random_bytes(16);
  raw[6] = static_cast<char>((static_cast<unsigned char>(raw[6]) & 0x0FU) | 0x40U);
  raw[8] = static_cast<char>((static_cast<unsigned char>(raw[8]) & 0x3FU) | 0x80U);
  std::string out;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += fmt::format("{:02x}", static_cast<unsigned char>(raw[i]));
  }
  return out;
}

std::string random_text(std::size_t characters) {
  return base64url(random_bytes(characters)).substr(0, characters);
}

std::string base64(std::string_view bytes) {
  return encode(bytes, k_base64, true);
}

std::string base64url(std::string_view bytes) {
  return encode(bytes, k_base64url, false);
}

std::optional<std::string> decode_base64(std::string_view text) {
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  std::string out;
  std::uint32_t word = 0;
  int bits = 0;
  for (const char c : text) {
    const int digit = base64_digit(c);
    if (digit < 0) return std::nullopt;
    word = word << 6U | static_cast<std::uint32_t>(digit);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out += static_cast<char>(word >> bits & 0xFFU);
  }
  return out;
}

std::string sha256(std::string_view bytes) {
  std::string out(32, '\0');
  must(EVP_Digest(bytes.data(), bytes.size(), bytes_of(out), nullptr, EVP_sha256(), nullptr) == 1,
       "SHA-256");
  return out;
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  std::string out(32, '\0');
  unsigned int length = 0;
  must(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(bytes), bytes.size(),
            bytes_of(out), &length) != nullptr,
       "HMAC");
  return out;
}

std::string aes256_cbc_encrypt(std::string_view key, std::string_view iv, std::string_view plain) {
  const CipherContext context(EVP_CIPHER_CTX_new());
  std::string out(plain.size() + 32, '\0');
  int head = 0;
  int tail = 0;
  must(EVP_EncryptInit_ex(context.get(), EVP_aes_256_cbc(), nullptr, bytes_of(key), bytes_of(iv)) ==
               1 &&
           EVP_EncryptUpdate(context.get(), bytes_of(out), &head, bytes_of(plain),
                             static_cast<int>(plain.size())) == 1 &&
           EVP_EncryptFinal_ex(context.get(), bytes_of(out) + head, &tail) == 1,
       "AES encryption");
  out.resize(static_cast<std::size_t>(head + tail));
  return out;
}

std::string aes256_cbc_decrypt(std::string_view key, std::string_view iv, std::string_view cipher) {
  const CipherContext context(EVP_CIPHER_CTX_new());
  std::string out(cipher.size() + 32, '\0');
  int head = 0;
  int tail = 0;
  must(EVP_DecryptInit_ex(context.get(), EVP_aes_256_cbc(), nullptr, bytes_of(key), bytes_of(iv)) ==
               1 &&
           EVP_DecryptUpdate(context.get(), bytes_of(out), &head, bytes_of(cipher),
                             static_cast<int>(cipher.size())) == 1 &&
           EVP_DecryptFinal_ex(context.get(), bytes_of(out) + head, &tail) == 1,
       "AES decryption");
  out.resize(static_cast<std::size_t>(head + tail));
  return out;
}

std::optional<Certificate> read_certificate(std::string_view base64_der) {
  const auto der = decode_base64(base64_der);
  if (!der) return std::nullopt;
  const unsigned char* start = bytes_of(std::string_view(*der));
  const X509Ptr x509(d2i_X509(nullptr, &start, static_cast<long>(der->size())));
  if (!x509) return std::nullopt;
  Certificate out;
  out.key = shared_key(X509_get_pubkey(x509.get()));
  if (!out.key) return std::nullopt;
  out.bits = EVP_PKEY_get_bits(out.key.get());
  out.is_rsa = EVP_PKEY_get_base_id(out.key.get()) == EVP_PKEY_RSA;
  std::array<unsigned char, 20> digest{};
  must(X509_digest(x509.get(), EVP_sha1(), digest.data(), nullptr) == 1, "thumbprint");
  for (const unsigned char byte : digest) out.thumbprint += fmt::format("{:02X}", byte);
  return out;
}

std::string rsa_oaep_encrypt(const PublicKey& key, std::string_view plain) {
  const KeyContext context = oaep_context(key.get(), EVP_PKEY_encrypt_init);
  std::string out(static_cast<std::size_t>(EVP_PKEY_get_size(key.get())), '\0');
  std::size_t length = out.size();
  must(EVP_PKEY_encrypt(context.get(), bytes_of(out), &length, bytes_of(plain), plain.size()) > 0,
       "OAEP encryption");
  out.resize(length);
  return out;
}

std::string rsa_oaep_decrypt(const PrivateKey& key, std::string_view cipher) {
  const KeyContext context = oaep_context(key.get(), EVP_PKEY_decrypt_init);
  std::string out(static_cast<std::size_t>(EVP_PKEY_get_size(key.get())), '\0');
  std::size_t length = out.size();
  must(EVP_PKEY_decrypt(context.get(), bytes_of(out), &length, bytes_of(cipher), cipher.size()) > 0,
       "OAEP decryption");
  out.resize(length);
  return out;
}

PrivateKey make_rsa_key(int bits) {
  EVP_PKEY* key = EVP_RSA_gen(static_cast<unsigned int>(bits));
  must(key != nullptr, "RSA key");
  return shared_key(key);
}

std::string rs256_sign(const PrivateKey& key, std::string_view bytes) {
  const DigestContext context(EVP_MD_CTX_new());
  std::size_t length = static_cast<std::size_t>(EVP_PKEY_get_size(key.get()));
  std::string out(length, '\0');
  must(
      EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
          EVP_DigestSign(context.get(), bytes_of(out), &length, bytes_of(bytes), bytes.size()) == 1,
      "RS256 signature");
  out.resize(length);
  return out;
}

bool rs256_verify(const PublicKey& key, std::string_view bytes, std::string_view signature) {
  const DigestContext context(EVP_MD_CTX_new());
  return EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(bytes),
                          bytes.size()) == 1;
}

RsaNumbers rsa_numbers(const PublicKey& key) {
  const auto number = [&](const char* name) {
    BIGNUM* raw = nullptr;
    must(EVP_PKEY_get_bn_param(key.get(), name, &raw) == 1, "RSA parameter");
    const BigNumber held(raw);
    std::string bytes(static_cast<std::size_t>(BN_num_bytes(raw)), '\0');
    BN_bn2bin(raw, bytes_of(bytes));
    return base64url(bytes);
  };
  return {.n = number(OSSL_PKEY_PARAM_RSA_N), .e = number(OSSL_PKEY_PARAM_RSA_E)};
}

std::string self_signed_certificate(const PrivateKey& key) {
  const X509Ptr x509(X509_new());
  X509_set_version(x509.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x509.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(x509.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(x509.get()), 90L * 24 * 3600);
  X509_set_pubkey(x509.get(), key.get());
  X509_NAME* name = X509_get_subject_name(x509.get());
  const std::string_view common_name = "sandbox";
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, bytes_of(common_name),
                             static_cast<int>(common_name.size()), -1, 0);
  X509_set_issuer_name(x509.get(), name);
  must(X509_sign(x509.get(), key.get(), EVP_sha256()) > 0, "certificate");
  unsigned char* raw = nullptr;
  const int length = i2d_X509(x509.get(), &raw);
  must(length > 0, "certificate encoding");
  const std::string der(reinterpret_cast<const char*>(raw), static_cast<std::size_t>(length));
  OPENSSL_free(raw);
  return base64(der);
}

}  // namespace belfry::sandbox
