#include "net/routes/handshake.h"

namespace belfry::net {
namespace {

/// Graph's tokens have some 100 characters.
constexpr std::size_t k_longest_token = 4096;

}  // namespace

std::optional<HttpReply> answer_handshake(const HttpIncoming& request) {
  if (!request.has_query("validationToken")) return std::nullopt;
  const std::string token = request.query_value("validationToken");
  if (token.empty() || token.size() > k_longest_token) return plain_reply(400, "bad request");
  return HttpReply{200, "text/plain", token, {}};
}

}  // namespace belfry::net
