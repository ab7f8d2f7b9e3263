#include "net/http/http_server.h"

#include <condition_variable>
#include <optional>
#include <utility>

#include <Poco/Exception.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/TCPServer.h>
#include <Poco/Net/TCPServerConnectionFactory.h>
#include <Poco/Net/TCPServerParams.h>
#include <Poco/ThreadPool.h>

#include "net/http/server_connection.h"
#include "sync/base/mutex.h"

namespace belfry::net {
namespace {

/// The system's own queue of connections that nobody accepted yet.
constexpr int k_backlog = 128;
/// A thread without work ends after this; also the longest that stop() waits for an idle one.
constexpr int k_thread_idle_ms = 1'000;

/// How many connections are being served, and the waiting for none.
class Presence {
 public:
  void enter() {
    const MutexLock lock(mutex_);
    ++count_;
  }
  void leave() {
    const MutexLock lock(mutex_);
    --count_;
    changed_.notify_all();
  }
  /// False: some are still there after `longest`.
  bool wait_for_none(Duration longest) NO_THREAD_SAFETY_ANALYSIS {
    MutexLock lock(mutex_);
    return changed_.wait_for(lock.native(), longest,
                             [this]() NO_THREAD_SAFETY_ANALYSIS { return count_ == 0; });
  }

 private:
  Mutex mutex_;
  std::condition_variable changed_;
  int count_ GUARDED_BY(mutex_) = 0;
};

class CountedConnection : public ServerConnection {
 public:
  CountedConnection(const Poco::Net::StreamSocket& socket, ServerState& state, Presence& presence)
      : ServerConnection(socket, state), presence_(presence) {
    presence_.enter();
  }
  ~CountedConnection() override { presence_.leave(); }

 private:
  Presence& presence_;
};

class ConnectionFactory : public Poco::Net::TCPServerConnectionFactory {
 public:
  ConnectionFactory(ServerState& state, Presence& presence) : state_(state), presence_(presence) {}
  Poco::Net::TCPServerConnection* createConnection(const Poco::Net::StreamSocket& socket) override {
    return new CountedConnection(socket, state_, presence_);
  }

 private:
  ServerState& state_;
  Presence& presence_;
};

Poco::Net::TCPServerParams::Ptr params_of(const ServerOptions& options) {
  Poco::Net::TCPServerParams::Ptr params = new Poco::Net::TCPServerParams;
  params->setMaxThreads(options.threads);
  params->setMaxQueued(options.queue);
  params->setThreadIdleTime(Poco::Timespan(0, k_thread_idle_ms * 1000));
  return params;
}

Poco::Net::ServerSocket listen_on(const std::string& address) {
  Poco::Net::ServerSocket socket;
  // Not Poco's usual constructor: it sets SO_REUSEPORT, so that a second process would share the
  // port in silence and take half of our requests.
  socket.bind(Poco::Net::SocketAddress(address), true, false);
  socket.listen(k_backlog);
  return socket;
}

}  // namespace

class HttpServer::Impl {
 public:
  Impl(const ServerOptions& options, Router router, std::optional<TlsContext> tls,
       const sync::Clock& clock, const Poco::Net::ServerSocket& socket)
      : state_(options, std::move(router), std::move(tls), clock),
        pool_("http", 2, options.threads + 2),
        server_(new ConnectionFactory(state_, presence_), pool_, socket, params_of(options)),
        listener_(socket),
        port_(socket.address().port()) {
    state_.others_wait = [this] { return server_.queuedConnections() > 0; };
    server_.start();
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }

  [[nodiscard]] ServerCounts counts() const {
    ServerCounts counts;
    counts.requests = state_.requests.load();
    counts.malformed = state_.malformed.load();
    counts.too_large = state_.too_large.load();
    counts.too_slow = state_.too_slow.load();
    counts.too_many = state_.too_many.load();
    counts.handler_failures = state_.handler_failures.load();
    counts.refused_connections = static_cast<std::uint64_t>(server_.refusedConnections());
    return counts;
  }

  void stop() {
    if (state_.is_stopping.exchange(true)) return;
    server_.stop();
    // Poco only stops accepting: the system would go on taking connections that nobody serves.
    listener_.close();
    presence_.wait_for_none(state_.options.stop_limit);
    state_.is_aborted.store(true);
    pool_.joinAll();
  }

 private:
  ServerState state_;
  Presence presence_;
  Poco::ThreadPool pool_;
  Poco::Net::TCPServer server_;
  Poco::Net::ServerSocket listener_;  ///< the server's own
  const std::uint16_t port_;
};

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

HttpServer::~HttpServer() {
  stop();
}

Result<std::unique_ptr<HttpServer>> HttpServer::open(const ServerOptions& options, Router router,
                                                     const sync::Clock& clock) {
  std::optional<TlsContext> tls;
  if (!options.tls_certificate.empty()) {
    auto context = TlsContext::for_server(options.tls_certificate, options.tls_private_key);
    if (!context) return fail(context.error());
    tls.emplace(std::move(*context));
  }
  try {
    const Poco::Net::ServerSocket socket = listen_on(options.address);
    return std::unique_ptr<HttpServer>(new HttpServer(
        std::make_unique<Impl>(options, std::move(router), std::move(tls), clock, socket)));
  } catch (const Poco::Exception& exception) {
    return fail(ErrorKind::refused,
                "cannot listen on " + options.address + ": " + exception.displayText());
  }
}

std::uint16_t HttpServer::port() const {
  return impl_->port();
}

ServerCounts HttpServer::counts() const {
  return impl_->counts();
}

void HttpServer::stop() {
  impl_->stop();
}

}  // namespace belfry::net
