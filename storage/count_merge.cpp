#include "storage/count_merge.h"

#include <algorithm>

#include "storage/bytes.h"

namespace belfry::storage {
namespace {

constexpr char k_add = '+';
constexpr char k_raise = '>';
constexpr std::size_t k_operand_bytes = 1 + 8;

std::string operand(char operation, std::uint64_t value) {
  std::string bytes(1, operation);
  append_u64(bytes, value);
  return bytes;
}

class CountMerge : public rocksdb::AssociativeMergeOperator {
 public:
  bool Merge(const rocksdb::Slice& /*key*/, const rocksdb::Slice* existing,
             const rocksdb::Slice& value, std::string* merged,
             rocksdb::Logger* /*log*/) const override {
    const std::string_view later = value.ToStringView();
    if (!merged_number(later)) return false;
    if (existing == nullptr) {
      *merged = later;
      return true;
    }
    const std::string_view earlier = existing->ToStringView();
    if (!merged_number(earlier) || earlier[0] != later[0]) return false;
    const std::uint64_t a = read_u64(earlier.substr(1));
    const std::uint64_t b = read_u64(later.substr(1));
    *merged = operand(later[0], later[0] == k_add ? a + b : std::max(a, b));
    return true;
  }
  const char* Name() const override { return "belfry.count"; }
};

}  // namespace

std::string add_operand(std::int64_t by) {
  return operand(
      k_add, static_cast<std::uint64_t>(by));  // two's complement: adding wraps to the right sum
}

std::string raise_operand(std::uint64_t to) {
  return operand(k_raise, to);
}

std::optional<std::int64_t> merged_number(std::string_view value) {
  if (value.size() != k_operand_bytes || (value[0] != k_add && value[0] != k_raise)) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(read_u64(value.substr(1)));
}

std::shared_ptr<rocksdb::MergeOperator> count_merge() {
  return std::make_shared<CountMerge>();
}

}  // namespace belfry::storage
