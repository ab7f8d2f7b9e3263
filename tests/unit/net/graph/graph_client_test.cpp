#include "net/graph/graph_client.h"

#include <regex>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "net/json/json_view.h"
#include "tests/unit/net/fixture.h"
#include "tests/unit/net/graph/scripted_upstream.h"

using belfry::ChatId;
using belfry::ErrorKind;
using belfry::MessageId;
using belfry::MessageRef;
using belfry::Secret;
using belfry::TeamsUserId;
using belfry::net::GraphClient;
using belfry::net::JsonView;
using belfry::tests::answer_fixture;
using belfry::tests::graph_fixture;

namespace {

const std::string k_group = "19:6f1c0a9be2d34758a1b2c3d4e5f60718@thread.v2";
const std::string k_group_path = "/v1.0/chats/19%3A6f1c0a9be2d34758a1b2c3d4e5f60718%40thread.v2";
const std::string k_mira = "11a0f3c2-7b64-4d19-8e5a-6c0d92b4e7f1";
const Secret k_bearer("bearer-token");

struct World : belfry::tests::UpstreamWorld {
  GraphClient graph{http("graph"), *entropy, cloud()};

  [[nodiscard]] GraphClient with(const belfry::net::GraphPolicy& policy) {
    return {http("graph"), *entropy, cloud(), policy};
  }
};

/// A page of `count` members, the last of `of` pages.
std::string members_page(int count, const std::string& next) {
  std::string value;
  for (int i = 0; i < count; ++i)
    value += (i > 0 ? "," : "") + std::string(R"({"userId":"user-)") + std::to_string(i) + R"("})";
  return R"({"value":[)" + value + "]" +
         (next.empty() ? "" : R"(,"@odata.nextLink":")" + next + "\"") + "}";
}

belfry::sync::SubscriptionRequest subscription_request() {
  belfry::sync::SubscriptionRequest request;
  request.spec = {
      .resource = "/chats/getAllMessages", .change_types = "created,updated,deleted", .rich = true};
  request.notification_url = "https://belfry.example.com/changes";
  request.lifecycle_url = "https://belfry.example.com/lifecycle";
  request.client_state = Secret("q3Vt0mZr8xYkB5uN1cWf7h");
  request.expires = belfry::parse_iso8601("2026-03-05T09:00:00Z").value();
  request.certificate = belfry::CertificateId("belfry-2026-01");
  request.certificate_base64 = "AAAA";
  return request;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(graph_client, World)

BOOST_AUTO_TEST_CASE(a_message_is_asked_for_by_chat_and_id) {
  upstream.will_answer("message_mention");
  const MessageRef ref{ChatId(k_group), MessageId("1772438520302")};

  const auto message = graph.message(k_bearer, ref);

  BOOST_REQUIRE(message);
  BOOST_TEST((message->ref == ref));
  const auto request = upstream.only();
  BOOST_TEST(request.method == "GET");
  BOOST_TEST(request.target == k_group_path + "/messages/1772438520302");
  BOOST_TEST(request.header("Authorization") == "Bearer bearer-token");
  BOOST_TEST(request.header("Accept") == "application/json");
  BOOST_TEST(request.header("Prefer") == "include-unknown-enum-members");
  BOOST_TEST(std::regex_match(
      request.header("client-request-id"),
      std::regex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")));
  BOOST_TEST(seen() == (std::vector<std::string>{"graph get_message 200"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(each_request_has_an_id_of_its_own) {
  upstream.will_answer("me");
  upstream.will_answer("me");

  BOOST_REQUIRE(graph.me(k_bearer));
  BOOST_REQUIRE(graph.me(k_bearer));

  const auto requests = upstream.received();
  BOOST_TEST(requests.at(0).header("client-request-id") !=
             requests.at(1).header("client-request-id"));
}

BOOST_AUTO_TEST_CASE(another_message_than_asked_for_is_refused) {
  upstream.will_answer("message_mention");

  const auto message = graph.message(k_bearer, {ChatId(k_group), MessageId("1")});

  BOOST_REQUIRE(!message);
  BOOST_TEST((message.error().kind == ErrorKind::refused));
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_no_json_is_refused_without_telling_it) {
  upstream.will_answer({.status = 200, .body = "<html>Mira wrote</html>"});

  const auto message = graph.message(k_bearer, {ChatId(k_group), MessageId("1")});

  BOOST_REQUIRE(!message);
  BOOST_TEST((message.error().kind == ErrorKind::refused));
  BOOST_TEST(message.error().text.starts_with("get_message: "));
  BOOST_TEST(message.error().text.find("Mira") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(every_sample_of_an_error_has_its_kind) {
  struct Expected {
    std::string fixture;
    ErrorKind kind;
    std::optional<int> retry_after_s = std::nullopt;
  };
  const Expected samples[] = {{"error_400_bad_filter", ErrorKind::refused},
                              {"error_400_sync_state_not_found", ErrorKind::refused},
                              {"error_401_invalid_token", ErrorKind::unauthorized},
                              {"error_401_claims_challenge", ErrorKind::unauthorized},
                              {"error_402_evaluation_exceeded", ErrorKind::exhausted},
                              {"error_402_no_billing", ErrorKind::exhausted},
                              {"error_402_license", ErrorKind::exhausted},
                              {"error_403_missing_role", ErrorKind::forbidden},
                              {"error_403_not_member", ErrorKind::forbidden},
                              {"error_403_protected_api", ErrorKind::forbidden},
                              {"error_404_message", ErrorKind::gone},
                              {"error_410_resync_location", ErrorKind::gone},
                              {"error_410_sync_state_not_found", ErrorKind::gone},
                              {"error_412_delegated_context", ErrorKind::refused},
                              {"error_429_retry_after", ErrorKind::throttled, 10},
                              {"error_429_fractional", ErrorKind::throttled, 3},
                              {"error_429_no_header", ErrorKind::throttled},
                              {"error_500", ErrorKind::transient},
                              {"error_502_empty", ErrorKind::transient},
                              {"error_503_retry_after", ErrorKind::transient, 30},
                              {"error_504", ErrorKind::transient},
                              {"error_nested_inner", ErrorKind::forbidden}};
  for (const Expected& sample : samples) {
    const auto scripted = answer_fixture(sample.fixture);
    upstream.will_answer(scripted);

    const auto message = graph.message(k_bearer, {ChatId(k_group), MessageId("1")});

    BOOST_REQUIRE(!message);
    BOOST_TEST((message.error().kind == sample.kind), sample.fixture);
    BOOST_TEST(message.error().status == scripted.status, sample.fixture);
    BOOST_TEST(message.error().text.find("get_message") != std::string::npos, message.error().text);
    BOOST_TEST(message.error().text.find("bearer-token") == std::string::npos,
               message.error().text);
    BOOST_TEST(message.error().retry_after.has_value() == sample.retry_after_s.has_value(),
               sample.fixture);
    if (sample.retry_after_s && message.error().retry_after)
      BOOST_TEST((*message.error().retry_after == std::chrono::seconds(*sample.retry_after_s)),
                 sample.fixture);
  }
}

BOOST_AUTO_TEST_CASE(a_claims_challenge_is_named) {
  upstream.will_answer(answer_fixture("error_401_claims_challenge"));

  const auto message = graph.message(k_bearer, {ChatId(k_group), MessageId("1")});

  BOOST_TEST(message.error().text.find("claims challenge") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_redirect_is_not_followed_and_passes) {
  upstream.will_answer({.status = 308});

  const auto message = graph.message(k_bearer, {ChatId(k_group), MessageId("1")});

  BOOST_TEST((message.error().kind == ErrorKind::transient));
  BOOST_TEST(upstream.received().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_small_chat_takes_one_request) {
  upstream.will_answer("chat_group_with_members");

  const auto chat = graph.chat(k_bearer, ChatId(k_group));

  BOOST_REQUIRE(chat);
  BOOST_TEST(chat->members.size() == 4U);
  BOOST_TEST(upstream.only().target == k_group_path + "?$expand=members");
}

BOOST_AUTO_TEST_CASE(members_that_may_be_cut_are_left_to_a_request_of_their_own) {
  upstream.will_answer({.status = 200,
                        .body = R"({"id":"19:x@thread.v2","chatType":"group","members":)" +
                                members_page(25, "").substr(9)});

  const auto chat = graph.chat(k_bearer, ChatId("19:x@thread.v2"));

  BOOST_REQUIRE(chat);
  BOOST_TEST(chat->members.empty());
  BOOST_TEST(upstream.received().size() == 1U);
}

BOOST_AUTO_TEST_CASE(members_are_read_a_page_a_call) {
  upstream.will_answer(
      {.status = 200, .body = members_page(30, upstream.url() + "/v1.0/next?$skiptoken=a%2Bb")});
  upstream.will_answer({.status = 200, .body = members_page(11, "")});

  const auto first = graph.members(k_bearer, ChatId("19:x@thread.v2"), "");
  BOOST_REQUIRE(first);
  const auto second = graph.members(k_bearer, ChatId("19:x@thread.v2"), first->next);

  BOOST_REQUIRE(second);
  BOOST_TEST(first->members.size() == 30U);
  BOOST_TEST(second->members.size() == 11U);
  BOOST_TEST(second->next.empty());
  const auto requests = upstream.received();
  BOOST_REQUIRE_EQUAL(requests.size(), 2U);
  BOOST_TEST(requests[0].target == "/v1.0/chats/19%3Ax%40thread.v2/members");
  BOOST_TEST(requests[1].target == "/v1.0/next?$skiptoken=a%2Bb");
}

BOOST_AUTO_TEST_CASE(a_link_to_a_foreign_host_never_gets_the_token) {
  upstream.will_answer("chat_members_page");

  const auto first = graph.members(k_bearer, ChatId("19:x@thread.v2"), "");
  BOOST_REQUIRE(first);
  const auto second = graph.members(k_bearer, ChatId("19:x@thread.v2"), first->next);

  BOOST_REQUIRE(!second);
  BOOST_TEST((second.error().kind == ErrorKind::refused));
  BOOST_TEST(upstream.received().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_list_that_never_ends_is_given_up) {
  belfry::net::GraphPolicy policy;
  policy.max_pages = 3;
  for (int i = 0; i < 5; ++i)
    upstream.will_answer(
        {.status = 200,
         .body = R"({"value":[],"@odata.nextLink":")" + upstream.url() + R"(/v1.0/more"})"});

  const auto all = with(policy).list_subscriptions(k_bearer);

  BOOST_REQUIRE(!all);
  BOOST_TEST((all.error().kind == ErrorKind::refused));
  BOOST_TEST(upstream.received().size() == 3U);
}

BOOST_AUTO_TEST_CASE(presence_is_asked_in_one_batch) {
  upstream.will_answer("presence_response");
  const std::vector<TeamsUserId> users = {TeamsUserId(k_mira),
                                          TeamsUserId("22b1e4d3-8c75-4e2a-9f6b-7d1ea3c5f802")};

  const auto presence = graph.presence(k_bearer, users);

  BOOST_REQUIRE(presence);
  BOOST_TEST(presence->size() == 3U);
  BOOST_TEST(presence->at(0).active);
  const auto request = upstream.only();
  BOOST_TEST(request.method == "POST");
  BOOST_TEST(request.target == "/v1.0/communications/getPresencesByUserId");
  BOOST_TEST(request.header("Content-Type") == "application/json");
  BOOST_TEST(
      request.body ==
      R"({"ids":["11a0f3c2-7b64-4d19-8e5a-6c0d92b4e7f1","22b1e4d3-8c75-4e2a-9f6b-7d1ea3c5f802"]})");
}

BOOST_AUTO_TEST_CASE(more_users_than_a_call_takes_are_asked_in_parts_and_nobody_costs_nothing) {
  for (int i = 0; i < 3; ++i)
    upstream.will_answer(
        {.status = 200, .body = R"({"value":[{"id":"a","availability":"Busy"}]})"});
  const std::vector<TeamsUserId> users(1301, TeamsUserId(k_mira));

  BOOST_TEST(graph.presence(k_bearer, users)->size() == 3U);
  BOOST_TEST(graph.presence(k_bearer, {})->empty());
  BOOST_TEST(upstream.received().size() == 3U);
}

BOOST_AUTO_TEST_CASE(a_cloud_without_presence_is_not_asked) {
  auto china = belfry::net::with_overrides(*belfry::net::cloud_named("china"),
                                           {.graph_url = upstream.url()});
  GraphClient chinese(http("graph"), *entropy, china);

  BOOST_TEST(chinese.presence(k_bearer, std::vector{TeamsUserId(k_mira)})->empty());
  BOOST_TEST(upstream.received().empty());
}

BOOST_AUTO_TEST_CASE(who_am_i) {
  upstream.will_answer("me");

  const auto profile = graph.me(k_bearer);

  BOOST_TEST(profile->user.text() == k_mira);
  BOOST_TEST(upstream.only().target == "/v1.0/me?$select=id,displayName,mail,userPrincipalName");
}

BOOST_AUTO_TEST_CASE(a_subscription_is_created) {
  auto created = belfry::tests::ScriptedAnswer{
      .status = 201, .body = graph_fixture("subscription_create_response")};
  upstream.will_answer(created);

  const auto subscription = graph.subscribe(k_bearer, subscription_request());

  BOOST_REQUIRE(subscription);
  BOOST_TEST(subscription->id.text() == "9c4e2b71-03d8-4f6a-8e19-a5b7c3d2e1f0");
  const auto request = upstream.only();
  BOOST_TEST(request.method == "POST");
  BOOST_TEST(request.target == "/v1.0/subscriptions");
  BOOST_TEST((*JsonView::parse(request.body))["includeResourceData"].boolean().value());
}

BOOST_AUTO_TEST_CASE(refused_subscriptions_tell_why) {
  struct Expected {
    std::string fixture;
    ErrorKind kind;
    std::string code;
    std::string text;
  };
  const Expected samples[] = {
      {"error_409_subscription_exists", ErrorKind::refused, belfry::sync::k_subscription_exists,
       "9c4e2b71-03d8-4f6a-8e19-a5b7c3d2e1f0"},
      {"error_403_subscription_quota", ErrorKind::forbidden, belfry::sync::k_subscription_quota,
       "Maximum number"},
      {"error_403_missing_role", ErrorKind::forbidden, "forbidden", "Chat.Read.All"},
      {"error_400_subscription_validation", ErrorKind::transient, "validationerror",
       "exactly match"},
      {"error_400_subscription_validation_timeout", ErrorKind::transient, "invalidrequest",
       "timed out"},
      {"error_400_lifecycle_url_required", ErrorKind::refused, "invalidrequest",
       "lifecycleNotificationUrl"},
      {"error_503_retry_after", ErrorKind::transient, "servicenotavailable", "503"}};
  for (const Expected& sample : samples) {
    upstream.will_answer(answer_fixture(sample.fixture));

    const auto subscription = graph.subscribe(k_bearer, subscription_request());

    BOOST_REQUIRE(!subscription);
    BOOST_TEST((subscription.error().kind == sample.kind), sample.fixture);
    BOOST_TEST(subscription.error().code == sample.code, sample.fixture);
    BOOST_TEST(subscription.error().text.find(sample.text) != std::string::npos,
               subscription.error().text);
    BOOST_TEST(subscription.error().text.find("q3Vt0mZr8xYkB5uN1cWf7h") == std::string::npos);
  }
  upstream.will_answer(answer_fixture("error_409_subscription_exists"));
  BOOST_TEST(graph.subscribe(k_bearer, subscription_request()).error().text ==
             "9c4e2b71-03d8-4f6a-8e19-a5b7c3d2e1f0");
}

BOOST_AUTO_TEST_CASE(a_conflict_that_names_no_subscription_stays_a_conflict) {
  upstream.will_answer(
      {.status = 409, .body = R"({"error":{"code":"Conflict","message":"try later"}})"});

  const auto subscription = graph.subscribe(k_bearer, subscription_request());

  BOOST_TEST((subscription.error().kind == ErrorKind::refused));
  BOOST_TEST(subscription.error().code == "conflict");
}

BOOST_AUTO_TEST_CASE(an_unanswered_subscription_may_be_asked_for_again) {
  upstream.will_answer({.is_lost = true});
  upstream.will_answer({.is_lost = true});

  const auto subscription = graph.subscribe(k_bearer, subscription_request());

  BOOST_REQUIRE(!subscription);
  BOOST_TEST((subscription.error().kind == ErrorKind::transient));
  BOOST_TEST(seen().at(0) == "graph create_subscription 0");
}

BOOST_AUTO_TEST_CASE(a_subscription_is_renewed_and_removed_by_its_id) {
  upstream.will_answer("subscription_renew_response");
  upstream.will_answer({.status = 204});
  const belfry::SubscriptionId id("9c4e2b71-03d8-4f6a-8e19-a5b7c3d2e1f0");

  const std::vector<belfry::sync::Renewal> one{{id}};
  const auto renewed =
      graph.renew(k_bearer, one, belfry::parse_iso8601("2026-03-05T09:30:00Z").value());
  const auto removed = graph.unsubscribe(k_bearer, id);

  BOOST_REQUIRE(renewed);
  BOOST_TEST(renewed->at(0).has_value());
  BOOST_TEST(removed.has_value());
  const auto requests = upstream.received();
  BOOST_REQUIRE_EQUAL(requests.size(), 2U);
  BOOST_TEST(requests[0].method == "PATCH");
  BOOST_TEST(requests[0].target == "/v1.0/subscriptions/9c4e2b71-03d8-4f6a-8e19-a5b7c3d2e1f0");
  BOOST_TEST(requests[0].body == R"({"expirationDateTime":"2026-03-05T09:30:00.000Z"})");
  BOOST_TEST(requests[1].method == "DELETE");
}

BOOST_AUTO_TEST_CASE(a_subscription_that_is_gone_is_told_as_gone) {
  upstream.will_answer(answer_fixture("error_404_subscription"));

  const std::vector<belfry::sync::Renewal> one{{belfry::SubscriptionId("x")}};
  const auto renewed = graph.renew(k_bearer, one, {});

  BOOST_REQUIRE(renewed);
  BOOST_TEST((renewed->at(0).error().kind == ErrorKind::gone));
}

BOOST_AUTO_TEST_CASE(several_subscriptions_are_renewed_in_one_batch_each_with_its_own_outcome) {
  const std::string renewed_one = graph_fixture("subscription_renew_response");
  const std::string gone = answer_fixture("error_404_subscription").body;
  // In another order, one throttled, one forgotten.
  upstream.will_answer(
      {.status = 200,
       .body = R"({"responses":[{"id":"2","status":429,"headers":{"Retry-After":"7"},"body":{}},)"
               R"({"id":"1","status":404,"body":)" +
               gone + R"(},{"id":"0","status":200,"headers":{},"body":)" + renewed_one + "}]}"});
  std::vector<belfry::sync::Renewal> four;
  for (const char* id : {"a", "b", "c", "d"}) four.push_back({belfry::SubscriptionId(id)});

  const auto outcomes =
      graph.renew(k_bearer, four, belfry::parse_iso8601("2026-03-05T09:30:00Z").value());

  BOOST_REQUIRE(outcomes);
  BOOST_REQUIRE_EQUAL(outcomes->size(), 4U);
  BOOST_TEST(outcomes->at(0).has_value());
  BOOST_TEST((outcomes->at(1).error().kind == ErrorKind::gone));
  BOOST_TEST((outcomes->at(2).error().kind == ErrorKind::throttled));
  BOOST_TEST((outcomes->at(2).error().retry_after == std::chrono::seconds(7)));
  BOOST_TEST((outcomes->at(3).error().kind == ErrorKind::transient));
  const auto request = upstream.received().at(0);
  BOOST_TEST(request.target == "/v1.0/$batch");
  BOOST_TEST(request.body.starts_with(
      R"({"requests":[{"id":"0","method":"PATCH","url":"/subscriptions/a",)"
      R"("headers":{"Content-Type":"application/json"},)"
      R"("body":{"expirationDateTime":"2026-03-05T09:30:00.000Z"}})"));
}

BOOST_AUTO_TEST_CASE(a_batch_that_fails_as_a_whole_is_one_error) {
  const std::vector<belfry::sync::Renewal> two{{belfry::SubscriptionId("a")},
                                               {belfry::SubscriptionId("b")}};
  upstream.will_answer({.status = 503});
  upstream.will_answer({.status = 200, .body = "{}"});

  const auto busy = graph.renew(k_bearer, two, {});
  const auto odd = graph.renew(k_bearer, two, {});

  BOOST_TEST((busy.error().kind == ErrorKind::transient));
  BOOST_TEST((odd.error().kind == ErrorKind::refused));
}

BOOST_AUTO_TEST_CASE(all_pages_of_subscriptions_are_listed) {
  std::string first = graph_fixture("subscription_list");
  first.insert(first.find('{') + 1,
               R"("@odata.nextLink":")" + upstream.url() + R"(/v1.0/subscriptions?$skiptoken=1",)");
  upstream.will_answer({.status = 200, .body = first});
  upstream.will_answer("subscription_list");

  BOOST_TEST(graph.list_subscriptions(k_bearer)->size() == 4U);
}

BOOST_AUTO_TEST_CASE(the_expiry_of_the_secret_in_use_is_found) {
  upstream.will_answer("application_credentials");

  const auto expiry = graph.client_secret_expiry(k_bearer, "8b1f0c9e-2d47-4e6a-b35d-71c9a0e8f264",
                                                 Secret("pL3~secret"));

  BOOST_REQUIRE(expiry);
  BOOST_TEST(belfry::format_iso8601(expiry->value()) == "2028-02-01T00:00:00.000Z");
  BOOST_TEST(upstream.only().target ==
             "/v1.0/"
             "applications(appId='8b1f0c9e-2d47-4e6a-b35d-71c9a0e8f264')?$select=id,appId,"
             "passwordCredentials");
}

BOOST_AUTO_TEST_SUITE_END()
