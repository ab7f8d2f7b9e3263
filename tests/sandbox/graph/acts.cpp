#include <Poco/Dynamic/Var.h>
#include <Poco/JSON/Parser.h>
#include <fmt/format.h>

#include "tests/sandbox/crypto.h"
#include "tests/sandbox/graph/graph_simulator.h"
#include "tests/sandbox/web.h"

/// What people do in the simulated Teams.
namespace belfry::sandbox {

namespace {

std::string json_or(const Poco::JSON::Object& object, const std::string& key,
                    std::string_view otherwise) {
  const Poco::Dynamic::Var value = object.get(key);
  if (value.isEmpty()) return std::string(otherwise);
  std::ostringstream out;
  Poco::JSON::Stringifier::stringify(value, out);
  return out.str();
}

/// Adds references to files to a list of attachments, and their places to the text.
void attach_files(Message& message, const std::vector<std::string>& content_urls,
                  const FileStore& files) {
  std::string list = message.attachments_json.substr(1, message.attachments_json.size() - 2);
  for (const std::string& url : content_urls) {
    const std::string id = random_guid();
    const auto file = files.by_content_url(url);
    const std::string name = file ? file->name : url.substr(url.rfind('/') + 1);
    list += fmt::format(
        R"({}{{"id":"{}","contentType":"reference","contentUrl":{},"content":null,"name":{},"thumbnailUrl":null,"teamsAppId":null}})",
        list.empty() ? "" : ",", id, json_string(url), json_string(name));
    message.content += fmt::format(R"(<attachment id="{}"></attachment>)", id);
  }
  message.attachments_json = "[" + list + "]";
}

/// `list` without the attachments of this content URL.
std::string without_file(const std::string& list, const std::string& content_url) {
  const auto attachments = Poco::JSON::Parser().parse(list).extract<Poco::JSON::Array::Ptr>();
  Poco::JSON::Array::Ptr left = new Poco::JSON::Array;
  for (unsigned i = 0; i < attachments->size(); ++i) {
    const auto attachment = attachments->getObject(i);
    const bool is_it = !attachment->isNull("contentUrl") &&
                       attachment->getValue<std::string>("contentUrl") == content_url;
    if (!is_it) left->add(attachment);
  }
  std::ostringstream out;
  left->stringify(out);
  return out.str();
}

std::string member_list(const std::string& person) {
  return fmt::format(R"([{{"id":"{}","displayName":null,"userIdentityType":"aadUser"}}])", person);
}

}  // namespace

std::string GraphSimulator::create_chat(ChatKind kind, const std::string& topic,
                                        const std::vector<std::string>& members) {
  return create_chat({.kind = kind, .topic = topic, .members = members, .id = {}, .tenant = {}});
}

std::string GraphSimulator::create_chat(const World::NewChat& wanted) {
  std::string chat = world_.create_chat(wanted);
  notify_of_chat(chat, ChangeKind::created);
  return chat;
}

std::string GraphSimulator::post_message(const std::string& chat, const std::string& sender,
                                         const std::string& html, const MessageOptions& options) {
  Message message;
  message.created_ms = options.created_ms;
  message.sender = sender;
  message.from_json = options.from_json;
  message.content_type = options.content_type;
  message.content = html;
  message.importance = options.importance;
  if (!options.subject.empty()) message.subject = options.subject;
  message.attachments_json = options.attachments_json;
  message.mentions_json = options.mentions_json;
  message.policy_violation_json = options.policy_violation_json;
  message.hosted = options.hosted;
  attach_files(message, options.files, files_);
  const auto change = world_.post(chat, std::move(message), current_settings()->base_url);
  if (!change) return {};
  if (options.announce == Announce::yes) notify(change, options.damage);
  return change->message;
}

std::string GraphSimulator::post_json(const std::string& chat, const Poco::JSON::Object& json,
                                      Announce announce) {
  Message message;
  message.type = json.optValue<std::string>("messageType", "message");
  message.importance = json.optValue<std::string>("importance", "normal");
  if (json.has("subject") && !json.isNull("subject"))
    message.subject = json.getValue<std::string>("subject");
  message.from_json = json_or(json, "from", "null");
  message.attachments_json = json_or(json, "attachments", "[]");
  message.mentions_json = json_or(json, "mentions", "[]");
  message.event_detail_json = json_or(json, "eventDetail", "null");
  message.policy_violation_json = json_or(json, "policyViolation", "null");
  if (const auto body = json.getObject("body"); !body.isNull()) {
    message.content_type = body->optValue<std::string>("contentType", "html");
    message.content = body->optValue<std::string>("content", "");
  }
  if (const auto from = json.getObject("from"); !from.isNull())
    if (const auto user = from->getObject("user"); !user.isNull())
      message.sender = user->optValue<std::string>("id", "");
  const auto change = world_.post(chat, std::move(message), current_settings()->base_url);
  if (!change) return {};
  if (announce == Announce::yes) notify(change);
  return change->message;
}

bool GraphSimulator::edit_message(const std::string& chat, const std::string& message,
                                  const std::string& html, Announce announce) {
  const auto change =
      world_.modify(chat, message, ChangeKind::updated, [&](Message& m, std::int64_t now) {
        m.content = html;
        m.edited_ms = now;
      });
  if (announce == Announce::yes) notify(change);
  return change.has_value();
}

bool GraphSimulator::edit_without_file(const std::string& chat, const std::string& message,
                                       const std::string& html, const std::string& content_url) {
  const auto change =
      world_.modify(chat, message, ChangeKind::updated, [&](Message& m, std::int64_t now) {
        m.content = html;
        m.attachments_json = without_file(m.attachments_json, content_url);
        m.edited_ms = now;
      });
  notify(change);
  return change.has_value();
}

bool GraphSimulator::edit_with_file(const std::string& chat, const std::string& message,
                                    const std::string& html, const std::string& content_url) {
  const auto change =
      world_.modify(chat, message, ChangeKind::updated, [&](Message& m, std::int64_t now) {
        m.content = html;
        attach_files(m, {content_url}, files_);
        m.edited_ms = now;
      });
  notify(change);
  return change.has_value();
}

bool GraphSimulator::set_policy_violation(const std::string& chat, const std::string& message,
                                          const std::string& json) {
  const auto change =
      world_.modify(chat, message, ChangeKind::updated,
                    [&](Message& m, std::int64_t) { m.policy_violation_json = json; });
  notify(change);
  return change.has_value();
}

bool GraphSimulator::delete_message(const std::string& chat, const std::string& message,
                                    Announce announce) {
  const auto change = world_.modify(chat, message, ChangeKind::deleted,
                                    [](Message& m, std::int64_t now) { m.deleted_ms = now; });
  if (announce == Announce::yes) notify(change);
  return change.has_value();
}

bool GraphSimulator::undelete_message(const std::string& chat, const std::string& message) {
  const auto change = world_.modify(chat, message, ChangeKind::updated,
                                    [](Message& m, std::int64_t) { m.deleted_ms.reset(); });
  notify(change);
  return change.has_value();
}

bool GraphSimulator::react(const std::string& chat, const std::string& message,
                           const std::string& person, const std::string& emoji) {
  // A reaction moves lastModifiedDateTime and the etag, but is no edit.
  const auto change =
      world_.modify(chat, message, ChangeKind::updated, [&](Message& m, std::int64_t now) {
        m.reactions.push_back({.type = emoji, .person = person, .at_ms = now});
      });
  notify(change);
  return change.has_value();
}

void GraphSimulator::post_system_event(const std::string& chat, const std::string& detail_json) {
  Message message;
  message.type = "systemEventMessage";
  message.content = "<systemEventMessage/>";
  message.event_detail_json = detail_json;
  notify(world_.post(chat, std::move(message), current_settings()->base_url));
}

bool GraphSimulator::add_member(const std::string& chat, const std::string& person,
                                const std::string& by) {
  const bool known = world_.modify_chat(chat, [&](Chat& c, std::int64_t now) {
    if (c.member(person) == nullptr)
      c.members.push_back({.person = person, .visible_from_ms = now});
    c.updated_ms = now;
  });
  const auto initiator = directory_.person(by);
  if (known && initiator)
    post_system_event(
        chat,
        fmt::format(
            R"({{"@odata.type":"#microsoft.graph.membersAddedEventMessageDetail","visibleHistoryStartDateTime":"0001-01-01T00:00:00Z","members":{},"initiator":{}}})",
            member_list(person), render_user_set(*initiator)));
  if (known) notify_of_chat(chat, ChangeKind::updated);
  return known;
}

bool GraphSimulator::remove_member(const std::string& chat, const std::string& person,
                                   const std::string& by) {
  const bool known = world_.modify_chat(chat, [&](Chat& c, std::int64_t now) {
    std::erase_if(c.members, [&](const ChatMember& m) { return m.person == person; });
    c.updated_ms = now;
  });
  const auto initiator = directory_.person(by);
  if (known && initiator)
    post_system_event(
        chat,
        fmt::format(
            R"({{"@odata.type":"#microsoft.graph.membersDeletedEventMessageDetail","members":{},"initiator":{}}})",
            member_list(person), render_user_set(*initiator)));
  if (known) notify_of_chat(chat, ChangeKind::updated);
  return known;
}

bool GraphSimulator::rename_chat(const std::string& chat, const std::string& topic,
                                 const std::string& by) {
  const bool known = world_.modify_chat(chat, [&](Chat& c, std::int64_t now) {
    c.topic = topic;
    c.updated_ms = now;
  });
  const auto initiator = directory_.person(by);
  if (known && initiator)
    post_system_event(
        chat,
        fmt::format(
            R"({{"@odata.type":"#microsoft.graph.chatRenamedEventMessageDetail","chatId":{},"chatDisplayName":{},"initiator":{}}})",
            json_string(chat), json_string(topic), render_user_set(*initiator)));
  if (known) notify_of_chat(chat, ChangeKind::updated);
  return known;
}

bool GraphSimulator::add_anonymous_guest(const std::string& chat, const std::string& name) {
  return world_.modify_chat(chat, [&](Chat& c, std::int64_t now) {
    c.members.push_back({.guest = name});
    c.updated_ms = now;
  });
}

bool GraphSimulator::mark_read(const std::string& chat, const std::string& person) {
  return world_.modify_chat(chat, [&](Chat& c, std::int64_t now) {
    for (ChatMember& member : c.members)
      if (member.person == person) member.read_until_ms = now;
  });
}

void GraphSimulator::set_presence(const std::string& person, const std::string& availability,
                                  const std::string& activity) {
  const std::lock_guard lock(mutex_);
  ++presence_changes_;
  presence_[person] = {.availability = availability, .activity = activity};
}

PresenceState GraphSimulator::presence_of(const std::string& person) const {
  const std::lock_guard lock(mutex_);
  const auto found = presence_.find(person);
  return found == presence_.end() ? PresenceState{} : found->second;
}

std::string GraphSimulator::add_file(const std::string& owner, DriveFile file) {
  const auto person = directory_.person(owner);
  return files_.add(person ? person->mail : "unknown", std::move(file));
}

std::string GraphSimulator::message_json(const std::string& chat,
                                         const std::string& message) const {
  std::string out;
  const RenderOptions options{
      .directory = directory_, .unknown_enum_members = true, .graph = current_settings()->base_url};
  world_.read(chat, [&](const Chat& c) {
    for (const auto& [number, m] : c.messages)
      if (m.id() == message) out = render_message(c, m, MessageForm::single, options);
  });
  return out;
}

std::int64_t GraphSimulator::spent(std::string_view bucket) const {
  return allowance_.spent(bucket, clock_.now_ms());
}

void GraphSimulator::spend(std::string_view bucket, std::int64_t messages) {
  allowance_.spend(bucket, clock_.now_ms(), messages);
}

void GraphSimulator::expire_delta_links() {
  delta_links_valid_from_ = clock_.now_ms() + 1;
}

}  // namespace belfry::sandbox
