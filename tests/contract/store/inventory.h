#pragma once

#include <string>

#include "storage/rocks_store.h"
#include "sync/base/id.h"

namespace belfry::contract {

/// Every field of every kind of record in a store, a record a line, as tests/fixtures/store keeps
/// it beside the stores of earlier versions. Chats and deliveries are asked for by the names that
/// the samples use.
[[nodiscard]] std::string inventory(storage::RocksStore& store);

}  // namespace belfry::contract
