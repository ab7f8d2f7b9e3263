#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "sync/base/time.h"

namespace belfry::sim {

/// When somebody was somewhere: in a chat, or connected. One after the other; the last may last.
class Stays {
 public:
  struct Stay {
    WallTime from;
    WallTime until = WallTime::max();
    /// Of a chat: what was said before is hidden.
    std::optional<WallTime> sees_since{};

    [[nodiscard]] bool touches(WallTime begin, WallTime end) const {
      return from <= end && until >= begin;
    }
    [[nodiscard]] bool covers(WallTime begin, WallTime end) const {
      return from <= begin && until >= end;
    }
    [[nodiscard]] bool shows(WallTime said) const { return !sees_since || said >= *sees_since; }
  };

  void begin(const Stay& stay) { all_.push_back(stay); }
  void end(WallTime at) {
    if (now() != nullptr) all_.back().until = at;
  }
  /// None: not there.
  [[nodiscard]] const Stay* now() const {
    const bool lasts = !all_.empty() && all_.back().until == WallTime::max();
    return lasts ? &all_.back() : nullptr;
  }
  template <class Claim>
  [[nodiscard]] bool any(const Claim& claim) const {
    return std::any_of(all_.begin(), all_.end(), claim);
  }
  [[nodiscard]] bool covers(WallTime begin, WallTime end) const {
    return any([&](const Stay& stay) { return stay.covers(begin, end); });
  }
  [[nodiscard]] bool touches(WallTime begin, WallTime end) const {
    return any([&](const Stay& stay) { return stay.touches(begin, end); });
  }

 private:
  std::vector<Stay> all_;
};

}  // namespace belfry::sim
