#include "net/http/http_client.h"

#include <boost/test/unit_test.hpp>

#include "net/http/stream.h"
#include "net/http/tls.h"
#include "tests/unit/net/http/loopback.h"

namespace belfry::net {
namespace {

using tests::ok;
using tests::Peer;
using tests::RealClock;
using tests::ScriptedServer;
using tests::TestAuthority;

struct Fixture {
  RealClock clock;
  HttpClientOptions options;

  std::unique_ptr<HttpClient> client() {
    auto opened = HttpClient::open(options, clock);
    BOOST_REQUIRE_MESSAGE(opened.has_value(), "client opens");
    return std::move(*opened);
  }
  [[nodiscard]] Duration since(Instant began) const { return clock.now().steady - began; }
};

HttpRequest get(const std::string& url, Duration timeout = Duration{30'000}) {
  HttpRequest request;
  request.url = url;
  request.timeout = timeout;
  return request;
}

HttpRequest post(const std::string& url, const std::string& body = "{}") {
  HttpRequest request = get(url);
  request.method = "POST";
  request.body = body;
  request.content_type = "application/json";
  return request;
}

/// Answers each request of a connection with `answer`.
ScriptedServer::Script answering(const std::string& answer) {
  return [answer](Peer& peer, int) {
    while (!peer.read_request().empty()) peer.send(answer);
  };
}

/// One good answer on each connection; what then becomes of the next request, `end` decides.
ScriptedServer::Script once_then(const std::function<void(Peer&)>& end) {
  return [end](Peer& peer, int) {
    peer.read_request();
    peer.send(ok("first"));
    end(peer);
  };
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(http_client, Fixture)

BOOST_AUTO_TEST_CASE(a_request_leaves_as_composed_and_its_answer_comes_whole) {
  ScriptedServer server([](Peer& peer, int) {
    peer.note(peer.read_request());
    peer.send("HTTP/1.1 201 Created\r\nX-One: 1\r\nx-two:  2 \r\nContent-Length: 5\r\n\r\nhello");
  });
  options.user_agent = "Belfry/1";

  HttpRequest request = post(server.url("/a/b?c=%20d"), "body");
  request.headers = {{"Authorization", "Bearer t"}};
  const auto answer = client()->send(request);

  BOOST_REQUIRE(answer.has_value());
  BOOST_TEST(answer->status == 201);
  BOOST_TEST(answer->body == "hello");
  BOOST_TEST(answer->header("x-ONE") == "1");
  BOOST_TEST(answer->header("X-Two") == "2");
  BOOST_TEST(answer->header("X-Three").empty());
  BOOST_TEST(server.noted().at(0) ==
             "POST /a/b?c=%20d HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) +
                 "\r\nAuthorization: Bearer t\r\nUser-Agent: Belfry/1\r\nContent-Type: "
                 "application/json\r\nContent-Length: 4\r\n\r\nbody");
}

BOOST_AUTO_TEST_CASE(a_connection_serves_one_request_after_another) {
  ScriptedServer server(answering(ok("again")));
  const auto http = client();

  for (int i = 0; i < 5; ++i) BOOST_TEST(http->send(get(server.url())).has_value());

  BOOST_TEST(server.connections() == 1);
}

BOOST_AUTO_TEST_CASE(a_connection_that_waited_too_long_is_not_used_again) {
  ScriptedServer server(answering(ok("again")));
  options.idle_limit = Duration{0};
  const auto http = client();

  for (int i = 0; i < 2; ++i) BOOST_TEST(http->send(get(server.url())).has_value());

  BOOST_TEST(server.connections() == 2);
}

BOOST_AUTO_TEST_CASE(a_connection_is_not_kept_when_the_answer_says_close) {
  ScriptedServer server(answering(ok("once", "Connection: close\r\n")));
  const auto http = client();

  for (int i = 0; i < 2; ++i) BOOST_TEST(http->send(get(server.url())).has_value());

  BOOST_TEST(server.connections() == 2);
}

BOOST_AUTO_TEST_CASE(a_get_that_meets_a_closing_connection_is_tried_once_more) {
  ScriptedServer server([](Peer& peer, int number) {
    peer.read_request();
    peer.send(ok("first"));
    const std::string second = peer.read_request();
    if (number > 0 && !second.empty()) peer.send(ok("second"));
  });
  const auto http = client();
  BOOST_REQUIRE(http->send(get(server.url())).has_value());

  const auto answer = http->send(get(server.url()));

  BOOST_REQUIRE(answer.has_value());
  BOOST_TEST(answer->body == "first");
  BOOST_TEST(server.connections() == 2);
}

BOOST_AUTO_TEST_CASE(a_post_that_meets_a_closing_connection_is_in_doubt_and_leaves_once) {
  ScriptedServer server(once_then([](Peer& peer) { peer.note(peer.read_request()); }));
  const auto http = client();
  BOOST_REQUIRE(http->send(get(server.url())).has_value());

  const auto answer = http->send(post(server.url()));

  BOOST_REQUIRE(!answer.has_value());
  BOOST_TEST((answer.error().kind == ErrorKind::in_doubt));
  BOOST_TEST(server.connections() == 1);
  BOOST_TEST(server.noted().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_post_that_may_come_twice_is_tried_once_more_as_a_get_is) {
  ScriptedServer server([](Peer& peer, int) {
    peer.read_request();
    peer.send(ok("first"));
    peer.read_request();
  });
  const auto http = client();
  BOOST_REQUIRE(http->send(get(server.url())).has_value());
  HttpRequest request = post(server.url());
  request.repetition = Repetition::harmless;

  BOOST_TEST(http->send(request).has_value());
  BOOST_TEST(server.connections() == 2);
}

BOOST_AUTO_TEST_CASE(a_post_finds_a_fresh_connection_when_the_kept_one_is_seen_closed) {
  std::atomic<bool> closed{false};
  ScriptedServer server(once_then([&](Peer& peer) {
    peer.close();
    closed = true;
  }));
  const auto http = client();
  BOOST_REQUIRE(http->send(get(server.url())).has_value());
  while (!closed) std::this_thread::sleep_for(std::chrono::milliseconds(1));

  const auto answer = http->send(post(server.url()));

  BOOST_REQUIRE(answer.has_value());
  BOOST_TEST(server.connections() == 2);
}

BOOST_AUTO_TEST_CASE(an_answer_that_nobody_asked_for_ends_the_connection) {
  std::atomic<bool> sent{false};
  ScriptedServer server(once_then([&](Peer& peer) {
    peer.send(ok("stale"));
    sent = true;
    peer.await_end();
  }));
  const auto http = client();
  BOOST_REQUIRE(http->send(get(server.url())).has_value());
  while (!sent) std::this_thread::sleep_for(std::chrono::milliseconds(1));

  const auto answer = http->send(get(server.url()));

  BOOST_REQUIRE(answer.has_value());
  BOOST_TEST(answer->body == "first");
  BOOST_TEST(server.connections() == 2);
}

BOOST_AUTO_TEST_CASE(an_answer_lost_after_the_work_is_in_doubt_for_a_post_only) {
  ScriptedServer server([](Peer& peer, int) { peer.read_request(); });
  const auto http = client();

  const auto posted = http->send(post(server.url()));
  const auto got = http->send(get(server.url()));

  BOOST_TEST((posted.error().kind == ErrorKind::in_doubt));
  BOOST_TEST((got.error().kind == ErrorKind::transient));
}

BOOST_AUTO_TEST_CASE(a_body_that_ends_early_is_no_answer) {
  const std::vector<std::string> cut = {
      "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
      "HTTP/1.1 200 OK\r\nContent-Le",
  };
  for (const std::string& bytes : cut) {
    ScriptedServer server([&](Peer& peer, int) {
      peer.read_request();
      peer.send(bytes);
    });
    const auto http = client();

    BOOST_TEST((http->send(get(server.url())).error().kind == ErrorKind::transient), bytes);
    BOOST_TEST((http->send(post(server.url())).error().kind == ErrorKind::in_doubt), bytes);
  }
}

BOOST_AUTO_TEST_CASE(a_reset_in_the_middle_of_an_answer_is_an_error) {
  ScriptedServer server([&](Peer& peer, int) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nx");
    peer.reset();
  });

  BOOST_TEST((client()->send(get(server.url())).error().kind == ErrorKind::transient));
}

BOOST_AUTO_TEST_CASE(what_is_no_sound_http_is_an_error) {
  const std::vector<std::string> garbage = {
      "HELLO\r\n\r\n",
      "HTTP/1.1 abc\r\n\r\n",
      "HTTP/2.0 200 OK\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
      "HTTP/1.1 200 OK\r\nContent-Length: -3\r\n\r\nabc",
      "HTTP/1.1 200 OK\r\nContent-Length: 3x\r\n\r\nabc",
      "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n\r\n",
      "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
      "HTTP/1.1 101 Switching Protocols\r\n\r\n",
  };
  for (const std::string& bytes : garbage) {
    ScriptedServer server([&](Peer& peer, int) {
      peer.read_request();
      peer.send(bytes);
      peer.await_end();
    });
    BOOST_TEST((client()->send(get(server.url())).error().kind == ErrorKind::transient), bytes);
  }
}

BOOST_AUTO_TEST_CASE(bodies_come_by_length_in_chunks_or_to_the_end) {
  const std::vector<std::string> whole = {
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nA: "
      "b\r\n\r\n",
      "HTTP/1.1 200 OK\r\n\r\nhello",
      "HTTP/1.0 200 OK\r\n\r\nhello",
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
  };
  for (const std::string& bytes : whole) {
    ScriptedServer server([&](Peer& peer, int) {
      peer.read_request();
      // Byte by byte: nothing may depend on what arrives together.
      for (const char byte : bytes) peer.send({&byte, 1});
    });
    const auto answer = client()->send(get(server.url()));
    BOOST_REQUIRE_MESSAGE(answer.has_value(), bytes);
    BOOST_TEST(answer->body == "hello", bytes);
  }
}

BOOST_AUTO_TEST_CASE(answers_without_a_body_are_not_waited_for) {
  for (const std::string status : {"204 No Content", "304 Not Modified"}) {
    ScriptedServer server(answering("HTTP/1.1 " + status + "\r\n\r\n"));
    const auto http = client();
    BOOST_TEST(http->send(get(server.url())).has_value());
    BOOST_TEST(http->send(get(server.url())).has_value());
    BOOST_TEST(server.connections() == 1);
  }
  ScriptedServer server(answering("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"));
  HttpRequest head = get(server.url());
  head.method = "HEAD";
  BOOST_TEST(client()->send(head).has_value());
}

BOOST_AUTO_TEST_CASE(a_redirect_is_an_answer_and_not_followed) {
  ScriptedServer server(
      answering("HTTP/1.1 308 Permanent Redirect\r\nContent-Length: 0\r\nLocation: /x\r\n\r\n"));

  const auto answer = client()->send(get(server.url()));

  BOOST_REQUIRE(answer.has_value());
  BOOST_TEST(answer->status == 308);
  BOOST_TEST(server.connections() == 1);
}

BOOST_AUTO_TEST_CASE(more_bytes_than_announced_end_the_connection_but_not_the_answer) {
  ScriptedServer server(answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhello"));
  const auto http = client();

  const auto first = http->send(get(server.url()));
  const auto second = http->send(get(server.url()));

  BOOST_REQUIRE(first.has_value());
  BOOST_REQUIRE(second.has_value());
  BOOST_TEST(first->body == "he");
  BOOST_TEST(second->body == "he");
  BOOST_TEST(server.connections() == 2);
}

BOOST_AUTO_TEST_CASE(an_answer_above_the_limit_is_refused) {
  options.max_body = 1000;
  const std::string large(1001, 'x');
  const std::vector<std::string> answers = {
      ok(large), "HTTP/1.1 200 OK\r\n\r\n" + large,
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + large + "\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\n"};
  for (const std::string& bytes : answers) {
    ScriptedServer server([&](Peer& peer, int) {
      peer.read_request();
      peer.send(bytes);
    });
    BOOST_TEST((client()->send(get(server.url())).error().kind == ErrorKind::refused));
    // It may have been carried out: never a dead letter.
    BOOST_TEST((client()->send(post(server.url())).error().kind == ErrorKind::in_doubt));
  }
}

BOOST_AUTO_TEST_CASE(a_head_without_end_is_cut_off) {
  options.max_head = 1000;
  ScriptedServer server([&](Peer& peer, int) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\n");
    for (;;) peer.send("X-Filler: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n");
  });

  BOOST_TEST((client()->send(get(server.url())).error().kind == ErrorKind::refused));
}

BOOST_AUTO_TEST_CASE(a_peer_that_drips_does_not_outlast_the_deadline) {
  ScriptedServer server([&](Peer& peer, int) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    for (int i = 0; i < 1000; ++i) {
      peer.send("x");
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  });
  const Instant began = clock.now().steady;

  const auto answer = client()->send(get(server.url(), Duration{200}));

  BOOST_TEST((answer.error().kind == ErrorKind::transient));
  BOOST_TEST(since(began).count() < 8000);
}

BOOST_AUTO_TEST_CASE(a_peer_that_reads_nothing_does_not_outlast_the_deadline) {
  std::atomic<bool> ends{false};
  ScriptedServer server([&](Peer&, int) {
    while (!ends) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  });
  HttpRequest request = post(server.url(), std::string(std::size_t{32} << 20, 'x'));
  request.timeout = std::chrono::seconds{1};
  const Instant began = clock.now().steady;

  const auto answer = client()->send(request);
  ends = true;

  BOOST_TEST((answer.error().kind == ErrorKind::in_doubt));
  BOOST_TEST(since(began).count() < 8000);
}

BOOST_AUTO_TEST_CASE(a_peer_that_reads_slowly_gets_a_large_body_whole) {
  ScriptedServer server([&](Peer& peer, int) {
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
    peer.note(std::to_string(peer.read_request().size()));
    peer.send(ok("all of it"));
  });
  HttpRequest request = post(server.url(), std::string(std::size_t{16} << 20, 'x'));
  request.timeout = Duration{30'000};

  const auto answer = client()->send(request);

  BOOST_REQUIRE(answer.has_value());
  BOOST_TEST(answer->body == "all of it");
  BOOST_REQUIRE_EQUAL(server.noted().size(), 1U);
  BOOST_TEST(std::stoull(server.noted()[0]) > std::size_t{16} << 20);
}

BOOST_AUTO_TEST_CASE(a_refusal_that_comes_before_the_whole_body_left_is_heard) {
  ScriptedServer server([&](Peer& peer, int) {
    char byte = 0;
    peer.socket().receiveBytes(&byte, 1);
    peer.send("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    peer.socket().shutdownSend();
    peer.await_end();
  });

  const auto answer = client()->send(post(server.url(), std::string(std::size_t{8} << 20, 'x')));

  BOOST_REQUIRE(answer.has_value());
  BOOST_TEST(answer->status == 413);
}

BOOST_AUTO_TEST_CASE(nobody_listening_is_transient_whatever_the_method) {
  std::string url;
  {
    ScriptedServer server(answering(""));
    url = server.url();
  }
  BOOST_TEST((client()->send(post(url)).error().kind == ErrorKind::transient));
}

BOOST_AUTO_TEST_CASE(nothing_leaves_that_could_become_another_header) {
  ScriptedServer server(answering(ok("")));
  HttpRequest value = get(server.url());
  value.headers = {{"X-A", "a\r\nX-B: b"}};
  HttpRequest name = get(server.url());
  name.headers = {{"X A", "a"}};
  HttpRequest method = get(server.url());
  method.method = "GET /x HTTP/1.1\r\n";

  for (const HttpRequest& request :
       {value, name, method, get(server.url("/a b")), get(server.url("/a\r\nb"))}) {
    BOOST_TEST((client()->send(request).error().kind == ErrorKind::refused));
  }
  BOOST_TEST(server.connections() == 0);
}

BOOST_AUTO_TEST_CASE(the_end_of_the_service_ends_requests_under_way_and_those_to_come) {
  std::atomic<bool> asked{false};
  ScriptedServer server([&](Peer& peer, int) {
    peer.read_request();
    asked = true;
    peer.await_end();
  });
  const auto http = client();
  const Instant began = clock.now().steady;
  std::jthread stopper([&] {
    while (!asked) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    http->abort_all();
  });

  const auto answer = http->send(get(server.url(), Duration{30'000}));
  const auto later = http->send(get(server.url(), Duration{30'000}));

  BOOST_TEST((answer.error().kind == ErrorKind::transient));
  BOOST_TEST((later.error().kind == ErrorKind::transient));
  BOOST_TEST(since(began).count() < 10000);
}

BOOST_AUTO_TEST_CASE(many_threads_share_one_client) {
  ScriptedServer server(answering(ok("shared")));
  const auto http = client();
  std::atomic<int> good{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] {
        for (int j = 0; j < 50; ++j) good += http->send(get(server.url())).has_value() ? 1 : 0;
      });
    }
  }
  BOOST_TEST(good == 400);
  BOOST_TEST(server.connections() <= 8);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace belfry::net
