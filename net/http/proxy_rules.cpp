#include "net/http/proxy_rules.h"

#include <algorithm>
#include <charconv>

#include <Poco/Exception.h>
#include <Poco/Net/IPAddress.h>

#include "net/crypto/base64.h"
#include "net/json/ascii.h"

namespace belfry::net {
namespace {

template <class Number>
std::optional<Number> whole_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Result<std::optional<Proxy>> parse_proxy(std::string_view text, const char* variable) {
  if (text.empty()) return std::optional<Proxy>{};
  // Never repeat the value: it may hold a password.
  const auto refused = [&] {
    return fail(ErrorKind::refused,
                std::string(variable) + " must have the form http://[user:password@]host[:port]");
  };
  std::string rest(text);
  if (rest.find("://") == std::string::npos) rest.insert(0, "http://");
  std::string authorization;
  const std::size_t begin = rest.find("://") + 3;
  const std::size_t at = rest.rfind('@');
  if (at != std::string::npos && at > begin) {
    authorization =
        "Basic " + base64(percent_decode(std::string_view(rest).substr(begin, at - begin)));
    rest.erase(begin, at + 1 - begin);
  }
  const auto url = parse_url(rest);
  if (!url || url->scheme != Url::Scheme::http) return refused();
  return std::optional<Proxy>(Proxy{url->host, url->port, authorization});
}

bool is_in_network(const std::string& host, std::string_view pattern) {
  const std::size_t slash = pattern.find('/');
  if (slash == std::string_view::npos) return false;
  const auto prefix = whole_number<unsigned>(pattern.substr(slash + 1));
  Poco::Net::IPAddress address;
  Poco::Net::IPAddress network;
  if (!prefix || !Poco::Net::IPAddress::tryParse(host, address) ||
      !Poco::Net::IPAddress::tryParse(std::string(pattern.substr(0, slash)), network) ||
      address.family() != network.family()) {
    return false;
  }
  try {
    const Poco::Net::IPAddress mask(std::min(*prefix, network.prefixLength() | 128U),
                                    network.family());
    return (address & mask) == (network & mask);
  } catch (const Poco::Exception&) {
    return false;
  }
}

bool matches(const std::string& host, std::string_view pattern) {
  if (pattern == "*" || host == pattern || is_in_network(host, pattern)) return true;
  const std::string below =
      pattern.starts_with('.') ? std::string(pattern) : "." + std::string(pattern);
  return host.ends_with(below);
}

}  // namespace

ProxyRules::Exception ProxyRules::parse_exception(std::string_view item) {
  const std::size_t colon = item.rfind(':');
  const bool has_one_colon = colon != std::string_view::npos && item.find(':') == colon;
  if (has_one_colon || item.starts_with('[')) {
    if (const auto port = whole_number<std::uint16_t>(item.substr(colon + 1))) {
      return {lower_case(item.substr(0, colon)), port};
    }
  }
  return {lower_case(item), std::nullopt};
}

Result<ProxyRules> ProxyRules::from(const ProxySettings& settings) {
  ProxyRules rules;
  const auto http = parse_proxy(settings.http_proxy, "HTTP_PROXY");
  if (!http) return fail(http.error());
  const auto https = parse_proxy(settings.https_proxy, "HTTPS_PROXY");
  if (!https) return fail(https.error());
  rules.for_http_ = *http;
  rules.for_https_ = *https;
  std::string_view rest = settings.no_proxy;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find_first_of(", "), rest.size());
    if (end > 0) rules.exceptions_.push_back(parse_exception(rest.substr(0, end)));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return rules;
}

bool ProxyRules::is_excepted(const Url& url) const {
  if (is_loopback(url.host)) return true;
  return std::any_of(exceptions_.begin(), exceptions_.end(), [&](const Exception& exception) {
    std::string_view pattern = exception.pattern;
    if (pattern.starts_with('[') && pattern.ends_with(']')) {
      pattern = pattern.substr(1, pattern.size() - 2);
    }
    return (!exception.port || *exception.port == url.port) && matches(url.host, pattern);
  });
}

const Proxy* ProxyRules::proxy_for(const Url& url) const {
  const auto& proxy = url.scheme == Url::Scheme::https ? for_https_ : for_http_;
  return proxy && !is_excepted(url) ? &*proxy : nullptr;
}

}  // namespace belfry::net
