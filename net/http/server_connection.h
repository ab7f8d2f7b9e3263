#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include <Poco/Net/StreamSocket.h>
#include <Poco/Net/TCPServerConnection.h>

#include "net/http/http_server.h"
#include "net/http/stream.h"
#include "net/http/tls.h"
#include "net/http/visitors.h"
#include "net/http/wire.h"
#include "sync/port/clock.h"

namespace belfry::net {

/// What all connections of a server share. Everything in it is safe from any thread.
struct ServerState {
  ServerState(const ServerOptions& chosen, Router routes, std::optional<TlsContext> secured,
              const sync::Clock& time)
      : options(chosen),
        router(std::move(routes)),
        tls(std::move(secured)),
        clock(time),
        visitors({chosen.connections_per_address, chosen.requests_per_second_and_address}) {}

  const ServerOptions options;
  const Router router;
  const std::optional<TlsContext> tls;
  const sync::Clock& clock;
  Visitors visitors;
  std::function<bool()> others_wait;  ///< whether connections queue for a thread

  std::atomic<bool> is_stopping{false};  ///< answer what is under way, then close
  std::atomic<bool> is_aborted{false};   ///< close now

  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> malformed{0};
  std::atomic<std::uint64_t> too_large{0};
  std::atomic<std::uint64_t> too_slow{0};
  std::atomic<std::uint64_t> too_many{0};
  std::atomic<std::uint64_t> handler_failures{0};
};

/// One connection from its first byte to its end, in a thread of the server's.
class ServerConnection : public Poco::Net::TCPServerConnection {
 public:
  ServerConnection(const Poco::Net::StreamSocket& socket, ServerState& state);

  void run() override;

 private:
  enum class After : std::uint8_t { keep, close };
  struct Incoming {
    HttpIncoming request;
    Framing framing;
    bool wants_to_keep = true;
    bool awaits_continue = false;
  };

  void serve(Stream& stream);
  [[nodiscard]] bool wait_for_request(Stream& stream, Duration limit) const;
  After serve_one(Stream& stream, Inbound& inbound, After unless_told);
  [[nodiscard]] std::optional<Incoming> understand(std::string_view head) const;
  [[nodiscard]] HttpReply answer(const HttpIncoming& request);
  After reply(Stream& stream, const HttpReply& reply, std::string_view method, After after);
  After refuse(Stream& stream, int status, std::string_view why);
  After refuse(Stream& stream, Inbound& inbound, WireEnd end);
  void end_politely(Stream& stream);
  [[nodiscard]] Patience patience(Duration limit) const;

  ServerState& state_;
  std::string remote_;
};

}  // namespace belfry::net
