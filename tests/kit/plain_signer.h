#pragma once

#include <string>

#include "sync/port/signer.h"

namespace belfry::kit {

/// Hashes that show what they were made of; good only where nobody is to be kept from making one.
class PlainSigner : public sync::Signer {
 public:
  [[nodiscard]] std::string sign(std::string_view purpose, std::string_view text) const override {
    return std::string(purpose) + "/" + std::string(text);
  }
};

}  // namespace belfry::kit
