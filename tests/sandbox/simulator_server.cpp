#include "tests/sandbox/simulator_server.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include <Poco/Exception.h>
#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerRequestImpl.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/ThreadPool.h>
#include <fmt/format.h>

namespace belfry::sandbox {

namespace {

namespace net = Poco::Net;

constexpr std::size_t k_max_body = 512U
                                   << 20U;  // so that a lying Content-Length cannot eat the machine

WebRequest read_head(const net::HTTPServerRequest& request) {
  WebRequest out;
  out.method = request.getMethod();
  const std::string& uri = request.getURI();
  const auto question = uri.find('?');
  out.path = uri.substr(0, question);
  if (question != std::string::npos) {
    out.raw_query = uri.substr(question + 1);
    out.query = parse_form(out.raw_query);
  }
  for (const auto& [name, value] : request) out.headers.emplace_back(name, value);
  out.remote = request.clientAddress().host().toString();
  return out;
}

void read_body(net::HTTPServerRequest& request, WebRequest& out) {
  std::istream& stream = request.stream();
  if (request.hasContentLength()) {
    const auto length = static_cast<std::size_t>(request.getContentLength64());
    out.body.resize(std::min(length, k_max_body));
    stream.read(out.body.data(), static_cast<std::streamsize>(out.body.size()));
    if (static_cast<std::size_t>(stream.gcount()) < out.body.size())
      throw net::MessageException("the body ended early");
  } else if (request.getChunkedTransferEncoding()) {
    out.body.assign(std::istreambuf_iterator<char>(stream), {});
  }
}

std::string render_head(const WebReply& reply, const net::HTTPServerResponse& response,
                        std::size_t length) {
  const auto status = static_cast<net::HTTPResponse::HTTPStatus>(reply.status);
  std::string out = fmt::format("HTTP/1.1 {} {}\r\n", reply.status,
                                net::HTTPResponse::getReasonForStatus(status));
  const bool has_date = std::any_of(reply.headers.begin(), reply.headers.end(),
                                    [](const auto& header) { return header.first == "Date"; });
  if (!has_date) out += fmt::format("Date: {}\r\n", response.get("Date", ""));
  if (!reply.content_type.empty()) out += fmt::format("Content-Type: {}\r\n", reply.content_type);
  if (reply.chunked)
    out += "Transfer-Encoding: chunked\r\n";
  else if (reply.status != 204 && reply.status != 304)
    out += fmt::format("Content-Length: {}\r\n", length);
  for (const auto& [name, value] : reply.headers) out += fmt::format("{}: {}\r\n", name, value);
  out += response.getKeepAlive() ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
  return out;
}

std::string body_bytes(const WebReply& reply) {
  if (!reply.chunked) return reply.body;
  constexpr std::size_t k_chunk = 16'384;
  std::string out;
  for (std::size_t at = 0; at < reply.body.size(); at += k_chunk) {
    const std::string part = reply.body.substr(at, k_chunk);
    out += fmt::format("{:x}\r\n{}\r\n", part.size(), part);
  }
  return out + "0\r\n\r\n";
}

void send_all(net::StreamSocket& socket, const std::string& bytes) {
  std::size_t sent = 0;
  while (sent < bytes.size())
    sent += static_cast<std::size_t>(
        socket.sendBytes(bytes.data() + sent, static_cast<int>(bytes.size() - sent)));
}

enum class Ending { orderly, reset };

void close_connection(net::StreamSocket& socket, net::HTTPServerResponse& response, Ending ending) {
  response.setKeepAlive(false);
  try {
    if (ending == Ending::reset)
      socket.setLinger(true, 0);
    else
      socket.shutdown();
  } catch (const Poco::Exception&) {
    return;  // the peer was faster
  }
  socket.close();
}

class Exchange : public net::HTTPRequestHandler {
 public:
  Exchange(Simulator& simulator, FaultPlan& faults, RequestLog& log)
      : simulator_(simulator), faults_(faults), log_(log) {}

  void handleRequest(net::HTTPServerRequest& request, net::HTTPServerResponse& response) override {
    auto& socket = dynamic_cast<net::HTTPServerRequestImpl&>(request).socket();
    WebRequest web = read_head(request);
    const std::string operation = simulator_.operation(web);
    const auto fault = faults_.take(web, operation);
    const FaultAction action = fault ? fault->action : FaultAction::none;
    if (fault && fault->delay_before.count() > 0) std::this_thread::sleep_for(fault->delay_before);

    if (action == FaultAction::drop) {
      log_.add(web, operation, 0, true);
      close_connection(socket, response, Ending::orderly);
      return;
    }
    if (action != FaultAction::answer && simulator_.take_over(request, response)) {
      log_.add(web, operation, response.getStatus(), fault.has_value());
      return;
    }
    read_body(request, web);

    WebReply reply;
    if (action == FaultAction::answer)
      reply = {.status = fault->status,
               .headers = fault->headers,
               .body = fault->body,
               .content_type = fault->body.empty() ? "" : fault->content_type};
    else
      reply = work(web, action == FaultAction::work_twice);
    log_.add(web, operation, action == FaultAction::lose_answer ? 0 : reply.status,
             fault.has_value());
    if (fault && fault->delay_after.count() > 0) std::this_thread::sleep_for(fault->delay_after);
    send(socket, response, web, reply, action);
  }

 private:
  WebReply work(const WebRequest& web, bool twice) {
    try {
      if (twice) (void)simulator_.answer(web);
      return simulator_.answer(web);
    } catch (const Poco::Exception& error) {
      return text_reply(500, error.displayText());
    } catch (const std::exception& error) {
      return text_reply(500, error.what());
    }
  }

  static void send(net::StreamSocket& socket, net::HTTPServerResponse& response,
                   const WebRequest& web, const WebReply& reply, FaultAction action) {
    const std::string body = web.method == "HEAD" ? "" : body_bytes(reply);
    const auto whole = [&](std::size_t length) {
      return render_head(reply, response, length) + body;
    };
    switch (action) {
      case FaultAction::none:
      case FaultAction::answer:
      case FaultAction::work_twice:
        send_all(socket, whole(reply.body.size()));
        break;
      case FaultAction::answer_twice:
        send_all(socket, whole(reply.body.size()) + whole(reply.body.size()));
        break;
      case FaultAction::drop:
      case FaultAction::lose_answer:
        close_connection(socket, response, Ending::orderly);
        break;
      case FaultAction::reset_mid_body: {
        std::string bytes = whole(reply.body.size());
        bytes.resize(bytes.size() - body.size() + body.size() / 2);
        send_all(socket, bytes);
        // A reset discards what the peer has not read yet: let the half arrive first.
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
        close_connection(socket, response, Ending::reset);
        break;
      }
      case FaultAction::short_length:
        send_all(socket, whole(reply.body.size() / 2));
        break;
      case FaultAction::long_length:
        send_all(socket, whole(reply.body.size() + 100));
        close_connection(socket, response, Ending::orderly);
        break;
    }
  }

  Simulator& simulator_;
  FaultPlan& faults_;
  RequestLog& log_;
};

class Factory : public net::HTTPRequestHandlerFactory {
 public:
  Factory(Simulator& simulator, FaultPlan& faults, RequestLog& log)
      : simulator_(simulator), faults_(faults), log_(log) {}

  net::HTTPRequestHandler* createRequestHandler(const net::HTTPServerRequest&) override {
    return new Exchange(simulator_, faults_, log_);
  }

 private:
  Simulator& simulator_;
  FaultPlan& faults_;
  RequestLog& log_;
};

net::HTTPServerParams::Ptr server_params(int threads, const SimulatorServerLimits& limits) {
  net::HTTPServerParams::Ptr params = new net::HTTPServerParams;
  params->setMaxThreads(threads);
  params->setMaxQueued(limits.queued_connections);
  params->setKeepAlive(true);
  params->setMaxKeepAliveRequests(limits.keep_alive_requests);
  params->setKeepAliveTimeout(
      Poco::Timespan(static_cast<long>(limits.keep_alive_timeout.count()), 0));
  params->setTimeout(Poco::Timespan(static_cast<long>(limits.read_timeout.count()), 0));
  return params;
}

net::ServerSocket listen_on(std::uint16_t port) {
  net::ServerSocket socket;
  socket.bind(net::SocketAddress("127.0.0.1", port), true, false);
  socket.listen(1'024);
  return socket;
}

}  // namespace

struct SimulatorServer::Parts {
  Parts(Simulator& simulator, FaultPlan& faults, RequestLog& log, std::uint16_t wanted_port,
        int threads, const SimulatorServerLimits& limits)
      : pool("sandbox", 2, std::max(threads, 2)),
        socket(listen_on(wanted_port)),
        port(socket.address().port()),
        server(new Factory(simulator, faults, log), pool, socket, server_params(threads, limits)) {
    server.start();
  }

  Poco::ThreadPool pool;
  net::ServerSocket socket;
  std::uint16_t port;
  net::HTTPServer server;
  bool stopped = false;
};

SimulatorServer::SimulatorServer(Simulator& simulator, FaultPlan& faults, RequestLog& log,
                                 std::uint16_t port, int threads, SimulatorServerLimits limits)
    : parts_(std::make_unique<Parts>(simulator, faults, log, port, threads, limits)) {}

SimulatorServer::~SimulatorServer() {
  stop();
}

std::uint16_t SimulatorServer::port() const {
  return parts_->port;
}

std::string SimulatorServer::url() const {
  return fmt::format("http://127.0.0.1:{}", port());
}

void SimulatorServer::stop() {
  if (parts_->stopped) return;
  parts_->stopped = true;
  std::atomic<bool> ended = false;
  const std::jthread stopping([&] {
    parts_->server.stopAll(true);
    ended = true;
  });
  // Poco's accepting thread looks at its stop flag every 250 ms only, or when somebody connects.
  while (!ended) {
    try {
      net::StreamSocket knock;
      knock.connect(net::SocketAddress("127.0.0.1", parts_->port), Poco::Timespan(0, 100'000));
    } catch (const Poco::Exception&) {
      // it no longer listens
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
  }
  parts_->pool.joinAll();
}

}  // namespace belfry::sandbox
