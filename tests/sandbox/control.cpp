#include "tests/sandbox/control.h"

#include <mutex>

#include <fmt/format.h>

#include "tests/sandbox/control_json.h"
#include "tests/sandbox/sandbox.h"

namespace belfry::sandbox {

ControlApi::ControlApi(Sandbox& sandbox) : sandbox_(sandbox) {
  add_people_routes();
  add_message_routes();
  add_service_routes();
  add_world_routes();
}

std::string ControlApi::operation(const WebRequest&) const {
  return "control.request";
}

void ControlApi::extend(const std::string& method_and_path, Handler handler) {
  const std::unique_lock lock(mutex_);
  routes_[method_and_path] = std::move(handler);
}

ControlApi::Handler ControlApi::find(const std::string& method, const std::string& path) const {
  const std::shared_lock lock(mutex_);
  if (const auto exact = routes_.find(method + " " + path); exact != routes_.end())
    return exact->second;
  for (auto slash = path.rfind('/'); slash != std::string::npos && slash > 0;
       slash = path.rfind('/', slash - 1)) {
    const auto below = routes_.find(method + " " + path.substr(0, slash) + "/*");
    if (below != routes_.end()) return below->second;
  }
  return nullptr;
}

WebReply ControlApi::answer(const WebRequest& request) {
  WebReply reply = empty_reply(204);
  if (request.method != "OPTIONS") {
    const Handler handler = find(request.method, request.path);
    try {
      reply = handler ? handler(request) : control_error(404, "no such route");
    } catch (const Poco::Exception& error) {
      reply = control_error(400, error.displayText());
    }
  }
  // The demonstration page is served from another port.
  reply.headers.emplace_back("Access-Control-Allow-Origin", "*");
  reply.headers.emplace_back("Access-Control-Allow-Methods", "GET, POST, PATCH, DELETE");
  reply.headers.emplace_back("Access-Control-Allow-Headers", "Content-Type");
  return reply;
}

std::string ControlApi::person_id(const std::string& named) const {
  if (named.empty()) return {};
  Directory& directory = sandbox_.directory();
  if (directory.person(named)) return named;
  if (const auto person = directory.person_by_mail(named)) return person->id;
  for (const Person& person : directory.people())
    if (equal_ignoring_case(person.name.substr(0, named.size()), named)) return person.id;
  return {};
}

void ControlApi::add_people_routes() {
  extend("GET /control/people", [this](const WebRequest&) {
    Poco::JSON::Array::Ptr out = new Poco::JSON::Array;
    for (const Person& person : sandbox_.directory().people()) {
      const PresenceState presence = sandbox_.graph().presence_of(person.id);
      Poco::JSON::Object::Ptr json = new Poco::JSON::Object(Poco::JSON_PRESERVE_KEY_ORDER);
      json->set("id", person.id);
      json->set("name", person.name);
      json->set("mail", person.mail);
      json->set("enabled", person.enabled);
      json->set("availability", presence.availability);
      json->set("activity", presence.activity);
      out->add(json);
    }
    return json_reply(200, out);
  });
  extend("POST /control/people", [this](const WebRequest& request) {
    const auto body = body_of(request);
    Person person;
    person.id = body->optValue<std::string>("id", "");
    person.name = body->getValue<std::string>("name");
    person.mail = body->optValue<std::string>("mail", "");
    person.principal = body->optValue<std::string>("principal", "");
    person.tenant = body->optValue<std::string>("tenant", "");
    person.enabled = body->optValue<bool>("enabled", true);
    person.licensed = body->optValue<bool>("licensed", true);
    return control_reply("id", sandbox_.directory().add_person(std::move(person)));
  });
  extend("POST /control/presence", [this](const WebRequest& request) {
    const auto body = body_of(request);
    const std::string person = person_id(body->getValue<std::string>("person"));
    if (person.empty()) return control_error(404, "nobody of that name");
    const auto availability = body->getValue<std::string>("availability");
    sandbox_.graph().set_presence(person, availability,
                                  body->optValue<std::string>("activity", availability));
    return control_done();
  });
}

void ControlApi::add_world_routes() {
  extend("GET /control/clock", [this](const WebRequest&) {
    Poco::JSON::Object::Ptr json = new Poco::JSON::Object(Poco::JSON_PRESERVE_KEY_ORDER);
    json->set("now_ms", sandbox_.clock().now_ms());
    json->set("scale", sandbox_.clock().scale());
    return json_reply(200, json);
  });
  extend("POST /control/clock", [this](const WebRequest& request) {
    const auto by = body_of(request)->getValue<std::int64_t>("advance_ms");
    if (by < 0) return control_error(400, "time does not run backwards");
    sandbox_.clock().advance(std::chrono::milliseconds{by});
    return control_done();
  });
  extend("GET /control/requests", [this](const WebRequest& request) {
    const std::string glob = request.query_value("operation");
    const std::string most = request.query_value("limit");
    return json_reply(200, sandbox_.log().to_json(glob.empty() ? "*" : glob,
                                                  most.empty() ? 200 : std::stoul(most)));
  });
  extend("GET /control/requests/counts", [this](const WebRequest&) {
    Poco::JSON::Object::Ptr json = new Poco::JSON::Object;
    for (const auto& [operation, count] : sandbox_.log().counts()) json->set(operation, count);
    return json_reply(200, json);
  });
  extend("DELETE /control/requests", [this](const WebRequest&) {
    sandbox_.log().clear();
    return control_done();
  });
  extend("GET /control/state", [this](const WebRequest&) {
    GraphSimulator& graph = sandbox_.graph();
    const WebhookStats stats = graph.webhook_stats();
    const Directory& directory = sandbox_.directory();
    Poco::JSON::Object::Ptr json = new Poco::JSON::Object(Poco::JSON_PRESERVE_KEY_ORDER);
    json->set("tenant_id", directory.tenant_id());
    json->set("client_id", directory.client_id());
    json->set("entra_url", sandbox_.entra_url());
    json->set("graph_url", sandbox_.graph_url());
    json->set("mattermost_url", sandbox_.mattermost_url());
    json->set("now_ms", sandbox_.clock().now_ms());
    json->set("people", directory.people().size());
    std::size_t chats = 0;
    std::size_t messages = 0;
    graph.world().read_all([&](const Chat& chat) {
      ++chats;
      messages += chat.messages.size();
    });
    json->set("chats", chats);
    json->set("messages", messages);
    json->set("subscriptions", graph.subscriptions().size());
    json->set("spent_notifications", graph.spent("notifications"));
    json->set("spent_export", graph.spent("export"));
    json->set("refresh_tokens_issued", sandbox_.entra().refresh_tokens_issued());
    json->set("webhooks", json_of(stats));
    return json_reply(200, json);
  });
}

}  // namespace belfry::sandbox
