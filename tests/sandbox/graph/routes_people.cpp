#include <sstream>

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Stringifier.h>
#include <fmt/format.h>

#include "tests/sandbox/graph/errors.h"
#include "tests/sandbox/graph/graph_simulator.h"
#include "tests/sandbox/time_text.h"

/// /me, presence, the app registration, and $batch.
namespace belfry::sandbox {

namespace {

constexpr std::size_t k_most_presences = 650;
constexpr std::size_t k_most_parts = 20;
constexpr std::int64_t k_day_ms = 86'400'000;

std::string stringified(const Poco::Dynamic::Var& value) {
  std::ostringstream out;
  Poco::JSON::Stringifier::stringify(value, out);
  return out.str();
}

/// A part of a batch as a request of its own.
WebRequest part_request(const WebRequest& outer, const Poco::JSON::Object& part) {
  WebRequest out;
  out.method = part.optValue<std::string>("method", "GET");
  std::string url = part.optValue<std::string>("url", "/");
  if (!url.starts_with('/')) url.insert(0, "/");
  if (const auto question = url.find('?'); question != std::string::npos) {
    out.raw_query = url.substr(question + 1);
    out.query = parse_form(out.raw_query);
    url.resize(question);
  }
  out.path = "/v1.0" + url;
  out.headers = {{"Host", outer.header("Host")}, {"Authorization", outer.header("Authorization")}};
  if (const auto headers = part.getObject("headers"); !headers.isNull())
    for (const auto& [name, value] : *headers)
      out.headers.emplace_back(name, value.convert<std::string>());
  if (part.has("body")) out.body = stringified(part.get("body"));
  return out;
}

std::string part_response(const std::string& id, const WebReply& reply) {
  std::string headers = R"("Content-Type":"application/json")";
  for (const auto& [name, value] : reply.headers)
    headers += fmt::format(",{}:{}", json_string(name), json_string(value));
  const bool json = reply.content_type.starts_with("application/json");
  return fmt::format(R"({{"id":{},"status":{},"headers":{{{}}},"body":{}}})", json_string(id),
                     reply.status, headers,
                     reply.body.empty() ? "null"
                     : json             ? reply.body
                                        : json_string(reply.body));
}

}  // namespace

WebReply GraphSimulator::me(const Call& call) const {
  if (call.caller.is_app())
    return refuse(call, 400, "BadRequest",
                  "/me request is only valid with delegated authentication flow.");
  if (auto no = forbidden(call, "", "User.Read")) return *no;
  const auto person = directory_.person(call.caller.claims.person);
  if (!person) return refuse(call, 404, "Request_ResourceNotFound", "Resource does not exist.");
  return json_text_reply(
      200,
      fmt::format(
          R"({{"@odata.context":{},"id":"{}","displayName":{},"mail":{},"userPrincipalName":{}}})",
          json_string(call.base +
                      "/v1.0/$metadata#users(id,displayName,mail,userPrincipalName)/$entity"),
          person->id, json_string(person->name),
          person->mail.empty() ? "null" : json_string(person->mail),
          json_string(person->principal)));
}

WebReply GraphSimulator::presence(const Call& call) const {
  if (!call.settings.presence) return refuse(call, 404, "NotFound", "NotFound");
  if (auto no = forbidden(call, "Presence.Read.All", "Presence.Read.All")) return *no;
  const auto body = parse_object(call.request.body);
  const auto ids = body.isNull() ? nullptr : body->getArray("ids");
  if (ids.isNull() || ids->empty() || ids->size() > k_most_presences)
    return refuse(call, 400, "BadRequest", "ids: between 1 and 650 values are expected.");
  std::string rows;
  for (unsigned i = 0; i < ids->size(); ++i) {
    const auto id = ids->getElement<std::string>(i);
    const auto person = directory_.person(id);
    // Strangers are left out or unknown; both occur.
    if (!person) continue;
    PresenceState state = presence_of(id);
    if (person->tenant != directory_.tenant_id())
      state = {.availability = "PresenceUnknown", .activity = "PresenceUnknown"};
    rows += fmt::format(
        R"({}{{"id":"{}","availability":{},"activity":{},"statusMessage":null,"outOfOfficeSettings":{{"message":null,"isOutOfOffice":false}},"sequenceNumber":"A{}"}})",
        rows.empty() ? "" : ",", id, json_string(state.availability), json_string(state.activity),
        call.now_ms);
  }
  return json_text_reply(
      200,
      fmt::format(R"({{"@odata.context":{},"value":[{}]}})",
                  json_string(call.base + "/v1.0/$metadata#Collection(microsoft.graph.presence)"),
                  rows));
}

WebReply GraphSimulator::application(const Call& call) const {
  if (auto no = forbidden(call, "Application.Read.All", "Application.Read.All")) return *no;
  if (call.route.item != directory_.client_id())
    return refuse(call, 404, "Request_ResourceNotFound", "Resource does not exist.");
  std::string secrets;
  for (const std::string& secret : directory_.client_secrets())
    secrets += fmt::format(
        R"({}{{"customKeyIdentifier":null,"displayName":"sandbox","endDateTime":"{}","hint":{},"keyId":"{}","secretText":null,"startDateTime":"{}"}})",
        secrets.empty() ? "" : ",", time_text_seconds(call.now_ms + 180 * k_day_ms),
        json_string(secret.substr(0, 3)), random_guid(),
        time_text_seconds(call.now_ms - 180 * k_day_ms));
  return json_text_reply(
      200,
      fmt::format(
          R"({{"id":"{}","appId":"{}","displayName":"Belfry","passwordCredentials":[{}],"requiredResourceAccess":[{{"resourceAppId":"00000003-0000-0000-c000-000000000000","resourceAccess":[{{"id":"6b7d71aa-70aa-4810-a8d9-5d9fb2830017","type":"Role"}},{{"id":"a70e0c2d-e793-494c-94c4-118fa0a67f42","type":"Role"}},{{"id":"f501c180-9344-439a-bca0-6cbf209fd270","type":"Scope"}}]}}]}})",
          directory_.app_object_id(), directory_.client_id(), secrets));
}

/// "Combine multiple HTTP requests using JSON batching": at most 20, each throttled on its own,
/// answered in any order.
WebReply GraphSimulator::batch(const Call& call) {
  const auto body = parse_object(call.request.body);
  const auto parts = body.isNull() ? nullptr : body->getArray("requests");
  if (parts.isNull() || parts->empty() || parts->size() > k_most_parts)
    return refuse(call, 400, "BadRequest", "A batch holds between 1 and 20 requests.");
  std::map<std::string, int> statuses;
  std::vector<std::string> responses;
  for (unsigned i = 0; i < parts->size(); ++i) {
    const auto part = parts->getObject(i);
    if (part.isNull())
      return refuse(call, 400, "BadRequest", "A request of the batch is no object.");
    const auto id = part->optValue<std::string>("id", "");
    const auto needs = part->getArray("dependsOn");
    bool ready = true;
    for (unsigned k = 0; !needs.isNull() && k < needs->size(); ++k) {
      const auto found = statuses.find(needs->getElement<std::string>(k));
      ready = ready && found != statuses.end() && found->second < 400;
    }
    const WebRequest request = part_request(call.request, *part);
    WebReply reply = empty_reply(400);
    if (!ready)
      reply =
          refuse(call, 424, "FailedDependency", "A request that this one depends on has failed.");
    else if (route_of(request.method, request.path).call != GraphCall::batch)
      reply = answer(request);
    statuses[id] = reply.status;
    responses.push_back(part_response(id, reply));
  }
  std::string list;
  for (auto response = responses.rbegin(); response != responses.rend(); ++response)
    list += (list.empty() ? "" : ",") + *response;
  return json_text_reply(200, R"({"responses":[)" + list + "]}");
}

}  // namespace belfry::sandbox
