#include <fmt/format.h>

#include "tests/sandbox/graph/errors.h"
#include "tests/sandbox/graph/graph_simulator.h"
#include "tests/sandbox/graph/message_query.h"
#include "tests/sandbox/graph/paging.h"

/// List messages in a chat, Get message, hosted contents.
namespace belfry::sandbox {

namespace {

constexpr std::size_t k_most_messages = 50;
constexpr std::int64_t k_cursor_to_nowhere = -1;

bool wants_unknown_enum_members(const WebRequest& request) {
  return request.header("Prefer").find("include-unknown-enum-members") != std::string::npos;
}

const Message* find_message(const Chat& chat, const std::string& id) {
  std::int64_t number = 0;
  const auto parsed = std::from_chars(id.data(), id.data() + id.size(), number);
  if (parsed.ec != std::errc{} || parsed.ptr != id.data() + id.size()) return nullptr;
  const auto found = chat.messages.find(number);
  return found == chat.messages.end() ? nullptr : &found->second;
}

/// The rows after a cursor, newest first. Keyset paging: what is posted meanwhile does not shift
/// the pages.
std::vector<const Message*> rows_of(const Chat& chat, const MessageQuery& query,
                                    std::pair<std::int64_t, std::int64_t> before,
                                    std::int64_t visible_from_ms, std::size_t most) {
  std::vector<const Message*> out;
  const auto take = [&](const Message& message) {
    if (message.created_ms >= visible_from_ms && query.takes(message)) out.push_back(&message);
    return out.size() < most;
  };
  if (query.order == MessageQuery::Order::modified) {
    auto at = chat.by_modification.lower_bound(before);
    while (at != chat.by_modification.begin())
      if (!take(chat.messages.at((--at)->second))) break;
  } else {
    auto at = chat.messages.lower_bound(before.first);
    while (at != chat.messages.begin())
      if (!take((--at)->second)) break;
  }
  return out;
}

}  // namespace

WebReply GraphSimulator::list_messages(const Call& call) const {
  if (auto no = no_access(call)) return *no;
  const std::string orderby = call.request.query_value("$orderby");
  const auto top = top_of(call.request, call.settings.messages_page, k_most_messages);
  auto query = chat_message_query(orderby, call.request.query_value("$filter"));
  if (!top || !query) return refuse(call, 400, "BadRequest", "Invalid filter clause.");
  if (!orderby.empty() && !call.settings.orderby_on_messages)
    return refuse(call, 400, "BadRequest", "Query option 'OrderBy' is not allowed.");
  if (call.settings.ignore_filters) query = MessageQuery{.order = query->order};

  std::pair before{std::numeric_limits<std::int64_t>::max(),
                   std::numeric_limits<std::int64_t>::max()};
  const bool first_page = !call.request.has_query("$skiptoken");
  if (!first_page) {
    const auto token = read_page_token(call.request.query_value("$skiptoken"), 2);
    if (!token) return refuse(call, 400, "BadRequest", "Invalid skip token.");
    before = {(*token)[0], (*token)[1]};
    if (before.first == k_cursor_to_nowhere)
      return refuse(call, 500, "InternalServerError", "Internal server error.");
  }
  Page page{.context = fmt::format("{}/v1.0/$metadata#chats('{}')/messages", call.base,
                                   percent_encode(call.route.chat))};
  if (first_page && call.settings.empty_page_with_next) {
    page.next = next_link(call.base, call.request,
                          make_page_token({k_cursor_to_nowhere, k_cursor_to_nowhere}));
    return page_reply(page);
  }
  const RenderOptions options{.directory = directory_,
                              .unknown_enum_members = wants_unknown_enum_members(call.request),
                              .graph = call.base};
  world_.read(call.route.chat, [&](const Chat& chat) {
    const ChatMember* viewer =
        call.caller.is_app() ? nullptr : chat.member(call.caller.claims.person);
    auto rows = rows_of(chat, *query, before, viewer ? viewer->visible_from_ms : 0, *top + 1);
    const bool more = rows.size() > *top;
    if (more) rows.pop_back();
    for (const Message* message : rows)
      page.rows.push_back(render_message(chat, *message, MessageForm::row, options));
    if (!more) return;
    const Message& last = *rows.back();
    const bool created = query->order == MessageQuery::Order::created;
    page.next = next_link(call.base, call.request,
                          make_page_token({created ? last.number : last.modified_ms, last.number}));
  });
  return page_reply(page);
}

WebReply GraphSimulator::get_message(const Call& call) const {
  if (auto no = no_access(call)) return *no;
  const RenderOptions options{.directory = directory_,
                              .unknown_enum_members = wants_unknown_enum_members(call.request),
                              .graph = call.base};
  std::string json;
  world_.read(call.route.chat, [&](const Chat& chat) {
    if (const Message* message = find_message(chat, call.route.message))
      json = render_message(chat, *message, MessageForm::single, options);
  });
  if (json.empty()) return refuse(call, 404, "NotFound", "NotFound");
  return json_text_reply(200, std::move(json));
}

WebReply GraphSimulator::list_hosted_contents(const Call& call) const {
  if (auto no = no_access(call)) return *no;
  Page page{.context = fmt::format("{}/v1.0/$metadata#chats('{}')/messages('{}')/hostedContents",
                                   call.base, percent_encode(call.route.chat), call.route.message)};
  bool known = false;
  world_.read(call.route.chat, [&](const Chat& chat) {
    const Message* message = find_message(chat, call.route.message);
    known = message != nullptr;
    if (!known) return;
    for (const HostedContent& hosted : message->hosted)
      page.rows.push_back(fmt::format(R"({{"id":{},"contentBytes":null,"contentType":null}})",
                                      json_string(hosted.id)));
  });
  if (!known) return refuse(call, 404, "NotFound", "NotFound");
  return page_reply(page);
}

WebReply GraphSimulator::get_hosted_content(const Call& call) const {
  if (auto no = no_access(call)) return *no;
  std::optional<WebReply> out;
  world_.read(call.route.chat, [&](const Chat& chat) {
    const Message* message = find_message(chat, call.route.message);
    if (message == nullptr) return;
    for (const HostedContent& hosted : message->hosted)
      if (hosted.id == call.route.item)
        out = WebReply{.status = 200,
                       .headers = {},
                       .body = hosted.bytes,
                       .content_type = hosted.content_type,
                       .chunked = !call.settings.hosted_content_length};
  });
  return out ? *out : refuse(call, 404, "NotFound", "NotFound");
}

}  // namespace belfry::sandbox
