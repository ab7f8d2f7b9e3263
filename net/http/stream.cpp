#include "net/http/stream.h"

#include <algorithm>
#include <array>
#include <limits>

#include <Poco/Error.h>
#include <Poco/Exception.h>
#include <Poco/Net/DNS.h>
#include <Poco/Net/HostEntry.h>
#include <Poco/Net/IPAddress.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Timespan.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "sync/base/invariant.h"

namespace belfry::net {
namespace {

/// How soon an abort is seen.
constexpr Duration k_slice{100};
/// A TLS record and its frame.
constexpr std::size_t k_record = 17 * 1024;
/// Bytes that are sealed before they leave.
constexpr std::size_t k_sealed = 64 * 1024;

// A peer that is gone must become an error value, not a signal to the process.
#if defined(MSG_NOSIGNAL)
constexpr int k_send_flags = MSG_NOSIGNAL;
#else
constexpr int k_send_flags = 0;
#endif

int clipped(std::size_t size) {
  return static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max()));
}

Poco::Timespan to_poco(Duration duration) {
  return {0, duration.count() * 1000};
}

bool is_address(const std::string& host) {
  Poco::Net::IPAddress address;
  return Poco::Net::IPAddress::tryParse(host, address);
}

/// All addresses of a name. Not Poco's resolve(): given an address it would ask for its name, which
/// nobody needs and may take long.
Poco::Net::HostEntry::AddressList addresses_of(const std::string& host) {
  Poco::Net::IPAddress address;
  if (Poco::Net::IPAddress::tryParse(host, address)) return {address};
  return Poco::Net::DNS::hostByName(host, Poco::Net::DNS::DNS_HINT_AI_ADDRCONFIG).addresses();
}

/// The waiting of one address among several must leave time for the others.
Patience share_of(const Patience& patience, std::size_t addresses_left) {
  const Duration share = patience.left() / static_cast<Duration::rep>(addresses_left);
  return {patience.clock, patience.clock.now().steady + share, patience.aborted};
}

}  // namespace

const char* describe(WireEnd end) {
  switch (end) {
    case WireEnd::done:
      return "done";
    case WireEnd::closed:
      return "connection closed";
    case WireEnd::broken:
      return "connection broken";
    case WireEnd::timed_out:
      return "no answer in time";
    case WireEnd::aborted:
      return "given up, the service is stopping";
    case WireEnd::malformed:
      return "answer is no sound HTTP";
    case WireEnd::too_large:
      return "answer is larger than the limit";
  }
  return "";
}

Stream::Stream(const Poco::Net::StreamSocket& socket) : socket_(socket) {
  socket_.setBlocking(false);
  try {
    // Small requests and answers must not wait for an acknowledgement of the last ones.
    socket_.setNoDelay(true);
  } catch (const Poco::Exception&) {
    // The peer reset the connection already: reading will tell.
  }
}

Result<std::unique_ptr<Stream>> Stream::connect(const std::string& host, std::uint16_t port,
                                                const Patience& patience) {
  std::string trouble = "name has no address";
  try {
    const auto addresses = addresses_of(host);
    std::size_t left = addresses.size();
    for (const Poco::Net::IPAddress& address : addresses) {
      try {
        Poco::Net::StreamSocket socket;
        socket.connectNB({address, port});
        auto stream = std::make_unique<Stream>(socket);
        const WireEnd end =
            stream->wait(Poco::Net::Socket::SELECT_WRITE, share_of(patience, left--));
        if (end == WireEnd::done) {
          const int error = socket.impl()->socketError();
          if (error == 0) return stream;
          trouble = Poco::Error::getMessage(error);
        } else {
          trouble = end == WireEnd::timed_out ? "no connection in time" : describe(end);
        }
        if (end == WireEnd::aborted) break;
      } catch (const Poco::Exception& exception) {
        trouble = exception.message().empty() ? exception.name() : exception.message();
      }
    }
  } catch (const Poco::Exception& exception) {
    trouble = std::string("name cannot be resolved: ") + exception.name();
  }
  return fail(ErrorKind::transient, "connecting to " + host + ": " + trouble);
}

WireEnd Stream::wait(int poco_mode, const Patience& patience) {
  for (;;) {
    if (patience.aborted.load()) return WireEnd::aborted;
    const Duration left = patience.left();
    if (left <= Duration::zero()) return WireEnd::timed_out;
    if (socket_.poll(to_poco(std::min(left, k_slice)), poco_mode)) return WireEnd::done;
  }
}

WireEnd Stream::wait_readable(const Patience& patience) {
  try {
    if (ssl_ != nullptr && (SSL_pending(ssl_.get()) > 0 || BIO_ctrl_pending(from_network_) > 0)) {
      return WireEnd::done;
    }
    return wait(Poco::Net::Socket::SELECT_READ, patience);
  } catch (const Poco::Exception&) {
    return WireEnd::broken;
  }
}

IoResult Stream::read_raw(char* into, std::size_t most, const Patience& patience) {
  try {
    for (;;) {
      const int got = socket_.receiveBytes(into, clipped(most));
      if (got > 0) return {WireEnd::done, static_cast<std::size_t>(got)};
      if (got == 0) return {WireEnd::closed, 0};
      const WireEnd end = wait(Poco::Net::Socket::SELECT_READ, patience);
      if (end != WireEnd::done) return {end, 0};
    }
  } catch (const Poco::Exception&) {
    return {WireEnd::broken, 0};
  }
}

int Stream::send_some(std::string_view bytes) {
  try {
    return socket_.sendBytes(bytes.data(), clipped(bytes.size()), k_send_flags);
  } catch (const Poco::Exception& exception) {
    // For receiving Poco returns, for sending it throws when the other side is slower than we.
    const bool is_full = exception.code() == POCO_EWOULDBLOCK || exception.code() == POCO_EAGAIN;
    if (!is_full) throw;
    return 0;
  }
}

WireEnd Stream::write_raw(std::string_view bytes, const Patience& patience) {
  try {
    while (!bytes.empty()) {
      const int put = send_some(bytes);
      if (put > 0) {
        sent_ += static_cast<std::uint64_t>(put);
        bytes.remove_prefix(static_cast<std::size_t>(put));
        continue;
      }
      const WireEnd end = wait(Poco::Net::Socket::SELECT_WRITE, patience);
      if (end != WireEnd::done) return end;
    }
    return WireEnd::done;
  } catch (const Poco::Exception&) {
    return WireEnd::broken;
  }
}

void Stream::prepare_tls(const TlsContext& context) {
  ssl_.reset(SSL_new(context.get()));
  from_network_ = BIO_new(BIO_s_mem());
  to_network_ = BIO_new(BIO_s_mem());
  invariant(ssl_ != nullptr && from_network_ != nullptr && to_network_ != nullptr,
            "OpenSSL makes a connection");
  // An empty memory means "wait", not "end of file".
  BIO_set_mem_eof_return(from_network_, -1);
  BIO_set_mem_eof_return(to_network_, -1);
  SSL_set_bio(ssl_.get(), from_network_, to_network_);
}

WireEnd Stream::feed_tls(const Patience& patience) {
  std::array<char, k_record> bytes;
  const IoResult got = read_raw(bytes.data(), bytes.size(), patience);
  if (got.end != WireEnd::done) {
    // TLS closes with a message of its own: a bare end may be somebody cutting the answer short.
    return got.end == WireEnd::closed ? WireEnd::broken : got.end;
  }
  BIO_write(from_network_, bytes.data(), clipped(got.bytes));
  return WireEnd::done;
}

WireEnd Stream::flush_tls(const Patience& patience) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(to_network_, &bytes);
  if (size <= 0) return WireEnd::done;
  const WireEnd end = write_raw({bytes, static_cast<std::size_t>(size)}, patience);
  (void)BIO_reset(to_network_);
  return end;
}

WireEnd Stream::shake_hands(const Patience& patience) {
  for (;;) {
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_.get());
    const int want = SSL_get_error(ssl_.get(), result);
    const WireEnd flushed = flush_tls(patience);
    if (result == 1) return flushed;
    if (want != SSL_ERROR_WANT_READ) return WireEnd::malformed;
    if (flushed != WireEnd::done) return flushed;
    const WireEnd fed = feed_tls(patience);
    if (fed != WireEnd::done) return fed;
  }
}

Result<> Stream::start_tls(const TlsContext& context, const std::string& host,
                           const Patience& patience) {
  prepare_tls(context);
  SSL_set_connect_state(ssl_.get());
  if (is_address(host)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_.get()), host.c_str());
  } else {
    SSL_set_tlsext_host_name(ssl_.get(), host.c_str());
    SSL_set_hostflags(ssl_.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    SSL_set1_host(ssl_.get(), host.c_str());
  }
  const WireEnd end = shake_hands(patience);
  if (end == WireEnd::done) return {};
  std::string trouble = describe(end);
  if (end == WireEnd::malformed) {
    const long verdict = SSL_get_verify_result(ssl_.get());
    trouble = verdict == X509_V_OK
                  ? last_tls_error()
                  : std::string("certificate refused: ") + X509_verify_cert_error_string(verdict);
  }
  ERR_clear_error();
  // Transient: certificates and CA files get mended, and what waits must not be lost meanwhile.
  return fail(ErrorKind::transient, "TLS with " + host + ": " + trouble);
}

WireEnd Stream::accept_tls(const TlsContext& context, const Patience& patience) {
  prepare_tls(context);
  SSL_set_accept_state(ssl_.get());
  const WireEnd end = shake_hands(patience);
  ERR_clear_error();
  return end;
}

IoResult Stream::read(char* into, std::size_t most, const Patience& patience) {
  if (ssl_ == nullptr) return read_raw(into, most, patience);
  for (;;) {
    ERR_clear_error();
    const int got = SSL_read(ssl_.get(), into, clipped(most));
    const int want = SSL_get_error(ssl_.get(), got);
    if (got > 0) return {WireEnd::done, static_cast<std::size_t>(got)};
    // Key updates and alerts have to leave even though we only read.
    const WireEnd flushed = flush_tls(patience);
    if (want == SSL_ERROR_ZERO_RETURN) return {WireEnd::closed, 0};
    if (want != SSL_ERROR_WANT_READ) return {WireEnd::broken, 0};
    if (flushed != WireEnd::done) return {flushed, 0};
    const WireEnd fed = feed_tls(patience);
    if (fed != WireEnd::done) return {fed, 0};
  }
}

WireEnd Stream::write(std::string_view bytes, const Patience& patience) {
  if (ssl_ == nullptr) return write_raw(bytes, patience);
  while (!bytes.empty()) {
    ERR_clear_error();
    // OpenSSL would seal the whole body into memory first.
    const int put = SSL_write(ssl_.get(), bytes.data(), clipped(std::min(bytes.size(), k_sealed)));
    const int want = SSL_get_error(ssl_.get(), put);
    const WireEnd flushed = flush_tls(patience);
    if (flushed != WireEnd::done) return flushed;
    if (put > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(put));
      continue;
    }
    if (want != SSL_ERROR_WANT_READ) return WireEnd::broken;
    const WireEnd fed = feed_tls(patience);
    if (fed != WireEnd::done) return fed;
  }
  return WireEnd::done;
}

void Stream::end_sending(const Patience& patience) {
  try {
    if (ssl_ != nullptr && SSL_is_init_finished(ssl_.get()) == 1) {
      ERR_clear_error();
      SSL_shutdown(ssl_.get());
      if (flush_tls(patience) != WireEnd::done) return;
    }
    socket_.shutdownSend();
  } catch (const Poco::Exception&) {
    // Closed already: nobody is left to be told.
  }
}

}  // namespace belfry::net
