#include "storage/fields.h"

#include "storage/bytes.h"
#include "sync/base/invariant.h"

namespace belfry::storage {
namespace {

constexpr unsigned k_varint_bits = 7;
constexpr unsigned k_varint_more = 0x80;
constexpr unsigned k_most_shift = 28;  // lengths have 32 bits

void append_length(std::string& bytes, std::size_t length) {
  invariant(length <= UINT32_MAX, "a field is shorter than 4 GiB");
  while (length >= k_varint_more) {
    bytes.push_back(static_cast<char>(length | k_varint_more));
    length >>= k_varint_bits;
  }
  bytes.push_back(static_cast<char>(length));
}

std::optional<std::size_t> take_length(std::string_view& bytes) {
  std::size_t length = 0;
  for (unsigned shift = 0; shift <= k_most_shift && !bytes.empty(); shift += k_varint_bits) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    length |= static_cast<std::size_t>(byte & (k_varint_more - 1)) << shift;
    if ((byte & k_varint_more) == 0) return length;
  }
  return std::nullopt;
}

}  // namespace

FieldWriter& FieldWriter::text(Tag tag, std::string_view value) {
  bytes_.push_back(static_cast<char>(tag));
  append_length(bytes_, value.size());
  bytes_.append(value);
  return *this;
}

FieldWriter& FieldWriter::number(Tag tag, std::int64_t value) {
  std::string bytes;
  append_u64(bytes, static_cast<std::uint64_t>(value));
  return text(tag, bytes);
}

bool FieldReader::next() {
  if (rest_.empty() || !is_sound_) return false;
  tag_ = static_cast<Tag>(rest_.front());
  rest_.remove_prefix(1);
  const auto length = take_length(rest_);
  is_sound_ = length && *length <= rest_.size();
  if (!is_sound_) return false;
  value_ = rest_.substr(0, *length);
  rest_.remove_prefix(*length);
  return true;
}

std::int64_t FieldReader::number() {
  is_sound_ = is_sound_ && value_.size() == sizeof(std::uint64_t);
  return is_sound_ ? static_cast<std::int64_t>(read_u64(value_)) : 0;
}

std::int64_t FieldReader::within(std::int64_t last) {
  const std::int64_t value = number();
  is_sound_ = is_sound_ && value >= 0 && value <= last;
  return is_sound_ ? value : 0;
}

}  // namespace belfry::storage
