#pragma once

#include <cstdint>
#include <memory>

#include "net/http/http_client.h"
#include "net/http/proxy_rules.h"
#include "net/http/stream.h"
#include "net/http/tls.h"
#include "net/http/url.h"
#include "sync/base/result.h"

namespace belfry::net {

/// Opens connections to the outside: straight or through a proxy, with verified TLS for https. Safe
/// from any thread.
class Dialer {
 public:
  /// Errors: refused, when the CA file cannot be read or a proxy is no `http://` URL.
  [[nodiscard]] static Result<Dialer> from(const std::string& ca_file,
                                           const ProxySettings& proxies);

  /// What a connection is for: a proxy forwards plain requests one by one, all else needs a tunnel.
  enum class Use : std::uint8_t { requests, own_protocol };

  /// Errors: transient; nothing of a request has left.
  [[nodiscard]] Result<std::unique_ptr<Stream>> dial(const Url& url, Use use,
                                                     const Patience& patience) const;

  /// The proxy to which a plain request is to be written in absolute form, or null. (Through a
  /// tunnel nothing is different.)
  [[nodiscard]] const Proxy* forwarding_proxy(const Url& url) const;

 private:
  Dialer(TlsContext tls, ProxyRules rules) : tls_(std::move(tls)), rules_(std::move(rules)) {}

  TlsContext tls_;
  ProxyRules rules_;
};

}  // namespace belfry::net
