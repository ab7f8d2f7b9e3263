#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace belfry::fuzz {

/// An input that stands for several: 0xFF, which is in no UTF-8, parts them.
class Parts {
 public:
  explicit Parts(std::string_view bytes) : rest_(bytes) {}

  /// Empty where the input has ended.
  std::string next() {
    const auto end = std::min(rest_.find('\xFF'), rest_.size());
    std::string part(rest_.substr(0, end));
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    return part;
  }

 private:
  std::string_view rest_;
};

}  // namespace belfry::fuzz
