#include "net/http/url.h"

#include <boost/test/unit_test.hpp>

namespace belfry::net {

BOOST_AUTO_TEST_SUITE(url)

BOOST_AUTO_TEST_CASE(a_url_is_taken_apart_and_its_target_left_alone) {
  const auto url = parse_url("HTTPS://Graph.Example.com/v1.0/a%2Fb/../c?$top=50&x='y'#part");

  BOOST_REQUIRE(url.has_value());
  BOOST_TEST((url->scheme == Url::Scheme::https));
  BOOST_TEST(url->host == "graph.example.com");
  BOOST_TEST(url->port == 443);
  BOOST_TEST(url->target == "/v1.0/a%2Fb/../c?$top=50&x='y'");
  BOOST_TEST(url->authority() == "graph.example.com");
  BOOST_TEST(url->endpoint() == "graph.example.com:443");
}

BOOST_AUTO_TEST_CASE(ports_addresses_and_bare_hosts_are_understood) {
  BOOST_TEST(parse_url("http://a:8065")->target == "/");
  BOOST_TEST(parse_url("http://a:8065")->authority() == "a:8065");
  BOOST_TEST(parse_url("http://a?b")->target == "/?b");
  BOOST_TEST(parse_url("http://[::1]:80/x")->authority() == "[::1]");
  BOOST_TEST(parse_url("http://[::1]:81/x")->endpoint() == "[::1]:81");
}

BOOST_AUTO_TEST_CASE(what_is_no_http_url_is_refused) {
  for (const char* text :
       {"", "a.test", "ftp://a/", "//a/", "http://", "http:///x", "http://a:0/", "http://a:65536/",
        "http://a:b/", "http://user@a/", "http://user:pw@a/", "http://a b/", "http://a/\r\nX: y",
        "http://a/\xc3\xa4", "http://[::1/", "http://[a]/", "http://a\\b/", "http://a:1:2/"}) {
    BOOST_TEST(!parse_url(text).has_value(), text);
  }
}

BOOST_AUTO_TEST_CASE(encoding_and_decoding_are_each_others_reverse) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);

  BOOST_TEST(percent_decode(percent_encode(all)) == all);
  BOOST_TEST(form_decode(percent_encode(all)) == all);
  BOOST_TEST(percent_encode("19:a@thread.v2/+") == "19%3Aa%40thread.v2%2F%2B");
}

BOOST_AUTO_TEST_CASE(form_values_know_blanks_and_broken_sequences_stay) {
  BOOST_TEST(form_decode("a+b%2Bc%20d") == "a b+c d");
  BOOST_TEST(percent_decode("a+b") == "a+b");
  BOOST_TEST(percent_decode("%zz%4") == "%zz%4");

  const Parameters form = parse_form("a=1&b=x+y&&a=2&c&=d");
  BOOST_TEST(form.size() == 5U);
  BOOST_TEST(value_of(form, "a") == "1");
  BOOST_TEST(value_of(form, "b") == "x y");
  BOOST_TEST(value_of(form, "c").empty());
  BOOST_TEST(value_of(form, "z").empty());
  BOOST_TEST(parse_form("a&b&c", 2).size() == 2U);
  BOOST_TEST(form_encode({{"a b", "c&d"}, {"e", ""}}) == "a%20b=c%26d&e=");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace belfry::net
