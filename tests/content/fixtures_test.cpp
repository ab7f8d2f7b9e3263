#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "sync/render/json_value.h"
#include "sync/render/render.h"
#include "sync/render/text.h"
#include "tests/content/corpus.h"

namespace belfry::content {
namespace {

using render::JsonValue;

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// As much of net/graph's reading as the rendering needs: these tests know no Graph client.
Message message_of(const JsonValue& json) {
  Message message;
  message.ref = {ChatId{json["chatId"].text()}, MessageId{json["id"].text()}};
  message.created = parse_iso8601(json["createdDateTime"].text()).value_or(WallTime{});
  message.edited = parse_iso8601(json["lastEditedDateTime"].text());
  message.deleted = parse_iso8601(json["deletedDateTime"].text());
  const JsonValue& user = json["from"]["user"];
  const JsonValue& app = json["from"]["application"];
  message.sender =
      user.is_object()
          ? Sender{Sender::Kind::user, TeamsUserId{user["id"].text()}, user["displayName"].text()}
          : Sender{Sender::Kind::application, {}, app["displayName"].text()};
  message.subject = Content{json["subject"].text()};
  const std::string& importance = json["importance"].text();
  message.importance = importance == "urgent" ? Importance::urgent
                       : importance == "high" ? Importance::high
                                              : Importance::normal;
  message.body = {json["body"]["contentType"].text() == "html" ? MessageBody::Type::html
                                                               : MessageBody::Type::text,
                  Content{json["body"]["content"].text()}};
  for (const JsonValue& one : json["attachments"].elements()) {
    message.attachments.push_back({one["id"].text(), one["contentType"].text(),
                                   one["contentUrl"].text(), Content{one["content"].text()},
                                   Content{one["name"].text()}});
  }
  for (const JsonValue& one : json["mentions"].elements()) {
    const JsonValue& who = one["mentioned"]["user"];
    message.mentions.push_back({std::stoi(one["id"].text()), Content{one["mentionText"].text()},
                                who.is_object() ? Mention::Target::user : Mention::Target::other,
                                TeamsUserId{who["id"].text()}});
  }
  const JsonValue& violation = json["policyViolation"];
  if (violation.is_object())
    message.policy_notice = Content{violation["policyTip"]["generalText"].text()};
  return message;
}

/// The people of the fixtures.
Chat chat_of() {
  Chat chat;
  chat.topic = Content{"Launch"};
  for (const auto& [id, name] :
       {std::pair{"11a0f3c2-7b64-4d19-8e5a-6c0d92b4e7f1", "Mira Lindqvist"},
        std::pair{"22b1e4d3-8c75-4e2a-9f6b-7d1ea3c5f802", "Tomas Okoye"},
        std::pair{"33c2d5e4-9d86-4f3b-a07c-8e2fb4d6a913", "Yuna Park"}}) {
    Member member;
    member.user = TeamsUserId{id};
    member.display_name = name;
    chat.members.push_back(member);
  }
  return chat;
}

std::string post_of(const Message& message) {
  render::RenderContext context;
  context.message_link = "https://teams.example/m";
  context.reader = TeamsUserId{"33c2d5e4-9d86-4f3b-a07c-8e2fb4d6a913"};
  context.usernames[TeamsUserId{"22b1e4d3-8c75-4e2a-9f6b-7d1ea3c5f802"}] = "tomas.okoye";
  const Content post = message.deleted ? render::render_deletion(message, chat_of(), context)
                                       : render::render_message(message, chat_of(), context);
  return made_visible(post.reveal()) + "\n";
}

BOOST_AUTO_TEST_SUITE(fixtures)

BOOST_AUTO_TEST_CASE(every_message_of_the_fixtures_becomes_the_post_kept_for_it) {
  int rendered = 0;
  for (const auto& entry : std::filesystem::directory_iterator(BELFRY_FIXTURES "/graph")) {
    const std::string name = entry.path().stem().string();
    if (!name.starts_with("message_")) continue;
    const auto json = JsonValue::parse(read_file(entry.path()));
    BOOST_REQUIRE_MESSAGE(json.has_value(), name);
    if ((*json)["messageType"].text() != "message") continue;  // system events are never posted
    ++rendered;

    const std::string expected =
        read_file(BELFRY_SOURCE_DIR "/tests/content/posts/" + name + ".md");
    BOOST_TEST(post_of(message_of(*json)) == expected, name << "\n" << post_of(message_of(*json)));
  }
  BOOST_TEST(rendered >= 21);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::content
