#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tests/sandbox/graph/world.h"

namespace belfry::sandbox {

/// `$filter` and `$orderby` of the message routes, read as Graph reads them.
struct MessageQuery {
  enum class Order { modified, created };
  Order order = Order::modified;
  std::optional<std::int64_t> modified_after = {};
  std::optional<std::int64_t> modified_before = {};
  std::optional<std::int64_t> created_before = {};
  std::string sender = {};        ///< `from/user/id eq`
  std::string message_type = {};  ///< `messageType eq`

  [[nodiscard]] bool takes(const Message& message) const;
};

/// For a chat's messages: nothing when a clause does not parse; a filter without `$orderby` on the
/// same property is silently ignored. Source: Graph, "List messages in a chat".
[[nodiscard]] std::optional<MessageQuery> chat_message_query(std::string_view orderby,
                                                             std::string_view filter);
/// For the export routes, where the filter stands alone. Source: Graph, "chats: getAllMessages".
[[nodiscard]] std::optional<MessageQuery> export_query(std::string_view filter);

}  // namespace belfry::sandbox
