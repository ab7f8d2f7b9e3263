#include "net/http/server_connection.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>

#include <Poco/Exception.h>
#include <fmt/format.h>

#include "net/json/ascii.h"

namespace belfry::net {
namespace {

/// How soon an idle connection sees that the server stops or that others wait.
constexpr Duration k_idle_look{100};
/// After a refusal: what the peer is still sending is read and dropped, else its system would throw
/// our answer away with the connection. Not for ever.
constexpr Duration k_farewell{1'000};
constexpr std::size_t k_most_dropped = std::size_t{8} << 20;
constexpr std::size_t k_most_parameters = 200;

std::string_view reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 413:
      return "Content Too Large";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    default:
      return "Answer";
  }
}

/// As RFC 9110 5.6.7 wants it: `Sun, 06 Nov 1994 08:49:37 GMT`.
std::string http_date(WallTime time) {
  static constexpr std::array<const char*, 7> k_days = {"Sun", "Mon", "Tue", "Wed",
                                                        "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> k_months = {
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{std::chrono::floor<std::chrono::seconds>(time - day)};
  return fmt::format(
      "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", k_days[std::chrono::weekday{day}.c_encoding()],
      static_cast<unsigned>(date.day()), k_months[static_cast<unsigned>(date.month()) - 1],
      static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(),
      clock.seconds().count());
}

bool may_have_body(int status) {
  return status >= 200 && status != 204 && status != 304;
}

/// `http://host/path` is allowed in a request line; the host is not ours to judge.
std::string_view origin_form(std::string_view target) {
  if (target.starts_with('/')) return target;
  const std::size_t scheme = target.find("://");
  if (scheme == std::string_view::npos) return {};
  const std::size_t path = target.find('/', scheme + 3);
  return path == std::string_view::npos ? std::string_view("/") : target.substr(path);
}

/// Ends the claim of a connection on its address, however run() is left.
class Visit {
 public:
  Visit(Visitors& visitors, const std::string& address, Instant now)
      : visitors_(visitors), address_(address), is_admitted_(visitors.enter(address, now)) {}
  ~Visit() {
    if (is_admitted_) visitors_.leave(address_);
  }
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;
  [[nodiscard]] bool is_admitted() const { return is_admitted_; }

 private:
  Visitors& visitors_;
  const std::string& address_;
  const bool is_admitted_;
};

}  // namespace

ServerConnection::ServerConnection(const Poco::Net::StreamSocket& socket, ServerState& state)
    : TCPServerConnection(socket), state_(state) {}

Patience ServerConnection::patience(Duration limit) const {
  return {state_.clock, state_.clock.now().steady + limit, state_.is_aborted};
}

void ServerConnection::run() {
  try {
    remote_ = socket().peerAddress().host().toString();
  } catch (const Poco::Exception&) {
    return;  // gone before anybody looked
  }
  Stream stream(socket());
  if (is_loopback(remote_)) {
    serve(stream);
    return;
  }
  const Visit visit(state_.visitors, remote_, state_.clock.now().steady);
  if (visit.is_admitted()) {
    serve(stream);
  } else {
    ++state_.too_many;
  }
}

void ServerConnection::serve(Stream& stream) {
  const ServerOptions& options = state_.options;
  if (state_.tls &&
      stream.accept_tls(*state_.tls, patience(options.request_limit)) != WireEnd::done) {
    return;
  }
  Inbound inbound(stream);
  for (int left = options.requests_per_connection; left > 0; --left) {
    const bool is_first = left == options.requests_per_connection;
    const Duration limit = is_first ? options.request_limit : options.idle_limit;
    if (!inbound.has_rest() && !wait_for_request(stream, limit)) break;
    inbound.begin_anew();
    if (serve_one(stream, inbound, left > 1 ? After::keep : After::close) == After::close) break;
  }
  stream.end_sending(patience(k_farewell));
}

bool ServerConnection::wait_for_request(Stream& stream, Duration limit) const {
  const Patience whole = patience(limit);
  for (;;) {
    const WireEnd end = stream.wait_readable(
        {whole.clock, std::min(whole.until, whole.clock.now().steady + k_idle_look),
         whole.aborted});
    if (end == WireEnd::done) return true;
    if (end != WireEnd::timed_out || state_.is_stopping.load() ||
        whole.left() <= Duration::zero()) {
      return false;
    }
    // A thread that waits for one peer's next request is a thread that others wait for.
    if (state_.others_wait()) return false;
  }
}

ServerConnection::After ServerConnection::serve_one(Stream& stream, Inbound& inbound,
                                                    After unless_told) {
  const Patience whole = patience(state_.options.request_limit);
  std::string head;
  WireEnd end = inbound.read_head(head, state_.options.head_limit, whole);
  if (end == WireEnd::too_large) {
    ++state_.malformed;
    return refuse(stream, 431, "headers too large");
  }
  if (end != WireEnd::done) return refuse(stream, inbound, end);
  auto incoming = understand(head);
  if (!incoming) return refuse(stream, inbound, WireEnd::malformed);
  if (!is_loopback(remote_) && !state_.visitors.may_ask(remote_, state_.clock.now().steady)) {
    ++state_.too_many;
    return refuse(stream, 429, "too many requests");
  }
  const bool is_announced_too_large = incoming->framing.kind == Framing::Kind::length &&
                                      incoming->framing.length > state_.options.body_limit;
  if (incoming->awaits_continue && !is_announced_too_large) {
    end = stream.write("HTTP/1.1 100 Continue\r\n\r\n", whole);
    if (end != WireEnd::done) return After::close;
  }
  end = inbound.read_body(incoming->framing, incoming->request.body, state_.options.body_limit,
                          whole);
  if (end != WireEnd::done) return refuse(stream, inbound, end);
  const HttpReply made = answer(incoming->request);
  const bool keeps = incoming->wants_to_keep && !state_.is_stopping.load();
  return reply(stream, made, incoming->request.method, keeps ? unless_told : After::close);
}

std::optional<ServerConnection::Incoming> ServerConnection::understand(
    std::string_view text) const {
  auto head = parse_head(text, state_.options.fields_limit);
  if (!head) return std::nullopt;
  const auto line = parse_request_line(head->start_line);
  const auto framing = request_framing(head->headers);
  if (!line || !framing) return std::nullopt;
  const auto hosts =
      std::count_if(head->headers.begin(), head->headers.end(),
                    [](const auto& header) { return same_without_case(header.first, "host"); });
  if (hosts > 1 || (hosts == 0 && line->minor_version >= 1)) return std::nullopt;

  Incoming incoming;
  incoming.framing = *framing;
  incoming.wants_to_keep = line->minor_version >= 1
                               ? !lists_token(head->headers, "connection", "close")
                               : lists_token(head->headers, "connection", "keep-alive");
  incoming.awaits_continue =
      line->minor_version >= 1 && lists_token(head->headers, "expect", "100-continue");
  HttpIncoming& request = incoming.request;
  const std::string_view target = origin_form(line->target);
  const std::size_t mark = std::min(target.find('?'), target.size());
  request.method = line->method;
  request.path = percent_decode(target.substr(0, mark));
  const std::string& prefix = state_.options.path_prefix;
  if (!prefix.empty() && request.path.starts_with(prefix + "/")) {
    request.path.erase(0, prefix.size());
  }
  request.query = parse_form(target.substr(std::min(mark + 1, target.size())), k_most_parameters);
  request.headers = std::move(head->headers);
  request.remote = remote_;
  return incoming;
}

HttpReply ServerConnection::answer(const HttpIncoming& request) {
  ++state_.requests;
  try {
    HttpReply made = state_.router.answer(request);
    const bool is_sound =
        is_sound_header("Content-Type", made.content_type) &&
        std::all_of(made.headers.begin(), made.headers.end(), [](const auto& header) {
          return is_sound_header(header.first, header.second);
        });
    if (is_sound) return made;
  } catch (const std::exception&) {
    // What it says may be content; the count and the route's own journal have to do.
  }
  ++state_.handler_failures;
  return plain_reply(500, "internal error");
}

ServerConnection::After ServerConnection::reply(Stream& stream, const HttpReply& reply,
                                                std::string_view method, After after) {
  std::string text = fmt::format("HTTP/1.1 {} {}\r\nDate: {}\r\n", reply.status,
                                 reason_of(reply.status), http_date(state_.clock.now().wall));
  const auto add = [&](std::string_view name, std::string_view value) {
    fmt::format_to(std::back_inserter(text), "{}: {}\r\n", name, value);
  };
  if (may_have_body(reply.status)) {
    if (!reply.content_type.empty()) add("Content-Type", reply.content_type);
    add("Content-Length", std::to_string(reply.body.size()));
  }
  if (find_header(reply.headers, "x-content-type-options") == nullptr) {
    add("X-Content-Type-Options", "nosniff");
  }
  if (find_header(reply.headers, "cache-control") == nullptr) add("Cache-Control", "no-store");
  for (const auto& [name, value] : reply.headers) add(name, value);
  add("Connection", after == After::keep ? "keep-alive" : "close");
  text += "\r\n";
  if (may_have_body(reply.status) && method != "HEAD") text += reply.body;
  if (stream.write(text, patience(state_.options.reply_limit)) != WireEnd::done) {
    return After::close;
  }
  return after;
}

ServerConnection::After ServerConnection::refuse(Stream& stream, int status, std::string_view why) {
  HttpReply refusal = plain_reply(status, why);
  if (status == 429) refusal.headers.emplace_back("Retry-After", "1");
  reply(stream, refusal, "", After::close);
  end_politely(stream);
  return After::close;
}

ServerConnection::After ServerConnection::refuse(Stream& stream, Inbound& inbound, WireEnd end) {
  switch (end) {
    case WireEnd::malformed:
      ++state_.malformed;
      return refuse(stream, 400, "bad request");
    case WireEnd::too_large:
      ++state_.too_large;
      return refuse(stream, 413, "body too large");
    case WireEnd::timed_out:
      ++state_.too_slow;
      return inbound.has_begun() ? refuse(stream, 408, "too slow") : After::close;
    default:
      return After::close;
  }
}

void ServerConnection::end_politely(Stream& stream) {
  const Patience farewell = patience(k_farewell);
  stream.end_sending(farewell);
  std::array<char, 16 * 1024> dropped;
  for (std::size_t total = 0; total < k_most_dropped;) {
    const IoResult got = stream.read(dropped.data(), dropped.size(), farewell);
    if (got.end != WireEnd::done) return;
    total += got.bytes;
  }
}

}  // namespace belfry::net
