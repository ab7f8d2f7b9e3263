#include "net/graph/notification_json.h"

#include <ctime>
#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/unit/net/fixture.h"

using belfry::ChangeKind;
using belfry::ErrorKind;
using belfry::LifecycleKind;
using belfry::Notification;
using belfry::NotificationBatch;
using belfry::net::chat_of_path;
using belfry::net::message_of_path;
using belfry::net::notifications_from_json;
using belfry::tests::graph_fixture;

namespace {

const std::string k_group = "19:6f1c0a9be2d34758a1b2c3d4e5f60718@thread.v2";
const std::string k_pair =
    "19:11a0f3c2-7b64-4d19-8e5a-6c0d92b4e7f1_22b1e4d3-8c75-4e2a-9f6b-7d1ea3c5f802@unq.gbl.spaces";

NotificationBatch batch_in(const std::string& name) {
  auto batch = notifications_from_json(graph_fixture(name));
  BOOST_REQUIRE_MESSAGE(batch, name);
  return *batch;
}

/// A body of rich entries, as many as stay below `bytes`.
std::string rich_body(std::size_t bytes) {
  const std::string one = graph_fixture("notification_rich_created");
  const std::size_t begin = one.find('[') + 1;
  const std::size_t end = one.find("],", begin);
  const std::string entry = one.substr(begin, end - begin);
  std::string body = "{\"value\":[" + entry;
  while (body.size() + 2 * entry.size() < bytes) body += "," + entry;
  return body + one.substr(end);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(notification_json)

BOOST_AUTO_TEST_CASE(a_basic_notification_names_message_kind_and_subscription) {
  const NotificationBatch batch = batch_in("notification_basic_created");

  BOOST_REQUIRE_EQUAL(batch.notifications.size(), 1U);
  BOOST_TEST(batch.malformed == 0);
  const Notification& one = batch.notifications[0];
  BOOST_TEST(one.subscription.text() == "9c4e2b71-03d8-4f6a-8e19-a5b7c3d2e1f0");
  BOOST_TEST(one.client_state.equals("q3Vt0mZr8xYkB5uN1cWf7h"));
  BOOST_TEST(one.tenant.text() == "3f6c1a52-9d0e-4b7a-8c21-5e4d7f90b113");
  BOOST_TEST(one.ref.chat.text() == k_group);
  BOOST_TEST(one.ref.message.text() == "1772439330417");
  BOOST_TEST((one.kind == ChangeKind::created));
  BOOST_TEST(!one.resource);
}

BOOST_AUTO_TEST_CASE(updated_means_edited_until_resolved) {
  BOOST_TEST(
      (batch_in("notification_basic_updated").notifications.at(0).kind == ChangeKind::edited));
  BOOST_TEST(
      (batch_in("notification_basic_deleted").notifications.at(0).kind == ChangeKind::deleted));
}

BOOST_AUTO_TEST_CASE(extras_and_unknown_members_are_passed_over) {
  BOOST_TEST(batch_in("notification_basic_etag").notifications.size() == 1U);
  BOOST_TEST(batch_in("notification_unknown_fields").notifications.size() == 1U);
  BOOST_TEST(batch_in("notification_unknown_fields").malformed == 0);
}

BOOST_AUTO_TEST_CASE(all_spellings_of_a_path_name_the_message) {
  const NotificationBatch batch = batch_in("notification_path_forms");

  BOOST_REQUIRE_EQUAL(batch.notifications.size(), 4U);
  BOOST_TEST(batch.notifications[0].ref.chat.text() == k_pair);
  for (std::size_t i = 1; i < 4; ++i)
    BOOST_TEST(batch.notifications[i].ref.chat.text() == k_group, i);
  for (const Notification& each : batch.notifications)
    BOOST_TEST(each.ref.message.text() == "1772439330417");
}

BOOST_AUTO_TEST_CASE(a_chat_itself_may_be_what_changed) {
  const std::string entry =
      R"json({"subscriptionId":"s","changeType":"updated","resource":"chats('19:a@thread.v2')",
          "resourceData":{"id":"19:a@thread.v2","@odata.type":"#Microsoft.Graph.chat"}})json";

  const auto batch = notifications_from_json(R"({"value":[)" + entry + "]}");

  BOOST_REQUIRE(batch);
  BOOST_REQUIRE_EQUAL(batch->notifications.size(), 1U);
  BOOST_TEST((batch->notifications[0].kind == ChangeKind::chat));
  BOOST_TEST(batch->notifications[0].ref.chat.text() == "19:a@thread.v2");
  BOOST_TEST(batch->notifications[0].ref.message.empty());
  for (const char* path : {"/chats/19:a@thread.v2", "Chats('19%3Aa%40thread.v2')"})
    BOOST_TEST(chat_of_path(path).value_or(belfry::ChatId{}).text() == "19:a@thread.v2", path);
  for (const char* path :
       {"chats", "chats('')", "chats('a')/members", "chats('a b')", "users('a')"})
    BOOST_TEST(!chat_of_path(path), path);
}

BOOST_AUTO_TEST_CASE(a_batch_keeps_entries_of_all_kinds_in_order) {
  const NotificationBatch batch = batch_in("notification_batch_mixed");

  BOOST_REQUIRE_EQUAL(batch.notifications.size(), 6U);
  BOOST_TEST(batch.notifications[2].client_state.equals("not-the-secret"));
  BOOST_TEST(batch.notifications[3].subscription.text() == "0d3b9f24-6e57-4a18-b0c9-7f8e6d5c4b3a");
  BOOST_TEST(batch.notifications[4].tenant.text() == "b2a40d77-6c18-4f3e-9a5b-0d1e2f3a4b5c");
  BOOST_TEST((batch.notifications[5].ref == batch.notifications[0].ref));
}

BOOST_AUTO_TEST_CASE(rich_entries_keep_their_closed_content_and_the_bodys_tokens) {
  for (const std::string name :
       {"notification_rich_created", "notification_rich_updated", "notification_rich_deleted",
        "notification_rich_tampered", "notification_rich_unknown_certificate",
        "notification_rich_bad_token"}) {
    const NotificationBatch batch = batch_in(name);

    BOOST_REQUIRE_EQUAL(batch.notifications.size(), 1U);
    BOOST_REQUIRE(batch.notifications[0].resource);
    const auto& resource = *batch.notifications[0].resource;
    BOOST_TEST(!resource.data.empty(), name);
    BOOST_TEST(!resource.key.empty(), name);
    BOOST_TEST(!resource.signature.empty(), name);
    BOOST_TEST(!resource.certificate.empty(), name);
    BOOST_TEST(resource.validation_tokens.size() == 1U, name);
    BOOST_TEST(resource.tenant.text() == "3f6c1a52-9d0e-4b7a-8c21-5e4d7f90b113", name);
  }
  BOOST_TEST(
      batch_in("notification_rich_no_signature").notifications.at(0).resource->signature.empty());
}

BOOST_AUTO_TEST_CASE(lifecycle_entries_are_told_by_their_event) {
  const std::pair<std::string, LifecycleKind> events[] = {
      {"lifecycle_reauthorization_required", LifecycleKind::reauthorization_required},
      {"lifecycle_subscription_removed", LifecycleKind::subscription_removed},
      {"lifecycle_missed", LifecycleKind::missed}};
  for (const auto& [name, kind] : events) {
    const NotificationBatch batch = batch_in(name);

    BOOST_TEST(batch.notifications.empty(), name);
    BOOST_REQUIRE_EQUAL(batch.lifecycle.size(), 1U);
    BOOST_TEST((batch.lifecycle[0].kind == kind), name);
    BOOST_TEST(batch.lifecycle[0].client_state.equals("q3Vt0mZr8xYkB5uN1cWf7h"), name);
  }
  const NotificationBatch batch = batch_in("lifecycle_batch");
  BOOST_REQUIRE_EQUAL(batch.lifecycle.size(), 4U);
  BOOST_TEST(batch.lifecycle[2].subscription.text() == "0d3b9f24-6e57-4a18-b0c9-7f8e6d5c4b3a");
  BOOST_TEST((batch.lifecycle[3].kind == LifecycleKind::other));
}

BOOST_AUTO_TEST_CASE(a_malformed_entry_is_counted_and_harms_no_other) {
  const std::string path = R"j("resource":"chats('19:a@thread.v2')/messages('1')")j";
  const std::string good = R"({"subscriptionId":"s","changeType":"created",)" + path + "}";
  const std::string body =
      R"({"value":[null,7,"x",[],{},)" + good + R"(,{"subscriptionId":"s","changeType":"born",)" +
      path + R"(},{"subscriptionId":"s","changeType":"created","resource":"teams/1/messages/1"},)" +
      R"({"changeType":"created",)" + path + R"(},{"lifecycleEvent":"missed"}]})";

  const auto batch = notifications_from_json(body);

  BOOST_REQUIRE(batch);
  BOOST_TEST(batch->notifications.size() == 1U);
  BOOST_TEST(batch->lifecycle.empty());
  BOOST_TEST(batch->malformed == 9);
}

BOOST_AUTO_TEST_CASE(the_odata_id_stands_in_for_a_missing_resource) {
  const auto batch = notifications_from_json(
      R"({"value":[{"subscriptionId":"s","changeType":"created","resourceData":{"@odata.id":"chats/a/messages/1"}}]})");

  BOOST_TEST(batch->notifications.at(0).ref.message.text() == "1");
}

BOOST_AUTO_TEST_CASE(json_of_another_shape_counts_as_one_malformed_entry) {
  for (const std::string body : {"{}", "[]", "null", "7", R"({"value":{}})", R"({"value":null})"}) {
    const auto batch = notifications_from_json(body);
    BOOST_REQUIRE_MESSAGE(batch, body);
    BOOST_TEST(batch->malformed == 1, body);
  }
  BOOST_TEST(notifications_from_json(R"({"value":[]})")->malformed == 0);
}

BOOST_AUTO_TEST_CASE(what_is_no_json_is_refused) {
  for (const std::string body : {"", "hello", "<html></html>", "{\"value\":[", "a=b"}) {
    const auto batch = notifications_from_json(body);
    BOOST_REQUIRE_MESSAGE(!batch, body);
    BOOST_TEST((batch.error().kind == ErrorKind::refused), body);
  }
}

BOOST_AUTO_TEST_CASE(deep_nesting_is_refused) {
  BOOST_TEST(!notifications_from_json("{\"value\":" + std::string(4'000'000, '[')));
  BOOST_TEST(!notifications_from_json("{\"value\":[{\"x\":" + std::string(100, '[') +
                                      std::string(100, ']') + "}]}"));
}

BOOST_AUTO_TEST_CASE(paths_may_be_odd_but_not_wrong) {
  for (const std::string path :
       {"chats('a:b')/messages('1')", "/chats/a:b/messages/1", "chats/a%3Ab/messages/1",
        "CHATS('a:b')/Messages('1')", "chats(%27a%3ab%27)/messages('1')",
        "users('u')/chats('a:b')/messages('1')", "users/u/chats/a:b/messages/1",
        "v1.0/chats('a:b')/messages('1')/",
        "https://graph.microsoft.com/v1.0/chats/a:b/messages/1"}) {
    const auto ref = message_of_path(path);
    BOOST_REQUIRE_MESSAGE(ref, path);
    BOOST_TEST(ref->chat.text() == "a:b", path);
    BOOST_TEST(ref->message.text() == "1", path);
  }
  for (const std::string path :
       {"chats('a:b')/messages(')", "", "/", "(", "((", "chats", "chats('a:b')",
        "chats('a:b')/messages", "chats('')/messages('1')", "chats('a:b')/messages('')",
        "chats('a:b/messages('1')", "chats(a:b)/messages(1)", "messages('1')",
        "teams('t')/channels('c')/messages('1')", "chats('a:b')/messages('1')/hostedContents('2')",
        "chats('a b')/messages('1')", "chats('a\nb')/messages('1')",
        "chats('a%00b')/messages('1')"})
    BOOST_TEST(!message_of_path(path), path);
  BOOST_TEST(!message_of_path("chats('" + std::string(513, 'a') + "')/messages('1')"));
}

BOOST_AUTO_TEST_CASE(a_full_body_is_read_whole_and_quickly) {
  const std::string body = rich_body(std::size_t{4} * 1024 * 1024);

  // Processor time: what others do on the machine is no matter of the reader's.
  const std::clock_t begin = std::clock();
  const auto batch = notifications_from_json(body);
  const std::clock_t took = std::clock() - begin;

  BOOST_REQUIRE(batch);
  BOOST_TEST(batch->notifications.size() > 1500U);
  BOOST_TEST(batch->malformed == 0);
  for (const Notification& each : batch->notifications)
    BOOST_TEST_REQUIRE(each.resource.has_value());
  // Measured 14 ms; the bound leaves room for sanitizers, not for a slower kind of growth.
  BOOST_TEST(took < 2 * CLOCKS_PER_SEC);
}

BOOST_AUTO_TEST_CASE(tokens_cannot_be_multiplied_without_bound) {
  const std::string entry =
      R"j({"subscriptionId":"s","changeType":"created","resource":"chats('a')/messages('1')","encryptedContent":{}})j";
  std::string entries = entry;
  for (int i = 1; i < 5000; ++i) entries += "," + entry;
  const std::string token = "\"" + std::string(10'000, 'x') + "\"";

  const auto many_entries =
      notifications_from_json("{\"value\":[" + entries + "],\"validationTokens\":[" + token + "]}");
  const auto big_tokens = notifications_from_json(
      "{\"value\":[" + entry + "],\"validationTokens\":[" + token + "," + token + "]}");

  std::size_t copied = 0;
  for (const Notification& each : many_entries->notifications)
    if (each.resource) copied += each.resource->validation_tokens.at(0).size();
  BOOST_TEST(many_entries->notifications.size() == 5000U);
  BOOST_TEST(copied > 0U);
  BOOST_TEST(copied <= std::size_t{16} * 1024 * 1024);
  BOOST_TEST(big_tokens->notifications.size() == 1U);
  BOOST_TEST(!big_tokens->notifications[0].resource);
}

BOOST_AUTO_TEST_SUITE_END()
