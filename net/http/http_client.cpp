#include "net/http/http_client.h"

#include <atomic>
#include <optional>

#include <fmt/format.h>

#include "net/http/connection_pool.h"
#include "net/http/dialer.h"
#include "net/http/url.h"
#include "net/http/wire.h"

namespace belfry::net {
namespace {

/// Graph sends some 15 fields, a proxy adds a few.
constexpr std::size_t k_most_fields = 200;
/// A body up to this size leaves together with its head, a larger one without being copied.
constexpr std::size_t k_copied_body = std::size_t{64} << 10;
/// Interim answers (100, 103) before the real one.
constexpr int k_most_interim = 8;
/// After the other side stopped listening: how long its answer may take that says why.
constexpr Duration k_last_words{1'000};

bool is_harmless(const HttpRequest& request) {
  if (request.repetition != Repetition::by_method) {
    return request.repetition == Repetition::harmless;
  }
  return request.method == "GET" || request.method == "HEAD" || request.method == "PUT" ||
         request.method == "DELETE" || request.method == "OPTIONS";
}

/// How one try ended. Without an answer `end` tells why.
struct Try {
  std::optional<HttpAnswer> answer;
  WireEnd end = WireEnd::done;
  bool has_sent = false;   ///< a byte of the request may have arrived
  bool has_heard = false;  ///< a byte of the answer came
  bool keeps = false;      ///< the connection can serve again
};

}  // namespace

std::string HttpAnswer::header(std::string_view name) const {
  const std::string* value = find_header(headers, name);
  return value == nullptr ? std::string() : *value;
}

class HttpClient::Impl {
 public:
  Impl(const HttpClientOptions& options, Dialer dialer, const sync::Clock& clock)
      : options_(options),
        dialer_(std::move(dialer)),
        clock_(clock),
        pool_(options.max_idle_per_host, options.idle_limit) {}

  Result<HttpAnswer> send(const HttpRequest& request) {
    const auto url = parse_url(request.url);
    if (!url) return fail(url.error());
    const auto text = compose(request, *url);
    if (!text) return fail(text.error());
    const Patience patience{clock_, clock_.now().steady + request.timeout, aborted_};
    const std::string endpoint =
        (url->scheme == Url::Scheme::https ? "https://" : "http://") + url->endpoint();

    if (auto kept = take_kept(endpoint)) {
      Try tried = exchange(*kept, request, *text, patience);
      // Only what a closed connection looks like; a peer that took its time is not asked twice.
      const bool was_closed = !tried.answer && !tried.has_heard &&
                              (tried.end == WireEnd::closed || tried.end == WireEnd::broken);
      if (!was_closed || (tried.has_sent && !is_harmless(request))) {
        return conclude(std::move(tried), request, *url, endpoint, std::move(kept));
      }
    }
    auto stream = dialer_.dial(*url, Dialer::Use::requests, patience);
    if (!stream) return fail(stream.error());
    auto fresh = std::make_unique<Connection>(std::move(*stream));
    Try tried = exchange(*fresh, request, *text, patience);
    return conclude(std::move(tried), request, *url, endpoint, std::move(fresh));
  }

  void abort_all() {
    aborted_.store(true);
    pool_.clear();
  }

 private:
  Result<std::string> compose(const HttpRequest& request, const Url& url) const {
    const Proxy* proxy = dialer_.forwarding_proxy(url);
    std::string text = fmt::format("{} {}{} HTTP/1.1\r\nHost: {}\r\n", request.method,
                                   proxy == nullptr ? std::string() : "http://" + url.authority(),
                                   url.target, url.authority());
    HttpHeaders headers = request.headers;
    headers.emplace_back("User-Agent", options_.user_agent);
    if (!request.content_type.empty()) headers.emplace_back("Content-Type", request.content_type);
    if (proxy != nullptr && !proxy->authorization.empty()) {
      headers.emplace_back("Proxy-Authorization", proxy->authorization);
    }
    const bool has_body = !request.body.empty() || request.method == "POST" ||
                          request.method == "PUT" || request.method == "PATCH";
    if (has_body) headers.emplace_back("Content-Length", std::to_string(request.body.size()));
    // A method is checked as a name is: both are tokens.
    if (!is_sound_header(request.method, "")) {
      return fail(ErrorKind::refused, "request with a method that cannot be sent");
    }
    for (const auto& [name, value] : headers) {
      if (!is_sound_header(name, value)) {
        return fail(ErrorKind::refused, "request with a header that cannot be sent");
      }
      text += name + ": " + value + "\r\n";
    }
    text += "\r\n";
    if (request.body.size() <= k_copied_body) text += request.body;
    return text;
  }

  /// A kept connection on which nothing has happened meanwhile; else the other side closed it, or
  /// said something that nobody asked for.
  std::unique_ptr<Connection> take_kept(const std::string& endpoint) {
    const Instant now = clock_.now().steady;
    while (auto kept = pool_.take(endpoint, now)) {
      char byte = 0;
      const IoResult rest = kept->stream->read(&byte, 1, Patience{clock_, now, aborted_});
      if (rest.end == WireEnd::timed_out) return kept;
    }
    return nullptr;
  }

  Try exchange(Connection& connection, const HttpRequest& request, const std::string& text,
               const Patience& patience) {
    Try tried;
    const std::uint64_t sent_before = connection.stream->sent();
    connection.inbound.begin_anew();
    tried.end = connection.stream->write(text, patience);
    if (tried.end == WireEnd::done && request.body.size() > k_copied_body) {
      tried.end = connection.stream->write(request.body, patience);
    }
    tried.has_sent = connection.stream->sent() != sent_before;
    if (tried.end == WireEnd::done) {
      tried.end = read_answer(connection, request, patience, tried);
    } else if (tried.end == WireEnd::broken && tried.has_sent) {
      // It may have said why before it closed (413 to a body that is too large).
      const Instant until = std::min(patience.until, clock_.now().steady + k_last_words);
      if (read_answer(connection, request, {clock_, until, aborted_}, tried) != WireEnd::done) {
        tried.answer.reset();
      } else {
        tried.end = WireEnd::done;
        tried.keeps = false;
      }
    }
    tried.has_heard = connection.inbound.has_begun();
    return tried;
  }

  WireEnd read_answer(Connection& connection, const HttpRequest& request, const Patience& patience,
                      Try& tried) const {
    HttpAnswer answer;
    std::optional<StatusLine> status;
    for (int interim = 0;; ++interim) {
      std::string text;
      const WireEnd end = connection.inbound.read_head(text, options_.max_head, patience);
      if (end != WireEnd::done) return end;
      auto head = parse_head(text, k_most_fields);
      if (head) status = parse_status_line(head->start_line);
      if (!head || !status || interim == k_most_interim) return WireEnd::malformed;
      if (status->status >= 200) {
        answer.headers = std::move(head->headers);
        break;
      }
      if (status->status == 101) return WireEnd::malformed;
    }
    answer.status = status->status;
    const auto framing = answer_framing(request.method, answer.status, answer.headers);
    if (!framing) return WireEnd::malformed;
    const WireEnd end = connection.inbound.read_body(
        *framing, answer.body, request.max_body.value_or(options_.max_body), patience);
    if (end != WireEnd::done) return end;
    tried.keeps = status->minor_version >= 1 && framing->kind != Framing::Kind::until_close &&
                  !lists_token(answer.headers, "connection", "close") &&
                  !connection.inbound.has_rest();
    tried.answer = std::move(answer);
    return WireEnd::done;
  }

  Result<HttpAnswer> conclude(Try tried, const HttpRequest& request, const Url& url,
                              const std::string& endpoint, std::unique_ptr<Connection> connection) {
    if (tried.answer) {
      if (tried.keeps && !aborted_.load()) {
        pool_.put(endpoint, std::move(connection), clock_.now().steady);
      }
      return std::move(*tried.answer);
    }
    ErrorKind kind = ErrorKind::transient;
    if (tried.has_sent && !is_harmless(request)) {
      kind = ErrorKind::in_doubt;
    } else if (tried.end == WireEnd::too_large) {
      kind = ErrorKind::refused;
    }
    Error error{kind,
                fmt::format("{} at {}: {}", request.method, url.host, describe(tried.end)),
                std::nullopt,
                0,
                {}};
    if (tried.end == WireEnd::too_large) error.code = k_answer_too_large;
    return fail(std::move(error));
  }

  const HttpClientOptions options_;
  const Dialer dialer_;
  const sync::Clock& clock_;
  std::atomic<bool> aborted_{false};
  ConnectionPool pool_;
};

HttpClient::HttpClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpClient::~HttpClient() = default;

Result<std::unique_ptr<HttpClient>> HttpClient::open(const HttpClientOptions& options,
                                                     const sync::Clock& clock) {
  auto dialer = Dialer::from(options.ca_file, options.proxy);
  if (!dialer) return fail(dialer.error());
  return std::unique_ptr<HttpClient>(
      new HttpClient(std::make_unique<Impl>(options, std::move(*dialer), clock)));
}

Result<HttpAnswer> HttpClient::send(const HttpRequest& request) {
  return impl_->send(request);
}

void HttpClient::abort_all() {
  impl_->abort_all();
}

}  // namespace belfry::net
