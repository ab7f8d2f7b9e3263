#include "tests/sandbox/graph/webhook_client.h"

#include <algorithm>
#include <charconv>
#include <thread>

#include <Poco/Exception.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/URI.h>
#include <fmt/format.h>

namespace belfry::sandbox {

namespace {

namespace net = Poco::Net;
using Clock = std::chrono::steady_clock;

constexpr std::size_t k_max_answer = 256U << 10U;

Poco::Timespan timespan(std::chrono::nanoseconds d) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(d).count();
  return Poco::Timespan(static_cast<Poco::Timespan::TimeDiff>(std::max<std::int64_t>(us, 1)));
}

struct TimedOut {};

/// More bytes; 0 at the end of the stream.
std::size_t read_more(net::StreamSocket& socket, Clock::time_point until, std::string& into) {
  const auto left = until - Clock::now();
  if (left <= left.zero() || !socket.poll(timespan(left), net::Socket::SELECT_READ))
    throw TimedOut{};
  char buffer[16'384];
  const int got = socket.receiveBytes(buffer, sizeof buffer);
  if (got > 0) into.append(buffer, static_cast<std::size_t>(got));
  return got > 0 ? static_cast<std::size_t>(got) : 0;
}

std::string header_of(std::string_view head, std::string_view name) {
  while (!head.empty()) {
    const auto end = std::min(head.find("\r\n"), head.size());
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(std::min(end + 2, head.size()));
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !equal_ignoring_case(line.substr(0, colon), name))
      continue;
    std::string_view value = line.substr(colon + 1);
    while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
    return std::string(value);
  }
  return {};
}

/// Takes complete chunks off the front of `raw`; true when the last one has come.
bool take_chunks(std::string& raw, std::string& body) {
  for (;;) {
    const auto line = raw.find("\r\n");
    if (line == std::string::npos) return false;
    std::size_t size = 0;
    const auto parsed = std::from_chars(raw.data(), raw.data() + line, size, 16);
    if (parsed.ec != std::errc{}) throw Poco::DataFormatException("chunk size");
    if (raw.size() < line + 2 + size + 2) return false;
    body.append(raw, line + 2, size);
    raw.erase(0, line + 2 + size + 2);
    if (size == 0) return true;
  }
}

void send_all(net::StreamSocket& socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const int sent = socket.sendBytes(bytes.data(), static_cast<int>(bytes.size()));
    if (sent <= 0) throw Poco::IOException("nothing was sent");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

}  // namespace

WebhookClient::WebhookClient(std::string ca_file) : ca_file_(std::move(ca_file)) {}

WebhookClient::~WebhookClient() = default;

std::unique_ptr<net::StreamSocket> WebhookClient::connect(const std::string& scheme,
                                                          const std::string& host,
                                                          unsigned short port,
                                                          std::chrono::nanoseconds deadline) const {
  std::unique_ptr<net::StreamSocket> socket;
  if (scheme == "https") {
    const auto mode = ca_file_.empty() ? net::Context::VERIFY_NONE : net::Context::VERIFY_RELAXED;
    const net::Context::Ptr context =
        new net::Context(net::Context::TLS_CLIENT_USE, "", "", ca_file_, mode, 9, ca_file_.empty());
    auto secure = std::make_unique<net::SecureStreamSocket>(context);
    secure->setPeerHostName(host);
    socket = std::move(secure);
  } else {
    socket = std::make_unique<net::StreamSocket>();
  }
  socket->connect(net::SocketAddress(host, port), timespan(deadline));
  socket->setNoDelay(true);
  socket->setSendTimeout(timespan(deadline));
  return socket;
}

WebhookClient::Answer WebhookClient::post(const std::string& url, const std::string& content_type,
                                          const std::string& body,
                                          std::chrono::nanoseconds deadline, FaultAction mangle) {
  const auto started = Clock::now();
  Answer answer;
  try {
    const Poco::URI uri(url);
    const std::string key =
        fmt::format("{}://{}:{}", uri.getScheme(), uri.getHost(), uri.getPort());
    std::size_t length = body.size();
    if (mangle == FaultAction::short_length) length /= 2;
    if (mangle == FaultAction::long_length) length += 100;
    std::string path = uri.getPathAndQuery();
    if (!path.starts_with('/')) path.insert(0, "/");
    const std::string head = fmt::format(
        "POST {} HTTP/1.1\r\nHost: {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nAccept: "
        "*/*\r\nUser-Agent: belfry-sandbox\r\n\r\n",
        path, uri.getAuthority(), content_type, length);
    const bool orderly = mangle == FaultAction::none;
    for (;;) {
      auto kept = kept_.extract(key);
      const bool fresh = kept.empty() || !orderly;
      auto socket = fresh ? connect(uri.getScheme(), uri.getHost(), uri.getPort(), deadline)
                          : std::move(kept.mapped());
      bool reusable = false;
      answer = Answer{};
      try {
        if (mangle == FaultAction::reset_mid_body) {
          send_all(*socket, head + body.substr(0, body.size() / 2));
          std::this_thread::sleep_for(std::chrono::milliseconds{20});
          socket->setLinger(true, 0);
          socket->close();
          answer.trouble = "reset by the fault plan";
        } else {
          send_all(*socket, head + body);
          if (mangle == FaultAction::lose_answer) {
            Answer lost;
            receive(*socket, started + deadline, lost, reusable);
            answer.trouble = "answer lost by the fault plan";
          } else {
            receive(*socket, started + deadline, answer, reusable);
          }
        }
      } catch (const Poco::Exception& error) {
        // The server may have closed a kept connection at any time: that says nothing about the
        // server.
        if (!fresh) continue;
        answer.trouble = error.displayText();
      }
      if (reusable && orderly) kept_[key] = std::move(socket);
      break;
    }
  } catch (const TimedOut&) {
    answer.timed_out = true;
    answer.trouble = "no answer in time";
  } catch (const Poco::TimeoutException&) {
    answer.timed_out = true;
    answer.trouble = "no connection in time";
  } catch (const Poco::Exception& error) {
    answer.trouble = error.displayText();
  }
  answer.took = Clock::now() - started;
  return answer;
}

void WebhookClient::receive(net::StreamSocket& socket, Steady until, Answer& answer,
                            bool& reusable) {
  std::string raw;
  std::size_t end = std::string::npos;
  while ((end = raw.find("\r\n\r\n")) == std::string::npos) {
    if (raw.size() > k_max_answer) throw Poco::DataFormatException("endless header");
    if (read_more(socket, until, raw) == 0) throw Poco::IOException("closed without an answer");
  }
  const std::string head = raw.substr(0, end + 2);
  raw.erase(0, end + 4);
  if (head.size() < 12 || !head.starts_with("HTTP/1.")) throw Poco::DataFormatException("no HTTP");
  int status = 0;
  std::from_chars(head.data() + 9, head.data() + 12, status);
  answer.content_type = header_of(head, "Content-Type");

  const std::string length = header_of(head, "Content-Length");
  const bool chunked = equal_ignoring_case(header_of(head, "Transfer-Encoding"), "chunked");
  bool whole = status == 204 || status == 304;
  std::size_t wanted = 0;
  std::from_chars(length.data(), length.data() + length.size(), wanted);
  while (!whole) {
    if (chunked) {
      whole = take_chunks(raw, answer.body);
    } else if (!length.empty()) {
      whole = raw.size() >= wanted;
    }
    if (whole) break;
    if (answer.body.size() + raw.size() > k_max_answer) throw Poco::DataFormatException("too long");
    if (read_more(socket, until, raw) == 0) {
      if (chunked || !length.empty()) throw Poco::IOException("closed within the answer");
      break;
    }
  }
  if (!chunked) answer.body = length.empty() ? raw : raw.substr(0, wanted);
  reusable = whole && !equal_ignoring_case(header_of(head, "Connection"), "close") &&
             (chunked ? raw.empty() : raw.size() <= wanted);
  answer.status = status;
}

}  // namespace belfry::sandbox
