#include <boost/test/unit_test.hpp>

#include "tests/sandbox_tests/mattermost_kit.h"

using namespace belfry::sandbox;
using namespace belfry::sandbox::mattermost_kit;

// The server as a whole: its headers and errors, people, bots, teams, limits.
BOOST_AUTO_TEST_SUITE(mattermost_simulator)

BOOST_AUTO_TEST_CASE(every_answer_names_its_request_and_the_version) {
  const Mattermost mattermost;

  const auto response = mattermost.as("").get("/system/ping");

  BOOST_TEST(response.status == 200);
  BOOST_TEST(response.text("status") == "OK");
  BOOST_TEST(response.header("X-Request-Id").size() == 26U);
  BOOST_TEST(response.header("X-Version-Id").starts_with("11.6.0.20881273947."));
  BOOST_TEST(response.header("X-Version-Id").ends_with(".false"));
}

BOOST_AUTO_TEST_CASE(a_changed_configuration_changes_the_version_id) {
  Mattermost mattermost;
  const auto before = mattermost.as("").get("/system/ping").header("X-Version-Id");

  mattermost.simulator.set_config("MaxPostSize", "4000");

  BOOST_TEST(mattermost.as("").get("/system/ping").header("X-Version-Id") != before);
}

BOOST_AUTO_TEST_CASE(an_unhealthy_database_is_a_500_that_is_no_error_body) {
  Mattermost mattermost;
  mattermost.simulator.set_unhealthy(true);

  const auto thorough = mattermost.as("").get("/system/ping?get_server_status=true");
  const auto rest =
      mattermost.as("").get("/system/ping?get_server_status=true&use_rest_semantics=true");

  BOOST_TEST(thorough.status == 500);
  BOOST_TEST(thorough.text("database_status") == "UNHEALTHY");
  BOOST_TEST(thorough.text("id").empty());
  BOOST_TEST(rest.status == 200);
  BOOST_TEST(mattermost.as("").get("/system/ping").status == 200);
}

BOOST_AUTO_TEST_CASE(limits_are_told_to_those_with_a_token_only) {
  const Mattermost mattermost;

  const auto stranger = mattermost.as("").get("/config/client?format=old");
  const auto bot = mattermost.as_bot().get("/config/client?format=old");

  BOOST_TEST(stranger.text("Version") == "11.6.0");
  BOOST_TEST(!stranger.json()->has("MaxPostSize"));
  BOOST_TEST(bot.text("MaxPostSize") == "16383");
  BOOST_TEST(bot.text("SQLDriverName") == "postgres");
  BOOST_TEST(!bot.json()->has("MaximumPayloadSizeBytes"));
}

BOOST_AUTO_TEST_CASE(a_bad_token_is_a_session_that_expired) {
  const Mattermost mattermost;

  for (const char* token : {"", "q3w8ezr1tyu6iopaxsdf9ghjkc"}) {
    const auto response = mattermost.as(token).get("/users/me");

    BOOST_TEST(response.status == 401);
    BOOST_TEST(response.text("id") == "api.context.session_expired.app_error");
    BOOST_TEST(response.text("request_id") == response.header("X-Request-Id"));
    BOOST_TEST(response.text("detailed_error").empty());
    BOOST_TEST(response.number("status_code") == 401);
  }
}

BOOST_AUTO_TEST_CASE(an_unknown_route_is_a_404) {
  const Mattermost mattermost;

  const auto response = mattermost.as_bot().get("/nothing/here");

  BOOST_TEST(response.status == 404);
  BOOST_TEST(response.text("id") == "api.context.404.app_error");
}

BOOST_AUTO_TEST_CASE(hardened_mode_wipes_what_went_wrong_inside) {
  Mattermost mattermost;
  mattermost.simulator.set_config("EnableHardenedMode", "true");
  mattermost.simulator.set_config("EnableCommands", "false");
  const std::string team = mattermost.simulator.team_by_name("staff");

  const auto hidden = mattermost.as_admin().get("/commands?team_id=" + team);

  BOOST_TEST(hidden.status == 500);
  BOOST_TEST(hidden.text("id").empty());
  BOOST_TEST(mattermost.as_bot().get("/users/0000000000000000000000000z").text("id") ==
             "app.user.missing_account.const");
}

BOOST_AUTO_TEST_CASE(a_body_over_300000_bytes_is_too_large) {
  const Mattermost mattermost;
  const std::string fitting = mattermost.draft("x", R"(,"props":{"filler":")");

  const auto inside = mattermost.as_bot().post(
      "/posts", fitting + std::string(300'000 - fitting.size() - 3, 'x') + "\"}}");
  const auto outside = mattermost.as_bot().post(
      "/posts", fitting + std::string(300'001 - fitting.size() - 3, 'x') + "\"}}");

  BOOST_TEST(inside.status == 201);
  BOOST_TEST(outside.status == 413);
  BOOST_TEST(outside.text("id") == "api.context.request_body_too_large.app_error");
}

BOOST_AUTO_TEST_CASE(a_limited_client_gets_plain_text_and_headers) {
  Mattermost mattermost;
  mattermost.simulator.set_config("RateLimitEnable", "true");
  const Client bot = mattermost.as_bot();

  BOOST_TEST(bot.get("/users/me").header("X-Ratelimit-Remaining") == "100");
  for (int i = 0; i < 100; ++i) BOOST_TEST(bot.get("/users/me").status == 200);
  const auto response = bot.get("/users/me");

  BOOST_TEST(response.status == 429);
  BOOST_TEST(response.body == "limit exceeded\n");
  BOOST_TEST(response.header("Content-Type") == "text/plain; charset=utf-8");
  BOOST_TEST(response.header("Retry-After") == "1");
  BOOST_TEST(response.header("X-Ratelimit-Limit") == "101");
  BOOST_TEST(response.header("X-Ratelimit-Remaining") == "0");
  BOOST_TEST(response.header("X-Ratelimit-Reset") == "11");
  mattermost.clock.advance(std::chrono::seconds{1});
  BOOST_TEST(bot.get("/users/me").status == 200);
}

BOOST_AUTO_TEST_CASE(a_server_behind_a_proxy_that_is_down_answers_html) {
  Mattermost mattermost;
  mattermost.simulator.set_down(true);

  const auto response = mattermost.as_bot().post("/posts", mattermost.draft("hello"));

  BOOST_TEST(response.status == 503);
  BOOST_TEST(response.header("Content-Type").starts_with("text/html"));
  BOOST_TEST(mattermost.simulator.posts_created() == 0U);
}

BOOST_AUTO_TEST_CASE(people_are_found_by_id_name_and_mail_whatever_the_case) {
  const Mattermost mattermost;
  const Client bot = mattermost.as_bot();

  BOOST_TEST(bot.get("/users/" + mattermost.anna).text("username") == "anna.kowalska");
  BOOST_TEST(bot.get("/users/username/anna.kowalska").text("id") == mattermost.anna);
  BOOST_TEST(bot.get("/users/email/Anna.Kowalska@Example.com").text("id") == mattermost.anna);
  BOOST_TEST(bot.get("/users/username/nobody").text("id") == "app.user.missing_account.const");
  BOOST_TEST(!bot.get("/users/" + mattermost.anna).json()->has("is_bot"));
  BOOST_TEST(bot.get("/users/me").json()->getValue<bool>("is_bot"));
}

BOOST_AUTO_TEST_CASE(a_known_user_is_not_sent_twice) {
  const Mattermost mattermost;
  const std::string path = "/users/" + mattermost.anna;
  const std::string etag = mattermost.as_bot().get(path).header("ETag");

  const auto again = mattermost.as_bot().call("GET", path, "", {{"If-None-Match", etag}});

  BOOST_TEST(again.status == 304);
  BOOST_TEST(again.body.empty());
}

BOOST_AUTO_TEST_CASE(hidden_addresses_are_hidden_from_everybody_but_administrators) {
  Mattermost mattermost;
  mattermost.simulator.set_config("ShowEmailAddress", "false");
  const std::string by_mail = "/users/email/anna.kowalska@example.com";

  const auto refused = mattermost.as_bot().get(by_mail);

  BOOST_TEST(refused.status == 403);
  BOOST_TEST(refused.text("id") == "api.user.get_user_by_email.permissions.app_error");
  BOOST_TEST(mattermost.as_bot().get("/users/" + mattermost.anna).text("email").empty());
  BOOST_TEST(mattermost.as_admin().get(by_mail).text("id") == mattermost.anna);
}

BOOST_AUTO_TEST_CASE(unknown_ids_are_left_out_and_the_order_is_not_kept) {
  Mattermost mattermost;
  const std::string zoe = mattermost.simulator.add_user({.username = "zoe"});

  const auto users =
      mattermost.as_bot().post("/users/ids", R"([")" + zoe + R"(","0000000000000000000000000z",")" +
                                                 mattermost.anna + R"("])");

  BOOST_TEST(users.array()->size() == 2U);
  BOOST_TEST(users.array()->getObject(0)->getValue<std::string>("id") == mattermost.anna);
}

BOOST_AUTO_TEST_CASE(statuses_are_polled_and_one_bad_id_spoils_all) {
  Mattermost mattermost;
  mattermost.simulator.set_status(mattermost.anna, "away");
  const Client bot = mattermost.as_bot();

  const auto statuses = bot.post("/users/status/ids", R"([")" + mattermost.anna + R"("])");

  BOOST_TEST(statuses.array()->getObject(0)->getValue<std::string>("status") == "away");
  BOOST_TEST(bot.post("/users/status/ids", R"([")" + mattermost.anna + R"(","x"])").status == 400);
  mattermost.simulator.set_config("EnableUserStatuses", "false");
  BOOST_TEST(bot.post("/users/status/ids", R"([")" + mattermost.anna + R"("])").body == "[]");
}

BOOST_AUTO_TEST_CASE(preferences_are_ones_own_business) {
  const Mattermost mattermost;
  const Client bot = mattermost.as_bot();
  const auto entry = [](const std::string& user, const std::string& value) {
    return R"([{"user_id":")" + user + R"(","category":"belfry","name":"on","value":")" + value +
           R"("}])";
  };

  BOOST_TEST(
      bot.call("PUT", "/users/me/preferences", entry(mattermost.bot.user_id, "yes")).status == 200);
  BOOST_TEST(bot.get("/users/me/preferences").array()->size() == 1U);
  BOOST_TEST(bot.get("/users/me/preferences/belfry/name/on").text("value") == "yes");
  BOOST_TEST(bot.get("/users/" + mattermost.anna + "/preferences").status == 403);
  BOOST_TEST(bot.call("PUT", "/users/me/preferences", entry(mattermost.anna, "no")).status == 403);
  BOOST_TEST(bot.call("PUT", "/users/me/preferences",
                      entry(mattermost.bot.user_id, std::string(20'001, 'x')))
                 .status == 400);
}

BOOST_AUTO_TEST_CASE(an_administrator_sets_up_a_bot_that_cannot_manage_itself) {
  Mattermost mattermost;
  const Client admin = mattermost.as_admin();

  const auto made = admin.post("/bots", R"({"username":"second","display_name":"Second"})");
  const std::string id = made.text("user_id");
  const auto token = admin.post("/users/" + id + "/tokens", R"({"description":"Belfry"})");
  const Client bot = mattermost.as(token.text("token"));

  BOOST_TEST(made.status == 201);
  BOOST_TEST(token.status == 200);
  BOOST_TEST(bot.get("/users/me").text("id") == id);
  BOOST_TEST(bot.get("/bots/" + id).status == 404);
  BOOST_TEST(bot.call("PUT", "/bots/" + id, R"({"display_name":"x"})").status == 404);
  BOOST_TEST(bot.post("/users/me/image").status == 403);
  BOOST_TEST(bot.post("/bots", R"({"username":"third"})").status == 403);
  BOOST_TEST(admin.get("/bots/" + id).text("owner_id") == mattermost.admin);
  BOOST_TEST(mattermost.simulator.posts_in_direct_channel(mattermost.admin).size() == 1U);
}

BOOST_AUTO_TEST_CASE(bots_are_made_only_while_the_setting_allows_it) {
  Mattermost mattermost;
  mattermost.simulator.set_config("EnableBotAccountCreation", "false");

  const auto refused = mattermost.as_admin().post("/bots", R"({"username":"second"})");

  BOOST_TEST(refused.status == 403);
  BOOST_TEST(refused.text("id") == "api.bot.create_disabled");
}

BOOST_AUTO_TEST_CASE(a_picture_of_a_bot_is_set_by_its_owner) {
  Mattermost mattermost;
  const std::string body =
      "--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.gif\"\r\n\r\n"
      "GIF89a\x01\x01\x01\x01;\r\n--b--\r\n";
  const NameValues type{{"Content-Type", "multipart/form-data; boundary=b"}};
  const std::string path = "/users/" + mattermost.bot.user_id + "/image";

  BOOST_TEST(mattermost.as_admin().call("POST", path, body, type).status == 200);
  BOOST_TEST(mattermost.as_anna().call("POST", path, body, type).status == 403);
  BOOST_TEST(mattermost.as_admin().call("POST", path, "--b--\r\n", type).status == 400);
}

BOOST_AUTO_TEST_CASE(a_bot_is_disabled_with_its_owner) {
  Mattermost mattermost;

  mattermost.simulator.deactivate_user(mattermost.admin);

  BOOST_TEST(mattermost.as_bot().get("/users/me").status == 401);
  const std::string other = mattermost.simulator.add_admin({.username = "second"});
  const Client admin = mattermost.as(mattermost.simulator.token_of(other));
  BOOST_TEST(admin.post("/bots/" + mattermost.bot.user_id + "/enable").status == 200);
  BOOST_TEST(mattermost.as_bot().get("/users/me").status == 200);
}

BOOST_AUTO_TEST_CASE(a_direct_channel_is_the_same_whoever_asks) {
  Mattermost mattermost;
  const std::string ids = R"([")" + mattermost.anna + R"(",")" + mattermost.bot.user_id + R"("])";

  const auto by_bot = mattermost.as_bot().post("/channels/direct", ids);
  const auto by_anna = mattermost.as_anna().post("/channels/direct", ids);

  BOOST_TEST(by_bot.status == 201);
  BOOST_TEST(by_bot.text("id") == mattermost.channel);
  BOOST_TEST(by_anna.text("id") == mattermost.channel);
  const auto [first, second] = std::minmax(mattermost.anna, mattermost.bot.user_id);
  BOOST_TEST(by_bot.text("name") == first + "__" + second);
  BOOST_TEST(mattermost.as_bot()
                 .post("/channels/direct",
                       R"([")" + mattermost.bot.user_id + R"(","0000000000000000000000000z"])")
                 .status == 400);
}

BOOST_AUTO_TEST_CASE(restricted_direct_messages_need_a_team_in_common) {
  Mattermost mattermost;
  mattermost.simulator.set_config("RestrictDirectMessage", "team");
  const std::string ids = R"([")" + mattermost.anna + R"(",")" + mattermost.bot.user_id + R"("])";
  const std::string team = mattermost.simulator.team_by_name("staff");
  const Client bot = mattermost.as_bot();

  const auto channel = bot.post("/channels/direct", ids);
  const auto post = bot.post("/posts", mattermost.draft("hello"));

  BOOST_TEST(channel.status == 403);
  BOOST_TEST(channel.text("id") ==
             "api.channel.create_channel.direct_channel.team_restricted_error");
  BOOST_TEST(post.status == 400);
  BOOST_TEST(post.text("id") == "api.post.create_post.can_not_post_in_restricted_dm.error");
  BOOST_TEST(bot.post("/teams/" + team + "/members", R"({"team_id":")" + team + R"(","user_id":")" +
                                                         mattermost.bot.user_id + R"("})")
                 .status == 201);
  BOOST_TEST(bot.post("/posts", mattermost.draft("hello")).status == 201);
  BOOST_TEST(bot.get("/users/me/teams").array()->size() == 1U);
}

BOOST_AUTO_TEST_CASE(deactivated_people_take_posts_too) {
  Mattermost mattermost;
  mattermost.simulator.deactivate_user(mattermost.anna);

  BOOST_TEST(mattermost.as_bot().post("/posts", mattermost.draft("hello")).status == 201);
  BOOST_TEST(mattermost.as_bot().get("/users/" + mattermost.anna).number("delete_at") > 0);
}

BOOST_AUTO_TEST_CASE(large_answers_are_gzipped_when_asked_for) {
  Mattermost mattermost;
  for (int i = 0; i < 10; ++i) mattermost.as_bot().post("/posts", mattermost.draft("hello"));

  const auto zipped = mattermost.as_bot().call("GET", "/channels/" + mattermost.channel + "/posts",
                                               "", {{"Accept-Encoding", "gzip"}});

  BOOST_TEST(zipped.header("Content-Encoding") == "gzip");
  BOOST_TEST(zipped.body.substr(0, 2) == "\x1f\x8b");
}

BOOST_AUTO_TEST_CASE(the_path_of_the_site_address_comes_first) {
  Mattermost mattermost;
  mattermost.simulator.set_config("SiteURL", mattermost.server.url() + "/chat");

  BOOST_TEST(mattermost.as("").get("/system/ping").status == 404);
  Poco::Net::HTTPClientSession session("127.0.0.1", mattermost.server.port());
  Poco::Net::HTTPRequest request("GET", "/chat/api/v4/system/ping", "HTTP/1.1");
  session.sendRequest(request);
  Poco::Net::HTTPResponse response;
  session.receiveResponse(response);
  BOOST_TEST(response.getStatus() == 200);
}

BOOST_AUTO_TEST_CASE(where_the_web_client_would_be_is_the_demo_with_nothing_from_outside) {
  Mattermost mattermost;
  WebRequest request;
  request.method = "GET";
  request.path = "/";

  const WebReply page = mattermost.simulator.answer(request);

  BOOST_TEST(page.status == 200);
  BOOST_TEST(page.content_type == "text/html; charset=utf-8");
  BOOST_TEST(page.body.find("</html>") != std::string::npos);
  for (const char* loaded : {"src=", "@import", "url(", "innerHTML ="})
    BOOST_TEST(page.body.find(loaded) == std::string::npos, loaded);
}

BOOST_AUTO_TEST_SUITE_END()
