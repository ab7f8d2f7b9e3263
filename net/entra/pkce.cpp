#include "net/entra/pkce.h"

#include "net/crypto/base64.h"
#include "net/crypto/symmetric.h"

namespace belfry::net {

std::string s256_challenge(const Secret& verifier) {
  return base64url(sha256(verifier.reveal()));
}

}  // namespace belfry::net
