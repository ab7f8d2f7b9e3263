#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include "tests/sandbox_tests/graph_fixture.h"

/// The control API, as shell scripts use it.
namespace belfry::sandbox::test {

namespace {

struct ControlFixture : GraphFixture {
  Response control(const std::string& method, const std::string& path,
                   const std::string& json = {}) {
    return request(method, sandbox.control_url() + "/control" + path,
                   {{"Content-Type", "application/json"}}, json);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(sandbox_control, ControlFixture)

BOOST_AUTO_TEST_CASE(a_message_posted_by_name_is_announced_like_any_other) {
  subscribed();

  const Response posted = control(
      "POST", "/messages",
      fmt::format(R"({{"chat":"{}","sender":"tomas","html":"<p>hi</p>"}})", company.mira_tomas));

  BOOST_TEST(posted.status == 200);
  BOOST_TEST(receiver.wait_for(1));
  const auto id = posted.json()->getValue<std::string>("id");
  BOOST_TEST(receiver.entries().front()->getObject("resourceData")->getValue<std::string>("id") ==
             id);
  BOOST_TEST(control("GET", "/messages?chat=" + percent_encode(company.mira_tomas)).body.find(id) !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_message_in_graphs_own_shape_keeps_its_parts) {
  unlimited();
  const Response posted = control(
      "POST", "/messages",
      fmt::format(
          R"({{"chat":"{}","message":{{"importance":"urgent","subject":"Now","body":{{"contentType":"text","content":"a < b"}},"from":{{"user":{{"id":"{}"}}}},"attachments":[{{"id":"1","contentType":"reference"}}]}}}})",
          company.mira_tomas, company.mira));
  const auto id = posted.json()->getValue<std::string>("id");

  const auto message = get_as_app(chat_path(company.mira_tomas) + "/messages/" + id).json();

  BOOST_TEST(message->getValue<std::string>("importance") == "urgent");
  BOOST_TEST(message->getValue<std::string>("subject") == "Now");
  BOOST_TEST(message->getObject("body")->getValue<std::string>("content") == "a < b");
  BOOST_TEST(message->getArray("attachments")->size() == 1U);
}

BOOST_AUTO_TEST_CASE(faults_are_set_shown_and_cleared) {
  BOOST_TEST(
      control("POST", "/faults/graph",
              R"({"operation":"graph.me","status":429,"headers":{"Retry-After":"7"},"times":1})")
          .status == 200);
  BOOST_TEST(control("POST", "/faults/graph", R"({"action":"explode"})").status == 400);
  BOOST_TEST(control("POST", "/faults/moon", "{}").status == 404);
  const std::string mira = user_token(company.mira);

  const Response throttled = get(url("/me"), mira);

  BOOST_TEST(throttled.status == 429);
  BOOST_TEST(throttled.header("Retry-After") == "7");
  BOOST_TEST(get(url("/me"), mira).status == 200);
  BOOST_TEST(control("GET", "/faults/graph").body.find(R"("struck":1)") != std::string::npos);
  control("DELETE", "/faults/graph");
  BOOST_TEST(control("GET", "/faults/graph").body == "[]");
}

BOOST_AUTO_TEST_CASE(requests_are_logged_without_their_tokens) {
  const std::string mira = user_token(company.mira);
  get(url("/me"), mira);

  const Response log = control("GET", "/requests?operation=graph.*");

  BOOST_TEST(log.body.find("graph.me") != std::string::npos);
  BOOST_TEST(log.body.find(mira) == std::string::npos);
  BOOST_TEST(control("GET", "/requests/counts").json()->getValue<int>("graph.me") == 1);
}

BOOST_AUTO_TEST_CASE(the_clock_moves_forward_only) {
  const std::int64_t before = sandbox.clock().now_ms();

  BOOST_TEST(control("POST", "/clock", R"({"advance_ms":60000})").status == 200);
  BOOST_TEST(control("POST", "/clock", R"({"advance_ms":-1})").status == 400);

  BOOST_TEST(sandbox.clock().now_ms() == before + 60'000);
}

BOOST_AUTO_TEST_CASE(wrong_input_is_told_and_other_pages_may_ask) {
  BOOST_TEST(control("POST", "/presence", "no json").status == 400);
  BOOST_TEST(control("POST", "/presence", R"({"person":"nobody","availability":"Away"})").status ==
             404);
  BOOST_TEST(control("GET", "/nothing").status == 404);
  BOOST_TEST(control("GET", "/state").header("Access-Control-Allow-Origin") == "*");
}

BOOST_AUTO_TEST_CASE(presence_and_settings_reach_graph) {
  control("POST", "/presence",
          R"({"person":"tomas@contoso.example","availability":"Busy","activity":"InACall"})");
  control("PATCH", "/graph/settings", R"({"evaluation_cap":7,"courier":{"batch_limit":3}})");

  BOOST_TEST(graph().presence_of(company.tomas).activity == "InACall");
  BOOST_TEST(graph().settings().evaluation_cap == 7);
  BOOST_TEST(graph().settings().courier.batch_limit == 3);
}

BOOST_AUTO_TEST_CASE(the_company_is_known_in_mattermost_too) {
  BOOST_TEST(!company.bot_token.empty());

  const Response users = control("GET", "/mattermost/users");

  BOOST_TEST(users.status == 200);
  BOOST_TEST(users.body.find("mira") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace belfry::sandbox::test
