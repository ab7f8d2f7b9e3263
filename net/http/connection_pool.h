#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "net/http/stream.h"
#include "net/http/wire.h"
#include "sync/base/mutex.h"
#include "sync/base/time.h"

namespace belfry::net {

/// A stream and what was read from it too early.
struct Connection {
  explicit Connection(std::unique_ptr<Stream> opened)
      : stream(std::move(opened)), inbound(*stream) {}

  std::unique_ptr<Stream> stream;
  Inbound inbound;
};

/// Connections that wait for their next request, by endpoint. Safe from any thread.
class ConnectionPool {
 public:
  ConnectionPool(std::size_t most_per_endpoint, Duration idle_limit)
      : most_per_endpoint_(most_per_endpoint), idle_limit_(idle_limit) {}

  /// The one used last, or null. Closes those that waited too long.
  [[nodiscard]] std::unique_ptr<Connection> take(const std::string& endpoint, Instant now);
  void put(const std::string& endpoint, std::unique_ptr<Connection> connection, Instant now);
  void clear();

 private:
  struct Waiting {
    std::unique_ptr<Connection> connection;
    Instant since;
  };

  const std::size_t most_per_endpoint_;
  const Duration idle_limit_;
  Mutex mutex_;
  std::map<std::string, std::vector<Waiting>> waiting_ GUARDED_BY(mutex_);  ///< oldest first
};

}  // namespace belfry::net
