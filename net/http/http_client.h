#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sync/base/result.h"
#include "sync/base/time.h"
#include "sync/port/clock.h"

namespace belfry::net {

/// Error::code where an answer was larger than the limit.
inline constexpr const char* k_answer_too_large = "toolarge";

/// Names are compared without case; order and repetitions are kept.
using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

/// Whether carrying a request out twice does harm.
enum class Repetition : std::uint8_t {
  by_method,  ///< GET, HEAD, PUT, DELETE and OPTIONS do none; POST and PATCH do
  harmless,   ///< a POST that only asks, a PATCH that sets what is the same twice
  harmful,
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;  ///< http or https; sent as it stands, so percent-encoded already
  HttpHeaders headers;
  std::string body;
  std::string content_type;               ///< empty: none is sent
  std::optional<std::size_t> max_body{};  ///< of the answer, where the client's limit is too large
  Duration timeout{
      10'000};  ///< for all of it: connecting, sending, and the last byte of the answer
  Repetition repetition = Repetition::by_method;
};

struct HttpAnswer {
  int status = 0;
  HttpHeaders headers;
  std::string body;

  /// The first header of that name, whatever its case; empty where there is none.
  [[nodiscard]] std::string header(std::string_view name) const;
};

/// Values of the usual environment variables; empty: none. `http://[user:password@]host[:port]`.
struct ProxySettings {
  std::string https_proxy;
  std::string http_proxy;
  /// Commas part them: `*`, `host`, `.domain` and `domain` (with all below), `10.0.0.0/8`, each
  /// with `:port` or without. Loopback addresses never go through a proxy.
  std::string no_proxy;
};

struct HttpClientOptions {
  std::string ca_file;  ///< PEM bundle trusted beside the system's own; empty: none
  std::string user_agent = "Belfry";
  ProxySettings proxy;
  /// One for each worker that waits on the same upstream.
  std::size_t max_idle_per_host = 16;
  /// Mattermost closes idle connections after 60 s; Graph later.
  Duration idle_limit{50'000};
  /// Graph's largest page (50 messages of 28 KB and their attachments) is far below.
  std::size_t max_body = std::size_t{16} << 20;
  std::size_t max_head = std::size_t{64} << 10;
};

/// HTTP/1.1 to the outside systems: connections are kept and used again, TLS is always verified.
///
/// Promises  One request, one answer, whatever its status; redirects are not followed. A request
///           with `Repetition` that does harm leaves at most once: it is tried again by itself only
///           if not a byte of it left. Others are tried once more on a fresh connection if a kept
///           one turns out to be closed. The answer is whole: a body that ends early is an error.
/// Threads   Safe from any thread; each send() blocks for the request's timeout at most (looking up
///           a name excepted, which has the resolver's own limits).
/// Errors    transient: it was not carried out, or may be repeated without harm. in_doubt: a
///           request that may do harm twice left, and its whole answer never came. refused: the
///           URL or a header cannot be sent, or the answer is larger than the limit.
/// Source    RFC 9110, 9112. Poco's own sessions are not used, since they give NoMessageException
///           both when the peer never saw a POST and when it carried it out, and take a chunked
///           body that was cut for a whole one.
class HttpClient {
 public:
  /// Errors: refused, when the CA file cannot be read or a proxy is no `http://` URL.
  [[nodiscard]] static Result<std::unique_ptr<HttpClient>> open(const HttpClientOptions& options,
                                                                const sync::Clock& clock);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  Result<HttpAnswer> send(const HttpRequest& request);

  /// For the end of the service: requests under way fail within a tenth of a second, further ones
  /// at once.
  void abort_all();

 private:
  class Impl;
  explicit HttpClient(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace belfry::net
