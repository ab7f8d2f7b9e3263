#include "tests/sandbox/graph/render.h"

#include <algorithm>

#include <fmt/format.h>

#include "tests/sandbox/crypto.h"
#include "tests/sandbox/time_text.h"
#include "tests/sandbox/web.h"

namespace belfry::sandbox {

namespace {

std::string_view kind_name(ChatKind kind) {
  switch (kind) {
    case ChatKind::one_on_one:
      return "oneOnOne";
    case ChatKind::group:
      return "group";
    case ChatKind::meeting:
      break;
  }
  return "meeting";
}

std::string quoted_time(const std::optional<std::int64_t>& ms) {
  return ms ? fmt::format(R"("{}")", time_text(*ms)) : "null";
}

std::string quoted_or_null(const std::optional<std::string>& text) {
  return text ? json_string(*text) : "null";
}

std::string user_identity(const std::string& id, const Directory& directory, bool in_notification) {
  const auto person = directory.person(id);
  const std::string name = person ? json_string(person->name) : "null";
  if (in_notification)
    return fmt::format(
        R"({{"application":null,"device":null,"conversation":null,"user":{{"id":"{}","displayName":{},"userIdentityType":"aadUser"}}}})",
        id, name);
  return fmt::format(
      R"({{"application":null,"device":null,"user":{{"@odata.type":"#microsoft.graph.teamworkUserIdentity","id":"{}","displayName":{},"userIdentityType":"aadUser","tenantId":"{}"}}}})",
      id, name, person ? person->tenant : directory.tenant_id());
}

std::string from_of(const Message& message, const Directory& directory, bool in_notification) {
  if (!message.from_json.empty()) return message.from_json;
  if (message.sender.empty()) return "null";
  return user_identity(message.sender, directory, in_notification);
}

std::string reactions_of(const Message& message) {
  std::string out = "[";
  for (const Reaction& reaction : message.reactions) {
    if (out.size() > 1) out += ',';
    out += fmt::format(
        R"({{"reactionType":{},"displayName":null,"reactionContentUrl":null,"createdDateTime":"{}","user":{{"application":null,"device":null,"user":{{"@odata.type":"#microsoft.graph.teamworkUserIdentity","id":"{}","displayName":null,"userIdentityType":"aadUser"}}}}}})",
        json_string(reaction.type), time_text(reaction.at_ms), reaction.person);
  }
  return out + "]";
}

/// System events are hidden behind the future value unless they were asked for.
std::string_view type_of(const Message& message, const RenderOptions& options,
                         bool in_notification) {
  if (message.is_system() && !options.unknown_enum_members && !in_notification)
    return "unknownFutureValue";
  return message.type;
}

std::string body_of(const Message& message) {
  if (message.deleted_ms) return R"({"contentType":"html","content":""})";
  return fmt::format(R"({{"contentType":"{}","content":{}}})", message.content_type,
                     json_string(message.content));
}

std::string preview_of(const Chat& chat, const RenderOptions& options) {
  if (chat.messages.empty()) return "null";
  const Message& message = chat.messages.rbegin()->second;
  return fmt::format(
      R"({{"id":"{}","createdDateTime":"{}","isDeleted":{},"messageType":"{}","eventDetail":{},"body":{},"from":{}}})",
      message.id(), time_text(message.created_ms), message.deleted_ms.has_value(),
      type_of(message, options, false), message.event_detail_json, body_of(message),
      from_of(message, options.directory, false));
}

std::string web_url_of(const Chat& chat) {
  return fmt::format("https://teams.microsoft.com/l/chat/{}/0?tenantId={}", percent_encode(chat.id),
                     chat.tenant);
}

}  // namespace

std::string render_message(const Chat& chat, const Message& message, MessageForm form,
                           const RenderOptions& options) {
  const bool in_notification = form == MessageForm::notification;
  std::string out = "{";
  if (form == MessageForm::single)
    out += fmt::format(R"("@odata.context":"{}/v1.0/$metadata#chats('{}')/messages/$entity",)",
                       options.graph, percent_encode(chat.id));
  std::string subject = quoted_or_null(message.subject);
  if (form == MessageForm::delta && !message.subject) subject = R"("")";
  out += fmt::format(
      R"("id":"{}","replyToId":null,"etag":"{}","messageType":"{}","createdDateTime":"{}","lastModifiedDateTime":"{}","lastEditedDateTime":{},"deletedDateTime":{},"subject":{},"summary":null,"chatId":{},"importance":"{}","locale":"en-us","webUrl":null,"channelIdentity":null,"onBehalfOf":null,"policyViolation":{},"eventDetail":{},"from":{},"body":{},"attachments":{},"mentions":{},"reactions":{})",
      message.id(), message.modified_ms, type_of(message, options, in_notification),
      in_notification ? time_text_seconds(message.created_ms) : time_text(message.created_ms),
      time_text(message.modified_ms), quoted_time(message.edited_ms),
      quoted_time(message.deleted_ms), subject, json_string(chat.id), message.importance,
      message.policy_violation_json, message.event_detail_json,
      from_of(message, options.directory, in_notification), body_of(message),
      message.deleted_ms ? "[]" : message.attachments_json,
      message.deleted_ms ? "[]" : message.mentions_json, reactions_of(message));
  if (in_notification) out += R"(,"replies":[],"hostedContents":[])";
  return out + "}";
}

std::string render_member(const Chat& chat, const ChatMember& member,
                          const RenderOptions& options) {
  if (member.person.empty())
    return fmt::format(
        R"({{"@odata.type":"#microsoft.graph.anonymousGuestConversationMember","id":"{}","roles":["guest"],"displayName":{},"visibleHistoryStartDateTime":null,"anonymousGuestId":"{}"}})",
        base64(chat.id + member.guest), json_string(member.guest), random_guid());
  const auto person = options.directory.person(member.person);
  const std::string tenant = person ? person->tenant : options.directory.tenant_id();
  std::string roles;
  for (const std::string& role : member.roles)
    roles += (roles.empty() ? "" : ",") + json_string(role);
  return fmt::format(
      R"({{"@odata.type":"#microsoft.graph.aadUserConversationMember","id":"{}","roles":[{}],"displayName":{},"visibleHistoryStartDateTime":"{}","userId":"{}","email":{},"tenantId":"{}"}})",
      base64(fmt::format("MCMjM{}#{}#{}", tenant, chat.id, member.person)), roles,
      person ? json_string(person->name) : "null",
      member.visible_from_ms == 0 ? "0001-01-01T00:00:00Z" : time_text(member.visible_from_ms),
      member.person, person && !person->mail.empty() ? json_string(person->mail) : "null", tenant);
}

std::string render_chat(const Chat& chat, const ChatParts& parts, const RenderOptions& options) {
  std::string out = "{";
  if (parts.context)
    out += fmt::format(R"("@odata.context":"{}/v1.0/$metadata#chats{}/$entity",)", options.graph,
                       parts.members ? "(members())" : "");
  const ChatMember* viewer = parts.viewpoint_of.empty() ? nullptr : chat.member(parts.viewpoint_of);
  const std::string viewpoint =
      viewer == nullptr
          ? "null"
          : fmt::format(R"({{"isHidden":false,"lastMessageReadDateTime":"{}"}})",
                        viewer->read_until_ms == 0 ? "0001-01-01T00:00:00Z"
                                                   : time_text(viewer->read_until_ms));
  out += fmt::format(
      R"("id":{},"topic":{},"createdDateTime":"{}","lastUpdatedDateTime":"{}","chatType":"{}","webUrl":"{}","tenantId":"{}","onlineMeetingInfo":null,"viewpoint":{},"isHiddenForAllMembers":false)",
      json_string(chat.id), quoted_or_null(chat.topic), time_text(chat.created_ms),
      time_text(chat.updated_ms), kind_name(chat.kind), web_url_of(chat), chat.tenant, viewpoint);
  if (parts.preview) out += R"(,"lastMessagePreview":)" + preview_of(chat, options);
  if (parts.members) {
    out += R"(,"members":[)";
    for (std::size_t i = 0; i < std::min(chat.members.size(), parts.most_members); ++i) {
      if (out.back() != '[') out += ',';
      out += render_member(chat, chat.members[i], options);
    }
    out += ']';
  }
  return out + "}";
}

std::string render_user_set(const Person& person) {
  return fmt::format(
      R"({{"application":null,"device":null,"user":{{"@odata.type":"#microsoft.graph.teamworkUserIdentity","id":"{}","displayName":null,"userIdentityType":"aadUser","tenantId":"{}"}}}})",
      person.id, person.tenant);
}

}  // namespace belfry::sandbox
