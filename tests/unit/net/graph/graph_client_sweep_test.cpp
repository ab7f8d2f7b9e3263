#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "net/graph/graph_client.h"
#include "net/json/json_view.h"
#include "tests/unit/net/fixture.h"
#include "tests/unit/net/graph/scripted_upstream.h"

using belfry::ChatId;
using belfry::ErrorKind;
using belfry::Secret;
using belfry::TeamsUserId;
using belfry::WallTime;
using belfry::net::GraphClient;
using belfry::net::JsonView;
using belfry::tests::answer_fixture;
using belfry::tests::graph_fixture;
using belfry::tests::ScriptedAnswer;

namespace {

const ChatId k_group("19:6f1c0a9be2d34758a1b2c3d4e5f60718@thread.v2");
const std::string k_group_path = "/v1.0/chats/19%3A6f1c0a9be2d34758a1b2c3d4e5f60718%40thread.v2";
const TeamsUserId k_mira("11a0f3c2-7b64-4d19-8e5a-6c0d92b4e7f1");
const std::string k_chats_path = "/v1.0/users/11a0f3c2-7b64-4d19-8e5a-6c0d92b4e7f1/chats";
const Secret k_bearer("bearer-token");
const WallTime k_since = belfry::parse_iso8601("2026-03-02T08:00:00.5Z").value();
const std::string k_order = "&$orderby=lastMessagePreview/createdDateTime%20desc";

ScriptedAnswer order_refused() {
  return {.status = 400,
          .body = R"({"error":{"code":"BadRequest","message":"'OrderBy' is not allowed"}})"};
}

struct World : belfry::tests::UpstreamWorld {
  GraphClient graph{http("graph"), *entropy, cloud()};

  /// A fixture whose links lead to this upstream.
  void will_answer_here(const std::string& fixture) {
    const std::string graph_host = "https://graph.microsoft.com";
    std::string body = graph_fixture(fixture);
    for (auto at = body.find(graph_host); at != std::string::npos; at = body.find(graph_host, at))
      body.replace(at, graph_host.size(), upstream.url());
    upstream.will_answer({.status = 200, .body = body});
  }
  [[nodiscard]] std::string target(std::size_t index) const {
    return upstream.received().at(index).target;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(graph_client_sweep, World)

BOOST_AUTO_TEST_CASE(chats_are_listed_by_their_newest_message_with_what_was_read) {
  will_answer_here("chats_list_page_1");

  const auto page = graph.chat_list(k_bearer, k_mira, "");

  BOOST_REQUIRE(page);
  BOOST_TEST(target(0) == k_chats_path + "?$expand=lastMessagePreview&$top=50" + k_order);
  BOOST_TEST(page->is_ordered);
  BOOST_TEST(page->next.starts_with(upstream.url() + k_chats_path));
  BOOST_REQUIRE_EQUAL(page->chats.size(), 3U);
  BOOST_TEST((page->chats[0].chat == k_group));
  BOOST_TEST((page->chats[0].type == belfry::Chat::Type::group));
  BOOST_TEST((page->chats[0].last_message == belfry::parse_iso8601("2026-03-02T08:15:30.417Z")));
  BOOST_TEST((page->chats[0].read_to == belfry::parse_iso8601("2026-03-02T08:10:00.001Z")));
}

BOOST_AUTO_TEST_CASE(the_link_to_the_next_page_is_followed_as_it_came) {
  const std::string link = upstream.url() + k_chats_path + "?$skiptoken=a%2Bb&x=%24y";
  upstream.will_answer("chats_list_page_2");

  const auto page = graph.chat_list(k_bearer, k_mira, link);

  BOOST_REQUIRE(page);
  BOOST_TEST(target(0) == k_chats_path + "?$skiptoken=a%2Bb&x=%24y");
  BOOST_TEST(page->next.empty());
  BOOST_TEST(!page->chats.back().read_to.has_value());
}

BOOST_AUTO_TEST_CASE(no_link_leads_to_another_host) {
  const std::string foreign = "https://graph.microsoft.com.evil.example/v1.0/chats";

  const auto chats = graph.chat_list(k_bearer, k_mira, foreign);
  const auto messages = graph.messages_since(k_bearer, k_group, {k_since}, foreign);
  const auto delta = graph.delta(k_bearer, k_mira, k_since, foreign);

  BOOST_TEST((chats.error().kind == ErrorKind::refused));
  BOOST_TEST((messages.error().kind == ErrorKind::refused));
  BOOST_TEST((delta.error().kind == ErrorKind::gone));
  BOOST_TEST(upstream.received().empty());
}

BOOST_AUTO_TEST_CASE(a_cloud_that_cannot_order_chats_is_learnt_and_told) {
  upstream.will_answer(order_refused());
  upstream.will_answer("chats_list_page_2");
  upstream.will_answer("chats_list_page_2");

  const auto learnt = graph.chat_list(k_bearer, k_mira, "");
  const auto known = graph.chat_list(k_bearer, k_mira, "");

  BOOST_REQUIRE(learnt);
  BOOST_REQUIRE(known);
  BOOST_TEST(!learnt->is_ordered);
  BOOST_TEST(!known->is_ordered);
  BOOST_REQUIRE_EQUAL(upstream.received().size(), 3U);
  BOOST_TEST(target(1) == k_chats_path + "?$expand=lastMessagePreview&$top=50");
  BOOST_TEST(target(2) == target(1));
}

BOOST_AUTO_TEST_CASE(a_cloud_that_is_known_not_to_order_is_not_asked_to) {
  for (const char* name : {"gcc-high", "dod", "china"}) {
    GraphClient other(http("graph"), *entropy,
                      belfry::net::with_overrides(*belfry::net::cloud_named(name),
                                                  {.graph_url = upstream.url()}));
    upstream.will_answer("chats_list_page_2");

    const auto page = other.chat_list(k_bearer, k_mira, "");

    BOOST_REQUIRE(page);
    BOOST_TEST(!page->is_ordered);
    BOOST_TEST(upstream.received().back().target.find("orderby") == std::string::npos, name);
  }
}

BOOST_AUTO_TEST_CASE(another_refusal_of_a_list_changes_nothing) {
  upstream.will_answer(answer_fixture("error_400_bad_filter"));
  upstream.will_answer("chats_list_page_2");

  const auto refused = graph.chat_list(k_bearer, k_mira, "");
  const auto page = graph.chat_list(k_bearer, k_mira, "");

  BOOST_TEST((refused.error().kind == ErrorKind::refused));
  BOOST_TEST(page->is_ordered);
  BOOST_TEST(target(1).ends_with(k_order));
}

BOOST_AUTO_TEST_CASE(messages_are_filtered_by_the_property_that_orders_them) {
  will_answer_here("messages_page_1");

  const auto page = graph.messages_since(k_bearer, k_group, {k_since}, "");

  BOOST_REQUIRE(page);
  const auto request = upstream.only();
  BOOST_TEST(request.target == k_group_path +
                                   "/messages?$top=50&$orderby=lastModifiedDateTime%20desc"
                                   "&$filter=lastModifiedDateTime%20gt%202026-03-02T08:00:00.500Z");
  BOOST_TEST(request.header("Prefer") == "include-unknown-enum-members");
  BOOST_TEST(page->next.starts_with(upstream.url()));
  BOOST_REQUIRE_EQUAL(page->messages.size(), 3U);
  BOOST_TEST(page->messages[0].message.deleted.has_value());
  BOOST_TEST(page->messages[1].message.is_system_event);
}

BOOST_AUTO_TEST_CASE(a_part_of_the_messages_is_asked_for_by_both_its_ends) {
  will_answer_here("messages_page_1");

  BOOST_REQUIRE(
      graph.messages_since(k_bearer, k_group, {k_since, k_since + std::chrono::hours{1}}, ""));

  BOOST_TEST(upstream.only().target ==
             k_group_path +
                 "/messages?$top=50&$orderby=lastModifiedDateTime%20desc"
                 "&$filter=lastModifiedDateTime%20gt%202026-03-02T08:00:00.500Z"
                 "%20and%20lastModifiedDateTime%20lt%202026-03-02T09:00:00.500Z");
}

BOOST_AUTO_TEST_CASE(a_found_message_keeps_the_json_that_it_was_read_from) {
  will_answer_here("messages_page_1");
  const std::string body = graph_fixture("messages_page_1");
  const JsonView list = (*JsonView::parse(body))["value"];

  const auto page = graph.messages_since(k_bearer, k_group, {k_since}, "");

  std::size_t index = 0;
  for (const JsonView element : list) {
    const std::string& json = page->messages.at(index++).json.reveal();
    BOOST_TEST(body.find(json) != std::string::npos);
    BOOST_TEST((*JsonView::parse(json))["id"].text() == element["id"].text());
  }
  BOOST_TEST(index == page->messages.size());
}

BOOST_AUTO_TEST_CASE(messages_belong_to_the_chat_that_was_asked_for) {
  upstream.will_answer(
      {.status = 200,
       .body = R"({"value":[{"id":"1772438520302","createdDateTime":"2026-03-02T08:02:00Z"}]})"});

  const auto page = graph.messages_since(k_bearer, k_group, {k_since}, "");

  BOOST_REQUIRE_EQUAL(page->messages.size(), 1U);
  BOOST_TEST((page->messages[0].message.ref.chat == k_group));
}

BOOST_AUTO_TEST_CASE(an_empty_page_may_have_a_next_one) {
  will_answer_here("messages_page_empty_next");

  const auto page = graph.messages_since(k_bearer, k_group, {k_since}, "");

  BOOST_REQUIRE(page);
  BOOST_TEST(page->messages.empty());
  BOOST_TEST(!page->next.empty());
}

BOOST_AUTO_TEST_CASE(a_cloud_that_cannot_order_messages_is_read_without_filter) {
  upstream.will_answer(order_refused());
  upstream.will_answer("messages_page_last");
  upstream.will_answer("messages_page_last");
  upstream.will_answer("chats_list_page_2");

  BOOST_REQUIRE(graph.messages_since(k_bearer, k_group, {k_since}, ""));
  BOOST_REQUIRE(graph.messages_since(k_bearer, k_group, {k_since}, ""));
  const auto chats = graph.chat_list(k_bearer, k_mira, "");

  BOOST_TEST(target(1) == k_group_path + "/messages?$top=50");
  BOOST_TEST(target(2) == target(1));
  BOOST_TEST(chats->is_ordered);  // another list, another rule
}

BOOST_AUTO_TEST_CASE(delta_begins_with_a_date_and_goes_on_by_its_links) {
  will_answer_here("delta_page_next");
  will_answer_here("delta_page_delta");

  const auto first = graph.delta(k_bearer, k_mira, k_since, "");
  BOOST_REQUIRE(first);
  const auto last = graph.delta(k_bearer, k_mira, k_since, first->link);

  BOOST_REQUIRE(last);
  BOOST_TEST(target(0) == k_chats_path +
                              "/getAllMessages/delta?$top=50"
                              "&$filter=lastModifiedDateTime%20gt%202026-03-02T08:00:00.500Z");
  BOOST_TEST(!first->is_round_over);
  BOOST_TEST(first->messages.size() == 2U);
  BOOST_TEST(target(1) == k_chats_path +
                              "/getAllMessages/delta?&%24skiptoken="
                              "a-FG3FPHv7HuyuazNLuy3eXlzQGbEjYLUsW9.y_WMscy7negz0HZP");
  BOOST_TEST(last->is_round_over);
  BOOST_TEST(last->link.find("$deltatoken=") != std::string::npos);
  BOOST_TEST((last->messages.at(0).message.ref.chat == k_group));
}

BOOST_AUTO_TEST_CASE(an_entry_of_delta_that_is_no_message_is_counted_and_left_out) {
  will_answer_here("delta_page_replay");

  const auto page = graph.delta(k_bearer, k_mira, k_since, "");

  BOOST_REQUIRE(page);
  BOOST_TEST(page->messages.size() == 1U);
  BOOST_TEST(page->unreadable == 1U);
}

BOOST_AUTO_TEST_CASE(a_void_delta_link_is_told_whatever_its_status) {
  const std::string link = upstream.url() + k_chats_path + "/getAllMessages/delta?$deltatoken=x";
  for (const char* fixture : {"error_410_sync_state_not_found", "error_410_resync_location",
                              "error_400_sync_state_not_found"}) {
    upstream.will_answer(answer_fixture(fixture));

    const auto page = graph.delta(k_bearer, k_mira, k_since, link);

    BOOST_TEST((page.error().kind == ErrorKind::gone), fixture);
  }
  upstream.will_answer(answer_fixture("error_400_bad_filter"));
  BOOST_TEST((graph.delta(k_bearer, k_mira, k_since, link).error().kind == ErrorKind::refused));
}

BOOST_AUTO_TEST_CASE(what_graph_has_against_a_metered_request_is_told_by_its_code) {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {"error_402_evaluation_exceeded", belfry::sync::k_capacity_used_up},
      {"error_402_no_billing", belfry::sync::k_billing_missing},
      {"error_402_license", belfry::sync::k_licence_missing}};
  for (const auto& [fixture, code] : cases) {
    upstream.will_answer(answer_fixture(fixture));

    const auto page = graph.delta(k_bearer, k_mira, k_since, "");

    BOOST_TEST((page.error().kind == ErrorKind::exhausted), fixture);
    BOOST_TEST(page.error().code == code);
  }
  upstream.will_answer({.status = 402, .body = "pay"});
  BOOST_TEST((graph.delta(k_bearer, k_mira, k_since, "").error().kind == ErrorKind::exhausted));
}

BOOST_AUTO_TEST_CASE(who_pays_says_so_in_the_first_request_of_delta) {
  using belfry::sync::PaymentModel;
  for (const auto& [model, query] :
       std::vector<std::pair<PaymentModel, std::string>>{{PaymentModel::evaluation, ""},
                                                         {PaymentModel::none, ""},
                                                         {PaymentModel::a, "&model=A"},
                                                         {PaymentModel::b, "&model=B"}}) {
    GraphClient of_model{http("graph"), *entropy, cloud(), {.model = model}};
    upstream.will_answer("delta_page_empty");

    BOOST_REQUIRE(of_model.delta(k_bearer, k_mira, k_since, ""));

    BOOST_TEST(upstream.received().back().target ==
               k_chats_path +
                   "/getAllMessages/delta?$top=50"
                   "&$filter=lastModifiedDateTime%20gt%202026-03-02T08:00:00.500Z" +
                   query);
  }
}

BOOST_AUTO_TEST_CASE(a_link_of_evaluation_mode_is_void_for_who_pays) {
  GraphClient paying{http("graph"), *entropy, cloud(), {.model = belfry::sync::PaymentModel::b}};
  const std::string link = upstream.url() + k_chats_path + "/getAllMessages/delta?$deltatoken=x";
  for (int i = 0; i < 3; ++i) upstream.will_answer(answer_fixture("error_402_evaluation_exceeded"));

  BOOST_TEST((paying.delta(k_bearer, k_mira, k_since, link).error().kind == ErrorKind::gone));
  BOOST_TEST((paying.delta(k_bearer, k_mira, k_since, "").error().kind == ErrorKind::exhausted));
  BOOST_TEST((graph.delta(k_bearer, k_mira, k_since, link).error().kind == ErrorKind::exhausted));
}

BOOST_AUTO_TEST_CASE(successes_tell_microsofts_time_and_failures_do_not) {
  const std::string date = "Mon, 02 Mar 2026 08:15:30 GMT";
  upstream.will_answer({.status = 502, .headers = {{"Date", "Mon, 02 Mar 2076 08:15:30 GMT"}}});
  static_cast<void>(graph.delta(k_bearer, k_mira, k_since, ""));
  BOOST_TEST(!server_time.ahead());

  upstream.will_answer({.body = graph_fixture("delta_page_empty"), .headers = {{"Date", date}}});
  static_cast<void>(graph.delta(k_bearer, k_mira, k_since, ""));

  const belfry::Duration since =
      server_time.at(clock->now()) - belfry::parse_iso8601("2026-03-02T08:15:30Z").value();
  BOOST_TEST((since >= belfry::Duration{0} && since < std::chrono::minutes{1}));
}

BOOST_AUTO_TEST_CASE(a_month_that_is_used_up_and_a_users_token_are_told_apart) {
  upstream.will_answer(answer_fixture("error_402_evaluation_exceeded"));
  upstream.will_answer(answer_fixture("error_412_delegated_context"));

  BOOST_TEST((graph.delta(k_bearer, k_mira, k_since, "").error().kind == ErrorKind::exhausted));
  BOOST_TEST((graph.delta(k_bearer, k_mira, k_since, "").error().kind == ErrorKind::refused));
}

// A kept connection that is closed over a request may have carried it out: other reads are simply
// asked again.
BOOST_AUTO_TEST_CASE(a_metered_request_leaves_once) {
  upstream.will_answer("delta_page_empty");
  BOOST_REQUIRE(graph.delta(k_bearer, k_mira, k_since, ""));
  upstream.will_answer({.is_lost = true});

  const auto lost = graph.delta(k_bearer, k_mira, k_since, "");

  BOOST_REQUIRE(!lost);
  BOOST_TEST((lost.error().kind == ErrorKind::transient));
  BOOST_TEST(lost.error().status == 0);
  BOOST_TEST(upstream.received().size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_delta_page_without_any_link_is_refused) {
  upstream.will_answer({.status = 200, .body = R"({"value":[]})"});
  upstream.will_answer({.status = 200, .body = "<html>"});

  for (int i = 0; i < 2; ++i) {
    const auto page = graph.delta(k_bearer, k_mira, k_since, "");

    BOOST_REQUIRE(!page);
    BOOST_TEST((page.error().kind == ErrorKind::refused));
    BOOST_TEST(page.error().status == 0);
  }
}

BOOST_AUTO_TEST_SUITE_END()
