#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "tests/sandbox/fault.h"
#include "tests/sandbox/request_log.h"
#include "tests/sandbox/web.h"

namespace Poco::Net {
class HTTPServerRequest;
class HTTPServerResponse;
}  // namespace Poco::Net

namespace belfry::sandbox {

/// An outside system, reduced to what it answers. Called from many threads at once.
class Simulator {
 public:
  virtual ~Simulator() = default;

  /// What it threw is answered as 500.
  virtual WebReply answer(const WebRequest& request) = 0;
  /// A short stable name such as `graph.get_message`. Asked before the body is read.
  [[nodiscard]] virtual std::string operation(const WebRequest& request) const = 0;
  /// Takes over the raw exchange (streaming uploads, WebSocket), before the body was read; true
  /// when handled. Of the faults only `answer`, `drop` and the delay before the work reach such
  /// exchanges.
  virtual bool take_over(Poco::Net::HTTPServerRequest& /*request*/,
                         Poco::Net::HTTPServerResponse& /*response*/) {
    return false;
  }
};

struct SimulatorServerLimits {
  std::chrono::seconds read_timeout{60};
  std::chrono::seconds keep_alive_timeout{300};
  int keep_alive_requests = 0;  ///< per connection; 0 = no limit
  int queued_connections = 1'024;
};

/// Serves a simulator over HTTP/1.1 on the loopback address, applies the fault plan and keeps the
/// log.
///
/// Promises  Listening when constructed. Answers leave in one write, with TCP_NODELAY.
/// Threads   One thread for each connection, at most `threads`; further connections wait for a free
/// one. Errors    Poco::Exception when the port is taken.
class SimulatorServer {
 public:
  SimulatorServer(Simulator& simulator, FaultPlan& faults, RequestLog& log, std::uint16_t port = 0,
                  int threads = 64, SimulatorServerLimits limits = {});
  ~SimulatorServer();

  [[nodiscard]] std::uint16_t port() const;
  /// `http://127.0.0.1:PORT`
  [[nodiscard]] std::string url() const;
  /// Closes the listener and every connection, then waits for the requests at work. May be called
  /// twice.
  void stop();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace belfry::sandbox
