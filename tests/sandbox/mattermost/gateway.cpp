#include "tests/sandbox/mattermost/gateway.h"

#include <sstream>

#include <Poco/DeflatingStream.h>
#include <fmt/format.h>

#include "tests/sandbox/demo/demo_page.h"
#include "tests/sandbox/mattermost/ids.h"
#include "tests/sandbox/mattermost/json_text.h"

namespace belfry::sandbox::mattermost {

namespace {

constexpr std::size_t k_longest_url = 2'048;
// Source: klauspost/compress gzhttp, DefaultMinSize.
constexpr std::size_t k_smallest_gzip = 1'024;

std::string rate_key(const WebRequest& request, const Settings& settings) {
  std::string key;
  const bool by_address = settings.is_on("RateLimitVaryByRemoteAddr");
  if (settings.is_on("RateLimitVaryByUser")) {
    key = bearer_token(request);
    if (key.empty() && by_address) key = request.remote;
  } else if (by_address) {
    key = request.remote;
  }
  if (const std::string header = settings.text("RateLimitVaryByHeader"); !header.empty())
    key += lower_case(request.header(header));
  return key;
}

/// Counts a request under `key`; true when it is one too many. Adds the headers either way.
bool limited(Server& server, const Settings& settings, const std::string& key,
             NameValues& headers) {
  const auto verdict = server.rate.take(key,
                                        {.per_second = settings.number("RateLimitPerSec"),
                                         .burst = settings.number("RateLimitMaxBurst")},
                                        server.clock.now_ms());
  headers.emplace_back("X-Ratelimit-Limit", std::to_string(verdict.limit));
  headers.emplace_back("X-Ratelimit-Remaining", std::to_string(verdict.remaining));
  headers.emplace_back("X-Ratelimit-Reset", std::to_string(verdict.reset_s));
  if (verdict.limited) headers.emplace_back("Retry-After", std::to_string(verdict.retry_after_s));
  return verdict.limited;
}

/// Plain text, and neither an error body nor the headers of API answers.
WebReply limit_reply(NameValues& headers) {
  WebReply reply = text_reply(429, "limit exceeded\n");
  reply.headers = headers;
  reply.headers.emplace_back("X-Content-Type-Options", "nosniff");
  headers.clear();
  return reply;
}

void check_size(const Call& call, const Route& route) {
  const auto largest =
      call.settings->number(route.body == Body::file ? "MaxFileSize" : "MaximumPayloadSizeBytes");
  if (call.request.body.size() > static_cast<std::size_t>(largest))
    refuse(413, "api.context.request_body_too_large.app_error");
}

std::string gzipped(const std::string& text) {
  std::ostringstream out;
  Poco::DeflatingOutputStream zip(out, Poco::DeflatingStreamBuf::STREAM_GZIP, 1);
  zip << text;
  zip.close();
  return out.str();
}

}  // namespace

std::string bearer_token(const WebRequest& request) {
  const std::string value = request.header("Authorization");
  for (const std::string_view scheme : {"Bearer ", "Token "})
    if (value.size() > scheme.size() &&
        equal_ignoring_case(std::string_view(value).substr(0, scheme.size()), scheme))
      return value.substr(scheme.size());
  return {};
}

UserPtr user_of_token(const Server& server, const Settings& settings, std::string_view token) {
  if (token.empty()) return nullptr;
  const auto found = server.tokens.find(token);
  if (!found) return nullptr;
  if (found->kind == TokenKind::personal && !settings.is_on("EnableUserAccessTokens"))
    return nullptr;
  auto user = server.people.find(found->user_id);
  return user && user->delete_at == 0 ? user : nullptr;
}

Admission admit(Server& server, const WebRequest& request, const RouteMatch& match,
                const SettingsPtr& settings, NameValues& extra_headers) {
  Admission admission{.refusal = std::nullopt,
                      .call = {.server = server,
                               .request = request,
                               .settings = settings,
                               .user = nullptr,
                               .arguments = match.arguments}};
  const bool limits = settings->is_on("RateLimitEnable");
  if (limits && limited(server, *settings, rate_key(request, *settings), extra_headers)) {
    admission.refusal = limit_reply(extra_headers);
    return admission;
  }
  if (request.path.size() + request.raw_query.size() > k_longest_url) {
    admission.refusal =
        error_reply({.status = 414, .id = "basic_security_check.url.too_long_error"}, *settings);
    return admission;
  }
  if (match.route == nullptr) {
    admission.refusal = error_reply({.status = 404, .id = "api.context.404.app_error"}, *settings);
    return admission;
  }
  admission.call.user = user_of_token(server, *settings, bearer_token(request));
  if (!admission.call.user && match.route->access == Access::token) {
    admission.refusal =
        error_reply({.status = 401, .id = "api.context.session_expired.app_error"}, *settings);
    return admission;
  }
  // "By user" counts twice: under the token, and under the user it belongs to.
  if (limits && admission.call.user && settings->is_on("RateLimitVaryByUser") &&
      limited(server, *settings, admission.call.user->id, extra_headers))
    admission.refusal = limit_reply(extra_headers);
  return admission;
}

WebReply answer_request(Server& server, const WebRequest& request) {
  if (server.down) return down_reply();
  const auto settings = server.config.current();
  // Where a server has its web client, this one has the page of the demo.
  if (request.method == "GET" && request.path == settings->base_path() + "/")
    return html_reply(200, demo_page());
  const RouteMatch match = match_route(request.method, request.path, settings->base_path());
  NameValues extra;
  Admission admission = admit(server, request, match, settings, extra);
  if (!admission.refusal) {
    try {
      check_size(admission.call, *match.route);
      return finished(match.route->handler(admission.call), request, *settings, extra);
    } catch (const Refusal& refusal) {
      admission.refusal = error_reply(refusal, *settings);
    }
  }
  return finished(std::move(*admission.refusal), request, *settings, extra);
}

WebReply error_reply(const Refusal& refusal, const Settings& settings) {
  const bool hidden = refusal.status >= 500 && settings.is_on("EnableHardenedMode");
  const int status = hidden ? 500 : refusal.status;
  return json_text_reply(status,
                         JsonObject()
                             .text("id", hidden ? "" : refusal.id)
                             .text("message", hidden ? "Internal Server Error" : refusal.message)
                             .text("detailed_error", "")
                             .text("request_id", make_id())
                             .number("status_code", status)
                             .take());
}

WebReply finished(WebReply reply, const WebRequest& request, const Settings& settings,
                  const NameValues& extra_headers) {
  if (reply.status == 429) return reply;
  constexpr std::string_view k_request_id = R"("request_id":")";
  const auto at = reply.status >= 400 ? reply.body.find(k_request_id) : std::string::npos;
  reply.headers.emplace_back("X-Request-Id", at == std::string::npos
                                                 ? make_id()
                                                 : reply.body.substr(at + k_request_id.size(), 26));
  reply.headers.emplace_back("X-Version-Id", settings.version_id());
  reply.headers.insert(reply.headers.end(), extra_headers.begin(), extra_headers.end());
  if (reply.content_type == "application/json") {
    reply.headers.emplace_back("Vary", "Accept-Encoding");
    if (reply.body.size() >= k_smallest_gzip &&
        request.header("Accept-Encoding").find("gzip") != std::string::npos) {
      reply.body = gzipped(reply.body);
      reply.headers.emplace_back("Content-Encoding", "gzip");
    }
  }
  return reply;
}

WebReply down_reply() {
  return html_reply(503,
                    "<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n"
                    "<body>\r\n<center><h1>503 Service Temporarily Unavailable</h1></center>\r\n"
                    "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n");
}

}  // namespace belfry::sandbox::mattermost
