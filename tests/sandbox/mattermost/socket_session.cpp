#include "tests/sandbox/mattermost/socket_session.h"

#include <charconv>
#include <memory>
#include <thread>

#include <Poco/Buffer.h>
#include <Poco/Exception.h>
#include <Poco/Net/HTTPServerRequestImpl.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Net/WebSocket.h>

#include "tests/sandbox/mattermost/gateway.h"
#include "tests/sandbox/mattermost/json_text.h"

namespace belfry::sandbox::mattermost {

namespace {

namespace net = Poco::Net;
using Steady = std::chrono::steady_clock;

constexpr std::chrono::seconds k_authentication{5};
constexpr std::chrono::seconds k_ping_interval{60};
constexpr std::chrono::seconds k_pong_wait{100};
constexpr std::chrono::milliseconds k_look_around{50};
constexpr int k_largest_message = 8 * 1024;
constexpr int k_final = static_cast<int>(net::WebSocket::FRAME_FLAG_FIN);
constexpr int k_ping = k_final | static_cast<int>(net::WebSocket::FRAME_OP_PING);
constexpr int k_pong = k_final | static_cast<int>(net::WebSocket::FRAME_OP_PONG);

class SocketSession {
 public:
  SocketSession(Server& server, const net::StreamSocket& raw, net::WebSocket& socket)
      : server_(server), raw_(raw), socket_(socket) {
    socket_.setMaxPayloadSize(k_largest_message);
    socket_.setReceiveTimeout(Poco::Timespan(60, 0));
  }

  void run(const WebRequest& request) {
    const auto settings = server_.config.current();
    if (const auto user = user_of_token(server_, *settings, bearer_token(request)))
      sign_in(user, request);
    const auto opened = Steady::now();
    last_pong_ = last_ping_ = opened;
    while (!is_over(opened)) {
      const Poco::Timespan look_around(0, static_cast<long>(k_look_around.count()) * 1'000);
      if (socket_.poll(look_around, net::Socket::SELECT_READ) && !receive()) break;
      ping_when_due();
    }
    stop();
  }

  void stop() {
    if (connection_) {
      connection_->cut();
      server_.hub.detach(connection_);
    }
    try {
      raw_.shutdown();  // wakes a writer that hangs on a slow reader
    } catch (const Poco::Exception&) {
      ended_ = true;  // it is closed already
    }
    if (writer_.joinable()) writer_.join();
    if (connection_ && !server_.hub.is_connected(connection_->user_id()))
      set_presence(server_, connection_->user_id(), Presence::offline);
    connection_.reset();
  }

 private:
  [[nodiscard]] bool is_over(Steady::time_point opened) const {
    const auto now = Steady::now();
    if (!connection_) return now - opened > server_.clock.real(k_authentication);
    return ended_ || connection_->is_cut() || now - last_pong_ > server_.clock.real(k_pong_wait);
  }

  void ping_when_due() {
    const auto now = Steady::now();
    if (now - last_ping_ < server_.clock.real(k_ping_interval)) return;
    last_ping_ = now;
    send("", k_ping);
  }

  void sign_in(const UserPtr& user, const WebRequest& request) {
    const auto settings = server_.config.current();
    const std::string id = request.query_value("connection_id");
    if (!id.empty()) {
      const std::string sequence_text = request.query_value("sequence_number");
      std::int64_t sequence = -1;
      std::from_chars(sequence_text.data(), sequence_text.data() + sequence_text.size(), sequence);
      connection_ = server_.hub.resume(id, user->id, sequence);
    }
    start(user, *settings);
  }

  void start(const UserPtr& user, const Settings& settings) {
    if (!connection_)
      connection_ =
          server_.hub.attach(user->id, settings.version_id(), settings.text("ServerHostname"));
    set_presence(server_, user->id, Presence::online);
    writer_ = std::jthread([this, connection = connection_] {
      while (!connection->is_cut())
        if (const auto text = connection->take(k_look_around))
          send(*text, net::WebSocket::FRAME_TEXT);
    });
  }

  void send(const std::string& text, int flags) {
    const std::lock_guard lock(send_mutex_);
    try {
      socket_.sendFrame(text.data(), static_cast<int>(text.size()), flags);
    } catch (const Poco::Exception&) {
      ended_ = true;
    }
  }

  /// False when the socket is at its end.
  bool receive() {
    Poco::Buffer<char> buffer(0);
    int flags = 0;
    int length = 0;
    try {
      length = socket_.receiveFrame(buffer, flags);
    } catch (const Poco::Exception&) {
      return false;
    }
    switch (flags & net::WebSocket::FRAME_OP_BITMASK) {
      case net::WebSocket::FRAME_OP_PONG:
        last_pong_ = Steady::now();
        return true;
      case net::WebSocket::FRAME_OP_PING:
        send({buffer.begin(), buffer.end()}, k_pong);
        return true;
      case net::WebSocket::FRAME_OP_TEXT:
        return understand({buffer.begin(), buffer.end()});
      default:
        return length > 0;
    }
  }

  bool understand(const std::string& text) {
    const auto message = parse_object(text);
    if (message.isNull()) return false;
    const std::string action = message->optValue<std::string>("action", "");
    const auto sequence = message->optValue<std::int64_t>("seq", 0);
    if (action == "authentication_challenge") return authenticate(message, sequence);
    if (!connection_) return true;  // until then nothing is heard
    if (action.empty())
      fail(sequence, "api.web_socket_router.no_action.app_error", 400);
    else if (sequence <= 0)
      fail(sequence, "api.web_socket_router.bad_seq.app_error", 400);
    else if (action == "ping")
      succeed(sequence, JsonObject()
                            .text("text", "pong")
                            .text("version", server_.config.current()->text("Version"))
                            .number("server_time", server_.clock.now_ms())
                            .text("node_id", "")
                            .take());
    else if (action == "user_typing" || action == "user_update_active_status" ||
             action == "presence")
      succeed(sequence, "");
    else
      fail(sequence, "api.web_socket_router.bad_action.app_error", 500);
    return true;
  }

  bool authenticate(const Poco::JSON::Object::Ptr& message, std::int64_t sequence) {
    if (connection_) return true;
    const auto data = message->getObject("data");
    const auto settings = server_.config.current();
    const auto user = user_of_token(server_, *settings,
                                    data.isNull() ? "" : data->optValue<std::string>("token", ""));
    if (!user) return false;
    start(user, *settings);
    succeed(sequence, "");
    return true;
  }

  void succeed(std::int64_t sequence, const std::string& data_json) {
    JsonObject out;
    out.text("status", "OK");
    if (!data_json.empty()) out.raw("data", data_json);
    connection_->reply(out.number("seq_reply", sequence).take());
  }

  void fail(std::int64_t sequence, const std::string& id, int status) {
    connection_->reply(JsonObject()
                           .text("status", "FAIL")
                           .number("seq_reply", sequence)
                           .raw("error", JsonObject()
                                             .text("id", id)
                                             .text("message", "Refused.")
                                             .text("detailed_error", "")
                                             .number("status_code", status)
                                             .take())
                           .take());
  }

  Server& server_;
  net::StreamSocket raw_;
  net::WebSocket& socket_;
  SocketConnectionPtr connection_;
  std::atomic<bool> ended_{false};
  Steady::time_point last_pong_;
  Steady::time_point last_ping_;
  std::mutex send_mutex_;
  std::jthread writer_;
};

}  // namespace

void serve_socket(Server& server, const WebRequest& request, net::HTTPServerRequest& http_request,
                  net::HTTPServerResponse& http_response) {
  const net::StreamSocket raw = dynamic_cast<net::HTTPServerRequestImpl&>(http_request).socket();
  std::unique_ptr<net::WebSocket> socket;
  try {
    socket = std::make_unique<net::WebSocket>(http_request, http_response);
  } catch (const Poco::Exception&) {
    refuse(400, "api.web_socket.connect.upgrade.app_error");
  }
  SocketSession session(server, raw, *socket);
  try {
    session.run(request);
  } catch (const Poco::Exception&) {
    session.stop();
  }
}

}  // namespace belfry::sandbox::mattermost
