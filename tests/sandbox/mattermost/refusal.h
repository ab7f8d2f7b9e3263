#pragma once

#include <string>
#include <utility>

namespace belfry::sandbox::mattermost {

/// Thrown where the server gives up a request; becomes its error body.
struct Refusal {
  int status = 400;
  std::string id;
  std::string message = "Refused.";
};

[[noreturn]] inline void refuse(int status, std::string id) {
  throw Refusal{.status = status, .id = std::move(id)};
}

/// A permission is missing; which one is only in the server's log.
[[noreturn]] inline void refuse_permission() {
  throw Refusal{.status = 403,
                .id = "api.context.permissions.app_error",
                .message = "You do not have the appropriate permissions."};
}

[[noreturn]] inline void refuse_body(const std::string& parameter) {
  throw Refusal{.status = 400,
                .id = "api.context.invalid_body_param.app_error",
                .message = "Invalid or missing " + parameter + " in request body."};
}

[[noreturn]] inline void refuse_url(const std::string& parameter) {
  throw Refusal{.status = 400,
                .id = "api.context.invalid_url_param.app_error",
                .message = "Invalid or missing " + parameter + " parameter in request URL."};
}

}  // namespace belfry::sandbox::mattermost
