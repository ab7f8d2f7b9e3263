#pragma once

#include <string>
#include <string_view>

#include "sync/port/signer.h"

namespace belfry::kit {

/// Marks that a test can read; equal for equal texts, different for different ones.
class PlainSigner : public sync::Signer {
 public:
  std::string sign(std::string_view purpose, std::string_view text) const override {
    return std::string(purpose) + "|" + std::string(text);
  }
};

}  // namespace belfry::kit
