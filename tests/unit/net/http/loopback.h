#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <Poco/Exception.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/StreamSocket.h>

#include "sync/base/mutex.h"
#include "tests/kit/real_clock.h"

/// Peers on loopback that misbehave as a script says.
namespace belfry::tests {

using kit::RealClock;

class ScriptedServer;

/// The server's end of one connection. Everything blocks for half a minute at most.
class Peer {
 public:
  Peer(const Poco::Net::StreamSocket& socket, ScriptedServer& server)
      : socket_(socket), server_(server) {
    socket_.setReceiveTimeout(Poco::Timespan(30, 0));
    socket_.setSendTimeout(Poco::Timespan(30, 0));
    socket_.setNoDelay(true);
  }

  /// A request with its body, by Content-Length; empty at the end of the connection.
  std::string read_request();
  void send(std::string_view bytes);
  /// Keeps `text` so that the test can look at it.
  void note(const std::string& text);
  /// Waits until the other side closes.
  void await_end();
  void close() { socket_.close(); }
  /// So that the other side meets a reset instead of an end.
  void reset();
  [[nodiscard]] Poco::Net::StreamSocket& socket() { return socket_; }

 private:
  Poco::Net::StreamSocket socket_;
  ScriptedServer& server_;
  std::string rest_;
};

/// Runs `script` for each connection, in a thread of its own, with the number of the connection.
class ScriptedServer {
 public:
  using Script = std::function<void(Peer&, int)>;
  explicit ScriptedServer(Script script);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string url(const std::string& path = "/") const;
  [[nodiscard]] int connections() const { return connections_.load(); }
  void note(const std::string& text);
  [[nodiscard]] std::vector<std::string> noted() const;

 private:
  void accept();

  const Script script_;
  Poco::Net::ServerSocket listener_;
  const std::uint16_t port_;
  std::atomic<bool> ends_{false};
  std::atomic<int> connections_{0};
  mutable Mutex mutex_;
  std::vector<std::string> noted_ GUARDED_BY(mutex_);
  std::vector<std::jthread> threads_;  ///< last: ends before what it uses
  std::jthread acceptor_;
};

/// `HTTP/1.1 200 OK` with a length.
std::string ok(std::string_view body, std::string_view more_headers = {});

/// Files of a certificate authority and of certificates that it signed, gone with this object.
class TestAuthority {
 public:
  TestAuthority();
  ~TestAuthority();
  TestAuthority(const TestAuthority&) = delete;
  TestAuthority& operator=(const TestAuthority&) = delete;

  struct Files {
    std::string certificate;
    std::string key;
  };
  /// `name` as `DNS:host` or `IP:address`.
  [[nodiscard]] Files sign(const std::string& name);
  [[nodiscard]] const std::string& ca_file() const { return ca_file_; }

 private:
  struct Keys;
  std::string folder_;
  std::string ca_file_;
  std::unique_ptr<Keys> keys_;
  int count_ = 0;
};

}  // namespace belfry::tests
