#include "net/graph/message_json.h"

#include <filesystem>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/unit/net/fixture.h"

using belfry::ChatId;
using belfry::ErrorKind;
using belfry::Importance;
using belfry::Mention;
using belfry::Message;
using belfry::MessageBody;
using belfry::Sender;
using belfry::net::message_from_json;
using belfry::net::messages_page_from_json;
using belfry::tests::graph_fixture;

namespace {

const std::string k_group = "19:6f1c0a9be2d34758a1b2c3d4e5f60718@thread.v2";
const std::string k_mira = "11a0f3c2-7b64-4d19-8e5a-6c0d92b4e7f1";
const std::string k_tomas = "22b1e4d3-8c75-4e2a-9f6b-7d1ea3c5f802";

Message message_in(const std::string& name) {
  auto message = message_from_json(graph_fixture(name));
  BOOST_REQUIRE_MESSAGE(message, name);
  return *message;
}

std::string at(belfry::WallTime time) {
  return belfry::format_iso8601(time);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(message_json)

BOOST_AUTO_TEST_CASE(every_sample_of_a_message_is_read) {
  int samples = 0;
  for (const auto& file :
       std::filesystem::directory_iterator(std::string(BELFRY_FIXTURES) + "/graph")) {
    const std::string name = file.path().stem().string();
    if (!name.starts_with("message_")) continue;
    ++samples;

    const Message message = message_in(name);

    BOOST_TEST(message.is_system_event == name.starts_with("message_system_"), name);
    BOOST_TEST(message.sender.has_value() == !message.is_system_event, name);
    BOOST_TEST(message.ref.chat.text().starts_with("19:"), name);
    BOOST_TEST(std::to_string(belfry::to_epoch_ms(message.created)) == message.ref.message.text(),
               name);
  }
  BOOST_TEST(samples >= 25);
}

BOOST_AUTO_TEST_CASE(plain_text_stays_literal) {
  const Message message = message_in("message_text");

  BOOST_TEST(message.ref.message.text() == "1772438400105");
  BOOST_TEST(at(message.created) == "2026-03-02T08:00:00.105Z");
  BOOST_TEST((message.body.type == MessageBody::Type::text));
  BOOST_TEST(message.body.content.reveal() == "Lunch at 12? <not html> & co");
  BOOST_TEST((message.sender->kind == Sender::Kind::user));
  BOOST_TEST(message.sender->user.text() == k_tomas);
  BOOST_TEST(message.sender->display_name == "Tomas Okoye");
  BOOST_TEST(!message.edited);
  BOOST_TEST(!message.deleted);
  BOOST_TEST(!message.policy_notice);
  BOOST_TEST(message.subject.empty());
}

BOOST_AUTO_TEST_CASE(html_bodies_come_as_they_are) {
  for (const std::string name : {"message_html_formatting", "message_table", "message_codeblock",
                                 "message_hosted_image", "message_external_image"}) {
    const Message message = message_in(name);

    BOOST_TEST((message.body.type == MessageBody::Type::html), name);
    BOOST_TEST(message.body.content.reveal().find('<') != std::string::npos, name);
  }
  BOOST_TEST(
      message_in("message_codeblock").body.content.reveal().find(R"(<codeblock class="Cpp">)") !=
      std::string::npos);
}

BOOST_AUTO_TEST_CASE(mentions_keep_their_numbers_and_targets) {
  const Message message = message_in("message_mention");

  BOOST_REQUIRE_EQUAL(message.mentions.size(), 3U);
  BOOST_TEST(message.mentions[1].id == 1);
  BOOST_TEST(message.mentions[1].text.reveal() == "Okoye");
  BOOST_TEST((message.mentions[1].target == Mention::Target::user));
  BOOST_TEST(message.mentions[1].user.text() == k_tomas);
  BOOST_TEST((message.mentions[2].target == Mention::Target::application));
  BOOST_TEST(message.mentions[2].user.empty());
  const Message everyone = message_in("message_mention_everyone");
  BOOST_REQUIRE_EQUAL(everyone.mentions.size(), 1U);
  BOOST_TEST((everyone.mentions[0].target == Mention::Target::everyone));
}

BOOST_AUTO_TEST_CASE(bots_and_connectors_are_applications) {
  for (const std::string name : {"message_adaptive_card_bot", "message_connector_card"}) {
    const Message message = message_in(name);

    BOOST_TEST((message.sender->kind == Sender::Kind::application), name);
    BOOST_TEST(message.sender->user.empty(), name);
    BOOST_TEST(!message.sender->display_name.empty(), name);
    BOOST_TEST(message.attachments.size() == 1U, name);
  }
  BOOST_TEST(message_in("message_adaptive_card_bot")
                 .attachments[0]
                 .content.reveal()
                 .starts_with(R"({"type": "AdaptiveCard")"));
}

BOOST_AUTO_TEST_CASE(attachments_keep_type_place_and_name) {
  const Message file = message_in("message_file_reference");
  BOOST_REQUIRE_EQUAL(file.attachments.size(), 1U);
  BOOST_TEST(file.attachments[0].content_type == "reference");
  BOOST_TEST(file.attachments[0].content_url.starts_with("https://"));
  BOOST_TEST(!file.attachments[0].name.empty());

  const Message kinds = message_in("message_meeting_loop");
  BOOST_REQUIRE_EQUAL(kinds.attachments.size(), 3U);
  BOOST_TEST(kinds.attachments[2].content_type == "application/vnd.contoso.future");
  BOOST_TEST(kinds.attachments[2].content.reveal() == "not json");

  BOOST_TEST(message_in("message_code_snippet").attachments[0].content_type ==
             "application/vnd.microsoft.card.codesnippet");
  BOOST_TEST(message_in("message_reference_reply").attachments[0].content_type ==
             "messageReference");
  BOOST_TEST(message_in("message_forwarded").attachments[0].content_type ==
             "forwardedMessageReference");
}

BOOST_AUTO_TEST_CASE(a_sender_of_another_tenant_may_have_no_name) {
  const Message message = message_in("message_federated_sender");

  BOOST_TEST((message.sender->kind == Sender::Kind::user));
  BOOST_TEST(message.sender->user.text() == "44d3c6f5-ae97-403c-b18d-9f30c5e7ba24");
  BOOST_TEST(message.sender->display_name.empty());
}

BOOST_AUTO_TEST_CASE(edits_reactions_and_deletions_are_told_apart) {
  const Message edited = message_in("message_edited");
  BOOST_TEST(at(edited.edited.value()) == "2026-03-02T08:20:11.020Z");
  BOOST_TEST(!edited.deleted);

  const Message reacted = message_in("message_emoji_reacted");
  BOOST_TEST(!reacted.edited);
  BOOST_TEST((reacted.modified > reacted.created));

  const Message deleted = message_in("message_deleted");
  BOOST_TEST(at(deleted.deleted.value()) == "2026-03-02T08:31:02.500Z");
  BOOST_TEST(deleted.body.content.empty());
}

BOOST_AUTO_TEST_CASE(importance_and_subject_are_kept) {
  const Message message = message_in("message_urgent_subject");

  BOOST_TEST((message.importance == Importance::urgent));
  BOOST_TEST(!message.subject.empty());
}

BOOST_AUTO_TEST_CASE(a_message_blocked_by_policy_shows_the_policys_text_only) {
  const Message message = message_in("message_policy_violation");

  BOOST_REQUIRE(message.policy_notice);
  BOOST_TEST(message.policy_notice->reveal() ==
             "This message was blocked because it contains a card number.");
}

BOOST_AUTO_TEST_CASE(system_events_are_known_by_their_detail) {
  const std::pair<std::string, std::string> events[] = {
      {"message_system_members_added", "membersAddedEventMessageDetail"},
      {"message_system_members_deleted", "membersDeletedEventMessageDetail"},
      {"message_system_chat_renamed", "chatRenamedEventMessageDetail"},
      {"message_system_call_ended", "callEndedEventMessageDetail"},
      {"message_system_without_prefer", "chatRenamedEventMessageDetail"},
      {"message_system_unknown_event", "somethingNewEventMessageDetail"}};
  for (const auto& [name, type] : events) {
    const Message message = message_in(name);

    BOOST_TEST(message.is_system_event, name);
    BOOST_TEST(message.event_type == type);
  }
}

BOOST_AUTO_TEST_CASE(a_deleted_message_without_sender_is_no_system_event) {
  const auto deleted = message_from_json(
      R"({"id":"1772438400105","chatId":"19:x@thread.v2","from":null,"deletedDateTime":"2026-03-02T08:00:00Z"})");
  const auto without =
      message_from_json(R"({"id":"1772438400105","chatId":"19:x@thread.v2","from":null})");

  BOOST_TEST(!deleted->is_system_event);
  BOOST_TEST(without->is_system_event);
}

BOOST_AUTO_TEST_CASE(a_message_whose_sender_is_not_known_is_told_all_the_same) {
  const auto message = message_from_json(
      R"({"id":"1772438400105","chatId":"19:x@thread.v2","messageType":"message","from":null,
          "body":{"contentType":"text","content":"hello"}})");

  BOOST_TEST(!message->is_system_event);
  BOOST_TEST(!message->sender);
}

BOOST_AUTO_TEST_CASE(unknown_values_and_missing_members_are_no_errors) {
  const auto message = message_from_json(
      R"({"id":"1772438400105","chatId":"19:x@thread.v2","importance":"mighty","messageType":"message",
          "createdDateTime":"2026-03-02 08:00:00.1050001","from":{"user":null,"device":{"id":"d"}},
          "mentions":[{"id":0,"mentioned":{"hologram":{}}},{}],"attachments":[{}],"future":[[1]]})");

  BOOST_REQUIRE(message);
  BOOST_TEST((message->importance == Importance::normal));
  BOOST_TEST(at(message->created) == "2026-03-02T08:00:00.105Z");
  BOOST_TEST((message->sender->kind == Sender::Kind::other));
  BOOST_TEST((message->mentions[0].target == Mention::Target::other));
  BOOST_TEST((message->body.type == MessageBody::Type::text));
  BOOST_TEST(!message->is_system_event);
}

BOOST_AUTO_TEST_CASE(a_message_without_times_is_dated_by_its_id) {
  const auto message = message_from_json(R"({"id":"1772438400105","chatId":"19:x@thread.v2"})");
  const auto monstrous =
      message_from_json(R"({"id":"18446744073709551615","chatId":"19:x@thread.v2"})");

  BOOST_TEST(at(message->created) == "2026-03-02T08:00:00.105Z");
  BOOST_TEST(at(message->modified) == "2026-03-02T08:00:00.105Z");
  BOOST_TEST(at(monstrous->created) == "9999-12-31T23:59:59.999Z");
}

BOOST_AUTO_TEST_CASE(a_message_must_be_named) {
  BOOST_TEST(!message_from_json(R"({"chatId":"19:x@thread.v2"})"));
  BOOST_TEST(!message_from_json(R"({"id":"1"})"));
  BOOST_TEST(message_from_json(R"({"id":"1"})", ChatId("19:y@thread.v2"))->ref.chat.text() ==
             "19:y@thread.v2");
  BOOST_TEST((message_from_json("<html>").error().kind == ErrorKind::refused));
}

BOOST_AUTO_TEST_CASE(pages_carry_messages_and_the_way_on) {
  const auto first = messages_page_from_json(graph_fixture("messages_page_1"));
  BOOST_TEST(!first->messages.empty());
  BOOST_TEST(first->unreadable == 0);
  BOOST_TEST(first->next_link.starts_with("https://graph.microsoft.com/v1.0/chats/"));
  BOOST_TEST(first->messages[0].message.ref.chat.text() == k_group);

  const auto last = messages_page_from_json(graph_fixture("messages_page_last"));
  BOOST_TEST(!last->messages.empty());
  BOOST_TEST(last->next_link.empty());

  const auto empty_next = messages_page_from_json(graph_fixture("messages_page_empty_next"));
  BOOST_TEST(empty_next->messages.empty());
  BOOST_TEST(!empty_next->next_link.empty());

  const auto empty = messages_page_from_json(graph_fixture("messages_page_empty"));
  BOOST_TEST(empty->messages.empty());
  BOOST_TEST(empty->next_link.empty());
}

BOOST_AUTO_TEST_CASE(export_and_delta_pages_are_read_the_same_way) {
  const auto next = messages_page_from_json(graph_fixture("delta_page_next"));
  BOOST_TEST(!next->next_link.empty());
  BOOST_TEST(next->delta_link.empty());
  const auto end = messages_page_from_json(graph_fixture("delta_page_delta"));
  BOOST_TEST(end->next_link.empty());
  BOOST_TEST(!end->delta_link.empty());
  const auto empty = messages_page_from_json(graph_fixture("delta_page_empty"));
  BOOST_TEST(empty->messages.empty());
  BOOST_TEST(!empty->delta_link.empty());
  const auto replay = messages_page_from_json(graph_fixture("delta_page_replay"));
  BOOST_TEST(replay->messages.size() == 1U);
  BOOST_TEST(replay->unreadable == 1);
  BOOST_TEST(!messages_page_from_json(graph_fixture("getallmessages_page"))->messages.empty());
}

BOOST_AUTO_TEST_CASE(what_is_no_list_is_refused) {
  BOOST_TEST(!messages_page_from_json(R"({"error":{}})"));
  BOOST_TEST(!messages_page_from_json("[]"));
}

BOOST_AUTO_TEST_SUITE_END()
