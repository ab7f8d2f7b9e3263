#include <boost/test/unit_test.hpp>

#include "net/routes/page.h"
#include "net/routes/routes.h"
#include "tests/kit/fake_clock.h"
#include "tests/kit/fake_graph.h"
#include "tests/kit/fake_identity.h"
#include "tests/kit/fake_mattermost.h"
#include "tests/kit/plain_signer.h"
#include "tests/kit/recording_journal.h"
#include "tests/kit/recording_sweep_requests.h"
#include "tests/kit/seeded_random.h"
#include "tests/sim/model/model_store.h"
#include "tests/unit/net/routes/incoming.h"

namespace belfry::net {
namespace {

struct PeopleFixture {
  kit::FakeClock clock;
  kit::FakeGraph graph{clock};
  kit::FakeIdentity identity;
  kit::FakeMattermost mattermost{clock};
  kit::PlainSigner signer;
  sim::ModelStore store;
  kit::SeededRandom random;
  kit::RecordingJournal journal;
  kit::RecordingSweepRequests sweeps;
  sync::Tokens tokens{store, identity, random, journal};
  sync::ServerTime server_time;
  sync::Connect connect{
      {store, graph, identity, mattermost, random, journal, server_time}, tokens, connect_policy()};
  sync::Commands commands{{store, signer, journal}, connect, tokens, sweeps};
  Router router;
  const MattermostUserId anna = mattermost.hire("anna");

  PeopleFixture() {
    add_connect_routes(router, connect, clock, "https://belfry.test");
    add_command_routes(router, commands, clock, {Secret{"token-one"}, Secret{"token-two"}});
  }
  static sync::ConnectPolicy connect_policy() {
    sync::ConnectPolicy policy;
    policy.public_url = "https://belfry.test";
    return policy;
  }
  HttpReply get(const std::string& target, const std::string& cookie = {}) {
    HttpHeaders headers;
    if (!cookie.empty()) headers.emplace_back("Cookie", cookie);
    return router.answer(incoming("GET", target, {}, headers));
  }
  HttpReply command(const std::string& token, const std::string& text,
                    const std::string& user = "user-anna") {
    return router.answer(incoming(
        "POST", "/command",
        form_encode({{"token", token}, {"user_id", user}, {"text", text}, {"command", "/x"}})));
  }
  HttpReply begun() {
    const std::string link = connect.link_for(anna, clock.now());
    return get(link.substr(std::string("https://belfry.test").size()));
  }
  static std::string cookie_of(const HttpReply& reply) {
    const std::string set = header_of(reply, "Set-Cookie");
    return set.substr(0, set.find(';'));
  }
};

BOOST_FIXTURE_TEST_SUITE(people_routes, PeopleFixture)

BOOST_AUTO_TEST_CASE(a_command_with_a_known_token_is_answered_for_the_person_alone) {
  for (const char* token : {"token-one", "token-two"}) {
    const auto reply = command(token, "help");

    BOOST_TEST(reply.status == 200);
    BOOST_TEST(reply.content_type == "application/json");
    BOOST_TEST(reply.body.find("\"response_type\":\"ephemeral\"") != std::string::npos);
    BOOST_TEST(reply.body.find("\"skip_slack_parsing\":true") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(the_token_may_stand_in_the_header_as_well) {
  const std::string form = form_encode({{"user_id", "user-anna"}, {"text", "help"}});

  const auto known =
      router.answer(incoming("POST", "/command", form, {{"Authorization", "Token token-one"}}));
  const auto bearer =
      router.answer(incoming("POST", "/command", form, {{"Authorization", "Bearer token-one"}}));

  BOOST_TEST(known.status == 200);
  BOOST_TEST(bearer.status == 401);
}

BOOST_AUTO_TEST_CASE(without_a_known_token_nothing_is_said_or_done) {
  for (const char* token : {"", "token", "token-onex", "TOKEN-ONE", "token-one "}) {
    const auto reply = command(token, "connect");
    BOOST_TEST(reply.status == 401, token);
    BOOST_TEST(reply.body == "unauthorized\n");
  }
}

BOOST_AUTO_TEST_CASE(where_no_token_is_configured_no_empty_one_opens_the_door) {
  Router open;
  add_command_routes(open, commands, clock, {});
  Router empty;
  add_command_routes(empty, commands, clock, {Secret{}});

  for (Router* one : {&open, &empty}) {
    const auto reply = one->answer(
        incoming("POST", "/command", form_encode({{"token", ""}, {"user_id", "user-anna"}})));
    BOOST_TEST(reply.status == 401);
  }
}

BOOST_AUTO_TEST_CASE(a_command_of_nobody_is_a_bad_request) {
  BOOST_TEST(command("token-one", "help", "").status == 400);
}

BOOST_AUTO_TEST_CASE(a_button_answers_its_person_and_refuses_others) {
  const std::string context = sync::connect_button(anna, signer).context;
  const auto click = [&](const std::string& user, const std::string& given) {
    return router.answer(incoming(
        "POST", "/action", R"({"user_id":")" + user + R"(","context":{"k":")" + given + "\"}}"));
  };

  const auto own = click("user-anna", context);
  const auto other = click("user-ben", context);

  BOOST_TEST(own.status == 200);
  BOOST_TEST(own.body.find("ticket=") != std::string::npos);
  BOOST_TEST(other.body.find("ticket=") == std::string::npos);
  BOOST_TEST(click("user-anna", "").body.find("ticket=") == std::string::npos);
  BOOST_TEST(router.answer(incoming("POST", "/action", "{")).status == 400);
  BOOST_TEST(router.answer(incoming("POST", "/action", "{}")).body.find("ticket=") ==
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_link_leads_to_microsoft_and_binds_the_browser) {
  const auto reply = begun();

  BOOST_TEST(reply.status == 302);
  BOOST_TEST(!header_of(reply, "Location").empty());
  const std::string cookie = header_of(reply, "Set-Cookie");
  for (const char* part : {"belfry_sign_in=", "HttpOnly", "SameSite=Lax", "Secure", "Path=/"})
    BOOST_TEST(cookie.find(part) != std::string::npos, part);
  BOOST_TEST(header_of(reply, "Referrer-Policy") == "no-referrer");
}

BOOST_AUTO_TEST_CASE(an_unknown_or_used_link_gets_a_page_and_no_way_to_microsoft) {
  const std::string link = connect.link_for(anna, clock.now());
  const std::string target = link.substr(std::string("https://belfry.test").size());
  BOOST_REQUIRE(get(target).status == 302);

  for (const std::string& used :
       {target, std::string("/connect?ticket=guess"), std::string("/connect")}) {
    const auto reply = get(used);
    BOOST_TEST(reply.status == 403, used);
    BOOST_TEST(reply.content_type == "text/html; charset=utf-8");
    BOOST_TEST(header_of(reply, "Location").empty());
    BOOST_TEST(header_of(reply, "Content-Security-Policy").find("default-src 'none'") !=
               std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(who_comes_back_signed_in_is_connected_and_the_cookie_goes) {
  const auto sent = begun();
  const std::string url = header_of(sent, "Location");
  const std::string code = identity.sign_in(url, "anna");
  const int number = std::stoi(code.substr(std::string("code-").size())) + 1;
  graph.profiles["access-" + std::to_string(number)] = {TeamsUserId{"teams-anna"}, "Anna",
                                                        "anna@example.com"};
  const std::string back =
      "/oauth-redirect?" +
      form_encode({{"state", kit::parameter_of(url, "state")}, {"code", code}});

  const auto stolen = get(back, "belfry_sign_in=guess");
  BOOST_TEST(stolen.status == 403);
  BOOST_TEST(!store.account(anna)->has_value());
  const auto second = begun();
  const std::string url2 = header_of(second, "Location");
  const std::string code2 = identity.sign_in(url2, "anna");
  const int number2 = std::stoi(code2.substr(std::string("code-").size())) + 1;
  graph.profiles["access-" + std::to_string(number2)] = {TeamsUserId{"teams-anna"}, "Anna",
                                                         "anna@example.com"};
  const auto reply =
      get("/oauth-redirect?" +
              form_encode({{"state", kit::parameter_of(url2, "state")}, {"code", code2}}),
          "other=1; " + cookie_of(second));

  BOOST_TEST(reply.status == 302);
  BOOST_TEST(header_of(reply, "Location") == "https://belfry.test/account-connected");
  BOOST_TEST(header_of(reply, "Set-Cookie").find("Max-Age=0") != std::string::npos);
  BOOST_TEST(store.account(anna)->has_value());
}

BOOST_AUTO_TEST_CASE(what_microsoft_says_of_an_error_is_never_shown) {
  const auto sent = begun();
  const std::string state = kit::parameter_of(header_of(sent, "Location"), "state");

  const auto reply =
      get("/oauth-redirect?" + form_encode({{"state", state},
                                            {"error", "access_denied"},
                                            {"error_description", "<script>alert(1)</script>"}}),
          cookie_of(sent));

  BOOST_TEST(reply.status == 403);
  BOOST_TEST(reply.body.find("alert(1)") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(text_on_a_page_is_text) {
  const auto reply = page(200, PageTone::good, "<b>", "a & \"b\" 'c' <script>");

  BOOST_TEST(reply.body.find("<b>") == std::string::npos);
  BOOST_TEST(reply.body.find("a &amp; &quot;b&quot; &#39;c&#39; &lt;script&gt;") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(without_https_the_cookie_works_on_loopback_too) {
  Router plain;
  add_connect_routes(plain, connect, clock, "http://127.0.0.1:8080");
  const std::string link = connect.link_for(anna, clock.now());

  const auto reply =
      plain.answer(incoming("GET", link.substr(std::string("https://belfry.test").size())));

  BOOST_TEST(header_of(reply, "Set-Cookie").find("Secure") == std::string::npos);
  BOOST_TEST(header_of(reply, "Set-Cookie").find("HttpOnly") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::net
