#pragma once

#include <optional>

#include "net/http/router.h"

namespace belfry::net {

/// The answer to Graph's handshake, when the request is one: 200, `text/plain`, the decoded token
/// and nothing else. Anyone can send this request; it proves nothing and changes nothing. Source:
/// Graph, "change notifications: notificationUrl validation".
[[nodiscard]] std::optional<HttpReply> answer_handshake(const HttpIncoming& request);

}  // namespace belfry::net
