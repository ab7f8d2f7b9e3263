#include "net/graph/signing_keys.h"

#include <cstddef>
#include <utility>

#include "net/crypto/base64.h"
#include "net/json/json_view.h"

namespace belfry::net {

Result<SigningKeys> SigningKeys::from_json(std::string_view bytes) {
  constexpr std::size_t most_keys = 64;
  const auto json = JsonView::parse(bytes);
  if (!json) return fail(json.error());
  SigningKeys keys;
  for (const JsonView each : (*json)["keys"]) {
    const std::string use = each["use"].text();
    const std::string kid = each["kid"].text();
    if (each["kty"].text() != "RSA" || (!use.empty() && use != "sig") || kid.empty()) continue;
    const auto modulus = decode_base64url(each["n"].text());
    const auto exponent = decode_base64url(each["e"].text());
    if (!modulus || !exponent || keys.keys_.size() >= most_keys) continue;
    if (auto key = RsaPublicKey::from_numbers(*modulus, *exponent))
      keys.keys_.emplace(kid, *std::move(key));
  }
  if (keys.empty()) return fail(ErrorKind::refused, "no usable key among the signing keys");
  return keys;
}

const RsaPublicKey* SigningKeys::find(std::string_view kid) const {
  const auto found = keys_.find(kid);
  return found == keys_.end() ? nullptr : &found->second;
}

}  // namespace belfry::net
