#include "net/http/dialer.h"

#include <fmt/format.h>

#include "net/http/wire.h"

namespace belfry::net {
namespace {

/// Answers to CONNECT are short; a proxy's error page is not read.
constexpr std::size_t k_most_tunnel_head = 16 * 1024;
constexpr std::size_t k_most_tunnel_fields = 100;

Result<> open_tunnel(Stream& stream, const Url& url, const Proxy& proxy, const Patience& patience) {
  std::string request = fmt::format("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\n", url.endpoint());
  if (!proxy.authorization.empty()) {
    request += "Proxy-Authorization: " + proxy.authorization + "\r\n";
  }
  request += "\r\n";
  const auto failed = [&](const std::string& why) {
    return fail(ErrorKind::transient,
                fmt::format("proxy {} for {}: {}", proxy.host, url.host, why));
  };
  WireEnd end = stream.write(request, patience);
  if (end != WireEnd::done) return failed(describe(end));
  Inbound inbound(stream);
  std::string text;
  end = inbound.read_head(text, k_most_tunnel_head, patience);
  if (end != WireEnd::done) return failed(describe(end));
  const auto head = parse_head(text, k_most_tunnel_fields);
  const auto status = head ? parse_status_line(head->start_line) : std::nullopt;
  if (!status) return failed(describe(WireEnd::malformed));
  if (status->status / 100 != 2) return failed(fmt::format("it answered {}", status->status));
  // Bytes before our first would be taken for the other side's TLS.
  if (inbound.has_rest()) return failed(describe(WireEnd::malformed));
  return {};
}

}  // namespace

Result<Dialer> Dialer::from(const std::string& ca_file, const ProxySettings& proxies) {
  auto tls = TlsContext::for_client(ca_file);
  if (!tls) return fail(tls.error());
  auto rules = ProxyRules::from(proxies);
  if (!rules) return fail(rules.error());
  return Dialer(std::move(*tls), std::move(*rules));
}

Result<std::unique_ptr<Stream>> Dialer::dial(const Url& url, Use use,
                                             const Patience& patience) const {
  const Proxy* proxy = rules_.proxy_for(url);
  const bool is_secure = url.scheme == Url::Scheme::https;
  auto stream = proxy != nullptr ? Stream::connect(proxy->host, proxy->port, patience)
                                 : Stream::connect(url.host, url.port, patience);
  if (!stream) return stream;
  if (proxy != nullptr && (is_secure || use == Use::own_protocol)) {
    if (const auto tunnel = open_tunnel(**stream, url, *proxy, patience); !tunnel) {
      return fail(tunnel.error());
    }
  }
  if (is_secure) {
    if (const auto secured = (*stream)->start_tls(tls_, url.host, patience); !secured) {
      return fail(secured.error());
    }
  }
  return stream;
}

const Proxy* Dialer::forwarding_proxy(const Url& url) const {
  return url.scheme == Url::Scheme::http ? rules_.proxy_for(url) : nullptr;
}

}  // namespace belfry::net
