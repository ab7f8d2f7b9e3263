#pragma once

#include <string>
#include <string_view>

#include "net/graph/clouds.h"
#include "sync/base/id.h"
#include "sync/model/change.h"

namespace belfry::net {

/// Everything but letters, digits and `-._~` as `%XX`, so that an id is one segment of a path.
[[nodiscard]] std::string percent_encoded(std::string_view text);

/// True when `url` has the scheme, host and port of `base` and is https, or http on a loopback
/// address. Links that come in an answer are followed only then: they are asked with a token.
[[nodiscard]] bool is_within(const std::string& url, const std::string& base);

/// Opens a message in Teams. Source: "Deep link to a specific chat message".
[[nodiscard]] std::string message_link(const Cloud& cloud, const TenantId& tenant,
                                       const MessageRef& ref);

}  // namespace belfry::net
