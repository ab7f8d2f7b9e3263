#include "tests/sandbox/graph/graph_simulator.h"

#include <fmt/format.h>

#include "tests/sandbox/graph/errors.h"
#include "tests/sandbox/time_text.h"

/// The entrance: tokens, limits, and the way to the routes.
namespace belfry::sandbox {

namespace {

constexpr std::string_view k_bearer = "Bearer ";

std::size_t scaled(std::size_t requests, double scale) {
  return std::max<std::size_t>(1, static_cast<std::size_t>(static_cast<double>(requests) * scale));
}

}  // namespace

GraphSimulator::GraphSimulator(SandboxClock& clock, Directory& directory, TokenAuthority& authority,
                               FaultPlan& webhook_faults, RequestLog& log, GraphSettings settings)
    : clock_(clock),
      directory_(directory),
      authority_(authority),
      webhook_faults_(webhook_faults),
      log_(log),
      world_(clock, directory),
      sealer_(clock, directory, authority),
      settings_(std::make_shared<const GraphSettings>(std::move(settings))),
      courier_(clock, book_, sealer_, directory, webhook_faults, log,
               [this] { return current_settings(); }),
      timetable_(clock) {
  keep_house();
}

GraphSimulator::~GraphSimulator() {
  courier_.stop();
}

void GraphSimulator::change_settings(const std::function<void(GraphSettings&)>& change) {
  const std::lock_guard lock(settings_mutex_);
  auto copy = std::make_shared<GraphSettings>(*settings_);
  change(*copy);
  settings_ = std::move(copy);
}

std::shared_ptr<const GraphSettings> GraphSimulator::current_settings() const {
  const std::lock_guard lock(settings_mutex_);
  return settings_;
}

std::string GraphSimulator::operation(const WebRequest& request) const {
  return std::string(operation_name(route_of(request.method, request.path).call));
}

WebReply GraphSimulator::answer(const WebRequest& request) {
  const GraphRoute route = route_of(request.method, request.path);
  // The download URL is pre-authenticated: it works without a token, and a token does not belong
  // there.
  if (route.call == GraphCall::download) return download(request, route.item);
  const std::int64_t now = clock_.now_ms();
  if (route.call == GraphCall::unknown)
    return graph_error(400, "BadRequest", "Resource not found for the segment.", now);

  const std::string authorization = request.header("Authorization");
  if (!authorization.starts_with(k_bearer)) return unauthorized("Access token is empty.", "");
  const auto claims = authority_.find(std::string_view(authorization).substr(k_bearer.size()));
  if (!claims)
    return unauthorized("IDX14100: JWT is not well formed or its signature is invalid.", "");
  if (claims->expires_ms <= now)
    return unauthorized("Access token has expired or is not yet valid.", "");
  if (claims->challenged)
    return unauthorized(
        "Continuous access evaluation resulted in challenge with result: InteractionRequired and "
        "code: "
        "TokenIssuedBeforeRevocationTimestamp",
        "eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZX19fQ==");

  const auto current = current_settings();
  const Caller caller{.claims = *claims};
  const std::string base = "http://" + request.header("Host");
  const Call call{.request = request,
                  .route = route,
                  .settings = *current,
                  .caller = caller,
                  .base = base,
                  .now_ms = now};
  WebReply reply = empty_reply(500);
  if (auto refused = throttled(call))
    reply = std::move(*refused);
  else
    reply = dispatch(call);
  if (const std::string id = request.header("client-request-id"); !id.empty())
    reply.headers.emplace_back("client-request-id", id);
  reply.headers.emplace_back("Date", time_text_of_http(now));
  return reply;
}

WebReply GraphSimulator::dispatch(const Call& call) {
  switch (call.route.call) {
    case GraphCall::unknown:
    case GraphCall::download:
      break;
    case GraphCall::me:
      return me(call);
    case GraphCall::application:
      return application(call);
    case GraphCall::presence:
      return presence(call);
    case GraphCall::batch:
      return batch(call);
    case GraphCall::create_subscription:
      return create_subscription(call);
    case GraphCall::list_subscriptions:
      return list_subscriptions(call);
    case GraphCall::get_subscription:
      return get_subscription(call);
    case GraphCall::renew_subscription:
      return renew_subscription(call);
    case GraphCall::reauthorize_subscription:
      return reauthorize_subscription(call);
    case GraphCall::delete_subscription:
      return delete_subscription(call);
    case GraphCall::list_chats:
      return list_chats(call);
    case GraphCall::get_chat:
      return get_chat(call);
    case GraphCall::list_members:
      return list_members(call);
    case GraphCall::list_messages:
      return list_messages(call);
    case GraphCall::get_message:
      return get_message(call);
    case GraphCall::list_hosted_contents:
      return list_hosted_contents(call);
    case GraphCall::get_hosted_content:
      return get_hosted_content(call);
    case GraphCall::get_all_messages:
      return get_all_messages(call);
    case GraphCall::delta:
      return delta(call);
    case GraphCall::drive_item:
    case GraphCall::drive_content:
      return drive_item(call);
  }
  return refuse(call, 404, "NotFound", "NotFound");
}

/// Graph, "throttling limits": the first limit hit wins. Besides its table, each chat takes 1
/// request a second.
std::optional<WebReply> GraphSimulator::throttled(const Call& call) {
  if (!call.settings.rate_limits) return std::nullopt;
  const double scale = call.settings.rate_scale;
  std::vector<RateLimit> limits;
  const auto add = [&](std::string key, std::size_t requests, std::int64_t period_ms = 1'000) {
    limits.push_back({.key = std::move(key),
                      .requests = scaled(requests, scale),
                      .period_ms = period_ms - call.settings.rate_slack_ms});
  };
  const std::string user = call.route.user.empty() ? call.caller.claims.person : call.route.user;
  switch (call.route.call) {
    case GraphCall::list_messages:
    case GraphCall::get_message:
      add("messages", 20);
      add("chat/" + call.route.chat, 1);
      break;
    case GraphCall::get_all_messages:
    case GraphCall::delta:
      add("export", 200);
      break;
    case GraphCall::list_chats:
      add("teams", 30);
      add("user/" + user, 5);
      break;
    case GraphCall::get_chat:
      add("teams", 30);
      add("user/" + user, 5);
      add("chat/" + call.route.chat, 1);
      break;
    case GraphCall::list_members:
    case GraphCall::list_hosted_contents:
    case GraphCall::get_hosted_content:
      add("teams", 30);
      add("chat/" + call.route.chat, 1);
      break;
    case GraphCall::presence:
      add("presence", 1'500, 30'000);
      break;
    case GraphCall::create_subscription:
    case GraphCall::renew_subscription:
    case GraphCall::delete_subscription:
    case GraphCall::reauthorize_subscription:
      add("subscriptions/write", 1'000, 20'000);
      add("subscriptions", 5'000, 20'000);
      break;
    case GraphCall::list_subscriptions:
    case GraphCall::get_subscription:
      add("subscriptions", 5'000, 20'000);
      break;
    case GraphCall::me:
    case GraphCall::application:
      add("directory", 3'500, 10'000);
      break;
    case GraphCall::batch:
    case GraphCall::drive_item:
    case GraphCall::drive_content:
    case GraphCall::download:
    case GraphCall::unknown:
      return std::nullopt;
  }
  const double wait_s = limiter_.take(limits, call.now_ms);
  if (wait_s <= 0) return std::nullopt;
  return graph_throttled(wait_s, call.now_ms);
}

WebReply GraphSimulator::refuse(const Call& call, int status, std::string_view code,
                                std::string_view message) const {
  return graph_error(status, code, message, call.now_ms);
}

WebReply GraphSimulator::unauthorized(std::string_view message, std::string_view challenge) const {
  WebReply reply = graph_error(401, "InvalidAuthenticationToken", message, clock_.now_ms());
  reply.headers.emplace_back(
      "WWW-Authenticate",
      challenge.empty()
          ? std::string(
                R"(Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000")")
          : fmt::format(R"(Bearer realm="", error="insufficient_claims", claims="{}")", challenge));
  return reply;
}

std::optional<WebReply> GraphSimulator::forbidden(const Call& call, std::string_view role,
                                                  std::string_view scope) const {
  const std::string_view needed = call.caller.is_app() ? role : scope;
  if (!needed.empty() && call.caller.may(needed)) return std::nullopt;
  if (call.caller.is_app())
    return refuse(
        call, 403, "Forbidden",
        fmt::format("Missing role permissions on the request. API requires one of '{}'.", role));
  return refuse(
      call, 403, "Forbidden",
      fmt::format("Missing scope permissions on the request. API requires one of '{}'.", scope));
}

}  // namespace belfry::sandbox
