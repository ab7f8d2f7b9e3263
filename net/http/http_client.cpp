#include "net/http/http_client.h"

#include <algorithm>
#include <cctype>
#include <istream>
#include <ostream>

#include <Poco/Exception.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPSClientSession.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SSLException.h>
#include <Poco/Net/StreamSocketImpl.h>
#include <Poco/Net/X509Certificate.h>
#include <Poco/URI.h>
#include <fmt/format.h>

namespace belfry::net {
namespace {

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) == std::tolower(static_cast<unsigned char>(y));
  });
}

Poco::Timespan to_timespan(Duration duration) {
  return Poco::Timespan(std::max<Duration::rep>(duration.count(), 1) * 1000);
}

bool is_left_out(const std::string& host, const std::vector<std::string>& no_proxy) {
  return std::any_of(no_proxy.begin(), no_proxy.end(), [&host](const std::string& entry) {
    if (entry == "*" || equals_ignoring_case(entry, host)) return true;
    const std::string suffix = entry.starts_with('.') ? entry : "." + entry;
    return host.size() > suffix.size() &&
           equals_ignoring_case(std::string_view(host).substr(host.size() - suffix.size()), suffix);
  });
}

/// Ends both directions of a connection from another thread. Not through the TLS layer, which belongs to the thread that
/// uses it: that one meets an end of the stream.
void cut(Poco::Net::HTTPClientSession& session) {
  if (!session.connected()) return;
  try {
    session.socket().impl()->Poco::Net::SocketImpl::shutdown();
  } catch (const Poco::Exception&) {
    // It is closed already, which is what was wanted.
  }
}

}  // namespace

std::string HttpAnswer::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (equals_ignoring_case(key, name)) return value;
  }
  return {};
}

struct HttpClient::Tls {
  Poco::Net::Context::Ptr context;
};

struct HttpClient::Target {
  std::string key;
  std::string host;
  Poco::UInt16 port = 0;
  bool is_secure = false;
  std::string path;
};

/// Registers a connection while it is used, so that it can be cut.
class HttpClient::Exchange {
 public:
  Exchange(HttpClient& client, Poco::Net::HTTPClientSession& session, Instant deadline)
      : client_(client), session_(session) {
    MutexLock lock(client_.mutex_);
    client_.in_flight_[&session_] = {&session_, deadline};
    if (client_.is_aborted_) cut(session_);
  }
  ~Exchange() {
    MutexLock lock(client_.mutex_);
    client_.in_flight_.erase(&session_);
  }
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

 private:
  HttpClient& client_;
  Poco::Net::HTTPClientSession& session_;
};

Result<std::unique_ptr<HttpClient>> HttpClient::open(HttpClientOptions options,
                                                     const sync::Clock& clock) {
  try {
    Poco::Net::initializeSSL();
    auto tls = std::make_unique<Tls>();
    tls->context = new Poco::Net::Context(Poco::Net::Context::TLS_CLIENT_USE, "", "", "",
                                          Poco::Net::Context::VERIFY_STRICT, 9, true);
    tls->context->requireMinimumProtocol(Poco::Net::Context::PROTO_TLSV1_2);
    tls->context->enableExtendedCertificateVerification(true);
    if (!options.ca_file.empty()) {
      const auto bundle = Poco::Crypto::X509Certificate::readPEM(options.ca_file);
      if (bundle.empty()) {
        return fail(ErrorKind::refused, "CA file " + options.ca_file + " holds no certificate");
      }
      for (const auto& certificate : bundle) tls->context->addCertificateAuthority(certificate);
    }
    return std::unique_ptr<HttpClient>(new HttpClient(std::move(options), clock, std::move(tls)));
  } catch (const Poco::Exception& e) {
    return fail(ErrorKind::refused, "CA file " + options.ca_file + ": " + e.displayText());
  }
}

HttpClient::HttpClient(HttpClientOptions options, const sync::Clock& clock, std::unique_ptr<Tls> tls)
    : options_(std::move(options)), clock_(clock), tls_(std::move(tls)) {}

HttpClient::~HttpClient() = default;

Result<HttpAnswer> HttpClient::send(const HttpRequest& request) {
  Target target;
  try {
    const Poco::URI uri(request.url);
    target.host = uri.getHost();
    target.port = uri.getPort();
    target.is_secure = uri.getScheme() == "https";
    if (target.host.empty() || (!target.is_secure && uri.getScheme() != "http")) {
      return fail(ErrorKind::refused, "not an http or https URL");
    }
    target.key = fmt::format("{}://{}:{}", uri.getScheme(), target.host, target.port);
  } catch (const Poco::Exception&) {
    return fail(ErrorKind::refused, "not a URL");
  }
  // Taken from the text as it stands: Poco would decode and encode it anew, and Graph wants its links byte for byte.
  const auto path_begin = request.url.find('/', request.url.find("://") + 3);
  target.path = path_begin == std::string::npos ? "/" : request.url.substr(path_begin);

  const Instant deadline = clock_.now().steady + request.timeout;
  const bool repeats_harmlessly = request.method != "POST";
  for (;;) {
    Connection connection = take(target, request.method);
    const bool was_kept = connection.was_kept;
    auto answer = send_over(request, target, std::move(connection), deadline);
    const bool lost = !answer && (answer.error().kind == ErrorKind::transient ||
                                  answer.error().kind == ErrorKind::in_doubt);
    if (!lost || !was_kept || !repeats_harmlessly || clock_.now().steady >= deadline) return answer;
  }
}

Result<HttpAnswer> HttpClient::send_over(const HttpRequest& request, const Target& target,
                                         Connection connection, Instant deadline) {
  Poco::Net::HTTPClientSession& session = *connection.session;
  const auto left = [&] { return deadline - clock_.now().steady; };
  // What a failure means: a POST that began to leave may have been carried out.
  ErrorKind on_failure = ErrorKind::transient;
  HttpAnswer answer;
  try {
    Exchange exchange(*this, session, deadline);
    session.setTimeout(to_timespan(std::min(options_.connect_limit, left())), to_timespan(left()),
                       to_timespan(left()));
    if (session.connected()) {
      session.socket().setSendTimeout(to_timespan(left()));
      session.socket().setReceiveTimeout(to_timespan(left()));
    }
    Poco::Net::HTTPRequest outgoing(request.method, target.path, "HTTP/1.1");
    outgoing.set("User-Agent", options_.user_agent);
    for (const auto& [name, value] : request.headers) outgoing.set(name, value);
    if (!request.content_type.empty()) outgoing.setContentType(request.content_type);
    if (!request.body.empty() || request.method == "POST" || request.method == "PUT" ||
        request.method == "PATCH") {
      outgoing.setContentLength64(static_cast<Poco::Int64>(request.body.size()));
    }
    outgoing.setKeepAlive(true);
    std::ostream& out = session.sendRequest(outgoing);
    session.socket().setNoDelay(true);
    if (request.method == "POST") on_failure = ErrorKind::in_doubt;
    out << request.body;
    out.flush();
    Poco::Net::HTTPResponse incoming;
    std::istream& in = session.receiveResponse(incoming);
    answer.status = incoming.getStatus();
    for (const auto& [name, value] : incoming) answer.headers.emplace_back(name, value);

    char buffer[16384];
    while (in.good()) {
      if (left() <= Duration{0}) return fail(on_failure, target.key + ": the answer took too long");
      session.socket().setReceiveTimeout(to_timespan(left()));
      in.read(buffer, sizeof buffer);
      answer.body.append(buffer, static_cast<std::size_t>(in.gcount()));
      if (answer.body.size() > options_.body_limit) {
        return fail(ErrorKind::refused, target.key + ": the answer is larger than we take");
      }
    }
    if (const auto* error = session.networkException()) error->rethrow();
    if (incoming.hasContentLength() && request.method != "HEAD" &&
        static_cast<std::size_t>(incoming.getContentLength64()) != answer.body.size()) {
      return fail(on_failure, target.key + ": the answer ended before its announced length");
    }
    if (!incoming.getKeepAlive()) return answer;
  } catch (const Poco::Net::SSLException& e) {
    return fail(on_failure == ErrorKind::in_doubt ? on_failure : ErrorKind::transient,
                target.key + ": TLS: " + e.displayText());
  } catch (const Poco::Exception& e) {
    return fail(on_failure, target.key + ": " + e.displayText());
  } catch (const std::exception& e) {
    return fail(on_failure, target.key + ": " + e.what());
  }
  keep(target, std::move(connection.session));
  return answer;
}

HttpClient::Connection HttpClient::take(const Target& target, const std::string& method) {
  const Instant now = clock_.now().steady;
  std::vector<Idle> stale;
  MutexLock lock(mutex_);
  cut_overdue(now);
  auto& kept = idle_[target.key];
  while (!kept.empty()) {
    Idle idle = std::move(kept.back());
    kept.pop_back();
    bool is_usable = now - idle.since < options_.idle_limit;
    if (is_usable && method == "POST") {
      // Something to read on an idle connection is its end: a POST must not meet that.
      try {
        is_usable = !idle.session->socket().poll(Poco::Timespan(0), Poco::Net::Socket::SELECT_READ);
      } catch (const Poco::Exception&) {
        is_usable = false;
      }
    }
    if (is_usable) return {std::move(idle.session), true};
    stale.push_back(std::move(idle));
  }
  return connect(target);
}

HttpClient::Connection HttpClient::connect(const Target& target) const {
  std::unique_ptr<Poco::Net::HTTPClientSession> session;
  if (target.is_secure) {
    session = std::make_unique<Poco::Net::HTTPSClientSession>(target.host, target.port, tls_->context);
  } else {
    session = std::make_unique<Poco::Net::HTTPClientSession>(target.host, target.port);
  }
  session->setKeepAlive(true);
  session->setKeepAliveTimeout(to_timespan(options_.idle_limit));
  const std::string& proxy = target.is_secure ? options_.proxy.https_proxy : options_.proxy.http_proxy;
  if (!proxy.empty() && !is_left_out(target.host, options_.proxy.no_proxy)) {
    const Poco::URI uri(proxy);
    session->setProxy(uri.getHost(), uri.getPort());
    const std::string user_info = uri.getUserInfo();
    const auto colon = user_info.find(':');
    if (!user_info.empty()) {
      session->setProxyCredentials(user_info.substr(0, colon),
                                   colon == std::string::npos ? "" : user_info.substr(colon + 1));
    }
  }
  return {std::move(session), false};
}

void HttpClient::keep(const Target& target, std::unique_ptr<Poco::Net::HTTPClientSession> session) {
  MutexLock lock(mutex_);
  auto& kept = idle_[target.key];
  if (is_aborted_ || kept.size() >= options_.idle_per_host) return;
  kept.push_back({std::move(session), clock_.now().steady});
}

void HttpClient::cut_overdue(Instant now) {
  // A peer that drips bytes never lets a read time out: the next caller ends such an exchange.
  for (auto& [key, exchange] : in_flight_) {
    if (exchange.deadline <= now) cut(*exchange.session);
  }
}

void HttpClient::abort_all() {
  MutexLock lock(mutex_);
  is_aborted_ = true;
  idle_.clear();
  for (auto& [key, exchange] : in_flight_) cut(*exchange.session);
}

}  // namespace belfry::net
