#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "net/http/router.h"
#include "sync/base/result.h"
#include "sync/base/time.h"
#include "sync/port/clock.h"

namespace belfry::net {

struct ServerOptions {
  std::string address;          ///< `host:port`, IPv6 in brackets; port 0: any free one
  std::string tls_certificate;  ///< PEM chain; empty: plain HTTP
  std::string tls_private_key;  ///< PEM
  std::string path_prefix;      ///< of the public URL, as `/belfry`; served without it as well

  int threads = 64;  ///< connections served at once, kept ones included
  int queue = 128;   ///< connections that wait for a thread; further ones are closed at once
  /// Leaves threads for others, whatever one address does. Loopback is a reverse proxy that speaks
  /// for everybody: it is not bounded, nor is its rate.
  int connections_per_address = 48;
  /// Graph sends everything from a few addresses: the design asks for 1,500 messages a second.
  int requests_per_second_and_address = 3'000;
  /// So that load moves to other processes and certificates in time.
  int requests_per_connection = 10'000;

  std::size_t head_limit = std::size_t{16} << 10;  ///< request line and headers, else 431
  std::size_t fields_limit = 100;
  std::size_t body_limit = std::size_t{4} << 20;  ///< else 413
  Duration request_limit{10'000};  ///< from the first byte to the last, however slowly they come
  Duration reply_limit{10'000};    ///< for the peer to take the answer
  Duration idle_limit{30'000};     ///< between two requests; nothing, when others wait for a thread
  Duration stop_limit{5'000};      ///< for requests under way when the server stops
};

/// What the server did beside calling handlers, since it began.
struct ServerCounts {
  std::uint64_t requests = 0;             ///< that reached the router
  std::uint64_t malformed = 0;            ///< 400, 431, 505
  std::uint64_t too_large = 0;            ///< 413
  std::uint64_t too_slow = 0;             ///< 408, or cut
  std::uint64_t too_many = 0;             ///< 429, by rate or connections of one address
  std::uint64_t handler_failures = 0;     ///< 500: an exception left a handler
  std::uint64_t refused_connections = 0;  ///< the queue was full
};

/// A listener for HTTP/1.1: keeps connections, bounds everything a stranger sends, and says nothing
/// about itself.
///
/// Threads   Handlers run in the server's own threads. stop() closes the listener, lets running
///           requests end (stop_limit), cuts what is left, and joins; handlers must end by
///           themselves.
/// Source    RFC 9112. On Poco's TCPServer but not on its HTTPServer, whose limits count from byte
///           to byte: a peer that sends one a second would hold a thread for hours.
class HttpServer {
 public:
  /// Listens when it returns. Errors: refused, when the address cannot be bound or the certificate
  /// not be used; says which.
  [[nodiscard]] static Result<std::unique_ptr<HttpServer>> open(const ServerOptions& options,
                                                                Router router,
                                                                const sync::Clock& clock);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] ServerCounts counts() const;
  void stop();

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace belfry::net
