#include "storage/sealer.h"

#include <fmt/format.h>

#include "storage/bytes.h"
#include "storage/cipher.h"

namespace belfry::storage {
namespace {

constexpr char k_record_version = 1;
constexpr std::size_t k_plain_bytes = 1 + 8;
constexpr std::size_t k_header_bytes = k_plain_bytes + 4;

std::string bound_to(Family family, std::string_view key, std::string_view header) {
  std::string text(name_of(family));
  text.push_back('\0');
  text.append(header);
  text.append(key);
  return text;
}

tl::unexpected<Error> damaged(Family family, const char* why) {
  return fail(ErrorKind::damaged,
              fmt::format("damaged record in family {}: {}", name_of(family), why));
}

}  // namespace

std::string plain_record(WallTime written) {
  std::string record(1, k_record_version);
  append_u64(record, static_cast<std::uint64_t>(to_epoch_ms(written)));
  return record;
}

std::optional<WallTime> written_at(std::string_view record) {
  if (record.size() < k_plain_bytes || record[0] != k_record_version) return std::nullopt;
  return from_epoch_ms(static_cast<std::int64_t>(read_u64(record.substr(1))));
}

std::optional<KeyId> sealed_with(std::string_view record) {
  if (record.size() < k_header_bytes || record[0] != k_record_version) return std::nullopt;
  return KeyId{read_u32(record.substr(k_plain_bytes))};
}

std::string Sealer::seal(Family family, std::string_view key, WallTime now,
                         std::string_view plain) const {
  const DataKey& data_key = ring_.current();
  std::string record = plain_record(now);
  append_u32(record, static_cast<std::uint32_t>(data_key.id));
  return record + encrypt(data_key.bytes, plain, bound_to(family, key, record));
}

Result<Opened> Sealer::open(Family family, std::string_view key, std::string_view record) const {
  const auto written = written_at(record);
  const auto key_id = sealed_with(record);
  if (!written || !key_id) return damaged(family, "its header is not one of ours");
  const DataKey* data_key = ring_.find(*key_id);
  if (data_key == nullptr)
    return damaged(family, "it names a data key that the store does not have");
  auto plain = decrypt(data_key->bytes, record.substr(k_header_bytes),
                       bound_to(family, key, record.substr(0, k_header_bytes)));
  if (!plain) return damaged(family, "its seal does not fit");
  return Opened{std::move(*plain), *written, *key_id};
}

}  // namespace belfry::storage
