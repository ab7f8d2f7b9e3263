#include "tests/sandbox/control.h"
#include "tests/sandbox/control_json.h"
#include "tests/sandbox/sandbox.h"

/// Routes about the services themselves: faults, sign-ins, tokens, subscriptions, settings.
namespace belfry::sandbox {

namespace {

using Poco::JSON::Array;
using Poco::JSON::Object;

template <class T>
void set_if(const Object& json, const char* name, T& value) {
  if (json.has(name)) value = json.getValue<T>(name);
}

void read_settings(const Object& json, CourierSettings& settings) {
  set_if(json, "batch_limit", settings.batch_limit);
  set_if(json, "answer_deadline_ms", settings.answer_deadline_ms);
  set_if(json, "retry_answer_deadline_ms", settings.retry_answer_deadline_ms);
  set_if(json, "give_up_after_ms", settings.give_up_after_ms);
  set_if(json, "first_retry_gap_ms", settings.first_retry_gap_ms);
  set_if(json, "longest_retry_gap_ms", settings.longest_retry_gap_ms);
  set_if(json, "minimum_answers", settings.minimum_answers);
  set_if(json, "latency_ms", settings.latency_ms);
  set_if(json, "latency_jitter_ms", settings.latency_jitter_ms);
  set_if(json, "duplicate_probability", settings.duplicate_probability);
  set_if(json, "reorder_probability", settings.reorder_probability);
  set_if(json, "reorder_ms", settings.reorder_ms);
  set_if(json, "seed", settings.seed);
  set_if(json, "token_version", settings.token_version);
  set_if(json, "offset_minutes", settings.offset_minutes);
  set_if(json, "reuse_content_keys", settings.reuse_content_keys);
}

void read_settings(const Object& json, GraphSettings& settings) {
  set_if(json, "rate_limits", settings.rate_limits);
  set_if(json, "rate_scale", settings.rate_scale);
  set_if(json, "rate_slack_ms", settings.rate_slack_ms);
  set_if(json, "evaluation_cap_enforced", settings.evaluation_cap_enforced);
  set_if(json, "evaluation_cap", settings.evaluation_cap);
  set_if(json, "billing", settings.billing);
  set_if(json, "protected_apis_refused", settings.protected_apis_refused);
  set_if(json, "orderby_on_chats", settings.orderby_on_chats);
  set_if(json, "orderby_on_messages", settings.orderby_on_messages);
  set_if(json, "presence", settings.presence);
  set_if(json, "export_routes", settings.export_routes);
  set_if(json, "ignore_filters", settings.ignore_filters);
  set_if(json, "ignore_orders", settings.ignore_orders);
  set_if(json, "empty_page_with_next", settings.empty_page_with_next);
  set_if(json, "system_events_everywhere", settings.system_events_everywhere);
  set_if(json, "hosted_content_length", settings.hosted_content_length);
  set_if(json, "longest_expiry_ms", settings.longest_expiry_ms);
  set_if(json, "access_right_ms", settings.access_right_ms);
  set_if(json, "held_back_ms", settings.held_back_ms);
  set_if(json, "delta_token_ms", settings.delta_token_ms);
  set_if(json, "download_url_ms", settings.download_url_ms);
  if (const auto courier = json.getObject("courier"); !courier.isNull())
    read_settings(*courier, settings.courier);
}

WebReply act_on_subscription(GraphSimulator& graph, const WebRequest& request) {
  const auto parts = path_parts(request.path);
  if (parts.size() != 4) return control_error(404, "no such route");
  const std::string& id = parts[2];
  bool known = false;
  if (parts[3] == "remove")
    known = graph.remove_subscription(id);
  else if (parts[3] == "expire")
    known = graph.expire_subscription(id);
  else if (parts[3] == "expire_access")
    known = graph.expire_access(id);
  else
    known = graph.send_lifecycle(id, parts[3]);
  return known ? control_done() : control_error(404, "no such subscription");
}

}  // namespace

void ControlApi::add_service_routes() {
  const auto plan_of = [this](const WebRequest& request) {
    return sandbox_.faults(request.path.substr(request.path.rfind('/') + 1));
  };
  extend("GET /control/faults/*", [plan_of](const WebRequest& request) {
    FaultPlan* plan = plan_of(request);
    return plan ? json_reply(200, plan->to_json()) : control_error(404, "no such service");
  });
  extend("POST /control/faults/*", [plan_of](const WebRequest& request) {
    FaultPlan* plan = plan_of(request);
    if (!plan) return control_error(404, "no such service");
    return plan->add_json(*body_of(request)) ? control_done() : control_error(400, "no such rule");
  });
  extend("DELETE /control/faults/*", [plan_of](const WebRequest& request) {
    FaultPlan* plan = plan_of(request);
    if (!plan) return control_error(404, "no such service");
    plan->clear();
    return control_done();
  });

  EntraSimulator& entra = sandbox_.entra();
  extend("POST /control/entra/sign_in", [this, &entra](const WebRequest& request) {
    const auto body = body_of(request);
    EntraSettings settings = entra.settings();
    const auto mode = body->optValue<std::string>("mode", "hint");
    settings.sign_in = mode == "page"     ? SignInMode::page
                       : mode == "person" ? SignInMode::person
                                          : SignInMode::hint;
    settings.signs_in = person_id(body->optValue<std::string>("person", ""));
    settings.authorize_error = body->optValue<std::string>("error", "");
    set_if(*body, "access_token_s", settings.access_token_s);
    entra.change_settings(std::move(settings));
    return control_done();
  });
  extend("POST /control/entra/revoke", [this, &entra](const WebRequest& request) {
    const auto body = body_of(request);
    const std::string person = person_id(body->getValue<std::string>("person"));
    if (person.empty()) return control_error(404, "nobody of that name");
    entra.revoke_sessions(person);
    if (body->optValue<bool>("challenge", false)) sandbox_.tokens().challenge_tokens_of(person);
    return control_done();
  });
  extend("POST /control/entra/expire_tokens", [this](const WebRequest&) {
    sandbox_.tokens().expire_all();
    return control_done();
  });
  extend("GET /control/entra/failures", [](const WebRequest&) {
    Array::Ptr out = new Array;
    for (const TokenError& error : token_errors()) out->add(std::string(error.name));
    return json_reply(200, out);
  });
  extend("POST /control/entra/failures", [this, &entra](const WebRequest& request) {
    const auto body = body_of(request);
    TokenFailure failure;
    failure.name = body->getValue<std::string>("name");
    failure.grant_type = body->optValue<std::string>("grant_type", "");
    failure.person = person_id(body->optValue<std::string>("person", ""));
    set_if(*body, "times", failure.times);
    return entra.fail_tokens(std::move(failure)) ? control_done()
                                                 : control_error(400, "no such failure");
  });
  extend("DELETE /control/entra/failures", [&entra](const WebRequest&) {
    entra.clear_failures();
    return control_done();
  });
  extend("POST /control/entra/keys", [this](const WebRequest& request) {
    sandbox_.tokens().rotate_keys();
    if (body_of(request)->optValue<bool>("retire", false)) sandbox_.tokens().retire_old_keys();
    sandbox_.graph().forget_validation_tokens();
    return control_done();
  });

  GraphSimulator& graph = sandbox_.graph();
  extend("GET /control/subscriptions", [&graph](const WebRequest&) {
    Array::Ptr out = new Array;
    for (const SubscriptionPtr& subscription : graph.subscriptions())
      out->add(json_of(*subscription));
    return json_reply(200, out);
  });
  extend("POST /control/subscriptions/*",
         [&graph](const WebRequest& request) { return act_on_subscription(graph, request); });
  extend("PATCH /control/graph/settings", [&graph](const WebRequest& request) {
    const auto body = body_of(request);
    graph.change_settings([&](GraphSettings& settings) { read_settings(*body, settings); });
    return control_done();
  });
  extend("POST /control/graph/expire_delta_links", [&graph](const WebRequest&) {
    graph.expire_delta_links();
    return control_done();
  });
  extend("POST /control/graph/spend", [&graph](const WebRequest& request) {
    const auto body = body_of(request);
    graph.spend(body->getValue<std::string>("bucket"), body->getValue<std::int64_t>("messages"));
    return control_done();
  });
}

}  // namespace belfry::sandbox
