#include "net/graph/request_id.h"

#include <fmt/format.h>

#include "net/crypto/symmetric.h"

namespace belfry::net {

std::string new_request_id(sync::Entropy& entropy) {
  std::string bytes = sha256(entropy.token(16)).substr(0, 16);
  bytes[6] = static_cast<char>((static_cast<unsigned char>(bytes[6]) & 0x0FU) | 0x40U);
  bytes[8] = static_cast<char>((static_cast<unsigned char>(bytes[8]) & 0x3FU) | 0x80U);
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += fmt::format("{:02x}", static_cast<unsigned>(static_cast<unsigned char>(bytes[i])));
  }
  return text;
}

}  // namespace belfry::net
