#include <fmt/format.h>

#include "net/graph/graph_client.h"
#include "net/graph/graph_json.h"
#include "net/graph/links.h"
#include "net/graph/message_json.h"

// The routes by which the reconciler reads: a page each.
namespace belfry::net {
namespace {

Error named(Error error, std::string_view operation) {
  error.text = std::string(operation) + ": " + error.text;
  return error;
}

/// Without a model a request is one of Evaluation mode, whatever the app has paid for. The page of
/// delta does not name the parameter, its draft did. Source: Graph, "payment models".
std::string_view model_query(sync::PaymentModel model) {
  switch (model) {
    case sync::PaymentModel::a:
      return "&model=A";
    case sync::PaymentModel::b:
      return "&model=B";
    case sync::PaymentModel::evaluation:
    case sync::PaymentModel::none:
      break;
  }
  return "";
}

/// A kept link that Graph does not know any more comes as 410, or as a 40x with one of these codes.
/// Source: Graph, "delta query overview".
bool is_void(const Error& error) {
  return error.kind == ErrorKind::gone || error.code == "resyncrequired" ||
         error.code == "syncstatenotfound";
}

}  // namespace

Result<HttpAnswer> GraphClient::get_link(const Secret& bearer, std::string_view operation,
                                         const std::string& link) {
  if (!is_within(link, cloud_.graph_url))
    return fail(ErrorKind::refused, fmt::format("{}: the link is to a foreign host", operation));
  return get(bearer, operation, link);
}

Result<sync::ChatListPage> GraphClient::chat_list(const Secret& bearer, const TeamsUserId& user,
                                                  const std::string& link) {
  constexpr std::string_view operation = "list_chats";
  bool is_ordered = orders_chat_list_;
  auto answer = get_link(bearer, operation, link.empty() ? chats_url(user) : link);
  // The order was refused, and that is known now: the one request that takes its place.
  if (!answer && is_ordered && !orders_chat_list_) {
    is_ordered = false;
    answer = get_link(bearer, operation, chats_url(user));
  }
  if (!answer) return fail(answer.error());
  auto page = chats_page_from_json(answer->body);
  if (!page) return fail(named(page.error(), operation));
  return sync::ChatListPage{std::move(page->chats), std::move(page->next_link), is_ordered};
}

Result<sync::MessagePage> GraphClient::messages_since(const Secret& bearer, const ChatId& chat,
                                                      const sync::ChangedBetween& wanted,
                                                      const std::string& link) {
  const std::string bare = chat_url(chat) + "/messages?$top=50";
  // Graph, "list messages": the filter counts only with an order on the same property.
  const bool is_ordered = orders_messages_;
  std::string ordered =
      bare + "&$orderby=lastModifiedDateTime%20desc&$filter=lastModifiedDateTime%20gt%20" +
      format_iso8601(wanted.after);
  if (wanted.before)
    ordered += "%20and%20lastModifiedDateTime%20lt%20" + format_iso8601(*wanted.before);
  auto answer = get_link(bearer, k_list_messages,
                         !link.empty() ? link
                         : is_ordered  ? ordered
                                       : bare);
  if (!answer && link.empty() && is_ordered && !orders_messages_)
    answer = get_link(bearer, k_list_messages, bare);
  if (!answer) return fail(answer.error());
  auto page = messages_page_from_json(answer->body, chat);
  if (!page) return fail(named(page.error(), k_list_messages));
  for (sync::FoundMessage& found : page->messages) found.message.ref.chat = chat;
  return sync::MessagePage{std::move(page->messages), std::move(page->next_link),
                           static_cast<std::size_t>(page->unreadable)};
}

Result<sync::DeltaPage> GraphClient::delta(const Secret& bearer, const TeamsUserId& user,
                                           WallTime since, const std::string& link) {
  constexpr std::string_view operation = "messages_delta";
  const std::string first = url_of(fmt::format(
      "/users/{}/chats/getAllMessages/delta?$top={}&$filter=lastModifiedDateTime%20gt%20{}{}",
      percent_encoded(user.text()), sync::k_delta_page, format_iso8601(since),
      model_query(policy_.model)));
  const std::string url = link.empty() ? first : link;
  // Kept from before another cloud or address was configured.
  if (!is_within(url, cloud_.graph_url))
    return fail(ErrorKind::gone, "messages_delta: the kept link is to a foreign host");
  const auto answer = get_once(bearer, operation, url);
  if (!answer) {
    Error error = answer.error();
    // A link keeps the model that it was made with: who pays now begins anew.
    const bool is_of_evaluation =
        error.code == sync::k_capacity_used_up && !model_query(policy_.model).empty();
    if (!link.empty() && (is_void(error) || is_of_evaluation)) error.kind = ErrorKind::gone;
    if (error.kind == ErrorKind::in_doubt) error.kind = ErrorKind::transient;
    return fail(std::move(error));
  }
  auto page = messages_page_from_json(answer->body);
  if (!page) return fail(named(page.error(), operation));
  const bool is_over = page->next_link.empty();
  if (is_over && page->delta_link.empty())
    return fail(ErrorKind::refused, "messages_delta: neither a next nor a delta link");
  return sync::DeltaPage{std::move(page->messages),
                         is_over ? std::move(page->delta_link) : std::move(page->next_link),
                         is_over, static_cast<std::size_t>(page->unreadable)};
}

}  // namespace belfry::net
