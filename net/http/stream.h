#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <Poco/Net/StreamSocket.h>

#include "net/http/tls.h"
#include "sync/base/result.h"
#include "sync/base/time.h"
#include "sync/port/clock.h"

namespace belfry::net {

/// How long to wait, and who may end it earlier.
struct Patience {
  const sync::Clock& clock;
  Instant until;
  const std::atomic<bool>& aborted;

  [[nodiscard]] Duration left() const { return until - clock.now().steady; }
};

/// How reading or writing ended.
enum class WireEnd : std::uint8_t {
  done,
  closed,     ///< the other side closed in good order
  broken,     ///< reset, cut, or TLS that makes no sense
  timed_out,  ///< patience is over
  aborted,
  malformed,  ///< no HTTP
  too_large,  ///< above our limit
};

/// For the text of an error: "connection closed", "no answer in time", …
[[nodiscard]] const char* describe(WireEnd end);

struct IoResult {
  WireEnd end = WireEnd::done;
  std::size_t bytes = 0;
};

/// A TCP connection, perhaps with TLS, on which every wait has an end: neither a peer that sends a
/// byte a second nor one that sends nothing holds a thread beyond its patience.
///
/// Threads   One at a time; `Patience::aborted` may be set from any, and is seen within 0.1 s.
class Stream {
 public:
  /// An accepted or connected socket.
  explicit Stream(const Poco::Net::StreamSocket& socket);
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() = default;

  /// Tries all addresses of the name. The look-up itself has the resolver's limits, not ours.
  /// Errors: transient.
  [[nodiscard]] static Result<std::unique_ptr<Stream>> connect(const std::string& host,
                                                               std::uint16_t port,
                                                               const Patience& patience);

  /// As the client: the certificate must be trusted and belong to `host`. Errors: transient.
  Result<> start_tls(const TlsContext& context, const std::string& host, const Patience& patience);
  /// As the server.
  WireEnd accept_tls(const TlsContext& context, const Patience& patience);

  /// At least one byte, unless it ends.
  [[nodiscard]] IoResult read(char* into, std::size_t most, const Patience& patience);
  /// All of it, unless it ends.
  [[nodiscard]] WireEnd write(std::string_view bytes, const Patience& patience);

  /// Waits until there is something to read.
  [[nodiscard]] WireEnd wait_readable(const Patience& patience);

  /// Bytes that were given to the network so far, TLS's own included.
  [[nodiscard]] std::uint64_t sent() const { return sent_; }

  /// Tells the other side that nothing more will come from us.
  void end_sending(const Patience& patience);

 private:
  struct FreeSsl {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };

  void prepare_tls(const TlsContext& context);
  WireEnd shake_hands(const Patience& patience);
  [[nodiscard]] IoResult read_raw(char* into, std::size_t most, const Patience& patience);
  /// What the socket takes now, perhaps nothing. Throws as Poco does.
  int send_some(std::string_view bytes);
  [[nodiscard]] WireEnd write_raw(std::string_view bytes, const Patience& patience);
  [[nodiscard]] WireEnd feed_tls(const Patience& patience);
  [[nodiscard]] WireEnd flush_tls(const Patience& patience);
  [[nodiscard]] WireEnd wait(int poco_mode, const Patience& patience);

  Poco::Net::StreamSocket socket_;
  // TLS works on memory, so that all waiting is ours. The BIOs belong to ssl_.
  std::unique_ptr<SSL, FreeSsl> ssl_;
  BIO* from_network_ = nullptr;
  BIO* to_network_ = nullptr;
  std::uint64_t sent_ = 0;
};

}  // namespace belfry::net
