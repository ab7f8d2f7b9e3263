#include "net/graph/message_json.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "net/graph/page_json.h"
#include "net/json/ascii.h"
#include "sync/model/change.h"

namespace belfry::net {
namespace {

std::optional<WallTime> time_of(const JsonView& json) {
  return parse_iso8601(json.text());
}

/// Graph's chat message ids are the epoch milliseconds of their creation.
WallTime time_in(const MessageId& id) {
  constexpr std::uint64_t end_of_year_9999 = 253'402'300'799'999;
  return from_epoch_ms(
      static_cast<std::int64_t>(std::min(creation_order(id, {}), end_of_year_9999)));
}

/// Directory ids are GUIDs, whose letters Graph writes in lower case nearly always.
TeamsUserId user_of(const JsonView& identity) {
  return TeamsUserId(lower_case(identity["id"].text()));
}

std::optional<Sender> sender_of(const JsonView& from) {
  if (!from.is_object()) return std::nullopt;
  if (const JsonView user = from["user"]; user.is_object())
    return Sender{Sender::Kind::user, user_of(user), user["displayName"].text()};
  if (const JsonView application = from["application"]; application.is_object())
    return Sender{Sender::Kind::application, {}, application["displayName"].text()};
  return Sender{Sender::Kind::other, {}, {}};
}

MessageBody body_of(const JsonView& body) {
  const bool is_html = same_without_case(body["contentType"].text(), "html");
  return {is_html ? MessageBody::Type::html : MessageBody::Type::text,
          Content(body["content"].text())};
}

std::vector<Attachment> attachments_of(const JsonView& list) {
  std::vector<Attachment> attachments;
  for (const JsonView each : list)
    attachments.push_back({each["id"].text(), each["contentType"].text(), each["contentUrl"].text(),
                           Content(each["content"].text()), Content(each["name"].text())});
  return attachments;
}

Mention mention_of(const JsonView& json) {
  Mention mention;
  mention.id = static_cast<int>(json["id"].integer().value_or(-1));
  mention.text = Content(json["mentionText"].text());
  const JsonView mentioned = json["mentioned"];
  if (mentioned["user"].is_object()) {
    mention.target = Mention::Target::user;
    mention.user = user_of(mentioned["user"]);
  } else if (mentioned["application"].is_object()) {
    mention.target = Mention::Target::application;
  } else if (const JsonView conversation = mentioned["conversation"]; conversation.is_object()) {
    const bool is_chat = same_without_case(conversation["conversationIdentityType"].text(), "chat");
    mention.target = is_chat ? Mention::Target::everyone : Mention::Target::other;
  } else if (mentioned["tag"].is_object()) {
    mention.target = Mention::Target::tag;
  }
  return mention;
}

std::vector<Mention> mentions_of(const JsonView& list) {
  std::vector<Mention> mentions;
  for (const JsonView each : list) mentions.push_back(mention_of(each));
  return mentions;
}

Importance importance_of(const JsonView& json) {
  const std::string word = lower_case(json.text());
  if (word == "high") return Importance::high;
  if (word == "urgent") return Importance::urgent;
  return Importance::normal;
}

/// Any action of data loss prevention but `none` leaves only the notice of the policy to be shown.
std::optional<Content> policy_notice_of(const JsonView& violation) {
  const std::string action = lower_case(violation["dlpAction"].text());
  if (action.empty() || action == "none") return std::nullopt;
  return Content(violation["policyTip"]["generalText"].text());
}

std::string event_type_of(const JsonView& detail) {
  const std::string type = detail["@odata.type"].text();
  const std::size_t dot = type.rfind('.');
  return dot == std::string::npos ? type : type.substr(dot + 1);
}

/// Without the header `Prefer: include-unknown-enum-members` events come as `unknownFutureValue`,
/// with their detail all the same. Who wrote a message may be unknown, of a deleted one above all;
/// only where its type is missing too is it taken for an event.
bool is_system_event(const JsonView& json, const Message& message) {
  const std::string type = lower_case(json["messageType"].text());
  if (json["eventDetail"].is_object()) return true;
  return type.empty() ? !message.sender && !message.deleted : type != "message";
}

}  // namespace

Result<Message> read_message(const JsonView& json, const ChatId& chat) {
  Message message;
  message.ref.message = MessageId(json["id"].text());
  message.ref.chat = ChatId(json["chatId"].text());
  if (message.ref.chat.empty()) message.ref.chat = chat;
  if (message.ref.message.empty() || message.ref.chat.empty())
    return fail(ErrorKind::refused, "a message without its id or chat");

  message.created = time_of(json["createdDateTime"]).value_or(time_in(message.ref.message));
  message.modified = time_of(json["lastModifiedDateTime"]).value_or(message.created);
  message.edited = time_of(json["lastEditedDateTime"]);
  message.deleted = time_of(json["deletedDateTime"]);
  message.sender = sender_of(json["from"]);
  message.is_system_event = is_system_event(json, message);
  message.event_type = event_type_of(json["eventDetail"]);
  message.subject = Content(json["subject"].text());
  message.importance = importance_of(json["importance"]);
  message.body = body_of(json["body"]);
  message.attachments = attachments_of(json["attachments"]);
  message.mentions = mentions_of(json["mentions"]);
  message.policy_notice = policy_notice_of(json["policyViolation"]);
  return message;
}

Result<Message> message_from_json(std::string_view bytes, const ChatId& chat) {
  const auto json = JsonView::parse(bytes);
  if (!json) return fail(json.error());
  return read_message(*json, chat);
}

Result<MessagesPage> messages_page_from_json(std::string_view bytes, const ChatId& chat) {
  const auto list = page_from_json(bytes);
  if (!list) return fail(list.error());
  MessagesPage page;
  page.next_link = list->next_link;
  page.delta_link = list->delta_link;
  for (const JsonView each : list->value) {
    auto message = read_message(each, chat);
    if (message && each["@removed"].is_missing()) {
      page.messages.push_back({*std::move(message), Content(std::string(each.raw()))});
    } else {
      ++page.unreadable;
    }
  }
  return page;
}

}  // namespace belfry::net
