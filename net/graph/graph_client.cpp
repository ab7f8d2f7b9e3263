#include "net/graph/graph_client.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "net/graph/batch_json.h"
#include "net/graph/graph_json.h"
#include "net/graph/links.h"
#include "net/graph/message_json.h"
#include "net/graph/metered_error.h"
#include "net/graph/request_id.h"
#include "net/graph/subscription_error.h"
#include "net/http/outcome.h"
#include "net/json/ascii.h"

namespace belfry::net {
namespace {

constexpr std::string_view k_renew_subscription = "renew_subscription";
constexpr std::string_view k_renew_subscriptions = "renew_subscriptions";

/// The error of an answer that was a 2xx and cannot be read.
template <class T>
Result<T> named(Result<T> read, std::string_view operation) {
  if (!read) read.error().text = std::string(operation) + ": " + read.error().text;
  return read;
}

bool complains_of_order(const Error& error, const std::string& body) {
  return error.status == 400 && lower_case(body).find("orderby") != std::string::npos;
}

}  // namespace

struct GraphClient::Ask {
  std::string_view operation;
  std::string_view method = "GET";
  std::string url;
  std::string body = {};
  Duration timeout;
  Error (*error_of)(const HttpAnswer&, std::string_view) = &classify;
  Repetition repetition = Repetition::harmless;
};

GraphClient::GraphClient(ObservedHttp http, sync::Entropy& entropy, Cloud cloud,
                         const GraphPolicy& policy)
    : http_(std::move(http)),
      entropy_(entropy),
      cloud_(std::move(cloud)),
      policy_(policy),
      orders_chat_list_(cloud_.orders_chat_list) {}

std::string GraphClient::url_of(std::string_view path) const {
  return fmt::format("{}/v1.0{}", cloud_.graph_url, path);
}

std::string GraphClient::chats_url(const TeamsUserId& user) const {
  std::string url = url_of("/users/" + percent_encoded(user.text()) +
                           "/chats?$expand=lastMessagePreview&$top=50");
  if (orders_chat_list_) url += "&$orderby=lastMessagePreview/createdDateTime%20desc";
  return url;
}

std::string GraphClient::chat_url(const ChatId& chat) const {
  return url_of("/chats/" + percent_encoded(chat.text()));
}

Result<HttpAnswer> GraphClient::ask(const Secret& bearer, const Ask& what) {
  HttpRequest request;
  request.method = what.method;
  request.url = what.url;
  // Without the preference system events come as `unknownFutureValue`.
  request.headers = {{"Authorization", "Bearer " + bearer.reveal()},
                     {"Accept", "application/json"},
                     {"Prefer", "include-unknown-enum-members"},
                     {"client-request-id", new_request_id(entropy_)}};
  request.body = what.body;
  if (!what.body.empty()) request.content_type = "application/json";
  request.timeout = what.timeout;
  request.repetition = what.repetition;
  auto answer = http_.send(what.operation, request);
  if (!answer || (answer->status >= 200 && answer->status < 300)) return answer;
  Error error = what.error_of(*answer, what.operation);
  if (answer->header("WWW-Authenticate").find("insufficient_claims") != std::string::npos)
    error.text += " (claims challenge)";
  if (complains_of_order(error, answer->body))
    (what.operation == k_list_messages ? orders_messages_ : orders_chat_list_) = false;
  return fail(std::move(error));
}

Result<HttpAnswer> GraphClient::get(const Secret& bearer, std::string_view operation,
                                    const std::string& url) {
  return ask(bearer, {.operation = operation, .url = url, .timeout = policy_.timeout});
}

Result<HttpAnswer> GraphClient::get_once(const Secret& bearer, std::string_view operation,
                                         const std::string& url) {
  return ask(bearer, {.operation = operation,
                      .url = url,
                      .timeout = policy_.timeout,
                      .error_of = &metered_error,
                      .repetition = Repetition::harmful});
}

/// Reads page after page. `keep(bytes)` takes one in and returns the link to the next, empty at the
/// end or when it has enough.
template <class Keep>
Result<> GraphClient::each_page(const Secret& bearer, std::string_view operation, std::string url,
                                Keep keep) {
  for (int page = 0; page < policy_.max_pages; ++page) {
    const auto answer = get(bearer, operation, url);
    if (!answer) return fail(answer.error());
    Result<std::string> next = named(keep(answer->body), operation);
    if (!next) return fail(next.error());
    if (next->empty()) return {};
    if (!is_within(*next, cloud_.graph_url))
      return fail(ErrorKind::refused,
                  fmt::format("{}: the next page is on a foreign host", operation));
    url = *std::move(next);
  }
  return fail(ErrorKind::refused,
              fmt::format("{}: more than {} pages", operation, policy_.max_pages));
}

Result<Message> GraphClient::message(const Secret& bearer, const MessageRef& ref) {
  constexpr std::string_view operation = "get_message";
  const auto answer =
      get(bearer, operation,
          fmt::format("{}/messages/{}", chat_url(ref.chat), percent_encoded(ref.message.text())));
  if (!answer) return fail(answer.error());
  auto message = named(message_from_json(answer->body, ref.chat), operation);
  if (message && (message->ref.message != ref.message ||
                  !same_without_case(message->ref.chat.text(), ref.chat.text())))
    return fail(ErrorKind::refused, "get_message: another message came than was asked for");
  if (message) message->ref = ref;
  return message;
}

Result<Chat> GraphClient::chat(const Secret& bearer, const ChatId& chat) {
  constexpr std::string_view operation = "get_chat";
  const auto answer = get(bearer, operation, chat_url(chat) + "?$expand=members");
  if (!answer) return fail(answer.error());
  auto found = named(chat_from_json(answer->body), operation);
  if (!found) return fail(found.error());
  found->chat.id = chat;
  if (found->is_cut || found->chat.members.size() >= policy_.full_expansion)
    found->chat.members.clear();
  return std::move(found->chat);
}

Result<sync::MemberPage> GraphClient::members(const Secret& bearer, const ChatId& chat,
                                              const std::string& link) {
  constexpr std::string_view operation = "list_members";
  const auto answer =
      get_link(bearer, operation, link.empty() ? chat_url(chat) + "/members" : link);
  if (!answer) return fail(answer.error());
  return named(members_page_from_json(answer->body), operation);
}

Result<std::vector<sync::Presence>> GraphClient::presence(const Secret& bearer,
                                                          std::span<const TeamsUserId> users) {
  constexpr std::string_view operation = "get_presence";
  std::vector<sync::Presence> all;
  if (!cloud_.has_presence) return all;
  while (!users.empty()) {
    const auto some = users.first(std::min(users.size(), policy_.max_presences));
    users = users.subspan(some.size());
    const auto answer = ask(bearer, {.operation = operation,
                                     .method = "POST",
                                     .url = url_of("/communications/getPresencesByUserId"),
                                     .body = presence_request_to_json(some),
                                     .timeout = policy_.timeout});
    if (!answer) return fail(answer.error());
    const auto found = named(presences_from_json(answer->body), operation);
    if (!found) return fail(found.error());
    all.insert(all.end(), found->begin(), found->end());
  }
  return all;
}

Result<sync::TeamsProfile> GraphClient::me(const Secret& bearer) {
  constexpr std::string_view operation = "get_me";
  const auto answer =
      get(bearer, operation, url_of("/me?$select=id,displayName,mail,userPrincipalName"));
  if (!answer) return fail(answer.error());
  return named(profile_from_json(answer->body), operation);
}

Result<sync::RemoteSubscription> GraphClient::subscribe(const Secret& bearer,
                                                        const sync::SubscriptionRequest& request) {
  constexpr std::string_view operation = "create_subscription";
  const auto answer = ask(bearer, {.operation = operation,
                                   .method = "POST",
                                   .url = url_of("/subscriptions"),
                                   .body = subscription_to_json(request),
                                   .timeout = policy_.subscribe_timeout,
                                   .error_of = &subscription_error});
  if (!answer) return fail(answer.error());
  return named(subscription_from_json(answer->body), operation);
}

Result<std::vector<Result<sync::RemoteSubscription>>> GraphClient::renew(
    const Secret& bearer, std::span<const sync::Renewal> renewals, WallTime expires) {
  std::vector<Result<sync::RemoteSubscription>> outcomes;
  if (renewals.size() == 1) {
    // Most services have one: they need no batches.
    const sync::Renewal& one = renewals.front();
    const auto answer =
        ask(bearer, {.operation = k_renew_subscription,
                     .method = "PATCH",
                     .url = url_of("/subscriptions/" + percent_encoded(one.id.text())),
                     .body = renewal_to_json(expires, one.certificate),
                     .timeout = policy_.subscribe_timeout,
                     .error_of = &subscription_error});
    if (!answer) {
      outcomes.emplace_back(fail(answer.error()));
    } else {
      outcomes.push_back(named(subscription_from_json(answer->body), k_renew_subscription));
    }
    return outcomes;
  }
  const auto answer = ask(bearer, {.operation = k_renew_subscriptions,
                                   .method = "POST",
                                   .url = url_of("/$batch"),
                                   .body = renewals_to_json(renewals, expires),
                                   .timeout = policy_.subscribe_timeout});
  if (!answer) return fail(answer.error());
  const auto parts =
      named(batch_answers_from_json(answer->body, renewals.size()), k_renew_subscriptions);
  if (!parts) return fail(parts.error());
  for (const HttpAnswer& part : *parts) {
    if (part.status >= 200 && part.status < 300) {
      outcomes.push_back(named(subscription_from_json(part.body), k_renew_subscription));
    } else if (part.status == 0) {
      outcomes.emplace_back(fail(ErrorKind::transient, "renew_subscription: not in the batch"));
    } else {
      outcomes.emplace_back(fail(subscription_error(part, k_renew_subscription)));
    }
  }
  return outcomes;
}

Result<> GraphClient::unsubscribe(const Secret& bearer, const SubscriptionId& id) {
  const auto answer = ask(bearer, {.operation = "delete_subscription",
                                   .method = "DELETE",
                                   .url = url_of("/subscriptions/" + percent_encoded(id.text())),
                                   .timeout = policy_.timeout,
                                   .error_of = &subscription_error});
  if (!answer) return fail(answer.error());
  return {};
}

Result<std::vector<sync::RemoteSubscription>> GraphClient::list_subscriptions(
    const Secret& bearer) {
  std::vector<sync::RemoteSubscription> all;
  const auto keep = [&all](const std::string& bytes) -> Result<std::string> {
    auto page = subscriptions_page_from_json(bytes);
    if (!page) return fail(page.error());
    std::move(page->subscriptions.begin(), page->subscriptions.end(), std::back_inserter(all));
    return page->next_link;
  };
  const auto read = each_page(bearer, "list_subscriptions", url_of("/subscriptions"), keep);
  if (!read) return fail(read.error());
  return all;
}

Result<std::optional<WallTime>> GraphClient::client_secret_expiry(const Secret& bearer,
                                                                  const std::string& client_id,
                                                                  const Secret& in_use) {
  constexpr std::string_view operation = "get_application";
  const auto answer =
      get(bearer, operation,
          url_of(fmt::format("/applications(appId='{}')?$select=id,appId,passwordCredentials",
                             percent_encoded(client_id))));
  if (!answer) return fail(answer.error());
  return named(secret_expiry_from_json(answer->body, in_use), operation);
}

}  // namespace belfry::net
