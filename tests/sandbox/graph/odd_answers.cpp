#include "tests/sandbox/graph/odd_answers.h"

#include "tests/sandbox/graph/errors.h"

namespace belfry::sandbox {

FaultRule graph_answers(std::string operation, int status, std::string_view code,
                        std::string_view message) {
  return {.operation = std::move(operation),
          .action = FaultAction::answer,
          .status = status,
          .body = graph_error_body(code, message, 0)};
}

FaultRule throttled_for(std::string operation, std::string retry_after) {
  FaultRule rule = graph_answers(std::move(operation), 429, "TooManyRequests");
  rule.headers.emplace_back("Retry-After", std::move(retry_after));
  return rule;
}

FaultRule throttled_without_retry_after(std::string operation) {
  return graph_answers(std::move(operation), 429, "activityLimitReached");
}

FaultRule redirected_without_location(std::string operation) {
  return {.operation = std::move(operation), .action = FaultAction::answer, .status = 308};
}

FaultRule unavailable_on_create() {
  return graph_answers("graph.create_subscription", 503, "serviceNotAvailable");
}

FaultRule unknown_on_renewal() {
  return graph_answers("graph.renew_subscription", 404, "ResourceNotFound",
                       "The object was not found.");
}

FaultRule bad_gateway_in_html(std::string operation) {
  return {.operation = std::move(operation),
          .action = FaultAction::answer,
          .status = 502,
          .body = "<html><body>Bad gateway</body></html>",
          .content_type = "text/html"};
}

}  // namespace belfry::sandbox
