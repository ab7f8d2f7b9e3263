#include "net/http/http_server.h"

#include <boost/test/unit_test.hpp>

#include "net/http/http_client.h"
#include "tests/unit/net/http/loopback.h"

namespace belfry::net {
namespace {

using tests::RealClock;
using tests::TestAuthority;

/// A client that says exactly the bytes it is told to.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : socket_(Poco::Net::SocketAddress("127.0.0.1", port)) {
    socket_.setReceiveTimeout(Poco::Timespan(30, 0));
    socket_.setSendTimeout(Poco::Timespan(30, 0));
  }
  void send(std::string_view bytes) {
    socket_.sendBytes(bytes.data(), static_cast<int>(bytes.size()), MSG_NOSIGNAL);
  }
  /// Until the server closes; what came until then, also when it resets.
  std::string read_all() {
    std::string all;
    char bytes[16384];
    try {
      for (int got = 1; got > 0;) {
        got = socket_.receiveBytes(bytes, sizeof bytes);
        if (got > 0) all.append(bytes, static_cast<std::size_t>(got));
      }
    } catch (const Poco::TimeoutException&) {
      all += "<still open>";
    } catch (const Poco::Exception&) {
      all += "<reset>";
    }
    return all;
  }
  /// Until `end` was read.
  std::string read_until(const std::string& end) {
    std::string all;
    char byte = 0;
    while (all.find(end) == std::string::npos && socket_.receiveBytes(&byte, 1) == 1) all += byte;
    return all;
  }
  void end_sending() { socket_.shutdownSend(); }

 private:
  Poco::Net::StreamSocket socket_;
};

struct Fixture {
  RealClock clock;
  ServerOptions options;
  Router router;
  std::unique_ptr<HttpServer> server;

  Fixture() {
    options.address = "127.0.0.1:0";
    router.add("GET", "/hello", [](const HttpIncoming&) { return plain_reply(200, "hi"); });
    router.add("POST", "/echo", [](const HttpIncoming& request) {
      HttpReply reply;
      reply.body = request.body;
      return reply;
    });
  }

  void open() {
    auto opened = HttpServer::open(options, router, clock);
    BOOST_REQUIRE_MESSAGE(opened.has_value(), (opened ? std::string() : opened.error().text));
    server = std::move(*opened);
  }

  /// What the server says to these bytes before it closes.
  std::string talk(std::string_view bytes) {
    RawClient raw(server->port());
    raw.send(bytes);
    return raw.read_all();
  }
  [[nodiscard]] std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(server->port()) + path;
  }
};

bool is_status(const std::string& answer, int status) {
  return answer.starts_with("HTTP/1.1 " + std::to_string(status) + " ") &&
         answer.find("<still open>") == std::string::npos;
}

const std::string k_hello = "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(http_server, Fixture)

BOOST_AUTO_TEST_CASE(an_answer_is_safe_by_default_and_tells_nothing_about_the_server) {
  open();

  const std::string answer = talk(k_hello);

  BOOST_TEST(answer.starts_with("HTTP/1.1 200 OK\r\nDate: "));
  BOOST_TEST(answer.ends_with("\r\n\r\nhi\n"));
  for (const char* header : {"Content-Type: text/plain; charset=utf-8\r\n", "Content-Length: 3\r\n",
                             "X-Content-Type-Options: nosniff\r\n", "Cache-Control: no-store\r\n",
                             "Connection: close\r\n"}) {
    BOOST_TEST(answer.find(header) != std::string::npos, header);
  }
  BOOST_TEST(answer.find("Server:") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_handler_sees_the_request_decoded) {
  Mutex mutex;
  HttpIncoming seen;
  router.add("POST", "/changes", [&](const HttpIncoming& request) {
    const MutexLock lock(mutex);
    seen = request;
    HttpReply reply;
    reply.status = 202;
    reply.headers = {{"Cache-Control", "private"}, {"X-More", "1"}};
    return reply;
  });
  options.path_prefix = "/belfry";
  open();

  const std::string answer = talk(
      "POST /belfry/changes?validationToken=a+b%2Bc%20d&x HTTP/1.1\r\nHost: x\r\n"
      "Cookie: a=1; state=s2\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody");

  const MutexLock lock(mutex);
  BOOST_TEST(is_status(answer, 202));
  BOOST_TEST(answer.find("no-store") == std::string::npos);
  BOOST_TEST(answer.find("X-More: 1\r\n") != std::string::npos);
  BOOST_TEST(seen.method == "POST");
  BOOST_TEST(seen.path == "/changes");
  BOOST_TEST(seen.query_value("validationToken") == "a b+c d");
  BOOST_TEST(seen.has_query("x"));
  BOOST_TEST(!seen.has_query("y"));
  BOOST_TEST(seen.cookie("state") == "s2");
  BOOST_TEST(seen.cookie("s2").empty());
  BOOST_TEST(seen.header("CONTENT-length") == "4");
  BOOST_TEST(seen.body == "body");
  BOOST_TEST(seen.remote == "127.0.0.1");
}

BOOST_AUTO_TEST_CASE(routes_are_exact_or_all_below_and_nothing_else_is_told) {
  router.add("GET", "/api/*", [](const HttpIncoming&) { return plain_reply(200, "outer"); });
  router.add("GET", "/api/v1/*",
             [](const HttpIncoming& request) { return plain_reply(200, "inner " + request.path); });
  open();
  const auto ask = [&](const std::string& method, const std::string& path) {
    return talk(method + " " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  };

  BOOST_TEST(is_status(ask("GET", "/nowhere"), 404));
  BOOST_TEST(is_status(ask("GET", "/"), 404));
  BOOST_TEST(is_status(ask("GET", "*"), 404));
  BOOST_TEST(is_status(ask("GET", "/hello/"), 404));
  BOOST_TEST(is_status(ask("GET", "/hello/../hello"), 404));
  BOOST_TEST(is_status(ask("DELETE", "/hello"), 405));
  BOOST_TEST(ask("POST", "/hello").find("Allow: GET\r\n") != std::string::npos);
  BOOST_TEST(ask("GET", "/api/x").ends_with("outer\n"));
  BOOST_TEST(ask("GET", "/api/v1/a%20b").ends_with("inner /api/v1/a b\n"));
  BOOST_TEST(ask("GET", "http://any.test/hello").ends_with("hi\n"));
  const std::string head = ask("HEAD", "/hello");
  BOOST_TEST(is_status(head, 200));
  BOOST_TEST(head.ends_with("\r\n\r\n"));
  BOOST_TEST(head.find("Content-Length: 3\r\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_connection_serves_many_requests_also_when_they_come_together) {
  open();
  std::string pipelined;
  for (int i = 0; i < 20; ++i) {
    pipelined +=
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n" + std::to_string(10 + i);
  }

  const std::string answer = talk(pipelined + k_hello);

  std::size_t answers = 0;
  for (auto at = answer.find("200 OK"); at != std::string::npos; at = answer.find("200 OK", at + 1))
    ++answers;
  BOOST_TEST(answers == 21U);
  BOOST_TEST(answer.find("\r\n\r\n29HTTP/1.1 200 OK") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(old_clients_and_chunked_bodies_are_served) {
  open();

  BOOST_TEST(is_status(talk("GET /hello HTTP/1.0\r\n\r\n"), 200));
  BOOST_TEST(talk("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: "
                  "close\r\n\r\n3\r\nabc\r\n1;x\r\nd\r\n0\r\n\r\n")
                 .ends_with("\r\n\r\nabcd"));
  const std::string expecting = talk(
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n"
      "Connection: close\r\n\r\nok");
  BOOST_TEST(expecting.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"));
}

BOOST_AUTO_TEST_CASE(what_two_readers_could_read_differently_is_refused) {
  open();
  const std::vector<std::string> bad = {
      "\x16\x03\x01garbage\r\n\r\n",
      "GET\r\n\r\n",
      "GET /hello\r\n\r\n",
      "GET /hello HTTP/2.0\r\nHost: x\r\n\r\n",
      "GET  /hello HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET /hello HTTP/1.1\r\n\r\n",
      "GET /hello HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
      "GET /hello HTTP/1.1\r\nHost : x\r\n\r\n",
      "GET /hello HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n",
      "GET /hello HTTP/1.1\r\nHost: x\nX: y\r\n\r\n",
      std::string("GET /hello HTTP/1.1\r\nHost: x\0y\r\n\r\n", 34),
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\na",
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1, 1\r\n\r\na",
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: "
      "chunked\r\n\r\n0\r\n\r\n",
      "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
      "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
      "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
      "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n\r\n",
  };
  for (const std::string& bytes : bad) BOOST_TEST(is_status(talk(bytes), 400), bytes);
  BOOST_TEST(server->counts().malformed == bad.size());
  BOOST_TEST(server->counts().requests == 0U);
}

BOOST_AUTO_TEST_CASE(what_is_too_large_is_refused_with_its_reason) {
  options.body_limit = 1000;
  open();
  const std::string large(2000, 'x');
  const std::string fields = [] {
    std::string all = "GET /hello HTTP/1.1\r\nHost: x\r\n";
    for (int i = 0; i < 200; ++i) all += "X: y\r\n";
    return all + "\r\n";
  }();

  BOOST_TEST(is_status(
      talk("GET /hello HTTP/1.1\r\nHost: x\r\nX: " + std::string(17000, 'y') + "\r\n\r\n"), 431));
  BOOST_TEST(is_status(talk("GET /" + std::string(100'000, 'a')), 431));
  BOOST_TEST(is_status(talk(fields), 400));
  BOOST_TEST(is_status(
      talk("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2000\r\n\r\n" + large), 413));
  BOOST_TEST(is_status(talk("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: "
                            "18446744073709551615\r\nExpect: 100-continue\r\n\r\n"),
                       413));
  BOOST_TEST(is_status(talk("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
                            "chunked\r\n\r\n7d0\r\n" +
                            large + "\r\n0\r\n\r\n"),
                       413));
  BOOST_TEST(server->counts().too_large == 3U);
  BOOST_TEST(is_status(talk(k_hello), 200));
}

BOOST_AUTO_TEST_CASE(slow_headers_and_slow_bodies_are_cut_however_steadily_they_drip) {
  options.request_limit = std::chrono::seconds{1};
  open();
  const Instant began = clock.now().steady;
  for (const std::string start :
       {"GET /hello HTTP/1.1\r\nX: ",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n"}) {
    RawClient slow(server->port());
    slow.send(start);
    try {
      // Three times as long as it may.
      for (int i = 0; i < 300; ++i) {
        slow.send("y");
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
      }
    } catch (const Poco::Exception&) {
      // It was cut, as it should be.
    }
    BOOST_TEST(slow.read_all().starts_with("HTTP/1.1 408 "));
  }
  BOOST_TEST(server->counts().too_slow == 2U);
  BOOST_TEST((clock.now().steady - began).count() < 30'000);
}

BOOST_AUTO_TEST_CASE(silent_and_half_open_connections_are_closed) {
  options.request_limit = std::chrono::seconds{3};
  options.idle_limit = std::chrono::seconds{3};
  open();
  RawClient silent(server->port());
  RawClient half(server->port());
  half.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf");
  half.end_sending();
  RawClient idle(server->port());
  idle.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");

  BOOST_TEST(silent.read_all().empty());
  BOOST_TEST(half.read_all().empty());
  const std::string answer = idle.read_all();
  BOOST_TEST(is_status(answer, 200));
}

BOOST_AUTO_TEST_CASE(an_idle_connection_gives_way_to_one_that_waits_for_its_thread) {
  options.threads = 1;
  open();
  RawClient idle(server->port());
  idle.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  idle.read_until("hi\n");

  const std::string answer = talk(k_hello);

  BOOST_TEST(is_status(answer, 200));
  BOOST_TEST(idle.read_all().empty());
}

BOOST_AUTO_TEST_CASE(connections_above_the_queue_are_closed_at_once) {
  std::atomic<bool> runs{false};
  std::atomic<bool> ends{false};
  router.add("GET", "/wait", [&](const HttpIncoming&) {
    runs = true;
    while (!ends) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return plain_reply(200, "done");
  });
  options.threads = 1;
  options.queue = 1;
  open();
  const std::string wait = "GET /wait HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 6; ++i) {
    clients.push_back(std::make_unique<RawClient>(server->port()));
    clients.back()->send(wait);
    // The first has the thread, the second the queue.
    while (!runs) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  while (server->counts().refused_connections < 4) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }

  ends = true;

  int answered = 0;
  for (const auto& client : clients) {
    answered += client->read_all().starts_with("HTTP/1.1 200 ") ? 1 : 0;
  }
  BOOST_TEST(answered == 2);
}

BOOST_AUTO_TEST_CASE(a_handler_that_throws_is_500_without_a_word) {
  router.add("GET", "/throw",
             [](const HttpIncoming&) -> HttpReply { throw std::runtime_error("secret"); });
  router.add("GET", "/split", [](const HttpIncoming&) {
    HttpReply reply;
    reply.headers = {{"Location", "/x\r\nSet-Cookie: y"}};
    return reply;
  });
  open();

  for (const std::string path : {"/throw", "/split"}) {
    const std::string answer =
        talk("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    BOOST_TEST(is_status(answer, 500));
    BOOST_TEST(answer.find("secret") == std::string::npos);
    BOOST_TEST(answer.find("Set-Cookie") == std::string::npos);
  }
  BOOST_TEST(server->counts().handler_failures == 2U);
}

BOOST_AUTO_TEST_CASE(stopping_lets_running_requests_end_and_closes_the_rest) {
  std::atomic<bool> runs{false};
  std::atomic<bool> may_end{false};
  router.add("GET", "/slow", [&](const HttpIncoming&) {
    runs = true;
    while (!may_end) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return plain_reply(200, "finished");
  });
  open();
  RawClient idle(server->port());
  idle.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  idle.read_until("hi\n");
  RawClient running(server->port());
  running.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
  while (!runs) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  const Instant began = clock.now().steady;

  std::jthread stopper([&] { server->stop(); });
  BOOST_TEST(idle.read_all().empty());
  may_end = true;
  const std::string answer = running.read_all();
  stopper.join();

  BOOST_TEST(is_status(answer, 200));
  BOOST_TEST(answer.find("Connection: close\r\n") != std::string::npos);
  BOOST_TEST(answer.ends_with("finished\n"));
  BOOST_TEST((clock.now().steady - began).count() < 10000);
  BOOST_CHECK_THROW(RawClient(server->port()), Poco::Exception);
}

BOOST_AUTO_TEST_CASE(stopping_cuts_a_request_that_does_not_come_to_an_end) {
  options.stop_limit = Duration{100};
  open();
  RawClient endless(server->port());
  endless.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n");
  const Instant began = clock.now().steady;

  server->stop();

  BOOST_TEST((clock.now().steady - began).count() < 10000);
}

BOOST_AUTO_TEST_CASE(an_address_in_use_or_no_address_is_named) {
  open();
  ServerOptions same = options;
  same.address = "127.0.0.1:" + std::to_string(server->port());

  for (const std::string& address :
       {same.address, std::string("nowhere.invalid:1"), std::string("127.0.0.1:http-what")}) {
    same.address = address;
    const auto second = HttpServer::open(same, router, clock);
    BOOST_REQUIRE(!second.has_value());
    BOOST_TEST((second.error().kind == ErrorKind::refused));
    BOOST_TEST(second.error().text.find(address) != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(tls_is_served_to_our_own_client_over_a_kept_connection) {
  TestAuthority authority;
  const auto files = authority.sign("DNS:localhost");
  options.tls_certificate = files.certificate;
  options.tls_private_key = files.key;
  open();
  HttpClientOptions client_options;
  client_options.ca_file = authority.ca_file();
  const auto client = HttpClient::open(client_options, clock);
  HttpRequest request;
  request.method = "POST";
  request.url = "https://localhost:" + std::to_string(server->port()) + "/echo";
  request.body = std::string(1 << 20, 'z');

  for (int i = 0; i < 3; ++i) {
    const auto answer = (*client)->send(request);
    BOOST_REQUIRE(answer.has_value());
    BOOST_TEST(answer->body == request.body);
  }

  RawClient plain(server->port());
  plain.send(k_hello);
  BOOST_TEST(plain.read_all().find("hi") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(many_clients_at_once_are_answered_each_with_its_own) {
  open();
  HttpClientOptions client_options;
  const auto client = HttpClient::open(client_options, clock);
  std::atomic<int> right{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 16; ++i) {
      threads.emplace_back([&, i] {
        HttpRequest request;
        request.method = "POST";
        request.url = url("/echo");
        request.body = "from " + std::to_string(i);
        for (int j = 0; j < 25; ++j) {
          const auto answer = (*client)->send(request);
          right += answer && answer->body == request.body ? 1 : 0;
        }
      });
    }
  }
  BOOST_TEST(right == 400);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace belfry::net
