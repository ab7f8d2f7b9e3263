#include "app/admin_api.h"

#include <algorithm>
#include <cctype>
#include <memory>

#include "app/status_page.h"
#include "net/json/json_writer.h"

namespace belfry::app {
namespace {

using net::HttpIncoming;
using net::HttpReply;
using net::json_array;
using net::JsonObject;

constexpr std::size_t k_page = 200;

HttpReply json(int status, std::string body) {
  return {status, "application/json", std::move(body) + "\n", {}};
}

HttpReply error_reply(const Error& error) {
  const int status = error.kind == ErrorKind::gone      ? 404
                     : error.kind == ErrorKind::refused ? 400
                                                        : 503;
  return json(status,
              JsonObject().text("error", error.text).text("kind", name_of(error.kind)).take());
}

std::string to_json(const sync::SubscriptionStatus& subscription) {
  JsonObject object;
  object.text("resource", subscription.resource).flag("active", !subscription.id.empty());
  if (subscription.expires) object.text("expires", format_iso8601(*subscription.expires));
  if (!subscription.last_error.empty()) object.text("last_error", subscription.last_error);
  if (subscription.is_refused) object.flag("left_to_sweeps", true);
  return object.take();
}

std::string to_json(const sync::SubscriptionsOverview& overview) {
  const auto count = [](std::size_t number) { return static_cast<std::int64_t>(number); };
  JsonObject object;
  object.text("chosen", name_of(overview.chosen))
      .text("in_force", name_of(overview.in_force))
      .number("wanted", count(overview.wanted))
      .number("active", count(overview.active))
      .number("left_to_sweeps", count(overview.refused))
      .number("chats_known", count(overview.chats_known))
      .number("chats_unannounced", count(overview.chats_unannounced()))
      .flag("listing", overview.is_listing)
      .text("words", words_of(overview));
  if (!overview.why_not_the_best.empty())
    object.text("why_not_the_best", overview.why_not_the_best);
  return object.take();
}

std::string list_of(const std::vector<sync::SubscriptionStatus>& subscriptions) {
  std::vector<std::string> list;
  for (const auto& one : subscriptions) list.push_back(to_json(one));
  return json_array(list);
}

std::string to_json(const sync::ReconcilerStatus& reconciler) {
  JsonObject object;
  object.text("next", format_iso8601(reconciler.next))
      .flag("notifications_used_up", reconciler.notifications_are_used_up);
  if (reconciler.all_swept_to)
    object.text("all_swept_to", format_iso8601(*reconciler.all_swept_to));
  if (reconciler.running) object.text("running", name_of(*reconciler.running));
  if (reconciler.last) {
    const sync::SweepEnded& last = *reconciler.last;
    object.text("last_ended", format_iso8601(reconciler.last_ended))
        .text("last_trigger", name_of(last.trigger))
        .number("last_accounts", static_cast<std::int64_t>(last.accounts))
        .number("last_failed", static_cast<std::int64_t>(last.failed))
        .number("last_found", static_cast<std::int64_t>(last.found));
  }
  return object.take();
}

std::string to_json(const sync::BucketStatus& bucket) {
  const auto count = [](std::uint64_t number) { return static_cast<std::int64_t>(number); };
  JsonObject object;
  object.text("bucket", name_of(bucket.spending.bucket))
      .number("year", int{bucket.spending.month.year()})
      .number("month", unsigned{bucket.spending.month.month()})
      .number("spent", count(bucket.spending.spent))
      .number("forecast", count(bucket.forecast))
      .number("refusals", count(bucket.spending.refusals));
  if (bucket.cap) object.number("cap", count(*bucket.cap));
  object.text("prospect", prospect_of(bucket));
  if (bucket.used_up_by) object.text("used_up_by", format_iso8601(*bucket.used_up_by));
  if (bucket.is_closed) {
    object.text("closed_at", format_iso8601(*bucket.spending.closed_at))
        .text("closed_until",
              format_iso8601(bucket.spending.closed_until.value_or(end_of(bucket.spending.month))))
        .text("closed_by", name_of(bucket.spending.closed_by));
  }
  return object.take();
}

std::string to_json(const StatusSnapshot& status) {
  std::vector<std::string> reasons;
  for (const std::string& reason : status.reasons) reasons.push_back(net::json_string(reason));
  JsonObject object;
  object.text("version", status.version)
      .flag("ready", status.reasons.empty())
      .raw("reasons", json_array(reasons))
      .text("mode", status.reconciler.notifications_are_used_up ? "sweeps" : "notifications")
      .number("uptime_seconds", status.uptime.count() / 1000)
      .number("inbox_entries", static_cast<std::int64_t>(status.inbox_entries))
      .number("outbox_entries", static_cast<std::int64_t>(status.outbox_entries))
      .number("dead_letters", static_cast<std::int64_t>(status.dead_letters))
      .number("accounts_connected", static_cast<std::int64_t>(status.accounts_connected))
      .number("accounts_limit", static_cast<std::int64_t>(status.accounts_limit))
      .raw("subscriptions_overview", to_json(status.overview))
      .raw("subscriptions", list_of(status.subscriptions))
      .raw("reconciler", to_json(status.reconciler));
  if (status.last_webhook) object.text("last_webhook", format_iso8601(*status.last_webhook));
  return object.take();
}

std::string to_json(const DeadLetter& letter) {
  return JsonObject()
      .text("id", letter.id)
      .text("since", format_iso8601(letter.since))
      .text("stage", letter.stage)
      .text("change", name_of(letter.kind))
      .text("chat", letter.ref.chat.text())
      .text("message", letter.ref.message.text())
      .text("user", letter.recipient.text())
      .number("attempts", letter.attempts)
      .text("reason", letter.reason)
      .text("last_error", letter.last_error)
      .take();
}

std::string to_json(const AccountStatus& status) {
  const Account& account = status.account;
  JsonObject object;
  object.text("user", account.user.text())
      .text("username", account.username)
      .text("mail", account.mail)
      .text("teams_name", account.teams_name)
      .text("connected_at", format_iso8601(account.connected_at))
      .flag("connected", account.state == Account::State::connected)
      .flag("notifications", account.preferences.notifications);
  if (status.swept_to) object.text("swept_to", format_iso8601(*status.swept_to));
  return object.take();
}

HttpReply queue(AdminBackend& backend) {
  const auto lanes = backend.lanes();
  if (!lanes) return error_reply(lanes.error());
  const StatusSnapshot status = backend.status();
  std::vector<std::string> list;
  for (const sync::LaneHead& lane : *lanes) {
    if (list.size() >= k_page) break;
    list.push_back(JsonObject()
                       .text("user", lane.recipient.text())
                       .text("next_try", format_iso8601(lane.next_try))
                       .take());
  }
  return json(200, JsonObject()
                       .number("inbox_entries", static_cast<std::int64_t>(status.inbox_entries))
                       .number("outbox_entries", static_cast<std::int64_t>(status.outbox_entries))
                       .number("lanes", static_cast<std::int64_t>(lanes->size()))
                       .raw("first_lanes", json_array(list))
                       .take());
}

template <class Call>
HttpReply act_on_letter(const HttpIncoming& request, Call&& call) {
  constexpr std::string_view k_prefix = "/api/v1/dead/";
  const std::string rest = request.path.substr(k_prefix.size());
  const auto slash = rest.find('/');
  const std::string verb = slash == std::string::npos ? "" : rest.substr(slash + 1);
  if (verb != "retry" && verb != "drop") return net::plain_reply(404, "not found");
  const auto letter = call(rest.substr(0, slash), verb);
  return letter ? json(200, to_json(*letter)) : error_reply(letter.error());
}

void add_api_routes(net::Router& router, AdminBackend& backend) {
  router.add("GET", "/api/v1/status",
             [&backend](const HttpIncoming&) { return json(200, to_json(backend.status())); });
  router.add("GET", "/api/v1/subscriptions", [&backend](const HttpIncoming&) {
    return json(200, JsonObject()
                         .raw("overview", to_json(backend.status().overview))
                         .raw("subscriptions", list_of(backend.subscriptions()))
                         .take());
  });
  router.add("GET", "/api/v1/queue", [&backend](const HttpIncoming&) { return queue(backend); });
  router.add("GET", "/api/v1/dead", [&backend](const HttpIncoming& request) {
    const auto letters = backend.dead_letters(request.query_value("after"), k_page);
    if (!letters) return error_reply(letters.error());
    std::vector<std::string> list;
    for (const DeadLetter& letter : *letters) list.push_back(to_json(letter));
    return json(200, JsonObject().raw("dead_letters", json_array(list)).take());
  });
  router.add("POST", "/api/v1/dead/*", [&backend](const HttpIncoming& request) {
    return act_on_letter(request, [&backend](const std::string& id, const std::string& verb) {
      return verb == "retry" ? backend.retry_dead_letter(id) : backend.drop_dead_letter(id);
    });
  });
  router.add("GET", "/api/v1/accounts", [&backend](const HttpIncoming& request) {
    const auto accounts = backend.accounts(MattermostUserId{request.query_value("after")}, k_page);
    if (!accounts) return error_reply(accounts.error());
    std::vector<std::string> list;
    for (const AccountStatus& account : *accounts) list.push_back(to_json(account));
    return json(200, JsonObject().raw("accounts", json_array(list)).take());
  });
  router.add("POST", "/api/v1/key/rotate", [&backend](const HttpIncoming&) {
    const auto rotated = backend.rotate_key();
    return rotated ? json(200, "{\"rotated\":true}") : error_reply(rotated.error());
  });
}

HttpReply reconcile(AdminBackend& backend, const HttpIncoming& request) {
  std::optional<WallTime> since;
  if (const std::string given = request.query_value("since"); !given.empty()) {
    since = parse_iso8601(given);
    if (!since)
      return error_reply({ErrorKind::refused,
                          "since has to be a time such as 2026-03-02T08:15:00Z",
                          std::nullopt,
                          0,
                          {}});
  }
  const auto asked = backend.reconcile(request.query_value("account"), since);
  return asked ? json(200, "{\"requested\":true}") : error_reply(asked.error());
}

void add_reconciler_routes(net::Router& router, AdminBackend& backend) {
  router.add("GET", "/api/v1/allowance", [&backend](const HttpIncoming&) {
    const auto buckets = backend.allowance();
    if (!buckets) return error_reply(buckets.error());
    std::vector<std::string> list;
    for (const auto& bucket : *buckets) list.push_back(to_json(bucket));
    return json(200, JsonObject().raw("buckets", json_array(list)).take());
  });
  router.add("POST", "/api/v1/reconcile",
             [&backend](const HttpIncoming& request) { return reconcile(backend, request); });
}

bool is_own_name(std::string host) {
  const auto colon = host.rfind(':');
  if (colon != std::string::npos && host.find(']', colon) == std::string::npos) host.erase(colon);
  if (host == "localhost" || host.starts_with('[')) return true;
  return !host.empty() && std::all_of(host.begin(), host.end(), [](unsigned char c) {
    return std::isdigit(c) != 0 || c == '.';
  });
}

}  // namespace

void add_admin_routes(net::Router& router, AdminBackend& backend, Metrics& metrics,
                      const sync::Clock& clock) {
  router.add("GET", "/healthz", [](const HttpIncoming&) { return net::plain_reply(200, "ok"); });
  router.add("GET", "/readyz", [&backend](const HttpIncoming&) {
    const StatusSnapshot status = backend.status();
    return json(status.reasons.empty() ? 200 : 503, to_json(status));
  });
  router.add("GET", "/metrics", [&metrics](const HttpIncoming&) {
    return HttpReply{200, "text/plain; version=0.0.4; charset=utf-8", metrics.exposition(), {}};
  });
  router.add("GET", "/", [&backend, &clock](const HttpIncoming&) {
    return status_page(backend.status(), backend.allowance(), backend.journal(20),
                       clock.now().wall);
  });
  add_api_routes(router, backend);
  add_reconciler_routes(router, backend);
}

net::Router guarded(net::Router router) {
  const auto inner = std::make_shared<net::Router>(std::move(router));
  const auto guard = [inner](const HttpIncoming& request) {
    if (!is_own_name(request.header("Host"))) return net::plain_reply(403, "forbidden");
    if (request.method == "POST" && request.header("X-Belfry") != "1")
      return net::plain_reply(403, "forbidden");
    return inner->answer(request);
  };
  net::Router outer;
  for (const char* method : {"GET", "POST"}) {
    outer.add(method, "/", guard);
    outer.add(method, "/*", guard);
  }
  return outer;
}

}  // namespace belfry::app
