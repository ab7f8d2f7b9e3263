#include "storage/key_ring.h"

#include <algorithm>

#include <cryptopp/base64.h>
#include <cryptopp/filters.h>
#include <cryptopp/sha.h>
#include <fmt/format.h>

#include "storage/bytes.h"
#include "storage/cipher.h"
#include "storage/fields.h"
#include "sync/base/invariant.h"

namespace belfry::storage {
namespace {

constexpr std::string_view k_ring_name = "belfry key ring";
constexpr std::size_t k_fingerprint_bytes = 4;
constexpr char k_ring_version = 1;

// Inside the ring: a field for each key, with fields of its own.
constexpr Tag k_key = 1;
constexpr Tag k_key_id = 1;
constexpr Tag k_key_content = 2;
constexpr Tag k_key_made_at = 3;

constexpr std::string_view k_white_space = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(k_white_space);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(k_white_space) - first + 1);
}

bool is_base64(std::string_view text) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  constexpr std::size_t length = 43;  // of 32 bytes, without its one `=`
  return text.size() >= length && text.substr(length).size() <= 1 &&
         (text.size() == length || text.back() == '=') &&
         text.substr(0, length).find_first_not_of(alphabet) == std::string_view::npos;
}

std::string from_base64(std::string_view text) {
  std::string bytes;
  CryptoPP::StringSource(reinterpret_cast<const CryptoPP::byte*>(text.data()), text.size(), true,
                         new CryptoPP::Base64Decoder(new CryptoPP::StringSink(bytes)));
  return bytes;
}

DataKey make_key(KeyId id, WallTime now) {
  return {id, Secret(random_bytes(k_key_bytes)), now};
}

Result<DataKey> read_key(std::string_view bytes) {
  DataKey key;
  FieldReader fields(bytes);
  while (fields.next()) {
    switch (fields.tag()) {
      case k_key_id:
        key.id = KeyId{static_cast<std::uint32_t>(fields.number())};
        break;
      case k_key_content:
        key.bytes = Secret(fields.text());
        break;
      case k_key_made_at:
        key.made_at = fields.time();
        break;
      default:
        break;
    }
  }
  if (!fields.is_sound() || key.bytes.reveal().size() != k_key_bytes) {
    return fail(ErrorKind::damaged, "the key ring of the store is damaged (family meta)");
  }
  return key;
}

}  // namespace

Result<MasterKey> MasterKey::parse(std::string_view content) {
  if (content.size() == k_key_bytes) return MasterKey(std::string(content));
  const std::string_view text = trimmed(content);
  if (is_base64(text)) {
    std::string bytes = from_base64(text);
    if (bytes.size() == k_key_bytes) return MasterKey(std::move(bytes));
  }
  return fail(ErrorKind::refused,
              fmt::format("the master key must be 32 raw bytes or their base64 (44 characters); "
                          "this is {} bytes of something else",
                          content.size()));
}

std::string MasterKey::fingerprint() const {
  CryptoPP::SHA256 hash;
  constexpr std::string_view purpose = "belfry master key fingerprint";
  hash.Update(reinterpret_cast<const CryptoPP::byte*>(purpose.data()), purpose.size());
  hash.Update(reinterpret_cast<const CryptoPP::byte*>(bytes_.reveal().data()),
              bytes_.reveal().size());
  std::string digest(k_fingerprint_bytes, '\0');
  hash.TruncatedFinal(reinterpret_cast<CryptoPP::byte*>(digest.data()), digest.size());
  return to_hex(digest);
}

KeyRing KeyRing::make(WallTime now) {
  return KeyRing({make_key(KeyId{1}, now)});
}

const DataKey* KeyRing::find(KeyId id) const {
  const auto found =
      std::find_if(keys_.begin(), keys_.end(), [id](const DataKey& key) { return key.id == id; });
  return found == keys_.end() ? nullptr : &*found;
}

KeyRing KeyRing::with_new_key(WallTime now) const {
  std::vector<DataKey> keys = keys_;
  keys.push_back(make_key(KeyId{static_cast<std::uint32_t>(current().id) + 1}, now));
  return KeyRing(std::move(keys));
}

KeyRing KeyRing::without_old_keys() const {
  return KeyRing({current()});
}

std::string KeyRing::wrap(const MasterKey& master) const {
  FieldWriter ring;
  for (const DataKey& key : keys_) {
    ring.text(k_key, FieldWriter{}
                         .number(k_key_id, static_cast<std::int64_t>(key.id))
                         .text(k_key_content, key.bytes.reveal())
                         .time(k_key_made_at, key.made_at)
                         .take());
  }
  const Secret plain(ring.take());
  std::string wrapped(1, k_ring_version);
  wrapped += master.fingerprint();
  return wrapped + encrypt(master.bytes(), plain.reveal(), k_ring_name);
}

Result<KeyRing> KeyRing::unwrap(std::string_view wrapped, const MasterKey& master) {
  constexpr std::size_t header = 1 + 2 * k_fingerprint_bytes;
  if (wrapped.size() < header || wrapped[0] != k_ring_version) {
    return fail(ErrorKind::damaged, "the key ring of the store is damaged (family meta)");
  }
  const std::string_view made_with = wrapped.substr(1, header - 1);
  const auto opened = decrypt(master.bytes(), wrapped.substr(header), k_ring_name);
  if (!opened) {
    if (made_with == master.fingerprint()) {
      return fail(ErrorKind::damaged, "the key ring of the store is damaged (family meta)");
    }
    return fail(ErrorKind::damaged,
                fmt::format("wrong master key: the store was sealed with key {}, given is {} "
                            "(family meta)",
                            made_with, master.fingerprint()));
  }
  const Secret plain(*opened);
  std::vector<DataKey> keys;
  FieldReader fields(plain.reveal());
  while (fields.next()) {
    if (fields.tag() != k_key) continue;
    auto key = read_key(fields.view());
    if (!key) return fail(key.error());
    keys.push_back(std::move(*key));
  }
  if (!fields.is_sound() || keys.empty()) {
    return fail(ErrorKind::damaged, "the key ring of the store is damaged (family meta)");
  }
  return KeyRing(std::move(keys));
}

}  // namespace belfry::storage
