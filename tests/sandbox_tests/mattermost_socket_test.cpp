#include <Poco/Buffer.h>
#include <Poco/Net/WebSocket.h>
#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include "tests/sandbox_tests/mattermost_kit.h"

using namespace belfry::sandbox;
using namespace belfry::sandbox::mattermost_kit;

namespace {

namespace net = Poco::Net;
using Json = Poco::JSON::Object::Ptr;

/// A WebSocket client that reads one message at a time.
class Socket {
 public:
  Socket(const Mattermost& mattermost, const std::string& token, const std::string& query = {})
      : session_("127.0.0.1", mattermost.server.port()) {
    net::HTTPRequest request("GET", "/api/v4/websocket" + query, "HTTP/1.1");
    if (!token.empty()) request.set("Authorization", "Bearer " + token);
    net::HTTPResponse response;
    socket_ = std::make_unique<net::WebSocket>(session_, request, response);
    socket_->setReceiveTimeout(Poco::Timespan(30, 0));
  }

  /// Null when the server hung up.
  Json read() {
    for (;;) {
      Poco::Buffer<char> buffer(0);
      int flags = 0;
      int length = 0;
      try {
        length = socket_->receiveFrame(buffer, flags);
      } catch (const Poco::TimeoutException&) {
        throw;
      } catch (const Poco::Exception&) {
        return nullptr;
      }
      if ((flags & net::WebSocket::FRAME_OP_BITMASK) == net::WebSocket::FRAME_OP_PING) {
        ++pings_;
        continue;
      }
      if (length <= 0) return nullptr;
      return parse_object({buffer.begin(), buffer.end()});
    }
  }

  /// Reads until an event of that name comes; null when the server hung up before.
  Json read_until(const std::string& event) {
    for (Json message = read(); !message.isNull(); message = read())
      if (message->optValue<std::string>("event", "") == event) return message;
    return nullptr;
  }

  void send(const std::string& text) {
    socket_->sendFrame(text.data(), static_cast<int>(text.size()), net::WebSocket::FRAME_TEXT);
  }

  [[nodiscard]] int pings() const { return pings_; }

 private:
  net::HTTPClientSession session_;
  std::unique_ptr<net::WebSocket> socket_;
  int pings_ = 0;
};

std::int64_t seq_of(const Json& message) {
  return message->getValue<std::int64_t>("seq");
}

Json post_in(const Json& message) {
  return parse_object(message->getObject("data")->getValue<std::string>("post"));
}

}  // namespace

// The WebSocket: signing in, events, coming back.
BOOST_AUTO_TEST_SUITE(mattermost_simulator)

BOOST_AUTO_TEST_CASE(a_token_on_the_upgrade_is_greeted_at_once) {
  Mattermost mattermost;

  Socket socket(mattermost, mattermost.bot.token);
  const auto hello = socket.read();

  BOOST_TEST(hello->getValue<std::string>("event") == "hello");
  BOOST_TEST(seq_of(hello) == 0);
  const auto data = hello->getObject("data");
  BOOST_TEST(data->getValue<std::string>("connection_id").size() == 26U);
  BOOST_TEST(data->getValue<std::string>("server_version").starts_with("11.6.0."));
  BOOST_TEST(data->getValue<std::string>("server_hostname") == "mm-1");
  BOOST_TEST(mattermost.as_bot().get("/users/me/status").text("status") == "online");
  BOOST_TEST(mattermost.simulator.sockets() == 1U);
}

BOOST_AUTO_TEST_CASE(a_challenge_signs_in_as_well) {
  Mattermost mattermost;
  Socket socket(mattermost, "");

  socket.send(
      fmt::format(R"({{"seq":1,"action":"authentication_challenge","data":{{"token":"{}"}}}})",
                  mattermost.bot.token));

  BOOST_TEST(!socket.read_until("hello").isNull());
  Json reply = socket.read();
  while (reply->has("event")) reply = socket.read();
  BOOST_TEST(reply->getValue<std::string>("status") == "OK");
  BOOST_TEST(reply->getValue<int>("seq_reply") == 1);
}

BOOST_AUTO_TEST_CASE(who_does_not_sign_in_is_hung_up_on) {
  Mattermost mattermost(5);  // 5 s take one
  Socket silent(mattermost, "");
  Socket wrong(mattermost, "");

  wrong.send(R"({"seq":1,"action":"authentication_challenge","data":{"token":"nonsense"}})");

  BOOST_TEST(wrong.read().isNull());
  BOOST_TEST(silent.read().isNull());
}

BOOST_AUTO_TEST_CASE(a_message_to_the_bot_is_told_with_the_post_as_text) {
  Mattermost mattermost;
  Socket socket(mattermost, mattermost.bot.token);
  socket.read_until("hello");

  const std::string id =
      mattermost.simulator.write_as(mattermost.anna, mattermost.bot.user_id, "status");
  const auto posted = socket.read_until("posted");

  const auto data = posted->getObject("data");
  BOOST_TEST(post_in(posted)->getValue<std::string>("id") == id);
  BOOST_TEST(post_in(posted)->getValue<std::string>("message") == "status");
  BOOST_TEST(data->getValue<std::string>("channel_type") == "D");
  BOOST_TEST(data->getValue<std::string>("sender_name") == "@anna.kowalska");
  BOOST_TEST(data->getValue<std::string>("mentions") == R"([")" + mattermost.bot.user_id + R"("])");
  BOOST_TEST(posted->getObject("broadcast")->getValue<std::string>("channel_id") ==
             mattermost.channel);
}

BOOST_AUTO_TEST_CASE(a_bot_hears_its_own_posts_edits_and_deletions_in_order) {
  Mattermost mattermost;
  Socket socket(mattermost, mattermost.bot.token);
  socket.read_until("hello");
  const Client bot = mattermost.as_bot();

  const std::string id = bot.post("/posts?set_online=false", mattermost.draft("x")).text("id");
  bot.call("PUT", "/posts/" + id + "/patch", R"({"message":"y"})");
  bot.call("DELETE", "/posts/" + id);

  const auto posted = socket.read_until("posted");
  BOOST_TEST(!posted->getObject("data")->has("mentions"));
  BOOST_TEST(!posted->getObject("data")->getValue<bool>("set_online"));
  const auto edited = socket.read();
  BOOST_TEST(edited->getValue<std::string>("event") == "post_edited");
  BOOST_TEST(post_in(edited)->getValue<std::string>("message") == "y");
  const auto deleted = socket.read();
  BOOST_TEST(deleted->getValue<std::string>("event") == "post_deleted");
  BOOST_TEST(post_in(deleted)->getValue<std::int64_t>("delete_at") > 0);
  BOOST_TEST(seq_of(deleted) == seq_of(posted) + 2);
}

BOOST_AUTO_TEST_CASE(others_presence_is_nobodys_event) {
  Mattermost mattermost;
  Socket socket(mattermost, mattermost.bot.token);
  socket.read_until("hello");

  mattermost.simulator.set_status(mattermost.anna, "away");
  mattermost.simulator.set_status(mattermost.bot.user_id, "away");

  Json change = socket.read_until("status_change");
  if (change->getObject("data")->getValue<std::string>("status") == "online")
    change = socket.read_until("status_change");
  BOOST_TEST(change->getObject("data")->getValue<std::string>("user_id") == mattermost.bot.user_id);
}

BOOST_AUTO_TEST_CASE(new_channels_and_deactivations_are_told) {
  Mattermost mattermost;
  Socket socket(mattermost, mattermost.bot.token);
  socket.read_until("hello");
  const std::string zoe = mattermost.simulator.add_user({.username = "zoe"});

  mattermost.simulator.direct_channel(zoe, mattermost.bot.user_id);
  mattermost.simulator.deactivate_user(zoe);

  const auto added = socket.read_until("direct_added")->getObject("data");
  BOOST_TEST(added->getValue<std::string>("creator_id") == zoe);
  BOOST_TEST(added->getValue<std::string>("teammate_id") == mattermost.bot.user_id);
  const auto updated = socket.read_until("user_updated")->getObject("data")->getObject("user");
  BOOST_TEST(updated->getValue<std::int64_t>("delete_at") > 0);
}

BOOST_AUTO_TEST_CASE(a_persons_language_and_time_zone_are_told_when_they_change_and_read) {
  Mattermost mattermost;
  Socket socket(mattermost, mattermost.bot.token);
  socket.read_until("hello");

  mattermost.simulator.set_display(mattermost.anna, {"pt-BR", "America/Sao_Paulo"});
  mattermost.simulator.set_display(mattermost.anna, {"fr", ""});

  const auto user_of = [](const Json& event) {
    return event->getObject("data")->getObject("user");
  };
  const auto first = user_of(socket.read_until("user_updated"));
  BOOST_TEST(first->getValue<std::string>("locale") == "pt-BR");
  const auto second = user_of(socket.read_until("user_updated"));
  const auto read = mattermost.as_bot().get("/users/" + mattermost.anna).json();
  for (const auto& user : {second, read}) {
    BOOST_TEST(user->getValue<std::string>("locale") == "fr");
    BOOST_TEST(user->getObject("timezone")->getValue<std::string>("automaticTimezone") ==
               "America/Sao_Paulo");
  }
}

BOOST_AUTO_TEST_CASE(a_client_that_comes_back_gets_what_it_missed_and_no_hello) {
  Mattermost mattermost;
  std::string connection;
  std::int64_t next = 0;
  {
    Socket socket(mattermost, mattermost.bot.token);
    connection = socket.read()->getObject("data")->getValue<std::string>("connection_id");
    mattermost.simulator.write_as(mattermost.anna, mattermost.bot.user_id, "heard");
    next = seq_of(socket.read_until("posted")) + 1;
    mattermost.simulator.cut_sockets();
    BOOST_TEST(eventually([&] { return mattermost.simulator.sockets() == 0; }));
  }
  mattermost.simulator.write_as(mattermost.anna, mattermost.bot.user_id, "missed");

  Socket back(mattermost, mattermost.bot.token,
              fmt::format("?connection_id={}&sequence_number={}", connection, next));

  for (std::int64_t expected = next;; ++expected) {
    const auto message = back.read();
    BOOST_TEST(seq_of(message) == expected);
    BOOST_TEST(message->getValue<std::string>("event") != "hello");
    if (message->getValue<std::string>("event") != "posted") continue;
    BOOST_TEST(post_in(message)->getValue<std::string>("message") == "missed");
    break;
  }
}

BOOST_AUTO_TEST_CASE(a_connection_too_long_gone_or_forgotten_begins_anew) {
  Mattermost mattermost;
  const auto come_back = [&](const std::string& connection) {
    Socket back(mattermost, mattermost.bot.token,
                "?connection_id=" + connection + "&sequence_number=1");
    const auto hello = back.read();
    BOOST_TEST(hello->getValue<std::string>("event") == "hello");
    BOOST_TEST(seq_of(hello) == 0);
    const auto fresh = hello->getObject("data")->getValue<std::string>("connection_id");
    BOOST_TEST(fresh != connection);
    mattermost.simulator.cut_sockets();
    BOOST_TEST(eventually([&] { return mattermost.simulator.sockets() == 0; }));
    return fresh;
  };
  const std::string first = come_back("unknown");

  mattermost.clock.advance(std::chrono::minutes{5} + std::chrono::milliseconds{1});
  const std::string second = come_back(first);

  for (int i = 0; i < 130; ++i)
    mattermost.simulator.write_as(mattermost.anna, mattermost.bot.user_id, "missed");
  const std::string third = come_back(second);

  mattermost.simulator.restart();
  come_back(third);
}

BOOST_AUTO_TEST_CASE(a_client_that_answers_no_ping_is_given_up) {
  Mattermost mattermost(100);  // a minute takes 600 ms
  Socket socket(mattermost, mattermost.bot.token);

  BOOST_TEST(socket.read_until("nothing of that name").isNull());
  BOOST_TEST(socket.pings() >= 1);
}

BOOST_AUTO_TEST_CASE(a_slow_reader_is_cut_off) {
  Mattermost mattermost;
  Socket socket(mattermost, mattermost.bot.token);
  socket.read_until("hello");

  const std::string long_text(16'000, 'x');
  for (int i = 0; i < 1'000 && mattermost.simulator.sockets() > 0; ++i)
    mattermost.simulator.write_as(mattermost.anna, mattermost.bot.user_id, long_text);

  BOOST_TEST(eventually([&] { return mattermost.simulator.sockets() == 0; }));
}

BOOST_AUTO_TEST_CASE(actions_are_answered_with_their_number) {
  Mattermost mattermost;
  Socket socket(mattermost, mattermost.bot.token);
  const auto reply_to = [&](const std::string& request) {
    socket.send(request);
    Json reply = socket.read();
    while (reply->has("event")) reply = socket.read();
    return reply;
  };

  const auto pong = reply_to(R"({"seq":1,"action":"ping"})");
  const auto unknown = reply_to(R"({"seq":2,"action":"dance"})");

  BOOST_TEST(pong->getObject("data")->getValue<std::string>("text") == "pong");
  BOOST_TEST(pong->getValue<int>("seq_reply") == 1);
  BOOST_TEST(unknown->getValue<std::string>("status") == "FAIL");
  BOOST_TEST(unknown->getObject("error")->getValue<std::string>("id") ==
             "api.web_socket_router.bad_action.app_error");
}

BOOST_AUTO_TEST_CASE(a_message_over_eight_kibibytes_ends_the_connection) {
  Mattermost mattermost;
  Socket socket(mattermost, mattermost.bot.token);
  socket.read_until("hello");

  socket.send(R"({"seq":1,"action":"ping","data":{"x":")" + std::string(9'000, 'x') + R"("}})");

  BOOST_TEST(socket.read_until("nothing of that name").isNull());
}

BOOST_AUTO_TEST_CASE(a_server_that_goes_down_or_restarts_cuts_its_sockets) {
  Mattermost mattermost;
  Socket socket(mattermost, mattermost.bot.token);
  socket.read_until("hello");

  mattermost.simulator.set_down(true);

  BOOST_TEST(socket.read_until("nothing of that name").isNull());
  BOOST_CHECK_THROW(Socket(mattermost, mattermost.bot.token), Poco::Exception);
  mattermost.simulator.set_down(false);
  BOOST_TEST(!Socket(mattermost, mattermost.bot.token).read().isNull());
}

BOOST_AUTO_TEST_CASE(what_is_no_upgrade_is_refused) {
  const Mattermost mattermost;

  const auto response = mattermost.as_bot().get("/websocket");

  BOOST_TEST(response.status == 400);
  BOOST_TEST(response.text("id") == "api.web_socket.connect.upgrade.app_error");
}

BOOST_AUTO_TEST_SUITE_END()
