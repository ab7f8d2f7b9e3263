#include "net/graph/links.h"

#include <string>

#include <boost/test/unit_test.hpp>

using belfry::net::cloud_named;
using belfry::net::is_within;
using belfry::net::message_link;
using belfry::net::percent_encoded;

BOOST_AUTO_TEST_SUITE(links)

BOOST_AUTO_TEST_CASE(a_message_opens_in_the_teams_of_its_cloud) {
  const belfry::MessageRef ref{belfry::ChatId("19:6f1c0a9be2d34758a1b2c3d4e5f60718@thread.v2"),
                               belfry::MessageId("1772439330417")};
  const belfry::TenantId tenant("3f6c1a52-9d0e-4b7a-8c21-5e4d7f90b113");
  const std::string rest =
      "/l/message/19%3A6f1c0a9be2d34758a1b2c3d4e5f60718%40thread.v2/1772439330417"
      "?tenantId=3f6c1a52-9d0e-4b7a-8c21-5e4d7f90b113&context=%7B%22contextType%22%3A%22chat%22%7D";

  BOOST_TEST(message_link(*cloud_named("global"), tenant, ref) ==
             "https://teams.microsoft.com" + rest);
  BOOST_TEST(message_link(*cloud_named("dod"), tenant, ref) ==
             "https://dod.teams.microsoft.us" + rest);
}

BOOST_AUTO_TEST_CASE(an_id_is_one_segment_of_a_path) {
  BOOST_TEST(percent_encoded("19:a@b/../c?d#e%\xC3\xA9") == "19%3Aa%40b%2F..%2Fc%3Fd%23e%25%C3%A9");
}

BOOST_AUTO_TEST_CASE(links_are_followed_to_the_host_we_asked_only) {
  const std::string graph = "https://graph.microsoft.com";
  BOOST_TEST(is_within("https://graph.microsoft.com/v1.0/chats?$skiptoken=x", graph));
  BOOST_TEST(is_within("https://GRAPH.microsoft.com:443/v1.0", graph));
  for (const std::string url :
       {"https://graph.microsoft.com.evil.example/", "https://evil.example/graph.microsoft.com",
        "http://graph.microsoft.com/v1.0", "https://graph.microsoft.com:8443/v1.0",
        "https://graph.microsoft.com@evil.example/", "https://user:password@graph.microsoft.com/",
        "//graph.microsoft.com/", "/v1.0/chats", "", "https://", "::", "file:///etc/passwd"})
    BOOST_TEST(!is_within(url, graph), url);
}

BOOST_AUTO_TEST_CASE(plain_http_is_for_loopback_only) {
  BOOST_TEST(is_within("http://127.0.0.1:8080/a", "http://127.0.0.1:8080"));
  BOOST_TEST(is_within("http://localhost:8080/a", "http://localhost:8080/"));
  BOOST_TEST(is_within("http://[::1]:8080/a", "http://[::1]:8080"));
  BOOST_TEST(!is_within("http://127.0.0.1:8081/a", "http://127.0.0.1:8080"));
  BOOST_TEST(!is_within("http://10.0.0.1/a", "http://10.0.0.1"));
}

BOOST_AUTO_TEST_CASE(overrides_replace_urls_and_nothing_else) {
  const auto cloud = belfry::net::with_overrides(
      *cloud_named("global"),
      {.graph_url = "http://127.0.0.1:1/", .login_url = "http://127.0.0.1:2"});

  BOOST_TEST(cloud.graph_url == "http://127.0.0.1:1");
  BOOST_TEST(cloud.login_url == "http://127.0.0.1:2");
  BOOST_TEST(cloud.resource == "https://graph.microsoft.com");
  BOOST_TEST(cloud.issuer_v2 == "https://login.microsoftonline.com");
  BOOST_TEST(belfry::net::with_overrides(*cloud_named("china"), {}).graph_url ==
             "https://microsoftgraph.chinacloudapi.cn");
  BOOST_TEST(!cloud_named("GLOBAL"));
  BOOST_TEST(!cloud_named(""));
}

BOOST_AUTO_TEST_SUITE_END()
