#include <fmt/format.h>

#include "tests/sandbox/graph/errors.h"
#include "tests/sandbox/graph/graph_simulator.h"
#include "tests/sandbox/graph/paging.h"

/// List chats, Get chat, List members.
namespace belfry::sandbox {

namespace {

constexpr std::size_t k_most_chats = 50;

std::int64_t last_message_ms(const Chat& chat) {
  return chat.messages.empty() ? 0 : chat.messages.rbegin()->second.created_ms;
}

}  // namespace

/// Reads of one chat: the permission, then membership (delegated) or the hosting tenant (app-only).
std::optional<WebReply> GraphSimulator::no_access(const Call& call) const {
  std::string_view scope = "Chat.Read";
  const bool of_messages =
      !call.route.message.empty() || call.route.call == GraphCall::list_messages;
  if (of_messages && call.caller.may("ChatMessage.Read")) scope = "ChatMessage.Read";
  if (auto no = forbidden(call, "Chat.Read.All", scope)) return no;
  std::optional<WebReply> out;
  const bool known = world_.read(call.route.chat, [&](const Chat& chat) {
    if (!call.caller.is_app()) {
      if (chat.member(call.caller.claims.person) == nullptr)
        out = refuse(call, 403, "Forbidden", "User is not a member of the chat.");
    } else if (call.settings.protected_apis_refused) {
      out = refuse(
          call, 403, "Forbidden",
          "Invoked API requires Protected API access in application-only context when not using "
          "Resource Specific Consent.");
    } else if (chat.tenant != directory_.tenant_id()) {
      out = refuse(call, 403, "Forbidden", "The chat belongs to another tenant.");
    }
  });
  if (!known) return refuse(call, 404, "NotFound", "NotFound");
  return out;
}

WebReply GraphSimulator::list_chats(const Call& call) const {
  if (auto no = forbidden(call, "Chat.Read.All", "Chat.Read")) return *no;
  const std::string person = call.route.user.empty() ? call.caller.claims.person : call.route.user;
  if (call.caller.is_app() && call.route.user.empty())
    return refuse(call, 400, "BadRequest",
                  "/me request is only valid with delegated authentication flow.");
  if (!call.caller.is_app() && person != call.caller.claims.person)
    return refuse(call, 403, "Forbidden", "A user can only list the own chats.");
  const auto known = directory_.person(person);
  if (!known || (call.caller.is_app() && known->tenant != directory_.tenant_id()))
    return refuse(call, 404, "NotFound", "User not found.");

  const auto top = top_of(call.request, call.settings.chats_page, k_most_chats);
  const std::string expand = call.request.query_value("$expand");
  const std::string orderby = call.request.query_value("$orderby");
  const bool by_preview = orderby == "lastMessagePreview/createdDateTime desc";
  if (!top || (!orderby.empty() && !by_preview))
    return refuse(call, 400, "BadRequest", "Invalid query option.");
  if (!orderby.empty() && !call.settings.orderby_on_chats)
    return refuse(call, 400, "BadRequest", "Query option 'OrderBy' is not allowed.");
  const bool is_ordered = by_preview && !call.settings.ignore_orders;

  struct Row {
    std::int64_t order;
    std::string id;
  };
  std::vector<Row> rows;
  world_.read_all_of(person, [&](const Chat& chat) {
    if (call.caller.is_app() && chat.tenant != directory_.tenant_id()) return;
    rows.push_back({.order = is_ordered ? last_message_ms(chat) : chat.created_ms, .id = chat.id});
  });
  std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
    return a.order != b.order ? a.order > b.order : a.id < b.id;
  });

  std::size_t start = 0;
  if (call.request.has_query("$skiptoken")) {
    const auto token = read_page_token(call.request.query_value("$skiptoken"), 1);
    if (!token) return refuse(call, 400, "BadRequest", "Invalid skip token.");
    start = static_cast<std::size_t>((*token)[0]);
  }
  const RenderOptions options{
      .directory = directory_,
      .unknown_enum_members =
          call.request.header("Prefer").find("include-unknown-enum-members") != std::string::npos,
      .graph = call.base};
  ChatParts parts{.members = expand.find("members") != std::string::npos,
                  .preview = expand.find("lastMessagePreview") != std::string::npos,
                  .most_members = call.settings.expanded_members};
  if (!call.caller.is_app()) parts.viewpoint_of = person;
  Page page{.context = call.base + "/v1.0/$metadata#chats"};
  const std::size_t end = std::min(rows.size(), start + *top);
  for (std::size_t i = start; i < end; ++i)
    world_.read(rows[i].id,
                [&](const Chat& chat) { page.rows.push_back(render_chat(chat, parts, options)); });
  if (end < rows.size())
    page.next =
        next_link(call.base, call.request, make_page_token({static_cast<std::int64_t>(end)}));
  return page_reply(page);
}

WebReply GraphSimulator::get_chat(const Call& call) const {
  if (auto no = no_access(call)) return *no;
  const std::string expand = call.request.query_value("$expand");
  const RenderOptions options{.directory = directory_, .graph = call.base};
  const ChatParts parts{.context = true,
                        .members = expand.find("members") != std::string::npos,
                        .preview = expand.find("lastMessagePreview") != std::string::npos,
                        .most_members = call.settings.expanded_members};
  std::string json;
  world_.read(call.route.chat, [&](const Chat& chat) { json = render_chat(chat, parts, options); });
  return json_text_reply(200, std::move(json));
}

WebReply GraphSimulator::list_members(const Call& call) const {
  if (auto no = no_access(call)) return *no;
  std::size_t start = 0;
  if (call.request.has_query("$skiptoken")) {
    const auto token = read_page_token(call.request.query_value("$skiptoken"), 1);
    if (!token) return refuse(call, 400, "BadRequest", "Invalid skip token.");
    start = static_cast<std::size_t>((*token)[0]);
  }
  const RenderOptions options{.directory = directory_, .graph = call.base};
  Page page{.context = fmt::format("{}/v1.0/$metadata#chats('{}')/members", call.base,
                                   percent_encode(call.route.chat))};
  world_.read(call.route.chat, [&](const Chat& chat) {
    const std::size_t end = std::min(chat.members.size(), start + call.settings.members_page);
    for (std::size_t i = start; i < end; ++i)
      page.rows.push_back(render_member(chat, chat.members[i], options));
    if (end < chat.members.size())
      page.next =
          next_link(call.base, call.request, make_page_token({static_cast<std::int64_t>(end)}));
  });
  return page_reply(page);
}

}  // namespace belfry::sandbox
