#include "net/graph/graph_json.h"

#include <string>

#include <boost/test/unit_test.hpp>

#include "net/json/json_view.h"
#include "tests/unit/net/fixture.h"

using belfry::Chat;
using belfry::Secret;
using belfry::net::is_active_presence;
using belfry::net::JsonView;
using belfry::tests::graph_fixture;

namespace net = belfry::net;

namespace {

const std::string k_mira = "11a0f3c2-7b64-4d19-8e5a-6c0d92b4e7f1";
const std::string k_tomas = "22b1e4d3-8c75-4e2a-9f6b-7d1ea3c5f802";
const std::string k_tenant = "3f6c1a52-9d0e-4b7a-8c21-5e4d7f90b113";

std::string at(belfry::WallTime time) {
  return belfry::format_iso8601(time);
}

/// Both texts hold the same members of these names.
void check_same_members(const std::string& made, const std::string& sample,
                        std::initializer_list<const char*> names) {
  const auto ours = JsonView::parse(made);
  const auto theirs = JsonView::parse(sample);
  BOOST_REQUIRE(ours);
  for (const char* name : names) BOOST_TEST((*ours)[name].raw() == (*theirs)[name].raw(), name);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(graph_json)

BOOST_AUTO_TEST_CASE(a_group_chat_comes_with_its_members) {
  const auto answer = net::chat_from_json(graph_fixture("chat_group_with_members"));

  BOOST_REQUIRE(answer);
  const Chat& chat = answer->chat;
  BOOST_TEST(chat.id.text() == "19:6f1c0a9be2d34758a1b2c3d4e5f60718@thread.v2");
  BOOST_TEST((chat.type == Chat::Type::group));
  BOOST_TEST(chat.topic.reveal() == "Release crew");
  BOOST_TEST(chat.tenant.text() == k_tenant);
  BOOST_TEST(chat.web_url.starts_with("https://teams.microsoft.com/l/chat/"));
  BOOST_TEST(!answer->is_cut);
  BOOST_REQUIRE_EQUAL(chat.members.size(), 4U);
  BOOST_TEST(chat.members[0].user.text() == k_mira);
  BOOST_TEST(chat.members[0].display_name == "Mira Lindqvist");
  BOOST_TEST(chat.members[0].mail == "mira@contoso.example");
  BOOST_TEST(!chat.members[0].sees_since);
  BOOST_TEST(chat.members[2].mail.empty());
  BOOST_TEST(at(chat.members[2].sees_since.value()) == "2026-02-20T10:00:00.000Z");
}

BOOST_AUTO_TEST_CASE(one_on_one_and_meeting_chats_are_told_apart) {
  const auto pair = net::chat_from_json(graph_fixture("chat_one_on_one_with_members"));
  BOOST_TEST((pair->chat.type == Chat::Type::one_on_one));
  BOOST_TEST(pair->chat.topic.empty());
  BOOST_TEST(pair->chat.members.size() == 2U);

  const auto meeting = net::chat_from_json(graph_fixture("chat_meeting"));
  BOOST_TEST((meeting->chat.type == Chat::Type::meeting));
  BOOST_TEST(meeting->chat.topic.reveal() == "Budget review");
  BOOST_TEST(meeting->is_cut);

  BOOST_TEST(
      (net::chat_from_json(R"({"id":"x","chatType":"seance"})")->chat.type == Chat::Type::other));
  BOOST_TEST(
      net::chat_from_json(R"({"id":"x","members":[],"members@odata.nextLink":"y"})")->is_cut);
  BOOST_TEST(!net::chat_from_json(R"({"topic":"x"})"));
}

BOOST_AUTO_TEST_CASE(members_without_a_user_id_are_kept) {
  const auto page = net::members_page_from_json(graph_fixture("chat_members_page"));

  BOOST_REQUIRE(page);
  BOOST_REQUIRE_EQUAL(page->members.size(), 3U);
  BOOST_TEST(page->members[2].user.empty());
  BOOST_TEST(page->members[2].display_name == "Visitor");
  BOOST_TEST(page->next.ends_with("/members?$skiptoken=bTE9MQ"));
}

BOOST_AUTO_TEST_CASE(a_list_of_chats_tells_when_each_last_moved) {
  const auto first = net::chats_page_from_json(graph_fixture("chats_list_page_1"));
  BOOST_REQUIRE_EQUAL(first->chats.size(), 3U);
  BOOST_TEST(at(first->chats[0].last_message.value()) == "2026-03-02T08:15:30.417Z");
  BOOST_TEST(at(first->chats[1].last_message.value()) == "2026-03-02T07:59:01.250Z");
  BOOST_TEST(first->chats[2].last_message.has_value());
  BOOST_TEST(!first->next_link.empty());

  const auto last = net::chats_page_from_json(graph_fixture("chats_list_page_2"));
  BOOST_REQUIRE_EQUAL(last->chats.size(), 1U);
  BOOST_TEST(!last->chats[0].last_message);
  BOOST_TEST(last->next_link.empty());
}

BOOST_AUTO_TEST_CASE(presence_is_read_in_both_spellings) {
  const auto old_form = net::presences_from_json(graph_fixture("presence_response"));
  BOOST_REQUIRE_EQUAL(old_form->size(), 3U);
  BOOST_TEST((*old_form)[0].user.text() == k_mira);
  BOOST_TEST((*old_form)[0].active);
  BOOST_TEST(!(*old_form)[1].active);
  BOOST_TEST(!(*old_form)[2].active);

  const auto new_form = net::presences_from_json(graph_fixture("presence_response_new_spelling"));
  BOOST_REQUIRE_EQUAL(new_form->size(), 3U);
  BOOST_TEST((*new_form)[0].active);
  BOOST_TEST(!(*new_form)[1].active);
  BOOST_TEST((*new_form)[2].active);
}

BOOST_AUTO_TEST_CASE(either_property_can_say_away) {
  for (const std::string word : {"Offline", "offWork", "Inactive", "AWAY", "PresenceUnknown"}) {
    BOOST_TEST(!is_active_presence(word, "Available"), word);
    BOOST_TEST(!is_active_presence("Available", word), word);
  }
  for (const std::string word : {"Available", "AvailableIdle", "BusyIdle", "BeRightBack",
                                 "DoNotDisturb", "OutOfOffice", "focusing", "SomethingNew"})
    BOOST_TEST(is_active_presence(word, "Available"), word);
  BOOST_TEST(!is_active_presence("Offline", "OutOfOffice"));
  BOOST_TEST(!is_active_presence("", ""));
}

BOOST_AUTO_TEST_CASE(presence_is_asked_by_ids) {
  const std::vector<belfry::TeamsUserId> users = {
      belfry::TeamsUserId(k_mira), belfry::TeamsUserId(k_tomas),
      belfry::TeamsUserId("33c2d5e4-9d86-4f3b-a07c-8e2fb4d6a913")};
  const std::string body = net::presence_request_to_json(users);

  const std::string text = graph_fixture("presence_request");
  const auto sample = JsonView::parse(text);
  const auto made = JsonView::parse(body);
  auto ours = (*made)["ids"].begin();
  for (const JsonView each : (*sample)["ids"]) {
    BOOST_TEST((*ours).text() == each.text());
    ++ours;
  }
  BOOST_TEST((ours == (*made)["ids"].end()));
}

BOOST_AUTO_TEST_CASE(a_profile_without_mail_goes_by_its_principal_name) {
  const auto mira = net::profile_from_json(graph_fixture("me"));
  BOOST_TEST(mira->user.text() == k_mira);
  BOOST_TEST(mira->display_name == "Mira Lindqvist");
  BOOST_TEST(mira->mail == "mira@contoso.example");

  const auto yuna = net::profile_from_json(graph_fixture("me_no_mail"));
  BOOST_TEST(yuna->mail == "yuna_fabrikam.example#EXT#@contoso.onmicrosoft.com");
  BOOST_TEST(!net::profile_from_json("{}"));
}

BOOST_AUTO_TEST_CASE(subscriptions_are_read_one_by_one_and_as_a_list) {
  const auto created = net::subscription_from_json(graph_fixture("subscription_create_response"));
  BOOST_TEST(created->id.text() == "9c4e2b71-03d8-4f6a-8e19-a5b7c3d2e1f0");
  BOOST_TEST(created->resource == "/chats/getAllMessages");
  BOOST_TEST(created->change_types == "created,updated,deleted");
  BOOST_TEST(created->notification_url == "https://belfry.example.com/changes");
  BOOST_TEST(at(created->expires) == "2026-03-05T09:00:00.000Z");
  BOOST_TEST(net::subscription_from_json(graph_fixture("subscription_renew_response")).has_value());

  const auto list = net::subscriptions_page_from_json(graph_fixture("subscription_list"));
  BOOST_REQUIRE_EQUAL(list->subscriptions.size(), 2U);
  BOOST_TEST(list->subscriptions[1].notification_url == "https://other.example.net/hook");
  BOOST_TEST(list->next_link.empty());
  BOOST_TEST(!net::subscription_from_json(R"({"id":"x"})"));
}

BOOST_AUTO_TEST_CASE(a_rich_subscription_is_asked_for_as_the_sample_shows) {
  const std::string sample = graph_fixture("subscription_create_request");
  belfry::sync::SubscriptionRequest request;
  request.spec = {
      .resource = "/chats/getAllMessages", .change_types = "created,updated,deleted", .rich = true};
  request.notification_url = "https://belfry.example.com/changes";
  request.lifecycle_url = "https://belfry.example.com/lifecycle";
  request.client_state = Secret("q3Vt0mZr8xYkB5uN1cWf7h");
  request.expires = belfry::parse_iso8601("2026-03-05T09:00:00Z").value();
  request.certificate = belfry::CertificateId("belfry-2026-01");
  request.certificate_base64 = (*JsonView::parse(sample))["encryptionCertificate"].text();

  const std::string body = net::subscription_to_json(request);

  check_same_members(body, sample,
                     {"changeType", "notificationUrl", "lifecycleNotificationUrl", "resource",
                      "clientState", "includeResourceData", "encryptionCertificate",
                      "encryptionCertificateId", "latestSupportedTlsVersion"});
  BOOST_TEST((*JsonView::parse(body))["expirationDateTime"].text() == "2026-03-05T09:00:00.000Z");
}

BOOST_AUTO_TEST_CASE(a_basic_subscription_asks_for_no_resource_data) {
  belfry::sync::SubscriptionRequest request;
  request.spec = {.resource = "/chats/getAllMessages?model=B",
                  .change_types = "created,updated,deleted",
                  .rich = false};
  request.notification_url = "https://belfry.example.com/changes";
  request.lifecycle_url = "https://belfry.example.com/lifecycle";
  request.client_state = Secret("q3Vt0mZr8xYkB5uN1cWf7h");

  check_same_members(net::subscription_to_json(request),
                     graph_fixture("subscription_create_request_basic"),
                     {"changeType", "notificationUrl", "lifecycleNotificationUrl", "resource",
                      "clientState", "includeResourceData", "encryptionCertificate",
                      "encryptionCertificateId", "latestSupportedTlsVersion"});
}

BOOST_AUTO_TEST_CASE(a_renewal_may_bring_a_certificate) {
  const std::string sample = graph_fixture("subscription_renew_request");
  belfry::EncryptionCertificate certificate;
  certificate.id = belfry::CertificateId("belfry-2026-01");
  certificate.certificate_base64 = (*JsonView::parse(sample))["encryptionCertificate"].text();

  const belfry::WallTime expires = belfry::parse_iso8601("2026-03-05T09:30:00Z").value();
  check_same_members(net::renewal_to_json(expires, &certificate), sample,
                     {"encryptionCertificate", "encryptionCertificateId"});
  BOOST_TEST(net::renewal_to_json(expires, nullptr) ==
             R"({"expirationDateTime":"2026-03-05T09:30:00.000Z"})");
}

BOOST_AUTO_TEST_CASE(the_secret_in_use_is_found_by_its_hint) {
  const std::string application = graph_fixture("application_credentials");

  BOOST_TEST(at(net::secret_expiry_from_json(application, Secret("x7Q~rest"))->value()) ==
             "2026-04-01T00:00:00.000Z");
  BOOST_TEST(at(net::secret_expiry_from_json(application, Secret("pL3~rest"))->value()) ==
             "2028-02-01T00:00:00.000Z");
  BOOST_TEST(!net::secret_expiry_from_json(application, Secret("zzz~rest"))->has_value());
  BOOST_TEST(!net::secret_expiry_from_json("<html>", Secret("x")));
}

BOOST_AUTO_TEST_SUITE_END()
