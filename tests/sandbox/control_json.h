#pragma once

#include <string>

#include <Poco/JSON/Object.h>

#include "tests/sandbox/graph/courier.h"
#include "tests/sandbox/graph/subscription_book.h"
#include "tests/sandbox/web.h"

/// The shapes of the control API.
namespace belfry::sandbox {

/// The body as an object; Poco::DataFormatException when it is none.
[[nodiscard]] Poco::JSON::Object::Ptr body_of(const WebRequest& request);
[[nodiscard]] WebReply control_done();
[[nodiscard]] WebReply control_reply(const std::string& name, const std::string& value);
[[nodiscard]] WebReply control_error(int status, const std::string& text);
[[nodiscard]] Poco::JSON::Object::Ptr json_of(const WebhookStats& stats);
[[nodiscard]] Poco::JSON::Object::Ptr json_of(const Subscription& subscription);

}  // namespace belfry::sandbox
