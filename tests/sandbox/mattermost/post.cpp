#include "tests/sandbox/mattermost/post.h"

#include <algorithm>
#include <array>

#include "tests/sandbox/mattermost/ids.h"
#include "tests/sandbox/mattermost/json_text.h"
#include "tests/sandbox/web.h"

namespace belfry::sandbox::mattermost {

namespace {

using Poco::Dynamic::Var;

constexpr std::size_t k_hashtag_bytes = 1'000;
constexpr std::array<const char*, 2> k_server_props{"add_channel_member", "force_notification"};
// In the order in which the server's struct has them; `fields`, `ts` and `actions` stand apart.
constexpr std::array<const char*, 9> k_texts_before_fields{
    "fallback",    "color", "pretext",    "author_name", "author_link",
    "author_icon", "title", "title_link", "text"};
constexpr std::array<const char*, 4> k_texts_after_fields{"image_url", "thumb_url", "footer",
                                                          "footer_icon"};

/// Nothing instead of a Refusal: the server skips what it cannot read.
std::string lenient_text(const ObjectPtr& object, const std::string& name) {
  const Var value = object->get(name);
  return value.isString() ? value.extract<std::string>() : std::string();
}

std::string action_json(const ObjectPtr& action, const std::string& id) {
  JsonObject out;
  out.text("id", id);
  for (const auto& [name, value] : *action)
    if (name != "id" && name != "integration" && !value.isEmpty()) out.raw(name, json_of(value));
  return out.take();
}

std::string actions_json(const ArrayPtr& actions, std::vector<PostAction>& found) {
  std::vector<std::string> out;
  for (const Var& value : *actions) {
    if (value.type() != typeid(ObjectPtr)) continue;
    const auto object = value.extract<ObjectPtr>();
    PostAction action{.id = lenient_text(object, "id"),
                      .type = lenient_text(object, "type"),
                      .data_source = lenient_text(object, "data_source")};
    if (action.id.empty()) action.id = make_id();
    out.push_back(action_json(object, action.id));
    const Var integration = object->get("integration");
    if (integration.type() != typeid(ObjectPtr)) continue;
    const auto details = integration.extract<ObjectPtr>();
    action.url = lenient_text(details, "url");
    if (details->isObject("context")) action.context_json = json_of(details->get("context"));
    found.push_back(std::move(action));
  }
  return json_array(out);
}

std::string attachment_json(const ObjectPtr& attachment, std::vector<PostAction>& found) {
  JsonObject out;
  out.number("id", 0);
  for (const char* name : k_texts_before_fields) out.text(name, lenient_text(attachment, name));
  out.raw("fields", json_of(attachment->get("fields")));
  for (const char* name : k_texts_after_fields) out.text(name, lenient_text(attachment, name));
  out.raw("ts", json_of(attachment->get("ts")));
  if (attachment->isArray("actions")) {
    const auto actions = attachment->getArray("actions");
    if (actions->size() > 0) out.raw("actions", actions_json(actions, found));
  }
  return out.take();
}

std::string attachments_json(const ArrayPtr& attachments, std::vector<PostAction>& found) {
  std::vector<std::string> out;
  for (const Var& value : *attachments)
    if (value.type() == typeid(ObjectPtr))
      out.push_back(attachment_json(value.extract<ObjectPtr>(), found));
  return json_array(out);
}

bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

bool belongs_to_tag(char c) {
  return static_cast<unsigned char>(c) >= 0x80U || (c >= '0' && c <= '9') ||
         (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' || c == '.';
}

bool is_letter(char c) {
  return static_cast<unsigned char>(c) >= 0x80U || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

}  // namespace

Poco::JSON::Object::Ptr Post::props() const {
  return parse_object(props_json);
}

std::string Post::prop(const std::string& name) const {
  const auto object = props();
  return object.isNull() ? std::string() : lenient_text(object, name);
}

PreparedProps prepare_props(const Poco::JSON::Object::Ptr& props) {
  PreparedProps out;
  if (props.isNull()) return out;
  JsonObject json;
  for (const auto& [name, value] : *props) {
    if (std::find(k_server_props.begin(), k_server_props.end(), name) != k_server_props.end())
      continue;
    if (name == "attachments" && value.type() == typeid(ArrayPtr)) {
      const auto attachments = value.extract<ArrayPtr>();
      out.has_attachments = attachments->size() > 0;
      json.raw(name, attachments_json(attachments, out.actions));
    } else {
      // A name from outside: it has to be escaped like any text.
      const std::string quoted = json_string(name);
      json.raw(std::string_view(quoted).substr(1, quoted.size() - 2), json_of(value));
    }
  }
  out.json = json.take();
  return out;
}

std::string hashtags_of(std::string_view message, std::size_t minimum_length) {
  std::string out;
  for (std::size_t at = message.find('#'); at != std::string_view::npos;
       at = message.find('#', at + 1)) {
    if (at > 0 && !is_blank(message[at - 1])) continue;
    std::size_t end = at + 1;
    while (end < message.size() && belongs_to_tag(message[end])) ++end;
    while (end > at + 1 && (message[end - 1] == '.' || message[end - 1] == '-')) --end;
    const std::string_view tag = message.substr(at, end - at);
    if (tag.size() < 2 || !is_letter(tag[1]) || count_runes(tag) - 1 < minimum_length) continue;
    if (out.size() + tag.size() + 1 > k_hashtag_bytes) break;
    if (!out.empty()) out += ' ';
    out += tag;
  }
  return out;
}

}  // namespace belfry::sandbox::mattermost
