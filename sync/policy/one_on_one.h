#pragma once

#include <optional>
#include <utility>

#include "sync/base/id.h"

namespace belfry::sync {

/// The two people of a one-to-one chat, read from its id `19:{guid}_{guid}@unq.gbl.spaces`; none
/// for other chats. Source: Graph, chat resource; the form of ids is stable in the field but not
/// promised, hence only a short cut.
[[nodiscard]] std::optional<std::pair<TeamsUserId, TeamsUserId>> people_of_one_on_one(
    const ChatId& chat);

}  // namespace belfry::sync
