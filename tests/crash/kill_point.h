#pragma once

#include <atomic>
#include <string>
#include <utility>
#include <vector>

namespace belfry::crash {

/// Kills this process without warning when a named point is reached for the n-th time. Points are
/// `before` and `after` of every transition of the store and every request to the outside, e.g.
/// `after record_delivery`.
class KillPoint {
 public:
  /// `wanted` = name of the point, `#`, and its number from 1 on; empty: never.
  explicit KillPoint(const std::string& wanted);

  /// SIGKILL, if this is it. From any thread.
  void reach(const char* side, const char* operation);

  /// `call` with its two points.
  template <class Call>
  auto around(const char* operation, Call&& call) {
    reach("before", operation);
    auto result = std::forward<Call>(call)();
    reach("after", operation);
    return result;
  }

 private:
  std::string name_;
  int number_ = 0;
  std::atomic<int> reached_{0};
};

/// The operations on every message's way, out of doubt included, that a test dies at.
[[nodiscard]] const std::vector<std::string>& operations();

}  // namespace belfry::crash
