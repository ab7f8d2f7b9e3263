#include "tests/sandbox/graph/errors.h"

#include <cmath>

#include <fmt/format.h>

#include "tests/sandbox/crypto.h"
#include "tests/sandbox/time_text.h"

namespace belfry::sandbox {

namespace {

std::string body_with_id(std::string_view code, std::string_view message, std::int64_t now_ms,
                         const std::string& request_id) {
  std::string date = time_text_seconds(now_ms);
  date.pop_back();  // Graph writes this one without a zone
  return fmt::format(
      R"({{"error":{{"code":{},"message":{},"innerError":{{"date":"{}","request-id":"{}","client-request-id":"{}"}}}}}})",
      json_string(code), json_string(message), date, request_id, request_id);
}

}  // namespace

std::string graph_error_body(std::string_view code, std::string_view message, std::int64_t now_ms) {
  return body_with_id(code, message, now_ms, random_guid());
}

WebReply graph_error(int status, std::string_view code, std::string_view message,
                     std::int64_t now_ms) {
  const std::string request_id = random_guid();
  WebReply reply = json_text_reply(status, body_with_id(code, message, now_ms, request_id));
  reply.headers.emplace_back("request-id", request_id);
  return reply;
}

WebReply graph_throttled(double retry_after_s, std::int64_t now_ms) {
  WebReply reply = graph_error(429, "TooManyRequests", "Please retry again later.", now_ms);
  reply.headers.emplace_back("Retry-After", fmt::format("{}", std::ceil(retry_after_s)));
  return reply;
}

}  // namespace belfry::sandbox
