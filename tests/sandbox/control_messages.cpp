#include "tests/sandbox/control.h"
#include "tests/sandbox/control_json.h"
#include "tests/sandbox/sandbox.h"
#include "tests/sandbox/time_text.h"

/// Routes about chats, messages and files.
namespace belfry::sandbox {

namespace {

using Poco::JSON::Array;
using Poco::JSON::Object;

ChatKind chat_kind(const std::string& name) {
  if (name == "oneOnOne") return ChatKind::one_on_one;
  return name == "meeting" ? ChatKind::meeting : ChatKind::group;
}

ChangeKind change_kind(const std::string& name) {
  if (name == "updated") return ChangeKind::updated;
  return name == "deleted" ? ChangeKind::deleted : ChangeKind::created;
}

Announce announce_of(const Object& body) {
  return body.optValue<bool>("announce", true) ? Announce::yes : Announce::no;
}

Object::Ptr json_of(const Message& message) {
  Object::Ptr json = new Object(Poco::JSON_PRESERVE_KEY_ORDER);
  json->set("id", message.id());
  json->set("at", message.created_ms);
  json->set("sender", message.sender);
  json->set("content", message.deleted_ms ? "" : message.content);
  json->set("contentType", message.content_type);
  json->set("edited", message.edited_ms.has_value());
  json->set("deleted", message.deleted_ms.has_value());
  json->set("system", message.is_system());
  Array::Ptr reactions = new Array;
  for (const Reaction& reaction : message.reactions) reactions->add(reaction.type);
  json->set("reactions", reactions);
  return json;
}

Object::Ptr json_of(const Chat& chat) {
  Object::Ptr json = new Object(Poco::JSON_PRESERVE_KEY_ORDER);
  json->set("id", chat.id);
  json->set("kind", chat.kind == ChatKind::one_on_one ? "oneOnOne"
                    : chat.kind == ChatKind::meeting  ? "meeting"
                                                      : "group");
  json->set("topic", chat.topic.value_or(""));
  Array::Ptr members = new Array;
  for (const ChatMember& member : chat.members) members->add(member.person);
  json->set("members", members);
  json->set("messages", chat.messages.size());
  json->set("last_message_at",
            chat.messages.empty() ? std::int64_t{0} : chat.messages.rbegin()->second.created_ms);
  return json;
}

MessageOptions options_of(const Object& body) {
  MessageOptions out;
  out.content_type = body.has("text") ? "text" : "html";
  out.importance = body.optValue<std::string>("importance", "normal");
  out.subject = body.optValue<std::string>("subject", "");
  out.created_ms = body.optValue<std::int64_t>("created_ms", 0);
  out.announce = announce_of(body);
  out.damage = damage_named(body.optValue<std::string>("damage", "none"));
  if (const auto files = body.getArray("files"); !files.isNull())
    for (unsigned i = 0; i < files->size(); ++i)
      out.files.push_back(files->getElement<std::string>(i));
  return out;
}

WebReply done_or_unknown(bool known) {
  return known ? control_done() : control_error(404, "no such chat or message");
}

}  // namespace

void ControlApi::add_message_routes() {
  GraphSimulator& graph = sandbox_.graph();
  extend("GET /control/chats", [&graph](const WebRequest&) {
    Array::Ptr out = new Array;
    graph.world().read_all([&](const Chat& chat) { out->add(json_of(chat)); });
    return json_reply(200, out);
  });
  extend("POST /control/chats", [this, &graph](const WebRequest& request) {
    const auto body = body_of(request);
    World::NewChat chat;
    chat.kind = chat_kind(body->optValue<std::string>("kind", "group"));
    chat.topic = body->optValue<std::string>("topic", "");
    chat.id = body->optValue<std::string>("id", "");
    chat.tenant = body->optValue<std::string>("tenant", "");
    const auto members = body->getArray("members");
    for (unsigned i = 0; !members.isNull() && i < members->size(); ++i) {
      const std::string person = person_id(members->getElement<std::string>(i));
      if (person.empty()) return control_error(404, "nobody of that name");
      chat.members.push_back(person);
    }
    return control_reply("id", graph.create_chat(chat));
  });
  extend("POST /control/members", [this, &graph](const WebRequest& request) {
    const auto body = body_of(request);
    const auto chat = body->getValue<std::string>("chat");
    const std::string person = person_id(body->getValue<std::string>("person"));
    const std::string by = person_id(body->optValue<std::string>("by", person));
    return done_or_unknown(body->optValue<std::string>("action", "add") == "remove"
                               ? graph.remove_member(chat, person, by)
                               : graph.add_member(chat, person, by));
  });
  extend("POST /control/read", [this, &graph](const WebRequest& request) {
    const auto body = body_of(request);
    return done_or_unknown(graph.mark_read(body->getValue<std::string>("chat"),
                                           person_id(body->getValue<std::string>("person"))));
  });
  extend("GET /control/messages", [&graph](const WebRequest& request) {
    Array::Ptr out = new Array;
    const std::string since = request.query_value("since");
    const std::int64_t after = since.empty() ? 0 : std::stoll(since);
    const bool known = graph.world().read(request.query_value("chat"), [&](const Chat& chat) {
      for (auto at = chat.messages.upper_bound(after); at != chat.messages.end(); ++at)
        out->add(json_of(at->second));
    });
    return known ? json_reply(200, out) : control_error(404, "no such chat");
  });
  extend("POST /control/messages", [this, &graph](const WebRequest& request) {
    const auto body = body_of(request);
    const auto chat = body->getValue<std::string>("chat");
    if (const auto json = body->getObject("message"); !json.isNull())
      return control_reply("id", graph.post_json(chat, *json, announce_of(*body)));
    const std::string sender = person_id(body->getValue<std::string>("sender"));
    if (sender.empty()) return control_error(404, "nobody of that name");
    const std::string content = body->has("text") ? body->getValue<std::string>("text")
                                                  : body->getValue<std::string>("html");
    return control_reply("id", graph.post_message(chat, sender, content, options_of(*body)));
  });
  extend("PATCH /control/messages", [&graph](const WebRequest& request) {
    const auto body = body_of(request);
    return done_or_unknown(graph.edit_message(
        body->getValue<std::string>("chat"), body->getValue<std::string>("message"),
        body->getValue<std::string>("html"), announce_of(*body)));
  });
  extend("DELETE /control/messages", [&graph](const WebRequest& request) {
    return done_or_unknown(
        graph.delete_message(request.query_value("chat"), request.query_value("message")));
  });
  extend("POST /control/reactions", [this, &graph](const WebRequest& request) {
    const auto body = body_of(request);
    return done_or_unknown(graph.react(body->getValue<std::string>("chat"),
                                       body->getValue<std::string>("message"),
                                       person_id(body->getValue<std::string>("person")),
                                       body->optValue<std::string>("emoji", "👍")));
  });
  extend("POST /control/announce", [&graph](const WebRequest& request) {
    const auto body = body_of(request);
    return done_or_unknown(
        graph.announce(body->getValue<std::string>("chat"), body->getValue<std::string>("message"),
                       change_kind(body->optValue<std::string>("kind", "created")),
                       damage_named(body->optValue<std::string>("damage", "none"))));
  });
  extend("POST /control/files", [this, &graph](const WebRequest& request) {
    const auto body = body_of(request);
    DriveFile file;
    file.name = body->getValue<std::string>("name");
    file.content_type = body->optValue<std::string>("content_type", file.content_type);
    file.bytes = body->optValue<std::string>("text", "");
    file.generated = body->optValue<std::uint64_t>("size", 0);
    file.folder = body->optValue<bool>("folder", false);
    file.error = body->optValue<int>("error", 0);
    file.needs_redemption = body->optValue<bool>("needs_redemption", false);
    return control_reply(
        "content_url",
        graph.add_file(person_id(body->optValue<std::string>("owner", "")), std::move(file)));
  });
}

}  // namespace belfry::sandbox
