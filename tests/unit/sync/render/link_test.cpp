#include "sync/render/link.h"

#include <string>

#include <boost/test/unit_test.hpp>

namespace belfry::render {
namespace {

constexpr std::size_t k_most = 2048;

BOOST_AUTO_TEST_SUITE(link)

BOOST_AUTO_TEST_CASE(only_web_and_mail_addresses_are_linked) {
  BOOST_TEST(link_address("https://a.example/x", k_most) == "https://a.example/x");
  BOOST_TEST(link_address("HTTP://A.example", k_most) == "http://A.example");
  BOOST_TEST(link_address("//a.example/x", k_most) == "https://a.example/x");
  BOOST_TEST(link_address("mailto:a@b.c", k_most) == "mailto:a@b.c");
  BOOST_TEST(link_address("https://bank.example@evil.example/", k_most).empty());
  BOOST_TEST(link_address("https://a.example/@b", k_most) == "https://a.example/@b");
  for (const char* url :
       {"javascript:alert(1)", "java\nscript:x", "vbscript:x", "data:text/html,x", "file:///etc",
        "/l/x", "", "https://", "https:///x", "mailto:", " \x01javascript:x", "tel:1"}) {
    BOOST_TEST(link_address(url, k_most).empty(), url);
  }
  BOOST_TEST(link_address("https://a.example/" + std::string(3000, 'x'), k_most).empty());
}

BOOST_AUTO_TEST_CASE(an_address_cannot_leave_its_parentheses) {
  BOOST_TEST(link_address(" https://a.example/(b) c<d>\"e'`*~|\\[f]\n ", k_most) ==
             "https://a.example/%28b%29%20c%3Cd%3E%22e%27%60%2A%7E%7C%5C%5Bf%5D");
  BOOST_TEST(link_address("https://a.example/ü", k_most) == "https://a.example/%C3%BC");
}

BOOST_AUTO_TEST_CASE(the_host_is_the_one_a_browser_goes_to) {
  BOOST_TEST(host_of("https://bank.example@evil.example:8443/x") == "evil.example");
  BOOST_TEST(host_of("https://evil.example%5C@bank.example/") == "evil.example");
  BOOST_TEST(host_of("https://A.example?x@b.example") == "a.example");
}

BOOST_AUTO_TEST_CASE(a_label_lies_when_it_names_another_host) {
  const std::string evil = "https://evil.example/login";
  for (const char* label :
       {"https://bank.example/", "bank.example", "www.bank.example", "see bank.example/login now",
        "HTTPS://BANK.EXAMPLE", "bänk.example", "bank\u3002example", "bank\uFF0Eexample/x",
        "https://evil.example.bank.com/"}) {
    BOOST_TEST(lies_about(label, evil), label);
  }
  for (const char* label : {"here", "evil.example", "www.evil.example/other", "Report.docx",
                            "e.g. this", "v1.2", "a@bank.example", "Mr. Smith", "3.14"}) {
    BOOST_TEST(!lies_about(label, evil), label);
  }
  BOOST_TEST(!lies_about("contoso.com", "https://login.contoso.com/"));
  BOOST_TEST(lies_about("login.contoso.com", "https://contoso.com/"));
  BOOST_TEST(lies_about("bank.example", "mailto:a@evil.example"));
}

BOOST_AUTO_TEST_CASE(an_address_in_a_text_ends_before_the_sentence_does) {
  BOOST_TEST(address_length("https://a.example/b. Then") == 19U);
  BOOST_TEST(address_length("https://a.example/(b))") == 21U);
  BOOST_TEST(address_length("www.a.example, x") == 13U);
  BOOST_TEST(address_length("https://") == 0U);
  BOOST_TEST(address_length("http://...") == 0U);
  BOOST_TEST(address_length("www.") == 0U);
  BOOST_TEST(address_length("ftp://x") == 0U);
}

BOOST_AUTO_TEST_CASE(only_plain_addresses_stand_as_they_are) {
  BOOST_TEST(is_plain_address("https://a.example/b_c?d=1&e=%20#f"));
  for (const char* url : {"https://a.example/_b", "https://a.example/(b)", "https://a.example/b*",
                          "https://ä.example/", "https://a.example/~b"}) {
    BOOST_TEST(!is_plain_address(url), url);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::render
