#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "net/http/http_client.h"
#include "net/http/stream.h"

/// HTTP/1.1 as bytes, for both sides. Source: RFC 9112. Strict where laxness lets two readers of
/// one text disagree: line ends are CR LF, a name ends at its colon, nothing is folded, one length.
namespace belfry::net {

struct MessageHead {
  std::string start_line;
  HttpHeaders headers;
};

struct StatusLine {
  int status = 0;
  int minor_version = 1;
};

struct RequestLine {
  std::string method;
  std::string target;
  int minor_version = 1;
};

/// How a body ends.
struct Framing {
  enum class Kind : std::uint8_t { none, length, chunked, until_close };
  Kind kind = Kind::none;
  std::uint64_t length = 0;
};

/// `text` without the empty line at its end. None when it is no sound head.
[[nodiscard]] std::optional<MessageHead> parse_head(std::string_view text, std::size_t most_fields);
[[nodiscard]] std::optional<StatusLine> parse_status_line(std::string_view line);
[[nodiscard]] std::optional<RequestLine> parse_request_line(std::string_view line);

/// None when lengths contradict one another or the coding is unknown.
[[nodiscard]] std::optional<Framing> request_framing(const HttpHeaders& headers);
[[nodiscard]] std::optional<Framing> answer_framing(std::string_view method, int status,
                                                    const HttpHeaders& headers);

/// The first header of that name; null where there is none.
[[nodiscard]] const std::string* find_header(const HttpHeaders& headers, std::string_view name);
/// Whether a header that is a list, as `Connection`, holds `token`.
[[nodiscard]] bool lists_token(const HttpHeaders& headers, std::string_view name,
                               std::string_view token);
/// Whether both may be sent: the name a token, the value without line ends and other controls.
[[nodiscard]] bool is_sound_header(std::string_view name, std::string_view value);

/// Reads messages from a stream; what came beyond one of them waits for the next.
class Inbound {
 public:
  explicit Inbound(Stream& stream) : stream_(stream) {}

  /// Up to and without the empty line. At the very beginning: `closed` means that nothing came.
  [[nodiscard]] WireEnd read_head(std::string& head, std::size_t most, const Patience& patience);
  /// Appends the body. `broken` when it ended early.
  [[nodiscard]] WireEnd read_body(const Framing& framing, std::string& body, std::size_t most,
                                  const Patience& patience);
  /// Appends exactly `count` bytes.
  [[nodiscard]] WireEnd read_exactly(std::uint64_t count, std::string& into,
                                     const Patience& patience);

  /// Whether bytes came that nobody read yet.
  [[nodiscard]] bool has_rest() const { return begin_ < buffer_.size(); }
  /// Whether anything at all came so far.
  [[nodiscard]] bool has_begun() const { return has_begun_; }
  /// For a new exchange on the same connection.
  void begin_anew() { has_begun_ = has_rest(); }

 private:
  [[nodiscard]] WireEnd fill(const Patience& patience);
  [[nodiscard]] WireEnd read_line(std::string& line, std::size_t most, const Patience& patience);
  [[nodiscard]] WireEnd read_chunks(std::string& body, std::size_t most, const Patience& patience);
  [[nodiscard]] WireEnd read_to_end(std::string& body, std::size_t most, const Patience& patience);

  Stream& stream_;
  std::string buffer_;
  std::size_t begin_ = 0;
  bool has_begun_ = false;
};

}  // namespace belfry::net
