#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include "tests/sandbox/graph/odd_answers.h"
#include "tests/sandbox_tests/graph_fixture.h"

/// The subscription resource: rules of creation, renewal, quotas, handshakes, lifecycle.
namespace belfry::sandbox::test {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

BOOST_FIXTURE_TEST_SUITE(graph_subscriptions, GraphFixture)

BOOST_AUTO_TEST_CASE(a_subscription_is_created_after_a_handshake_with_each_address) {
  const Response created = subscribe();

  BOOST_TEST(created.status == 201);
  BOOST_TEST(sandbox.log().count("webhook.handshake") == 2U);
  BOOST_TEST(created.json()->getValue<std::string>("resource") == "/chats/getAllMessages");
  BOOST_TEST(created.json()->isNull("encryptionCertificate"));
}

BOOST_AUTO_TEST_CASE(the_client_state_is_not_shown_again) {
  const std::string id = subscribed();

  BOOST_TEST(get_as_app("/subscriptions/" + id).json()->isNull("clientState"));
  const auto rows = get_as_app("/subscriptions").json()->getArray("value");
  BOOST_TEST(rows->size() == 1U);
  BOOST_TEST(rows->getObject(0)->isNull("clientState"));
}

BOOST_AUTO_TEST_CASE(a_second_subscription_on_the_same_resource_is_answered_409) {
  const std::string id = subscribed();

  const Response second = subscribe({.change_type = "deleted,updated,created"});

  BOOST_TEST(second.status == 409);
  BOOST_TEST(second.graph_code() == "Conflict");
  BOOST_TEST(second.body.find(id) != std::string::npos);
  BOOST_TEST(subscribe({.change_type = "created"}).status == 201);
  BOOST_TEST(subscribe({.resource = "/chats/getAllMessages?model=B"}).status == 201);
}

BOOST_AUTO_TEST_CASE(a_wrong_answer_to_the_handshake_is_a_validation_error) {
  receiver.answer_validation_with(
      [](const std::string&) { return text_reply(200, "something else"); });
  const Response wrong_body = subscribe();
  receiver.answer_validation_with([](const std::string& token) { return html_reply(200, token); });
  const Response wrong_type = subscribe();
  receiver.answer_validation_with([](const std::string& token) { return text_reply(202, token); });
  const Response wrong_status = subscribe();

  for (const Response& response : {wrong_body, wrong_type, wrong_status}) {
    BOOST_TEST(response.status == 400);
    BOOST_TEST(response.graph_code() == "ValidationError");
  }
  BOOST_TEST(subscribe({.notification_url = "http://127.0.0.1:1/nobody"}).status == 400);
  BOOST_TEST(graph().subscriptions().empty());
}

BOOST_AUTO_TEST_CASE(the_validation_token_must_be_decoded_as_a_form_value) {
  std::string seen;
  receiver.answer_validation_with([&](const std::string& token) {
    seen = token;
    return text_reply(200, token);
  });

  BOOST_TEST(subscribe().status == 201);

  BOOST_TEST(seen.find(' ') != std::string::npos);
  BOOST_TEST(seen.find('+') != std::string::npos);
}

BOOST_AUTO_TEST_CASE(more_than_an_hour_needs_a_lifecycle_address_and_three_days_are_the_most) {
  const Response without = subscribe({.expiry = minutes{61}, .lifecycle = false});
  BOOST_TEST(without.status == 400);
  BOOST_TEST(without.body.find("lifecycleNotificationUrl is a required property") !=
             std::string::npos);
  BOOST_TEST(
      subscribe({.change_type = "created", .expiry = minutes{60}, .lifecycle = false}).status ==
      201);

  BOOST_TEST(subscribe({.expiry = minutes{4'321}}).status == 400);
  BOOST_TEST(subscribe({.expiry = minutes{4'320}}).status == 201);
  BOOST_TEST(subscribe({.change_type = "deleted", .expiry = minutes{0}}).status == 400);
}

BOOST_AUTO_TEST_CASE(a_rich_subscription_needs_a_certificate_of_enough_bits) {
  BOOST_TEST(subscribe({.rich = true}).status == 201);

  certificate = "bm8gY2VydGlmaWNhdGU=";
  BOOST_TEST(subscribe({.change_type = "created", .rich = true}).status == 400);
  certificate = self_signed_certificate(make_rsa_key(1'024));
  BOOST_TEST(subscribe({.change_type = "created", .rich = true}).status == 400);
}

BOOST_AUTO_TEST_CASE(quotas_are_403_and_the_message_names_them) {
  const std::string chat = "/chats/" + company.coffee + "/messages";
  subscribed({.resource = chat});
  const Response second = subscribe({.resource = chat, .change_type = "created"});
  BOOST_TEST(second.status == 403);
  BOOST_TEST(second.body.find("Maximum number of subscriptions") != std::string::npos);

  graph().change_settings([](GraphSettings& s) { s.organisation_quota = 1; });
  BOOST_TEST(subscribe({.resource = "/chats/" + company.mira_tomas + "/messages"}).status == 403);
  BOOST_TEST(GraphSettings{}.organisation_quota == 10'000U);
  BOOST_TEST(GraphSettings{}.per_user_quota == 10U);
}

BOOST_AUTO_TEST_CASE(model_a_is_for_the_tenant_only_and_models_need_billing) {
  const std::string user = "/users/" + company.mira + "/chats/getAllMessages";
  BOOST_TEST(subscribe({.resource = user + "?model=A"}).status == 400);
  BOOST_TEST(subscribe({.resource = user + "?model=B"}).status == 201);

  graph().change_settings([](GraphSettings& s) { s.billing = false; });

  BOOST_TEST(subscribe({.resource = "/chats/getAllMessages?model=A"}).status == 402);
}

BOOST_AUTO_TEST_CASE(a_user_can_subscribe_to_the_own_chats_but_not_to_the_tenant) {
  const std::string mira = user_token(company.mira);
  const auto as_mira = [&](const std::string& resource) {
    return post_json(url("/subscriptions"), mira, subscription_json({.resource = resource})).status;
  };

  BOOST_TEST(as_mira("/chats/getAllMessages") == 403);
  BOOST_TEST(as_mira("/me/chats/getAllMessages") == 201);
  BOOST_TEST(as_mira("/users/" + company.tomas + "/chats/getAllMessages") == 403);
  BOOST_TEST(as_mira("/chats/" + company.ada_jonas + "/messages") == 403);
}

BOOST_AUTO_TEST_CASE(renewal_moves_the_expiry_and_an_unknown_subscription_is_404) {
  const std::string id = subscribed({.expiry = minutes{60}});

  const Response renewed = renew(id);
  BOOST_TEST(renewed.status == 200);
  advance(hours{69});
  BOOST_TEST(get_as_app("/subscriptions/" + id).status == 200);
  advance(hours{2});

  BOOST_TEST(get_as_app("/subscriptions/" + id).status == 404);
  BOOST_TEST(renew(id).status == 404);
  BOOST_TEST(post_json(url("/subscriptions/" + id + "/reauthorize"), app, "").status == 404);
  BOOST_TEST(
      request("DELETE", url("/subscriptions/" + id), {{"Authorization", "Bearer " + app}}).status ==
      404);
}

BOOST_AUTO_TEST_CASE(an_hour_after_the_last_renewal_notifications_are_held_until_the_next_one) {
  const std::string id = subscribed();
  advance(minutes{61});

  graph().post_message(company.mira_tomas, company.mira, "held");
  BOOST_TEST(quiet());
  BOOST_TEST(graph().webhook_stats().held == 1U);
  BOOST_TEST(receiver.entries().empty());
  advance(hours{3});
  BOOST_TEST(renew(id).status == 200);

  BOOST_TEST(receiver.wait_for(1));
  BOOST_TEST(graph().webhook_stats().held == 0U);
}

BOOST_AUTO_TEST_CASE(reauthorize_frees_held_notifications_without_moving_the_expiry) {
  const std::string id = subscribed();
  const auto expiry = [&] {
    return get_as_app("/subscriptions/" + id).json()->getValue<std::string>("expirationDateTime");
  };
  const std::string before = expiry();
  graph().expire_access(id);
  graph().post_message(company.mira_tomas, company.mira, "held");
  BOOST_TEST(quiet());
  BOOST_TEST(graph().webhook_stats().held == 1U);

  BOOST_TEST(post_json(url("/subscriptions/" + id + "/reauthorize"), app, "").status == 204);

  BOOST_TEST(receiver.wait_for(1));
  BOOST_TEST(expiry() == before);
}

BOOST_AUTO_TEST_CASE(what_was_held_for_four_hours_never_comes) {
  const std::string id = subscribed();
  graph().expire_access(id);
  graph().post_message(company.mira_tomas, company.mira, "lost");
  BOOST_TEST(quiet());

  advance(hours{4} + minutes{2});
  for (int i = 0; i < 6'000 && graph().webhook_stats().held_too_long == 0; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds{5});

  BOOST_TEST(graph().webhook_stats().held_too_long == 1U);
  renew(id);
  BOOST_TEST(quiet());
  BOOST_TEST(receiver.entries().empty());
}

BOOST_AUTO_TEST_CASE(before_the_hour_is_over_a_reauthorization_is_asked_for) {
  const std::string id = subscribed();

  advance(minutes{46});

  BOOST_TEST(receiver.wait_for(1, "/lifecycle"));
  const auto entry = receiver.entries("/lifecycle").front();
  BOOST_TEST(entry->getValue<std::string>("lifecycleEvent") == "reauthorizationRequired");
  BOOST_TEST(entry->getValue<std::string>("subscriptionId") == id);
  BOOST_TEST(entry->getValue<std::string>("clientState") == "our secret");
  BOOST_TEST(!entry->has("resource"));
}

BOOST_AUTO_TEST_CASE(a_removed_subscription_is_announced_to_the_lifecycle_address) {
  const std::string id = subscribed();

  BOOST_TEST(graph().remove_subscription(id));

  BOOST_TEST(receiver.wait_for(1, "/lifecycle"));
  BOOST_TEST(receiver.entries("/lifecycle").front()->getValue<std::string>("lifecycleEvent") ==
             "subscriptionRemoved");
  BOOST_TEST(renew(id).status == 404);
}

BOOST_AUTO_TEST_CASE(create_can_be_unavailable_and_renewal_can_find_nothing) {
  sandbox.graph_faults().add(unavailable_on_create());
  BOOST_TEST(subscribe().status == 503);
  sandbox.graph_faults().clear();
  const std::string id = subscribed();
  sandbox.graph_faults().add(unknown_on_renewal());

  BOOST_TEST(renew(id).status == 404);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace belfry::sandbox::test
