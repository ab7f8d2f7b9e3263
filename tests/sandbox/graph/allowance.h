#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace belfry::sandbox {

/// The metered messages of each calendar month (UTC).
/// Threads  All functions from any thread.
/// Source   Graph, "payment models and licensing requirements for Teams APIs": notifications and
/// chat export apart.
class Allowance {
 public:
  /// `notifications` or `export`
  void spend(std::string_view bucket, std::int64_t now_ms, std::int64_t messages);
  /// Spends one unless the cap is reached; false: reached.
  [[nodiscard]] bool spend_one_within(std::string_view bucket, std::int64_t now_ms,
                                      std::int64_t cap);
  [[nodiscard]] std::int64_t spent(std::string_view bucket, std::int64_t now_ms) const;

 private:
  using Key = std::pair<std::string, std::string>;  // month, bucket
  mutable std::mutex mutex_;
  std::map<Key, std::int64_t> spent_;  // guarded by mutex_
};

}  // namespace belfry::sandbox
