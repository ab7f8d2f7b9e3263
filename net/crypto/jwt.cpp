#include "net/crypto/jwt.h"

#include <utility>

#include "net/crypto/base64.h"

namespace belfry::net {

std::optional<Jwt> split_jwt(std::string_view token) {
  const std::size_t first = token.find('.');
  const std::size_t second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  auto header = decode_base64url(token.substr(0, first));
  auto claims = decode_base64url(token.substr(first + 1, second - first - 1));
  auto signature = decode_base64url(token.substr(second + 1));
  if (!header || !claims || !signature) return std::nullopt;
  return Jwt{*std::move(header), *std::move(claims), *std::move(signature),
             token.substr(0, second)};
}

}  // namespace belfry::net
