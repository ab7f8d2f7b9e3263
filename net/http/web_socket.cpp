#include "net/http/web_socket.h"

#include <array>

#include <fmt/format.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include "net/crypto/base64.h"
#include "net/http/outcome.h"
#include "net/http/wire.h"
#include "sync/base/invariant.h"

namespace belfry::net {
namespace {

enum Opcode : int {
  k_continuation = 0x0,
  k_text = 0x1,
  k_binary = 0x2,
  k_close = 0x8,
  k_ping = 0x9,
  k_pong = 0xA,
};

constexpr std::size_t k_most_head = std::size_t{32} << 10;
constexpr std::size_t k_most_fields = 200;
/// Of an answer that refuses the upgrade.
constexpr std::size_t k_most_refusal = std::size_t{64} << 10;
/// Of a ping, pong or close.
constexpr std::size_t k_most_control = 125;
constexpr unsigned k_normal_closure = 1000;

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  invariant(
      RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) == 1,
      "the system gives random bytes");
  return bytes;
}

std::string accept_of(const std::string& key) {
  const std::string text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::uint64_t number_of(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char byte : bytes) number = number << 8U | static_cast<unsigned char>(byte);
  return number;
}

bool is_control(int opcode) {
  return opcode >= k_close;
}

}  // namespace

Result<std::unique_ptr<WebSocket>> WebSocket::open(const Dialer& dialer, const Url& url,
                                                   const HttpHeaders& headers,
                                                   const WebSocketPolicy& policy,
                                                   const sync::Clock& clock,
                                                   const std::atomic<bool>& aborted) {
  const Patience patience{clock, clock.now().steady + policy.open_limit, aborted};
  auto stream = dialer.dial(url, Dialer::Use::own_protocol, patience);
  if (!stream) return fail(stream.error());
  std::unique_ptr<WebSocket> socket(new WebSocket(std::move(*stream), policy, clock, aborted));
  if (const auto shaken = socket->shake_hands(url, headers, patience); !shaken) {
    return fail(shaken.error());
  }
  return socket;
}

Result<> WebSocket::shake_hands(const Url& url, const HttpHeaders& headers,
                                const Patience& patience) {
  const std::string key = base64(random_bytes(16));
  std::string text = fmt::format(
      "GET {} HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {}\r\n",
      url.target, url.authority(), key);
  for (const auto& [name, value] : headers) {
    if (!is_sound_header(name, value)) {
      return fail(ErrorKind::refused, "websocket: a header that cannot be sent");
    }
    text += name + ": " + value + "\r\n";
  }
  text += "\r\n";
  const auto broken = [&](WireEnd end) {
    return fail(ErrorKind::transient, fmt::format("websocket at {}: {}", url.host, describe(end)));
  };
  WireEnd end = connection_.stream->write(text, patience);
  if (end != WireEnd::done) return broken(end);
  std::string head_text;
  end = connection_.inbound.read_head(head_text, k_most_head, patience);
  if (end != WireEnd::done) return broken(end);
  auto head = parse_head(head_text, k_most_fields);
  const auto status = head ? parse_status_line(head->start_line) : std::nullopt;
  if (!status) return broken(WireEnd::malformed);
  if (status->status != 101) {
    HttpAnswer answer{status->status, std::move(head->headers), {}};
    // What it says more than its status is welcome but not worth a failure.
    const auto framing = answer_framing("GET", answer.status, answer.headers);
    if (framing && connection_.inbound.read_body(*framing, answer.body, k_most_refusal, patience) !=
                       WireEnd::done) {
      answer.body.clear();
    }
    Error error = classify(answer, "websocket");
    // Success is none here: some gate in front of the server does not know upgrades.
    if (answer.status < 300) error.kind = ErrorKind::transient;
    return fail(std::move(error));
  }
  const std::string* accept = find_header(head->headers, "sec-websocket-accept");
  if (accept == nullptr || *accept != accept_of(key) ||
      !lists_token(head->headers, "upgrade", "websocket")) {
    return broken(WireEnd::malformed);
  }
  return {};
}

WireEnd WebSocket::read_frame(Frame& frame, std::size_t most) {
  const Patience whole = patience();
  Inbound& inbound = connection_.inbound;
  std::string bytes;
  WireEnd end = inbound.read_exactly(2, bytes, whole);
  if (end != WireEnd::done) return end;
  const auto first = static_cast<unsigned char>(bytes[0]);
  const auto second = static_cast<unsigned char>(bytes[1]);
  frame.is_last = (first & 0x80U) != 0;
  frame.opcode = first & 0x0FU;
  const bool has_reserved_bits = (first & 0x70U) != 0;
  const bool is_masked = (second & 0x80U) != 0;
  // RFC 6455 5.1: a server never masks. Reserved bits belong to extensions, and we offered none.
  if (has_reserved_bits || is_masked) return WireEnd::malformed;
  std::uint64_t length = second & 0x7FU;
  if (length > k_most_control) {
    bytes.clear();
    end = inbound.read_exactly(length == 126 ? 2 : 8, bytes, whole);
    if (end != WireEnd::done) return end;
    length = number_of(bytes);
  }
  if (is_control(frame.opcode) && (length > k_most_control || !frame.is_last)) {
    return WireEnd::malformed;
  }
  if (!is_control(frame.opcode) && length > most) return WireEnd::too_large;
  return inbound.read_exactly(length, frame.payload, whole);
}

WireEnd WebSocket::send_frame(int opcode, std::string_view payload) {
  invariant(payload.size() <= k_most_control, "only control frames are sent");
  const std::string mask = random_bytes(4);
  std::string bytes;
  bytes += static_cast<char>(0x80 | opcode);
  bytes += static_cast<char>(0x80 | static_cast<int>(payload.size()));
  bytes += mask;
  for (std::size_t i = 0; i < payload.size(); ++i) {
    bytes += static_cast<char>(payload[i] ^ mask[i % mask.size()]);
  }
  return connection_.stream->write(bytes, patience());
}

WireEnd WebSocket::receive(std::string& text) {
  text.clear();
  bool has_begun = false;
  for (;;) {
    Frame frame;
    WireEnd end = read_frame(frame, policy_.max_message - text.size());
    if (end != WireEnd::done) return end;
    switch (frame.opcode) {
      case k_ping:
        end = send_frame(k_pong, frame.payload);
        if (end != WireEnd::done) return end;
        continue;
      case k_pong:
        continue;
      case k_close:
        close();
        return WireEnd::closed;
      case k_text:
      case k_continuation:
        if (has_begun != (frame.opcode == k_continuation)) return WireEnd::malformed;
        has_begun = true;
        text += frame.payload;
        if (frame.is_last) return WireEnd::done;
        continue;
      default:
        return WireEnd::malformed;  // Mattermost sends nothing binary
    }
  }
}

void WebSocket::close() {
  const std::string code = {static_cast<char>(k_normal_closure >> 8U),
                            static_cast<char>(k_normal_closure & 0xFFU)};
  // Whether it arrives makes no difference to us.
  (void)send_frame(k_close, code);
}

}  // namespace belfry::net
