#include <Poco/Net/StreamSocket.h>

#include "tests/blackbox/staffed_office.h"

namespace belfry::blackbox {
namespace {

using sandbox::Damage;
using std::chrono::seconds;

/// Sends bytes to the public listener as they are; what came back until the end or the time is
/// over.
std::string send_raw(const Office& office, const std::string& bytes,
                     seconds patience = seconds{30}) {
  const std::string url = office.public_url();
  Poco::Net::StreamSocket socket(Poco::Net::SocketAddress(url.substr(url.find("127."))));
  socket.setReceiveTimeout(Poco::Timespan(static_cast<long>(patience.count()), 0));
  std::string answer;
  try {
    socket.sendBytes(bytes.data(), static_cast<int>(bytes.size()));
    char buffer[4096];
    for (int got = 0; (got = socket.receiveBytes(buffer, sizeof buffer)) > 0;) {
      answer.append(buffer, static_cast<std::size_t>(got));
    }
  } catch (const Poco::Exception&) {
    // Cut or timed out: what came is the answer.
  }
  return answer;
}

std::string post(const std::string& path, const std::string& body) {
  return "POST " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

BOOST_FIXTURE_TEST_SUITE(trust, StaffedOffice)

BOOST_AUTO_TEST_CASE(whoever_has_no_client_state_is_not_believed_and_learns_nothing) {
  say("from a rogue", Damage::wrong_client_state);
  say("from a stranger", Damage::unknown_subscription);
  say("from a friend");

  BOOST_TEST(eventually_posted(anna, "from a friend"), log());
  BOOST_TEST(wait_until_quiet());
  BOOST_TEST(posts_to(anna, "from a rogue").empty());
  BOOST_TEST(posts_to(anna, "from a stranger").empty());
  BOOST_TEST(admin("/metrics")
                 .find("belfry_notifications_received_total{result=\"wrong_client_state\"} 1") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(content_that_cannot_be_trusted_is_read_from_graph_instead) {
  int number = 0;
  for (const Damage damage :
       {Damage::tampered_data, Damage::tampered_signature, Damage::missing_signature,
        Damage::unknown_certificate, Damage::no_content, Damage::token_missing,
        Damage::token_wrong_audience, Damage::token_wrong_publisher, Damage::token_expired,
        Damage::token_bad_signature, Damage::token_unsigned, Damage::token_unknown_key}) {
    const auto before = world().log().count("graph.get_message");
    const std::string words = "damaged " + std::to_string(++number) + " end";

    say(words, damage);

    BOOST_TEST(eventually_posted(anna, words), sandbox::name_of(damage) << "\n" << log());
    BOOST_TEST(world().log().count("graph.get_message") > before, sandbox::name_of(damage));
  }
}

BOOST_AUTO_TEST_CASE(garbage_huge_and_slow_bodies_harm_nobody) {
  BOOST_TEST(send_raw(*this, post("/changes", "{not json")).starts_with("HTTP/1.1 400"));
  BOOST_TEST(send_raw(*this, post("/changes", "[1,2,3]")).starts_with("HTTP/1.1 4") ==
             !send_raw(*this, post("/changes", "[1,2,3]")).starts_with("HTTP/1.1 2"));
  BOOST_TEST(
      send_raw(*this, post("/changes", std::string(200'000, '['))).starts_with("HTTP/1.1 400"));
  BOOST_TEST(
      send_raw(*this, "POST /changes HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n")
          .starts_with("HTTP/1.1 413"));
  BOOST_TEST(send_raw(*this, std::string(100'000, 'x')).find("HTTP/1.1 2") == std::string::npos);
  BOOST_TEST(send_raw(*this, "GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                 .starts_with("HTTP/1.1 404"));
  const std::string half = "POST /changes HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{";
  BOOST_TEST(send_raw(*this, half, seconds{13}).find("HTTP/1.1 2") == std::string::npos);

  say("still here");

  BOOST_TEST(eventually_posted(anna, "still here"), log());
}

BOOST_AUTO_TEST_CASE(a_handshake_is_echoed_as_plain_text) {
  const std::string answer =
      send_raw(*this,
               "POST /changes?validationToken=a%2Bb+c%3Cscript%3E HTTP/1.1\r\nHost: "
               "x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");

  BOOST_TEST(answer.starts_with("HTTP/1.1 200"));
  BOOST_TEST(answer.find("text/plain") != std::string::npos);
  BOOST_TEST(answer.ends_with("\r\n\r\na+b c<script>"), answer);
}

BOOST_AUTO_TEST_CASE(a_removed_subscription_is_made_anew_and_messages_go_on) {
  const std::string lost = graph().subscriptions().front()->id;

  graph().remove_subscription(lost);

  BOOST_TEST(eventually(seconds{20},
                        [&] {
                          const auto all = graph().subscriptions();
                          return !all.empty() && all.front()->id != lost;
                        }),
             log());
  say("after the removal");
  BOOST_TEST(eventually_posted(anna, "after the removal"), log());
}

BOOST_AUTO_TEST_CASE(an_expired_access_token_is_renewed_on_the_way) {
  world().tokens().expire_all();

  say("token over", Damage::no_content);

  BOOST_TEST(eventually_posted(anna, "token over"), log());
}

BOOST_AUTO_TEST_CASE(a_revoked_person_is_disconnected_told_once_and_can_come_back) {
  world().entra().revoke_sessions(anna.teams);
  world().tokens().expire_all();

  say("after the revocation", Damage::no_content);

  BOOST_TEST(
      eventually(seconds{30},
                 [&] { return log().find("event=account_disconnected") != std::string::npos; }),
      log());
  stop();
  start();
  BOOST_REQUIRE(wait_until_ready());
  BOOST_TEST(eventually_posted(anna, "has ended, so your Teams chats no longer ring"), log());
  BOOST_TEST(connect(anna).body.find("You are connected") != std::string::npos);
  say("back again");
  BOOST_TEST(eventually_posted(anna, "back again"), log());
  BOOST_TEST(posts_to(anna, "has ended").size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_throttled_read_waits_as_long_as_graph_asks) {
  sandbox::FaultRule throttled;
  throttled.operation = "graph.get_message";
  throttled.action = sandbox::FaultAction::answer;
  throttled.status = 429;
  throttled.headers = {{"Retry-After", "3"}};
  throttled.times = 1;
  world().graph_faults().add(throttled);
  const auto began = std::chrono::steady_clock::now();

  say("throttled words", Damage::no_content);

  BOOST_TEST(eventually_posted(anna, "throttled words"), log());
  BOOST_TEST((std::chrono::steady_clock::now() - began >= seconds{3}));
}

BOOST_AUTO_TEST_CASE(nothing_that_people_wrote_stands_in_log_or_store) {
  say("Xylophonkonzert");
  BOOST_REQUIRE(eventually_posted(anna, "Xylophonkonzert"));
  BOOST_REQUIRE(wait_until_quiet());
  stop();

  BOOST_TEST(log().find("Xylophonkonzert") == std::string::npos);
  BOOST_TEST(
      run("/bin/grep", {"-rl", "Xylophonkonzert", (folder() / "store").string()}).output.empty());
  BOOST_TEST(
      run("/bin/grep", {"-rl", "anna@example.com", (folder() / "store").string()}).output.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::blackbox
