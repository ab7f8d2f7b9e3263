#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <rocksdb/merge_operator.h>

/// Numbers in `meta` that change within the batch that changes what they count: after a crash they
/// are as exact as the entries, and no write has to read them first.
namespace belfry::storage {

[[nodiscard]] std::string add_operand(std::int64_t by);
[[nodiscard]] std::string raise_operand(std::uint64_t to);  ///< the greatest wins
/// The number that such operands have become; none for other bytes.
[[nodiscard]] std::optional<std::int64_t> merged_number(std::string_view value);

[[nodiscard]] std::shared_ptr<rocksdb::MergeOperator> count_merge();

}  // namespace belfry::storage
