#include "net/http/tls.h"

#include <boost/test/unit_test.hpp>

#include "net/http/http_client.h"
#include "net/http/stream.h"
#include "net/http/wire.h"
#include "tests/unit/net/http/loopback.h"

namespace belfry::net {
namespace {

using tests::ok;
using tests::Peer;
using tests::RealClock;
using tests::ScriptedServer;
using tests::TestAuthority;

constexpr Duration k_patience{30'000};

struct Fixture {
  RealClock clock;
  TestAuthority authority;
  std::atomic<bool> aborted{false};

  [[nodiscard]] Patience patience() const {
    return {clock, clock.now().steady + k_patience, aborted};
  }

  /// Serves `answer` to each request over TLS, with a certificate for `name`.
  ScriptedServer::Script secured(const TestAuthority::Files& files, const std::string& answer) {
    return [this, files, answer](Peer& peer, int) {
      const auto context = TlsContext::for_server(files.certificate, files.key);
      if (!context) return;
      Stream stream(peer.socket());
      if (stream.accept_tls(*context, patience()) != WireEnd::done) return;
      Inbound inbound(stream);
      std::string head;
      while (inbound.read_head(head, 4096, patience()) == WireEnd::done) {
        if (stream.write(answer, patience()) != WireEnd::done) return;
      }
    };
  }

  Result<HttpAnswer> ask(const std::string& url, const std::string& ca_file) {
    HttpClientOptions options;
    options.ca_file = ca_file;
    const auto client = HttpClient::open(options, clock);
    BOOST_REQUIRE(client.has_value());
    HttpRequest request;
    request.method = "POST";
    request.url = url;
    request.timeout = k_patience;
    return (*client)->send(request);
  }
};

std::string https(const std::string& host, const ScriptedServer& server) {
  return "https://" + host + ":" + std::to_string(server.port()) + "/";
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(tls, Fixture)

BOOST_AUTO_TEST_CASE(a_certificate_of_the_given_authority_for_that_name_is_trusted) {
  ScriptedServer by_name(secured(authority.sign("DNS:localhost"), ok("safe")));
  ScriptedServer by_address(secured(authority.sign("IP:127.0.0.1"), ok("safe")));

  const auto named = ask(https("localhost", by_name), authority.ca_file());
  const auto addressed = ask(https("127.0.0.1", by_address), authority.ca_file());

  BOOST_REQUIRE_MESSAGE(named.has_value(), (named ? std::string() : named.error().text));
  BOOST_TEST(named->body == "safe");
  BOOST_TEST(addressed.has_value());
}

BOOST_AUTO_TEST_CASE(a_certificate_of_an_unknown_authority_is_refused_before_anything_leaves) {
  ScriptedServer server(secured(authority.sign("DNS:localhost"), ok("unsafe")));
  TestAuthority other;

  for (const std::string& ca_file : {std::string(), other.ca_file()}) {
    const auto answer = ask(https("localhost", server), ca_file);
    BOOST_REQUIRE(!answer.has_value());
    BOOST_TEST((answer.error().kind == ErrorKind::transient));
    BOOST_TEST(answer.error().text.find("certificate refused") != std::string::npos,
               answer.error().text);
  }
}

BOOST_AUTO_TEST_CASE(a_certificate_for_another_name_is_refused_on_loopback_as_well) {
  ScriptedServer other_name(secured(authority.sign("DNS:example.com"), ok("unsafe")));
  ScriptedServer partial(secured(authority.sign("DNS:local*"), ok("unsafe")));

  for (const ScriptedServer* server : {&other_name, &partial}) {
    for (const char* host : {"localhost", "127.0.0.1"}) {
      const auto answer = ask(https(host, *server), authority.ca_file());
      BOOST_REQUIRE(!answer.has_value());
      BOOST_TEST(answer.error().text.find("mismatch") != std::string::npos, answer.error().text);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_large_answer_comes_whole_and_the_connection_is_kept) {
  const std::string large(1 << 20, 'x');
  ScriptedServer server(secured(authority.sign("DNS:localhost"), ok(large)));
  HttpClientOptions options;
  options.ca_file = authority.ca_file();
  const auto client = HttpClient::open(options, clock);
  HttpRequest request;
  request.url = https("localhost", server);

  for (int i = 0; i < 3; ++i) {
    const auto answer = (*client)->send(request);
    BOOST_REQUIRE(answer.has_value());
    BOOST_TEST(answer->body.size() == large.size());
  }

  BOOST_TEST(server.connections() == 1);
}

BOOST_AUTO_TEST_CASE(a_large_body_leaves_whole_to_a_peer_that_reads_slowly) {
  constexpr std::size_t k_bytes = std::size_t{12} << 20;
  const auto files = authority.sign("DNS:localhost");
  ScriptedServer server([&](Peer& peer, int) {
    const auto context = TlsContext::for_server(files.certificate, files.key);
    if (!context) return;
    Stream stream(peer.socket());
    if (stream.accept_tls(*context, patience()) != WireEnd::done) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
    Inbound inbound(stream);
    std::string head;
    std::string body;
    if (inbound.read_head(head, 4096, patience()) != WireEnd::done) return;
    const WireEnd end =
        inbound.read_body({Framing::Kind::length, k_bytes}, body, k_bytes, patience());
    peer.note(end == WireEnd::done && body == std::string(k_bytes, 'x') ? "whole" : "not whole");
    static_cast<void>(stream.write(ok("thanks"), patience()));
  });
  HttpClientOptions options;
  options.ca_file = authority.ca_file();
  const auto client = HttpClient::open(options, clock);
  HttpRequest request;
  request.method = "POST";
  request.url = https("localhost", server);
  request.body = std::string(k_bytes, 'x');
  request.timeout = k_patience;

  const auto answer = (*client)->send(request);

  BOOST_REQUIRE(answer.has_value());
  BOOST_TEST(answer->body == "thanks");
  BOOST_TEST(server.noted() == std::vector<std::string>{"whole"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_answer_to_the_end_needs_the_end_that_tls_gives) {
  const auto files = authority.sign("DNS:localhost");
  for (const bool says_goodbye : {true, false}) {
    ScriptedServer server([&](Peer& peer, int) {
      const auto context = TlsContext::for_server(files.certificate, files.key);
      Stream stream(peer.socket());
      std::string head;
      if (stream.accept_tls(*context, patience()) != WireEnd::done) return;
      if (Inbound(stream).read_head(head, 4096, patience()) != WireEnd::done) return;
      if (stream.write("HTTP/1.1 200 OK\r\n\r\ncut", patience()) != WireEnd::done) return;
      if (says_goodbye) stream.end_sending(patience());
    });

    const auto answer = ask(https("localhost", server), authority.ca_file());

    BOOST_TEST(answer.has_value() == says_goodbye);
  }
}

BOOST_AUTO_TEST_CASE(a_peer_without_tls_or_that_stalls_in_it_does_not_hold_us) {
  ScriptedServer plain([](Peer& peer, int) { peer.send("HTTP/1.1 400 Bad Request\r\n\r\n"); });
  ScriptedServer silent([](Peer& peer, int) { peer.await_end(); });
  const Instant began = clock.now().steady;
  HttpClientOptions options;
  const auto client = HttpClient::open(options, clock);
  HttpRequest request;
  request.method = "POST";
  request.timeout = Duration{200};

  for (const ScriptedServer* server : {&plain, &silent}) {
    request.url = https("localhost", *server);
    BOOST_TEST(((*client)->send(request).error().kind == ErrorKind::transient));
  }

  BOOST_TEST((clock.now().steady - began).count() < 8000);
}

BOOST_AUTO_TEST_CASE(files_that_cannot_be_used_are_named) {
  const auto files = authority.sign("DNS:localhost");
  const auto other = authority.sign("DNS:localhost");
  HttpClientOptions options;
  options.ca_file = "/nowhere/ca.pem";

  const auto client = HttpClient::open(options, clock);
  const auto no_certificate = TlsContext::for_server("/nowhere/c.pem", files.key);
  const auto no_key = TlsContext::for_server(files.certificate, "/nowhere/k.pem");
  const auto strangers = TlsContext::for_server(files.certificate, other.key);

  BOOST_TEST(client.error().text.find("/nowhere/ca.pem") != std::string::npos);
  BOOST_TEST(no_certificate.error().text.find("/nowhere/c.pem") != std::string::npos);
  BOOST_TEST(no_key.error().text.find("/nowhere/k.pem") != std::string::npos);
  BOOST_TEST(!strangers.has_value());
  BOOST_TEST((strangers.error().kind == ErrorKind::refused));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(proxies, Fixture)

namespace {

/// A proxy that leads every tunnel and every plain request to `upstream`.
class TestProxy {
 public:
  explicit TestProxy(std::uint16_t upstream)
      : server_([this, upstream](Peer& peer, int) {
          const std::string request = peer.read_request();
          peer.note(request);
          if (!request.starts_with("CONNECT ")) {
            peer.send(ok("forwarded"));
            return;
          }
          peer.send("HTTP/1.1 200 Connection established\r\n\r\n");
          Poco::Net::StreamSocket onward(Poco::Net::SocketAddress("127.0.0.1", upstream));
          relay(peer.socket(), onward);
        }) {}

  [[nodiscard]] std::string url(const std::string& user = {}) const {
    return "http://" + user + "127.0.0.1:" + std::to_string(server_.port());
  }
  [[nodiscard]] std::vector<std::string> requests() const { return server_.noted(); }

 private:
  static void relay(Poco::Net::StreamSocket& a, Poco::Net::StreamSocket& b) {
    char bytes[16384];
    for (;;) {
      bool is_quiet = true;
      for (auto [from, to] : {std::pair{&a, &b}, std::pair{&b, &a}}) {
        if (!from->poll(Poco::Timespan(0, 1000), Poco::Net::Socket::SELECT_READ)) continue;
        const int got = from->receiveBytes(bytes, sizeof bytes);
        if (got <= 0) return;
        to->sendBytes(bytes, got, MSG_NOSIGNAL);
        is_quiet = false;
      }
      if (is_quiet) std::this_thread::yield();
    }
  }

  ScriptedServer server_;
};

}  // namespace

BOOST_AUTO_TEST_CASE(https_goes_through_a_tunnel_and_is_verified_to_its_end) {
  ScriptedServer upstream(secured(authority.sign("DNS:upstream.test"), ok("through")));
  TestProxy proxy(upstream.port());
  HttpClientOptions options;
  options.ca_file = authority.ca_file();
  options.proxy.https_proxy = proxy.url("anna:p%40ss@");
  const auto client = HttpClient::open(options, clock);
  HttpRequest request;
  request.url = "https://upstream.test/secret-path";

  const auto first = (*client)->send(request);
  const auto second = (*client)->send(request);
  request.url = "https://other.test/";
  const auto other = (*client)->send(request);

  BOOST_REQUIRE_MESSAGE(first.has_value(), (first ? std::string() : first.error().text));
  BOOST_TEST(first->body == "through");
  BOOST_TEST(second.has_value());
  BOOST_TEST(!other.has_value());
  BOOST_REQUIRE(proxy.requests().size() == 2U);
  BOOST_TEST(proxy.requests()[0] ==
             "CONNECT upstream.test:443 HTTP/1.1\r\nHost: upstream.test:443\r\n"
             "Proxy-Authorization: Basic YW5uYTpwQHNz\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(http_is_given_to_the_proxy_with_its_whole_url) {
  TestProxy proxy(1);
  HttpClientOptions options;
  options.proxy.http_proxy = proxy.url();
  const auto client = HttpClient::open(options, clock);
  HttpRequest request;
  request.url = "http://upstream.test:8065/a?b";

  const auto answer = (*client)->send(request);

  BOOST_REQUIRE(answer.has_value());
  BOOST_TEST(answer->body == "forwarded");
  BOOST_TEST(proxy.requests().at(0).starts_with(
      "GET http://upstream.test:8065/a?b HTTP/1.1\r\nHost: upstream.test:8065\r\n"));
}

BOOST_AUTO_TEST_CASE(a_proxy_that_refuses_is_transient_since_nothing_left) {
  ScriptedServer proxy([](Peer& peer, int) {
    peer.read_request();
    peer.send("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
  });
  HttpClientOptions options;
  options.proxy.https_proxy = proxy.url();
  const auto client = HttpClient::open(options, clock);
  HttpRequest request;
  request.method = "POST";
  request.url = "https://upstream.test/";

  const auto answer = (*client)->send(request);

  BOOST_TEST((answer.error().kind == ErrorKind::transient));
  BOOST_TEST(answer.error().text.find("407") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_proxy_of_an_unknown_kind_is_refused_without_repeating_its_password) {
  HttpClientOptions options;
  options.proxy.https_proxy = "socks5://u:hunter2@host";

  const auto client = HttpClient::open(options, clock);

  BOOST_REQUIRE(!client.has_value());
  BOOST_TEST(client.error().text.find("HTTPS_PROXY") != std::string::npos);
  BOOST_TEST(client.error().text.find("hunter2") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace belfry::net
