#include "tests/sandbox/control_json.h"

#include <Poco/Exception.h>

#include "tests/sandbox/time_text.h"

namespace belfry::sandbox {

namespace {

Poco::JSON::Object::Ptr ordered() {
  return new Poco::JSON::Object(Poco::JSON_PRESERVE_KEY_ORDER);
}

}  // namespace

Poco::JSON::Object::Ptr body_of(const WebRequest& request) {
  auto out = parse_object(request.body);
  if (out.isNull()) throw Poco::DataFormatException("the body must be a JSON object");
  return out;
}

WebReply control_done() {
  return json_text_reply(200, R"({"ok":true})");
}

WebReply control_reply(const std::string& name, const std::string& value) {
  auto json = ordered();
  json->set(name, value);
  return json_reply(value.empty() ? 404 : 200, json);
}

WebReply control_error(int status, const std::string& text) {
  auto json = ordered();
  json->set("error", text);
  return json_reply(status, json);
}

Poco::JSON::Object::Ptr json_of(const WebhookStats& stats) {
  auto json = ordered();
  json->set("raised", stats.raised);
  json->set("delivered", stats.delivered);
  json->set("requests", stats.requests);
  json->set("retries", stats.retries);
  json->set("waiting", stats.waiting);
  json->set("given_up", stats.given_up);
  json->set("lost", stats.lost);
  json->set("dropped", stats.dropped);
  json->set("delayed", stats.delayed);
  json->set("held", stats.held);
  json->set("held_too_long", stats.held_too_long);
  json->set("orphaned", stats.orphaned);
  json->set("silent", stats.silent);
  json->set("duplicated", stats.duplicated);
  json->set("answers_slow", stats.answers_slow);
  json->set("answers_very_slow", stats.answers_very_slow);
  return json;
}

Poco::JSON::Object::Ptr json_of(const Subscription& subscription) {
  auto json = ordered();
  json->set("id", subscription.id);
  json->set("resource", subscription.resource.text);
  json->set("changeType", subscription.change_type);
  json->set("notificationUrl", subscription.notification_url);
  json->set("lifecycleNotificationUrl", subscription.lifecycle_url);
  json->set("includeResourceData", subscription.rich);
  json->set("encryptionCertificateId", subscription.certificate_id);
  json->set("expirationDateTime", time_text(subscription.expires_ms));
  json->set("accessUntil", time_text(subscription.access_until_ms));
  return json;
}

}  // namespace belfry::sandbox
