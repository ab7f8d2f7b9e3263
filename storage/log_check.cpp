#include "storage/log_check.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include <cryptopp/crc.h>
#include <fmt/format.h>

namespace belfry::storage {
namespace {

// A log is a row of blocks; a record lies within one block: masked CRC-32C of type and data (4),
// length (2), type (1), all little endian, and the data. A block begins with a record.
constexpr std::size_t k_block_bytes = 32768;
constexpr std::size_t k_header_bytes = 7;
constexpr std::size_t k_checked_from = 6;  // the type
constexpr unsigned char k_last_type = 4;   // full, first, middle, last

unsigned char byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

std::uint32_t masked_crc(std::string_view bytes) {
  CryptoPP::CRC32C crc;
  std::array<CryptoPP::byte, 4> digest{};
  crc.Update(reinterpret_cast<const CryptoPP::byte*>(bytes.data()), bytes.size());
  crc.Final(digest.data());
  const std::uint32_t value =
      static_cast<std::uint32_t>(digest[0]) | static_cast<std::uint32_t>(digest[1]) << 8U |
      static_cast<std::uint32_t>(digest[2]) << 16U | static_cast<std::uint32_t>(digest[3]) << 24U;
  return ((value >> 15U) | (value << 17U)) + 0xa282ead8U;
}

/// Size of the sound record at the beginning of `bytes`; 0 when there is none.
std::size_t sound_record(std::string_view bytes) {
  if (bytes.size() < k_header_bytes) return 0;
  const std::size_t length = byte_at(bytes, 4) | static_cast<std::size_t>(byte_at(bytes, 5)) << 8U;
  const unsigned char type = byte_at(bytes, 6);
  if (type == 0 || type > k_last_type || k_header_bytes + length > bytes.size()) return 0;
  const std::uint32_t stored = byte_at(bytes, 0) |
                               static_cast<std::uint32_t>(byte_at(bytes, 1)) << 8U |
                               static_cast<std::uint32_t>(byte_at(bytes, 2)) << 16U |
                               static_cast<std::uint32_t>(byte_at(bytes, 3)) << 24U;
  const std::string_view checked = bytes.substr(k_checked_from, 1 + length);
  return stored == masked_crc(checked) ? k_header_bytes + length : 0;
}

/// Where the sound records from the beginning of a block end.
std::size_t sound_end(std::string_view block) {
  std::size_t at = 0;
  while (const std::size_t record = sound_record(block.substr(at))) at += record;
  return at;
}

/// Whether the rest of a block, after its sound records, is what a full block may end with.
bool is_filler(std::string_view rest) {
  return rest.size() < k_header_bytes;
}

bool holds_sound_record(std::string_view bytes) {
  for (std::size_t at = 0; at + k_header_bytes <= bytes.size(); ++at) {
    if (sound_record(bytes.substr(at)) != 0) return true;
  }
  return false;
}

Error unreadable(const std::string& file, const rocksdb::Status& status) {
  return {ErrorKind::transient,
          fmt::format("{} cannot be read: {}", file, status.ToString()),
          std::nullopt,
          0,
          {}};
}

Result<> check_log(rocksdb::Env& env, const std::string& file) {
  std::unique_ptr<rocksdb::SequentialFile> log;
  const auto opened = env.NewSequentialFile(file, &log, rocksdb::EnvOptions{});
  if (!opened.ok()) return fail(unreadable(file, opened));
  std::vector<char> scratch(k_block_bytes);
  bool has_ended = false;
  for (;;) {
    rocksdb::Slice read;
    const auto status = log->Read(k_block_bytes, &read, scratch.data());
    if (!status.ok()) return fail(unreadable(file, status));
    if (read.empty()) return {};
    const std::string_view block = read.ToStringView();
    const std::size_t end = sound_end(block);
    const bool goes_on = has_ended ? end > 0 : holds_sound_record(block.substr(end));
    if (goes_on) {
      return fail(ErrorKind::damaged,
                  fmt::format("the store is damaged: {} has unreadable bytes before readable "
                              "records; restore a backup",
                              file));
    }
    has_ended = has_ended || !is_filler(block.substr(end));
  }
}

bool is_log(const std::string& name) {
  return name.size() > 4 && name.compare(name.size() - 4, 4, ".log") == 0;
}

}  // namespace

Result<> check_logs(rocksdb::Env& env, const std::string& path) {
  std::vector<std::string> names;
  if (!env.GetChildren(path, &names).ok()) return {};  // not there: it will be made
  std::string current;
  if (rocksdb::ReadFileToString(&env, path + "/CURRENT", &current).ok() && !current.empty()) {
    current.pop_back();  // a line feed
  }
  for (const std::string& name : names) {
    // Manifests that are not the current one are left over from a crash.
    if (!is_log(name) && name != current) continue;
    if (const auto checked = check_log(env, path + "/" + name); !checked) return checked;
  }
  return {};
}

}  // namespace belfry::storage
