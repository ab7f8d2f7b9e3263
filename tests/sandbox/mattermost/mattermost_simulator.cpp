#include "tests/sandbox/mattermost/mattermost_simulator.h"

#include <array>

#include <Poco/Exception.h>
#include <Poco/Net/HTTPServerRequestImpl.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/StreamSocket.h>

#include "tests/sandbox/mattermost/events.h"
#include "tests/sandbox/mattermost/gateway.h"
#include "tests/sandbox/mattermost/ids.h"
#include "tests/sandbox/mattermost/server.h"
#include "tests/sandbox/mattermost/socket_session.h"
#include "tests/sandbox/mattermost/upload_stream.h"

namespace belfry::sandbox {

namespace net = Poco::Net;
using mattermost::Admission;
using mattermost::Refusal;
using mattermost::Route;
using mattermost::RouteMatch;

namespace {

// What Go's server reads of a body that its handler left, before it closes the connection.
constexpr std::int64_t k_drained = 256 << 10;
const Poco::Timespan k_linger(0, 500'000);

WebRequest head_of(const net::HTTPServerRequest& request) {
  WebRequest out{.method = request.getMethod()};
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

/// True when the body is at its end now.
bool drain(std::istream& stream) {
  try {
    stream.ignore(k_drained);
    return stream.peek() == std::istream::traits_type::eof();
  } catch (const Poco::Exception&) {
    return false;
  }
}

void send(const WebReply& reply, net::HTTPServerRequest& request,
          net::HTTPServerResponse& response) {
  const bool drained = drain(request.stream());
  if (!drained) response.setKeepAlive(false);
  response.setStatusAndReason(static_cast<net::HTTPResponse::HTTPStatus>(reply.status));
  for (const auto& [name, value] : reply.headers) response.add(name, value);
  if (!reply.content_type.empty()) response.setContentType(reply.content_type);
  if (reply.status == 204) {
    response.send().flush();
  } else {
    response.sendBuffer(reply.body.data(), reply.body.size());
  }
  if (drained) return;
  // A close with unread bytes is a reset, which can destroy the answer on its way: wait a little.
  auto& socket = dynamic_cast<net::HTTPServerRequestImpl&>(request).socket();
  socket.shutdownSend();
  const Poco::Timestamp begin;
  std::array<char, 65'536> unread{};
  while (!begin.isElapsed(k_linger.totalMicroseconds()))
    if (socket.poll(k_linger, net::Socket::SELECT_READ) &&
        socket.receiveBytes(unread.data(), static_cast<int>(unread.size())) <= 0)
      break;
}

}  // namespace

MattermostSimulator::MattermostSimulator(SandboxClock& clock, RequestLog& log)
    : server_(std::make_unique<mattermost::Server>(clock, log)), staff_(add_team("staff")) {}

MattermostSimulator::~MattermostSimulator() {
  server_->hub.cut_all();
}

WebReply MattermostSimulator::answer(const WebRequest& request) {
  return mattermost::answer_request(*server_, request);
}

std::string MattermostSimulator::operation(const WebRequest& request) const {
  const auto match =
      mattermost::match_route(request.method, request.path, server_->config.current()->base_path());
  return match.route == nullptr ? "mattermost.unknown" : std::string(match.route->operation);
}

bool MattermostSimulator::take_over(net::HTTPServerRequest& request,
                                    net::HTTPServerResponse& response) {
  const auto settings = server_->config.current();
  const std::string& uri = request.getURI();
  const RouteMatch match = mattermost::match_route(
      request.getMethod(), std::string_view(uri).substr(0, uri.find('?')), settings->base_path());
  if (match.route == nullptr || match.route->body != mattermost::Body::streamed || server_->down)
    return false;

  const WebRequest web = head_of(request);
  NameValues extra;
  Admission admission = mattermost::admit(*server_, web, match, settings, extra);
  WebReply reply;
  try {
    if (admission.refusal) {
      reply = std::move(*admission.refusal);
    } else if (match.route->operation == "mattermost.websocket") {
      mattermost::serve_socket(*server_, web, request, response);
      return true;
    } else {
      const mattermost::BodyStream body{
          .stream = request.stream(),
          .length = request.hasContentLength()
                        ? static_cast<std::int64_t>(request.getContentLength64())
                        : std::int64_t{-1},
          .content_type = request.getContentType()};
      reply = match.route->operation == "mattermost.upload_file"
                  ? mattermost::upload_files(admission.call, body)
                  : mattermost::upload_part(admission.call, body);
    }
  } catch (const Refusal& refusal) {
    reply = mattermost::error_reply(refusal, *settings);
  }
  try {
    send(mattermost::finished(std::move(reply), web, *settings, extra), request, response);
  } catch (const Poco::Exception&) {
    response.setKeepAlive(false);  // the peer is gone
  }
  return true;
}

void MattermostSimulator::set_config(std::string_view key, std::string_view value) {
  server_->config.set(key, value);
  mattermost::announce_config_changed(*server_);
}

std::string MattermostSimulator::config(std::string_view key) const {
  return server_->config.current()->text(key);
}

void MattermostSimulator::restart() {
  server_->pending.clear();
  server_->rate.clear();
  server_->hub.cut_all();
}

void MattermostSimulator::set_down(bool down) {
  server_->down = down;
  if (down) server_->hub.cut_all();
}

void MattermostSimulator::set_unhealthy(bool unhealthy) {
  server_->unhealthy = unhealthy;
}

void MattermostSimulator::set_post_delays(std::chrono::milliseconds before_save,
                                          std::chrono::milliseconds after_save) {
  server_->trouble.delay_before_save_ms = before_save.count();
  server_->trouble.delay_after_save_ms = after_save.count();
}

void MattermostSimulator::fail_posts_before_save(int count) {
  server_->trouble.fail_before_save = count;
}

void MattermostSimulator::fail_posts_after_save(int count) {
  server_->trouble.fail_after_save = count;
}

void MattermostSimulator::leave_out_files(int count) {
  server_->trouble.leave_out_files = count;
}

std::size_t MattermostSimulator::sockets() const {
  return server_->hub.attached();
}

void MattermostSimulator::cut_sockets() {
  server_->hub.cut_sockets();
}

}  // namespace belfry::sandbox
