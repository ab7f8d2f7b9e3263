#include <mutex>

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include "tests/sandbox_tests/mattermost_kit.h"

using namespace belfry::sandbox;
using namespace belfry::sandbox::mattermost_kit;

namespace {

/// Stands where Belfry stands: notes what the server sends, and answers what it was told to.
class Integration : public Simulator {
 public:
  WebReply answer(const WebRequest& request) override {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
    return reply_;
  }
  [[nodiscard]] std::string operation(const WebRequest& /*request*/) const override {
    return "integration.call";
  }
  void will_answer(WebReply reply) {
    const std::lock_guard lock(mutex_);
    reply_ = std::move(reply);
  }
  [[nodiscard]] WebRequest last() const {
    const std::lock_guard lock(mutex_);
    return requests_.empty() ? WebRequest{} : requests_.back();
  }

 private:
  mutable std::mutex mutex_;
  std::vector<WebRequest> requests_;             // guarded by mutex_
  WebReply reply_ = json_text_reply(200, "{}");  // guarded by mutex_
};

struct Interacting : Mattermost {
  Interacting() {
    team = simulator.team_by_name("staff");
    simulator.add_command(team, "msteams", listener.url() + "/command", &command_token);
  }

  [[nodiscard]] MattermostSimulator::Answer type(const std::string& text) {
    return simulator.run_command(anna, team, text, channel);
  }
  /// A post with a button `mute` and a menu `span`; its id.
  [[nodiscard]] std::string post_with_actions() const {
    const std::string action = fmt::format(
        R"("integration":{{"url":"{}/action","context":{{"k":"v1"}}}})", listener.url());
    return as_bot()
        .post("/posts", draft("x", R"(,"props":{"belfry_ref":"r","attachments":[{"actions":[)"
                                   R"({"id":"mute","type":"button","name":"Mute",)" +
                                       action +
                                       R"(},{"id":"span","type":"select","name":"For","options":)"
                                       R"([{"text":"1 day","value":"1d"}],)" +
                                       action + "}]}]}"))
        .text("id");
  }
  [[nodiscard]] Poco::JSON::Object::Ptr received() const {
    return parse_object(integration.last().body);
  }

  Integration integration;
  RequestLog outgoing;
  FaultPlan outgoing_faults;
  SimulatorServer listener{integration, outgoing_faults, outgoing};
  std::string team;
  std::string command_token;
};

}  // namespace

// Slash commands, buttons, menus and dialogs.
BOOST_AUTO_TEST_SUITE(mattermost_simulator)

BOOST_AUTO_TEST_CASE(a_command_is_sent_as_the_sample_shows) {
  Interacting mattermost;
  mattermost.integration.will_answer(
      json_text_reply(200, R"({"response_type":"ephemeral","text":"Notifications are off."})"));

  const auto answer = mattermost.type("/MSTeams notifications off");

  BOOST_TEST(answer.status == 200);
  BOOST_TEST(answer.text == "Notifications are off.");
  const WebRequest request = mattermost.integration.last();
  BOOST_TEST(request.method == "POST");
  BOOST_TEST(request.header("Authorization") == "Token " + mattermost.command_token);
  BOOST_TEST(request.header("User-Agent") == "Mattermost-Bot/1.1");
  BOOST_TEST(request.header("Content-Type") == "application/x-www-form-urlencoded");
  std::string names;
  for (const auto& [name, value] : parse_form(request.body)) names += name + " ";
  BOOST_TEST(names ==
             "channel_id channel_name command response_url root_id team_domain team_id text token "
             "trigger_id user_id user_name ");
  const auto form = parse_form(request.body);
  BOOST_TEST(form_value(form, "command") == "/msteams");
  BOOST_TEST(form_value(form, "text") == "notifications off");
  BOOST_TEST(form_value(form, "team_domain") == "staff");
  BOOST_TEST(form_value(form, "user_id") == mattermost.anna);
  BOOST_TEST(mattermost.simulator.ephemeral_messages(mattermost.anna).back() ==
             "Notifications are off.");
  BOOST_TEST(mattermost.simulator.posts_created() == 0U);
}

BOOST_AUTO_TEST_CASE(mentions_of_team_members_come_with_their_ids) {
  Interacting mattermost;
  const std::string ben = mattermost.simulator.add_user({.username = "ben.ito"});

  (void)mattermost.type("/msteams status @ben.ito, @nobody");

  const auto form = parse_form(mattermost.integration.last().body);
  BOOST_TEST(form_value(form, "user_mentions") == "ben.ito");
  BOOST_TEST(form_value(form, "user_mentions_ids") == ben);
}

BOOST_AUTO_TEST_CASE(what_is_not_200_is_a_failure_shown_to_the_person) {
  Interacting mattermost;

  mattermost.integration.will_answer(text_reply(201, "made"));
  BOOST_TEST(mattermost.type("/msteams").error_id ==
             "api.command.execute_command.failed_resp.app_error");
  mattermost.listener.stop();
  BOOST_TEST(mattermost.type("/msteams").error_id ==
             "api.command.execute_command.failed.app_error");
  BOOST_TEST(mattermost.type("/unknown").status == 404);
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_not_json_is_text) {
  Interacting mattermost;
  mattermost.integration.will_answer(text_reply(200, R"({"text":"raw"})"));

  BOOST_TEST(mattermost.type("/msteams").text == R"({"text":"raw"})");
}

BOOST_AUTO_TEST_CASE(a_public_answer_is_a_post_in_the_persons_name) {
  Interacting mattermost;
  mattermost.integration.will_answer(
      json_text_reply(200, R"({"response_type":"in_channel","text":"<http://a.example|here>",)"
                           R"("extra_responses":[{"text":"psst","skip_slack_parsing":true}]})"));

  (void)mattermost.type("/msteams");

  const auto posts = mattermost.simulator.all_posts();
  BOOST_TEST(posts.size() == 1U);
  BOOST_TEST(posts[0].user_id == mattermost.anna);
  BOOST_TEST(posts[0].message == "[here](http://a.example)");
  BOOST_TEST(posts[0].prop("from_webhook") == "true");
  BOOST_TEST(mattermost.simulator.ephemeral_messages(mattermost.anna).back() == "psst");
}

BOOST_AUTO_TEST_CASE(a_response_url_works_five_times_within_thirty_minutes) {
  Interacting mattermost;
  const auto later = [&] {
    const auto url = form_value(parse_form(mattermost.integration.last().body), "response_url");
    Poco::Net::HTTPClientSession session("127.0.0.1", mattermost.server.port());
    Poco::Net::HTTPRequest request("POST", url.substr(url.find("/hooks/")), "HTTP/1.1");
    const std::string body = R"({"text":"later"})";
    request.setContentLength64(static_cast<Poco::Int64>(body.size()));
    session.sendRequest(request) << body;
    Poco::Net::HTTPResponse response;
    session.receiveResponse(response);
    return static_cast<int>(response.getStatus());
  };

  (void)mattermost.type("/msteams");
  for (int i = 0; i < 5; ++i) BOOST_TEST(later() == 200);
  BOOST_TEST(later() == 400);
  (void)mattermost.type("/msteams");
  mattermost.clock.advance(std::chrono::minutes{30});
  BOOST_TEST(later() == 200);
  mattermost.clock.advance(std::chrono::milliseconds{1});
  BOOST_TEST(later() == 404);
  BOOST_TEST(mattermost.simulator.ephemeral_messages(mattermost.anna).size() == 6U);
}

BOOST_AUTO_TEST_CASE(a_plugin_that_owns_the_trigger_silently_wins) {
  Interacting mattermost;
  mattermost.simulator.give_command_to_plugin("msteams");

  BOOST_TEST(mattermost.type("/msteams status").status == 200);
  BOOST_TEST(mattermost.integration.last().method.empty());
}

BOOST_AUTO_TEST_CASE(commands_belong_to_one_team_and_need_a_site_address) {
  Interacting mattermost;
  const std::string other = mattermost.simulator.add_team("other");
  mattermost.simulator.join_team(other, mattermost.anna);

  BOOST_TEST(mattermost.simulator.run_command(mattermost.anna, other, "/msteams").status == 404);
  mattermost.simulator.set_config("SiteURL", "");
  BOOST_TEST(mattermost.type("/msteams").status == 400);
  mattermost.simulator.set_config("EnableCommands", "false");
  BOOST_TEST(mattermost.type("/msteams").status == 501);
}

BOOST_AUTO_TEST_CASE(administrators_manage_commands_and_bots_do_not) {
  Interacting mattermost;
  const Client admin = mattermost.as_admin();
  const std::string wanted = R"({"team_id":")" + mattermost.team +
                             R"(","trigger":"Second","method":"P","url":"http://x.example"})";

  const auto made = admin.post("/commands", wanted);
  const auto again = admin.post("/commands", wanted);
  const auto by_bot = mattermost.as_bot().post("/commands", wanted);
  const auto list = admin.get("/commands?custom_only=true&team_id=" + mattermost.team);

  BOOST_TEST(made.status == 201);
  BOOST_TEST(made.text("trigger") == "second");
  BOOST_TEST(made.text("token").size() == 26U);
  BOOST_TEST(again.text("id") == "api.command.duplicate_trigger.app_error");
  BOOST_TEST(by_bot.status == 403);
  BOOST_TEST(list.array()->size() == 2U);
  const std::string path = "/commands/" + made.text("id");
  BOOST_TEST(admin.call("PUT", path + "/regen_token").text("token") != made.text("token"));
  BOOST_TEST(mattermost.as_bot().get(path).status == 404);
  BOOST_TEST(admin.call("DELETE", path).status == 200);
  BOOST_TEST(admin.get(path).status == 404);
}

BOOST_AUTO_TEST_CASE(private_addresses_are_called_only_when_allowed) {
  Interacting mattermost;
  mattermost.simulator.set_config("AllowedUntrustedInternalConnections", "10.0.0.7");

  BOOST_TEST(mattermost.type("/msteams").status == 500);
  BOOST_TEST(mattermost.integration.last().method.empty());
}

BOOST_AUTO_TEST_CASE(a_click_carries_the_hidden_context_and_no_token) {
  Interacting mattermost;
  mattermost.integration.will_answer(json_text_reply(
      200, R"({"ephemeral_text":"This chat is muted.","skip_slack_parsing":true})"));
  const std::string post = mattermost.post_with_actions();

  const auto button = mattermost.simulator.click(mattermost.anna, post, "mute");
  const auto pressed = mattermost.received();
  (void)mattermost.simulator.click(mattermost.anna, post, "span", "1d");
  const auto chosen = mattermost.received();

  BOOST_TEST(button.status == 200);
  BOOST_TEST(button.text == "This chat is muted.");
  BOOST_TEST(pressed->getValue<std::string>("user_id") == mattermost.anna);
  BOOST_TEST(pressed->getValue<std::string>("type") == "button");
  BOOST_TEST(pressed->getValue<std::string>("team_id").empty());
  BOOST_TEST(pressed->getObject("context")->getValue<std::string>("k") == "v1");
  BOOST_TEST(mattermost.integration.last().header("Authorization").empty());
  BOOST_TEST(chosen->getObject("context")->getValue<std::string>("selected_option") == "1d");
}

BOOST_AUTO_TEST_CASE(an_update_without_text_and_files_empties_both) {
  Interacting mattermost;
  const std::string post = mattermost.post_with_actions();

  mattermost.integration.will_answer(json_text_reply(200, R"({"update":{"message":"y"}})"));
  (void)mattermost.simulator.click(mattermost.anna, post, "mute");
  BOOST_TEST(mattermost.simulator.post(post)->message == "y");
  BOOST_TEST(mattermost.simulator.post(post)->prop("belfry_ref") == "r");
  BOOST_TEST(mattermost.simulator.post(post)->edit_at > 0);
  mattermost.integration.will_answer(
      json_text_reply(200, R"({"update":{"props":{"belfry_ref":"s"}}})"));
  (void)mattermost.simulator.click(mattermost.anna, post, "mute");
  BOOST_TEST(mattermost.simulator.post(post)->message.empty());
  BOOST_TEST(mattermost.simulator.post(post)->prop("belfry_ref") == "s");
  BOOST_TEST(mattermost.simulator.click(mattermost.anna, post, "mute").status == 404);
}

BOOST_AUTO_TEST_CASE(props_read_back_and_sent_again_lose_their_buttons) {
  Interacting mattermost;
  const std::string post = mattermost.post_with_actions();
  const auto seen = mattermost.as_bot().get("/posts/" + post).json();
  std::ostringstream body;
  Poco::JSON::Object::Ptr patch = new Poco::JSON::Object;
  patch->set("props", seen->getObject("props"));
  patch->stringify(body);

  mattermost.as_bot().call("PUT", "/posts/" + post + "/patch", body.str());

  BOOST_TEST(mattermost.simulator.click(mattermost.anna, post, "mute").error_id ==
             "api.post.do_action.action_id.app_error");
}

BOOST_AUTO_TEST_CASE(only_readers_of_a_post_click_and_only_on_plain_ids) {
  Interacting mattermost;
  const std::string zoe = mattermost.simulator.add_user({.username = "zoe"});
  const std::string post = mattermost.post_with_actions();

  BOOST_TEST(mattermost.simulator.click(zoe, post, "mute").status == 403);
  BOOST_TEST(mattermost.simulator.click(mattermost.anna, post, "mute-all").status == 404);
  mattermost.integration.will_answer(text_reply(500, "no"));
  BOOST_TEST(mattermost.simulator.click(mattermost.anna, post, "mute").error_id ==
             "api.post.do_action.action_integration.app_error");
}

BOOST_AUTO_TEST_CASE(a_dialog_opens_by_a_fresh_trigger_and_sends_what_was_chosen) {
  Interacting mattermost;
  (void)mattermost.type("/msteams");
  const auto trigger = form_value(parse_form(mattermost.integration.last().body), "trigger_id");
  const std::string body = fmt::format(
      R"({{"trigger_id":"{}","url":"{}/action","dialog":{{"callback_id":"mute","title":"Mute","state":"s"}}}})",
      trigger, mattermost.listener.url());

  BOOST_TEST(mattermost.as("").post("/actions/dialogs/open", body).status == 200);
  BOOST_TEST(mattermost.simulator.has_dialog(mattermost.anna));
  BOOST_TEST(mattermost.simulator.submit_dialog(mattermost.anna, R"({"span":"1d"})").status == 200);
  BOOST_TEST(mattermost.received()->getValue<std::string>("type") == "dialog_submission");
  BOOST_TEST(mattermost.received()->getObject("submission")->getValue<std::string>("span") == "1d");
  BOOST_TEST(!mattermost.simulator.has_dialog(mattermost.anna));
  mattermost.clock.advance(std::chrono::milliseconds{30'001});
  BOOST_TEST(mattermost.as("").post("/actions/dialogs/open", body).text("id") ==
             "interactive_message.decode_trigger_id.expired");
}

BOOST_AUTO_TEST_CASE(the_control_api_plays_a_person_and_names_what_is_wrong) {
  Interacting mattermost;
  mattermost.integration.will_answer(json_text_reply(200, R"({"text":"hello"})"));
  const auto control = [&](const std::string& method, const std::string& path,
                           const std::string& body = "{}") {
    return mattermost.simulator.control(method, "/control/mattermost/" + path, parse_object(body));
  };

  const auto answer =
      control("POST", "command", R"({"user":"anna.kowalska","text":"/msteams status"})");
  control("POST", "write", R"({"user":"anna.kowalska","to":"belfry","text":"hi"})");
  const auto direct = control("GET", "direct/anna.kowalska");

  const auto quiet = control("POST", "command",
                             R"({"user":"anna.kowalska","text":"/msteams status","quiet":true})");

  BOOST_TEST(answer->getValue<std::string>("text") == "hello");
  BOOST_TEST(quiet->getValue<std::string>("text") == "hello");
  BOOST_TEST(direct->getArray("posts")->size() == 1U);
  BOOST_TEST(direct->getArray("ephemeral")->size() == 1U);
  BOOST_TEST(mattermost.simulator.ephemeral_messages(mattermost.anna).size() == 1U);
  BOOST_TEST(control("GET", "direct/nobody")->has("error"));
  BOOST_TEST(control("POST", "nonsense")->has("error"));
  BOOST_TEST(control("GET", "")->getValue<int>("posts_created") == 1);
}

BOOST_AUTO_TEST_SUITE_END()
