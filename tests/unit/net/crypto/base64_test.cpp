#include "net/crypto/base64.h"

#include <string>

#include <boost/test/unit_test.hpp>

using belfry::net::base64;
using belfry::net::base64url;
using belfry::net::decode_base64;
using belfry::net::decode_base64url;

BOOST_AUTO_TEST_SUITE(base64_forms)

BOOST_AUTO_TEST_CASE(the_examples_of_the_standard_come_out) {
  // RFC 4648 §10.
  const std::pair<std::string, std::string> examples[] = {{"", ""},
                                                          {"f", "Zg=="},
                                                          {"fo", "Zm8="},
                                                          {"foo", "Zm9v"},
                                                          {"foob", "Zm9vYg=="},
                                                          {"fooba", "Zm9vYmE="},
                                                          {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : examples) {
    BOOST_TEST(base64(bytes) == text);
    BOOST_TEST(decode_base64(text).value() == bytes);
    BOOST_TEST(decode_base64url(base64url(bytes)).value() == bytes);
  }
}

BOOST_AUTO_TEST_CASE(the_two_alphabets_are_not_mixed) {
  const std::string bytes = "\xFB\xFF\xFE";

  BOOST_TEST(base64(bytes) == "+//+");
  BOOST_TEST(base64url(bytes) == "-__-");
  BOOST_TEST(!decode_base64("-__-"));
  BOOST_TEST(!decode_base64url("+//+"));
}

BOOST_AUTO_TEST_CASE(each_content_has_one_spelling) {
  for (const std::string text :
       {"Zg", "Zg=", "Zg===", "Zh==", "Z", "Zm9v\n", "Zm 9", "Zm9vYg=a", "=", "===="})
    BOOST_TEST(!decode_base64(text), text);
  for (const std::string text : {"Zg==", "Zh", "Z", "Zm9v "})
    BOOST_TEST(!decode_base64url(text), text);
}

BOOST_AUTO_TEST_SUITE_END()
