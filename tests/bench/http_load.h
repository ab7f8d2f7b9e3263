#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace belfry::bench {

struct LoadOptions {
  std::uint16_t port = 0;
  int connections = 32;  ///< kept alive, one thread each
  double seconds = 3;
  double per_second = 0;  ///< requests of all connections together; 0: as fast as answers come
  /// The whole request, headers included; called from several threads with numbers that never
  /// repeat.
  std::function<std::string(std::uint64_t number)> request;
};

struct LoadResult {
  double per_second = 0;             ///< answered 202
  std::vector<double> latencies_ms;  ///< from the time at which the request was due
  std::uint64_t failures = 0;        ///< other answers, or none
};

/// Sends requests to a server on loopback. The same for whatever is compared.
[[nodiscard]] LoadResult send_load(const LoadOptions& options);

}  // namespace belfry::bench
