#include "net/http/proxy_rules.h"

#include <boost/test/unit_test.hpp>

namespace belfry::net {
namespace {

bool is_proxied(const std::string& no_proxy, const std::string& url) {
  const auto rules = ProxyRules::from({"http://p:3128", "http://p:3128", no_proxy});
  BOOST_REQUIRE(rules.has_value());
  const auto parsed = parse_url(url);
  BOOST_REQUIRE(parsed.has_value());
  return rules->proxy_for(*parsed) != nullptr;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(proxy_rules)

BOOST_AUTO_TEST_CASE(each_scheme_has_its_own_proxy) {
  const auto rules = ProxyRules::from({"http://secure.test:1", "plain.test", ""});

  BOOST_REQUIRE(rules.has_value());
  const Proxy* secure = rules->proxy_for(*parse_url("https://a.test/"));
  const Proxy* plain = rules->proxy_for(*parse_url("http://a.test/"));
  BOOST_REQUIRE(secure != nullptr);
  BOOST_REQUIRE(plain != nullptr);
  BOOST_TEST(secure->host == "secure.test");
  BOOST_TEST(secure->port == 1);
  BOOST_TEST(plain->host == "plain.test");
  BOOST_TEST(plain->port == 80);
  BOOST_TEST(ProxyRules::from({})->proxy_for(*parse_url("https://a.test/")) == nullptr);
}

BOOST_AUTO_TEST_CASE(exceptions_go_straight) {
  BOOST_TEST(is_proxied("", "https://a.test/"));
  BOOST_TEST(!is_proxied("*", "https://a.test/"));
  BOOST_TEST(!is_proxied("a.test", "https://a.test/"));
  BOOST_TEST(!is_proxied("a.test", "https://b.A.TEST/"));
  BOOST_TEST(is_proxied("a.test", "https://ba.test/"));
  BOOST_TEST(!is_proxied("x, .a.test ,y", "https://b.a.test/"));
  BOOST_TEST(is_proxied(".a.test", "https://a.test/"));
  BOOST_TEST(!is_proxied("a.test:8443", "https://a.test:8443/"));
  BOOST_TEST(is_proxied("a.test:8443", "https://a.test/"));
  BOOST_TEST(!is_proxied("10.0.0.0/8", "https://10.1.2.3/"));
  BOOST_TEST(is_proxied("10.0.0.0/8", "https://11.1.2.3/"));
  BOOST_TEST(is_proxied("10.0.0.0/99", "https://11.1.2.3/"));
  BOOST_TEST(!is_proxied("192.0.2.7", "https://192.0.2.7/"));
  BOOST_TEST(!is_proxied("2001:db8::/32", "https://[2001:db8::1]/"));
  BOOST_TEST(!is_proxied("[2001:db8::1]:443", "https://[2001:db8::1]/"));
}

BOOST_AUTO_TEST_CASE(loopback_never_goes_through_a_proxy) {
  BOOST_TEST(!is_proxied("", "http://localhost:8065/"));
  BOOST_TEST(!is_proxied("", "http://127.0.0.1/"));
  BOOST_TEST(!is_proxied("", "http://[::1]/"));
  BOOST_TEST(is_proxied("", "http://127.evil.test/"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace belfry::net
