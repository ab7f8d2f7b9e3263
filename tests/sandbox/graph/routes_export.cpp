#include <fmt/format.h>

#include "tests/sandbox/graph/errors.h"
#include "tests/sandbox/graph/graph_simulator.h"
#include "tests/sandbox/graph/message_query.h"
#include "tests/sandbox/graph/paging.h"

/// getAllMessages and its delta: app-only, metered.
namespace belfry::sandbox {

namespace {

constexpr std::size_t k_most_rows = 50;

struct ExportRow {
  std::int64_t order = 0;  ///< modification, or the number of the change
  std::int64_t number = 0;
  std::string json;
};

}  // namespace

/// What both routes refuse, in the order in which Graph looks.
std::optional<WebReply> GraphSimulator::export_refused(const Call& call) {
  if (!call.settings.export_routes) return refuse(call, 404, "NotFound", "NotFound");
  if (!call.caller.is_app())
    return refuse(call, 412, "PreconditionFailed",
                  "Requested API is not supported in delegated context");
  if (auto no = forbidden(call, "Chat.Read.All", "")) return no;
  if (call.settings.protected_apis_refused)
    return refuse(
        call, 403, "Forbidden",
        "Invoked API requires Protected API access in application-only context when not using "
        "Resource Specific Consent.");
  const auto person = directory_.person(call.route.user);
  if (!person || person->tenant != directory_.tenant_id())
    return refuse(call, 404, "NotFound", "User not found.");
  const std::string model = call.request.query_value("model");
  if (!model.empty() && model != "A" && model != "B")
    return refuse(call, 400, "BadRequest", "Invalid payment model.");
  if (!model.empty() && !call.settings.billing)
    return refuse(call, 402, "PaymentRequired",
                  "To call this API, the app must be associated with an Azure subscription, see "
                  "https://aka.ms/teams-api-payment-requirements for details.");
  if (model == "A" && !person->licensed)
    return refuse(call, 402, "PaymentRequired",
                  "The user needs a valid license to access this API.");
  if (model.empty() && call.settings.evaluation_cap_enforced &&
      allowance_.spent("export", call.now_ms) >= call.settings.evaluation_cap)
    return refuse(call, 402, "PaymentRequired",
                  "The evaluation capacity for the month has exceeded. To continue beyond the "
                  "evaluation limits "
                  "complete billing onboarding.");
  return std::nullopt;
}

WebReply GraphSimulator::get_all_messages(const Call& call) {
  if (auto no = export_refused(call)) return *no;
  const auto top = top_of(call.request, 20, 1'000);
  const auto query = export_query(call.request.query_value("$filter"));
  if (!top || !query) return refuse(call, 400, "BadRequest", "Invalid filter clause.");
  std::size_t start = 0;
  if (call.request.has_query("$skiptoken")) {
    const auto token = read_page_token(call.request.query_value("$skiptoken"), 1);
    if (!token) return refuse(call, 400, "BadRequest", "Invalid skip token.");
    start = static_cast<std::size_t>((*token)[0]);
  }
  const RenderOptions options{
      .directory = directory_, .unknown_enum_members = true, .graph = call.base};
  std::vector<ExportRow> rows;
  world_.read_all_of(call.route.user, [&](const Chat& chat) {
    if (chat.tenant != directory_.tenant_id()) return;
    for (const auto& [number, message] : chat.messages)
      if (call.settings.ignore_filters || query->takes(message))
        rows.push_back({.order = message.modified_ms,
                        .number = number,
                        .json = render_message(chat, message, MessageForm::row, options)});
  });
  std::sort(rows.begin(), rows.end(), [](const ExportRow& a, const ExportRow& b) {
    return a.order != b.order ? a.order < b.order : a.number < b.number;
  });
  Page page{.context = call.base + "/v1.0/$metadata#Collection(chatMessage)"};
  const std::size_t end = std::min(rows.size(), start + *top);
  for (std::size_t i = start; i < end; ++i) page.rows.push_back(std::move(rows[i].json));
  if (end < rows.size())
    page.next =
        next_link(call.base, call.request, make_page_token({static_cast<std::int64_t>(end)}));
  // "A GET that returns nothing counts as one."
  allowance_.spend("export", call.now_ms,
                   std::max<std::int64_t>(1, static_cast<std::int64_t>(page.rows.size())));
  return page_reply(page);
}

/// A link keeps the payment model that it was made with. Its token holds: the change up to which
/// the reader has seen, the date filter, and when the round began. Changes are numbered through the
/// whole world, so that a link never misses what happened after it was given out.
WebReply GraphSimulator::delta(const Call& call) {
  if (auto no = export_refused(call)) return *no;
  std::int64_t seen = 0;
  std::int64_t modified_after = 0;
  std::size_t top = k_most_rows;
  const bool by_delta = call.request.has_query("$deltatoken");
  if (by_delta || call.request.has_query("$skiptoken")) {
    const auto token =
        read_page_token(call.request.query_value(by_delta ? "$deltatoken" : "$skiptoken"), 4);
    if (!token) return refuse(call, 400, "BadRequest", "Badly formed token.");
    const std::int64_t given_ms = (*token)[2];
    if (given_ms < delta_links_valid_from_ || given_ms + call.settings.delta_token_ms < call.now_ms)
      return refuse(
          call, 410, "syncStateNotFound",
          "The sync state generation is not found. The delta token is expired and data must be "
          "synchronized again.");
    seen = (*token)[0];
    modified_after = (*token)[1];
    top = static_cast<std::size_t>((*token)[3]);
  } else {
    const auto wanted = top_of(call.request, 20, k_most_rows);
    const auto query = export_query(call.request.query_value("$filter"));
    // Only `lastModifiedDateTime gt` is known here.
    if (!wanted || !query || query->modified_before || query->created_before ||
        !query->sender.empty() || !query->message_type.empty())
      return refuse(call, 400, "BadRequest", "Invalid filter clause.");
    top = *wanted;
    if (!call.settings.ignore_filters) modified_after = query->modified_after.value_or(0);
  }

  const RenderOptions options{
      .directory = directory_, .unknown_enum_members = true, .graph = call.base};
  std::vector<ExportRow> rows;
  const auto newest = static_cast<std::int64_t>(world_.newest_change());
  world_.read_all_of(call.route.user, [&](const Chat& chat) {
    if (chat.tenant != directory_.tenant_id()) return;
    for (const auto& [number, message] : chat.messages) {
      const auto change = static_cast<std::int64_t>(message.change);
      if (change <= seen || change > newest || message.modified_ms <= modified_after) continue;
      rows.push_back({.order = change,
                      .number = number,
                      .json = render_message(chat, message, MessageForm::delta, options)});
    }
  });
  std::sort(rows.begin(), rows.end(),
            [](const ExportRow& a, const ExportRow& b) { return a.order < b.order; });
  Page page{.context = call.base + "/v1.0/$metadata#Collection(microsoft.graph.chatMessage)",
            .counted = false};
  const std::string here = call.base + call.request.path;
  const bool more = rows.size() > top;
  if (more) rows.resize(top);
  const std::string model = call.request.query_value("model");
  const auto token = [&](std::int64_t upto) {
    return make_page_token({upto, modified_after, call.now_ms, static_cast<std::int64_t>(top)}) +
           (model.empty() ? "" : "&model=" + model);
  };
  if (more)
    page.next = here + "?$skiptoken=" + token(rows.back().order);
  else
    page.delta = here + "?$deltatoken=" + token(newest);
  for (ExportRow& row : rows) page.rows.push_back(std::move(row.json));
  allowance_.spend("export", call.now_ms,
                   std::max<std::int64_t>(1, static_cast<std::int64_t>(page.rows.size())));
  return page_reply(page);
}

}  // namespace belfry::sandbox
