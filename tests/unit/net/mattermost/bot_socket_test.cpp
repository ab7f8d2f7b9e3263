#include "net/mattermost/bot_socket.h"

#include <condition_variable>
#include <functional>

#include <boost/test/unit_test.hpp>
#include <openssl/sha.h>

#include "net/crypto/base64.h"
#include "tests/unit/net/http/loopback.h"
#include "tests/unit/net/mattermost/mattermost_fixture.h"

namespace belfry::net {
namespace {

using tests::k_anna;
using tests::k_bot;
using tests::k_channel;
using tests::mattermost_fixture;
using tests::Peer;
using tests::RealClock;
using tests::ScriptedServer;

class NoJitter : public sync::Random {
 public:
  [[nodiscard]] std::uint64_t below(std::uint64_t) override { return 0; }
};

/// What the socket told, line by line.
class Heard : public BotListener {
 public:
  void direct_message(const DirectMessage& message) override {
    add("message " + message.user.text() + " " + message.channel.text() + " " +
        message.text.reveal());
  }
  void person_changed(const sync::MattermostUser& person) override {
    add("person " + person.username + " " + person.reading.locale);
  }
  void connected(Continuity continuity) override {
    add(continuity == Continuity::anew ? "anew" : "resumed");
  }
  void disconnected(const Error& why) override { add(std::string("lost ") + name_of(why.kind)); }

  /// The first so many lines, waited for; what is told after them is no matter of theirs.
  std::vector<std::string> first(std::size_t count) {
    std::unique_lock<std::mutex> lock(mutex_);
    BOOST_REQUIRE_MESSAGE(
        grown_.wait_for(lock, std::chrono::seconds(30), [&] { return lines_.size() >= count; }),
        "enough was told");
    return {lines_.begin(), lines_.begin() + static_cast<std::ptrdiff_t>(count)};
  }

 private:
  void add(const std::string& line) {
    const std::lock_guard<std::mutex> lock(mutex_);
    lines_.push_back(line);
    grown_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable grown_;
  std::vector<std::string> lines_;
};

std::string frame(std::string_view payload, int first = 0x81) {
  std::string bytes(1, static_cast<char>(first));
  if (payload.size() < 126) {
    bytes += static_cast<char>(payload.size());
  } else if (payload.size() < 65536) {
    bytes += static_cast<char>(126);
    bytes += static_cast<char>(payload.size() >> 8U);
    bytes += static_cast<char>(payload.size() & 0xFFU);
  } else {
    bytes += static_cast<char>(127);
    for (int shift = 56; shift >= 0; shift -= 8) {
      bytes += static_cast<char>((payload.size() >> static_cast<unsigned>(shift)) & 0xFFU);
    }
  }
  return bytes + std::string(payload);
}

std::string with_sequence(std::string event, int sequence) {
  const auto at = event.rfind("\"seq\":");
  return event.substr(0, at) + "\"seq\": " + std::to_string(sequence) + "}";
}

/// Takes the upgrade; the request's head.
std::string upgrade(Peer& peer) {
  const std::string request = peer.read_request();
  const auto at = request.find("Sec-WebSocket-Key: ");
  if (at == std::string::npos) return request;
  const std::string key = request.substr(at + 19, request.find("\r\n", at) - at - 19);
  const std::string text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  unsigned char digest[SHA_DIGEST_LENGTH];
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  peer.send(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: " +
      base64({reinterpret_cast<const char*>(digest), sizeof digest}) + "\r\n\r\n");
  return request;
}

/// The payload of a frame that the client sent.
std::string unmasked(Peer& peer, int& opcode) {
  std::string bytes;
  const auto take = [&](std::size_t count) {
    bytes.clear();
    char byte = 0;
    while (bytes.size() < count && peer.socket().receiveBytes(&byte, 1) == 1) bytes += byte;
    return bytes.size() == count;
  };
  if (!take(2)) return {};
  opcode = bytes[0] & 0x0F;
  if ((bytes[1] & 0x80) == 0) return "<not masked>";
  const std::size_t size = static_cast<std::size_t>(bytes[1] & 0x7F);
  if (!take(4)) return {};
  const std::string mask = bytes;
  if (!take(size)) return {};
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(bytes[i] ^ mask[i % 4]);
  return bytes;
}

/// What a script noted as its `index`-th, waited for half a minute at most.
std::string noted(const ScriptedServer& server, std::size_t index) {
  for (int i = 0; i < 30'000 && server.noted().size() <= index; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return server.noted().at(index);
}

struct Fixture {
  RealClock clock;
  NoJitter random;
  Heard heard;
  WebSocketPolicy policy;

  /// Runs a socket against `script` while `during` looks at it.
  void run(const ScriptedServer::Script& script,
           const std::function<void(ScriptedServer&)>& during) {
    ScriptedServer server(script);
    const auto dialer = Dialer::from("", {});
    BOOST_REQUIRE(dialer.has_value());
    BotSocketOptions options;
    options.url = server.url("/sub");
    options.token = Secret("token");
    options.socket = policy;
    BotSocket socket(*dialer, clock, random, heard, options);
    std::jthread thread([&](const std::stop_token& stop) { socket.run(stop); });
    during(server);
    const Instant began = clock.now().steady;
    thread.request_stop();
    thread.join();
    BOOST_TEST((clock.now().steady - began).count() < 10'000, "stops soon");
  }
};

const std::string k_message_line = "message " + k_anna + " " + k_channel + " status";

}  // namespace

BOOST_AUTO_TEST_SUITE(bot_events)

BOOST_AUTO_TEST_CASE(a_hello_begins_a_session_and_names_the_bot) {
  BotSession session{"old", 17, {}};

  const BotEvent event = take_event(mattermost_fixture("ws_hello"), session);

  BOOST_TEST((event.kind == BotEvent::Kind::hello));
  BOOST_TEST(session.connection == "n8b3xq6ofhm1kzdtwgy9urp5ce");
  BOOST_TEST(session.next_sequence == 1);
  BOOST_TEST(session.bot.text() == k_bot);
}

BOOST_AUTO_TEST_CASE(what_somebody_writes_to_the_bot_is_a_message) {
  BotSession session{"c", 4, MattermostUserId(k_bot)};

  const BotEvent event = take_event(mattermost_fixture("ws_posted"), session);

  BOOST_REQUIRE(event.message.has_value());
  BOOST_TEST(event.message->user.text() == k_anna);
  BOOST_TEST(event.message->channel.text() == k_channel);
  BOOST_TEST(event.message->post.text() == "p2d8xnrk6fqh1wmzytbg9uo5ce");
  BOOST_TEST(event.message->text.reveal() == "status");
  BOOST_TEST(session.next_sequence == 5);
}

BOOST_AUTO_TEST_CASE(who_changed_their_settings_is_told_with_how_they_read) {
  BotSession session{"c", 7, MattermostUserId(k_bot)};

  const BotEvent event =
      take_event(with_sequence(mattermost_fixture("ws_user_updated"), 7), session);

  BOOST_TEST((event.kind == BotEvent::Kind::person));
  BOOST_REQUIRE(event.person.has_value());
  BOOST_TEST(event.person->id.text() == "e5r7tkb9nphm3wozxq1ugy4ifa");
  BOOST_TEST(event.person->reading.locale == "en");
  BOOST_TEST(event.person->reading.time_zone == "Europe/Berlin");
  BOOST_TEST(session.next_sequence == 8);
  BOOST_TEST((take_event(R"({"event":"user_updated","data":{"user":{}},"seq":8})", session).kind ==
              BotEvent::Kind::ignored));
}

BOOST_AUTO_TEST_CASE(all_other_events_are_counted_and_ignored) {
  for (const char* name : {"ws_posted_own", "ws_post_edited", "ws_post_deleted", "ws_direct_added",
                           "ws_status_change", "ws_user_added"}) {
    BotSession session{"c", 7, MattermostUserId(k_bot)};
    const BotEvent event = take_event(with_sequence(mattermost_fixture(name), 7), session);
    BOOST_TEST((event.kind == BotEvent::Kind::ignored), name);
    BOOST_TEST(session.next_sequence == 8, name);
  }
  for (const char* name : {"ws_auth_reply", "ws_error", "ws_auth_challenge"}) {
    BotSession session{"c", 7, MattermostUserId(k_bot)};
    BOOST_TEST((take_event(mattermost_fixture(name), session).kind == BotEvent::Kind::ignored));
    BOOST_TEST(session.next_sequence == 7, name);
  }
}

BOOST_AUTO_TEST_CASE(only_people_in_direct_channels_are_heard) {
  const auto posted = [](const std::string& channel_type, const std::string& post) {
    BotSession session{"c", 0, MattermostUserId("bot")};
    const std::string text = R"({"event":"posted","data":{"channel_type":")" + channel_type +
                             R"(","post":")" + post + R"("},"seq":0})";
    return take_event(text, session).message.has_value();
  };
  const std::string post = R"({\"id\":\"p\",\"user_id\":\"u\",\"message\":\"x\")";

  BOOST_TEST(posted("D", post + "}"));
  BOOST_TEST(!posted("O", post + "}"));
  BOOST_TEST(!posted("D", post + R"(,\"type\":\"system_header_change\"})"));
  BOOST_TEST(!posted("D", post + R"(,\"props\":{\"from_bot\":\"true\"}})"));
  BOOST_TEST(!posted("D", post + R"(,\"props\":{\"from_webhook\":\"true\"}})"));
  BOOST_TEST(!posted("D", R"({\"id\":\"p\",\"user_id\":\"bot\"})"));
  BOOST_TEST(!posted("D", R"({\"id\":\"p\"})"));
  BOOST_TEST(!posted("D", "no json"));
}

BOOST_AUTO_TEST_CASE(a_gap_is_noticed_and_a_repetition_ignored) {
  const std::string posted = mattermost_fixture("ws_posted");
  BotSession behind{"c", 3, MattermostUserId(k_bot)};
  BotSession ahead{"c", 5, MattermostUserId(k_bot)};

  BOOST_TEST((take_event(posted, behind).kind == BotEvent::Kind::gap));
  BOOST_TEST((take_event(posted, ahead).kind == BotEvent::Kind::ignored));

  BOOST_TEST(behind.next_sequence == 3);
  BOOST_TEST(ahead.next_sequence == 5);
  for (const char* garbage : {"", "x", "[]", "{}", "{\"event\":5}"}) {
    BOOST_TEST((take_event(garbage, behind).kind == BotEvent::Kind::ignored), garbage);
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(bot_socket, Fixture)

BOOST_AUTO_TEST_CASE(the_upgrade_carries_the_token_and_no_origin_and_messages_come) {
  const auto script = [](Peer& peer, int number) {
    if (number > 0) return;
    peer.note(upgrade(peer));
    peer.send(frame(mattermost_fixture("ws_hello")));
    const std::string posted = with_sequence(mattermost_fixture("ws_posted"), 1);
    // In three parts, with a ping in between, and byte by byte.
    const std::string bytes = frame(posted.substr(0, 100), 0x01) + frame("are you there", 0x89) +
                              frame(posted.substr(100, 300), 0x00) +
                              frame(posted.substr(400), 0x80);
    for (const char byte : bytes) peer.send({&byte, 1});
    int opcode = 0;
    const std::string pong = unmasked(peer, opcode);
    peer.note(pong + " " + std::to_string(opcode));
    peer.await_end();
  };
  run(script, [&](ScriptedServer& server) {
    const std::vector<std::string> expected = {"anew", k_message_line};
    BOOST_TEST(heard.first(2) == expected, boost::test_tools::per_element());
    const std::string request = noted(server, 0);
    BOOST_TEST(request.starts_with("GET /sub/api/v4/websocket HTTP/1.1\r\n"));
    BOOST_TEST(request.find("Authorization: Bearer token\r\n") != std::string::npos);
    BOOST_TEST(request.find("Origin") == std::string::npos);
    BOOST_TEST(noted(server, 1) == "are you there 10");
  });
}

BOOST_AUTO_TEST_CASE(a_cut_connection_is_resumed_behind_the_last_event) {
  const auto script = [](Peer& peer, int number) {
    peer.note(upgrade(peer));
    if (number == 0) {
      peer.send(frame(mattermost_fixture("ws_hello")));
      peer.send(frame(with_sequence(mattermost_fixture("ws_posted"), 1)));
      return;
    }
    peer.send(frame(with_sequence(mattermost_fixture("ws_posted"), 2)));
    peer.await_end();
  };
  run(script, [&](ScriptedServer& server) {
    const std::vector<std::string> expected = {"anew", k_message_line, "lost transient", "resumed",
                                               k_message_line};
    BOOST_TEST(heard.first(5) == expected, boost::test_tools::per_element());
    BOOST_TEST(noted(server, 1).starts_with(
        "GET /sub/api/v4/websocket?connection_id=n8b3xq6ofhm1kzdtwgy9urp5ce&sequence_number=2 "));
  });
}

BOOST_AUTO_TEST_CASE(a_gap_is_filled_by_another_connection) {
  const auto script = [](Peer& peer, int number) {
    peer.note(upgrade(peer));
    if (number == 0) {
      peer.send(frame(mattermost_fixture("ws_hello")));
      peer.send(frame(with_sequence(mattermost_fixture("ws_posted"), 2)));
      peer.await_end();
      return;
    }
    peer.send(frame(with_sequence(mattermost_fixture("ws_posted"), 1)));
    peer.send(frame(with_sequence(mattermost_fixture("ws_posted"), 2)));
    peer.await_end();
  };
  run(script, [&](ScriptedServer& server) {
    const std::vector<std::string> expected = {"anew", "lost transient", "resumed", k_message_line,
                                               k_message_line};
    BOOST_TEST(heard.first(5) == expected, boost::test_tools::per_element());
    BOOST_TEST(noted(server, 1).find("sequence_number=1 ") != std::string::npos);
  });
}

BOOST_AUTO_TEST_CASE(a_session_that_the_server_forgot_begins_anew) {
  const auto script = [](Peer& peer, int number) {
    upgrade(peer);
    peer.send(frame(mattermost_fixture("ws_hello")));
    if (number > 0) peer.await_end();
  };
  run(script, [&](ScriptedServer&) {
    const std::vector<std::string> expected = {"anew", "lost transient", "anew"};
    BOOST_TEST(heard.first(3) == expected, boost::test_tools::per_element());
  });
}

BOOST_AUTO_TEST_CASE(what_is_no_websocket_ends_the_connection_and_is_tried_again) {
  const std::vector<std::string> bad = {
      frame("x", 0xC1),                    // reserved bit
      frame("x", 0x82),                    // binary
      frame("x", 0x83),                    // unknown
      frame("x", 0x80),                    // goes on with nothing
      frame("x", 0x01) + frame("y"),       // begins twice
      frame(std::string(126, 'p'), 0x89),  // ping too long
      frame("p", 0x09),                    // ping in parts
      std::string("\x81\x81mask!", 7),     // masked
      frame("\x03\xe8", 0x88),             // goodbye
      std::string("\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff", 10),
  };
  const auto script = [&](Peer& peer, int number) {
    upgrade(peer);
    if (static_cast<std::size_t>(number) < bad.size()) {
      peer.send(bad[static_cast<std::size_t>(number)]);
    }
    peer.await_end();
  };
  random = NoJitter();
  run(script, [&](ScriptedServer& server) {
    for (const std::string& line : heard.first(bad.size())) BOOST_TEST(line == "lost transient");
    while (server.connections() <= static_cast<int>(bad.size())) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
}

BOOST_AUTO_TEST_CASE(a_refused_upgrade_says_why) {
  const auto script = [](Peer& peer, int number) {
    peer.read_request();
    const std::string body = mattermost_fixture("error_401");
    if (number == 0) {
      peer.send("HTTP/1.1 401 Unauthorized\r\nContent-Length: " + std::to_string(body.size()) +
                "\r\n\r\n" + body);
    } else if (number == 1) {
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    } else if (number == 2) {
      peer.send(
          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
          "Sec-WebSocket-Accept: wrong\r\n\r\n");
    }
    peer.await_end();
  };
  run(script, [&](ScriptedServer&) {
    const auto lines = heard.first(3);
    BOOST_TEST(lines[0] == "lost unauthorized");
    BOOST_TEST(lines[1] == "lost transient");
    BOOST_TEST(lines[2] == "lost transient");
  });
}

BOOST_AUTO_TEST_CASE(a_server_that_falls_silent_is_left) {
  policy.silence_limit = std::chrono::seconds{2};
  const auto script = [](Peer& peer, int) {
    upgrade(peer);
    peer.send(frame(mattermost_fixture("ws_hello")));
    peer.await_end();
  };
  run(script, [&](ScriptedServer&) {
    const std::vector<std::string> expected = {"anew", "lost transient"};
    BOOST_TEST(heard.first(2) == expected, boost::test_tools::per_element());
  });
}

BOOST_AUTO_TEST_CASE(stopping_says_goodbye) {
  std::atomic<int> opcode{0};
  const auto script = [&](Peer& peer, int) {
    upgrade(peer);
    peer.send(frame(mattermost_fixture("ws_hello")));
    int code = 0;
    unmasked(peer, code);
    opcode = code;
  };
  run(script, [&](ScriptedServer&) { heard.first(1); });
  for (int i = 0; i < 1000 && opcode == 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  BOOST_TEST(opcode == 0x8);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace belfry::net
