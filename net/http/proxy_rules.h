#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/http/http_client.h"
#include "net/http/url.h"
#include "sync/base/result.h"

namespace belfry::net {

struct Proxy {
  std::string host;
  std::uint16_t port = 80;
  std::string authorization;  ///< value of `Proxy-Authorization`; empty: none. Never log it
};

/// Which proxy, if any, a request goes through. Source: the conventions of curl and Go for
/// HTTPS_PROXY, HTTP_PROXY and NO_PROXY.
class ProxyRules {
 public:
  /// Errors: refused, when a proxy is no `http://` URL.
  [[nodiscard]] static Result<ProxyRules> from(const ProxySettings& settings);

  /// Null: straight.
  [[nodiscard]] const Proxy* proxy_for(const Url& url) const;

 private:
  struct Exception {
    std::string pattern;  ///< lower case; `*`, a name, `.name`, an address, or address/prefix
    std::optional<std::uint16_t> port;
  };
  [[nodiscard]] static Exception parse_exception(std::string_view item);
  [[nodiscard]] bool is_excepted(const Url& url) const;

  std::optional<Proxy> for_http_;
  std::optional<Proxy> for_https_;
  std::vector<Exception> exceptions_;
};

}  // namespace belfry::net
