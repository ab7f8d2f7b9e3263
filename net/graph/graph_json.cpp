#include "net/graph/graph_json.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "net/graph/page_json.h"
#include "net/json/ascii.h"
#include "net/json/json_view.h"

namespace belfry::net {
namespace {

std::optional<WallTime> time_of(const JsonView& json) {
  return parse_iso8601(json.text());
}

Chat::Type chat_type_of(const JsonView& json) {
  const std::string word = lower_case(json.text());
  if (word == "oneonone") return Chat::Type::one_on_one;
  if (word == "group") return Chat::Type::group;
  if (word == "meeting") return Chat::Type::meeting;
  return Chat::Type::other;
}

/// The first day of the calendar stands for "everything".
std::optional<WallTime> sees_since_of(const JsonView& json) {
  const auto since = time_of(json);
  return since && *since > from_epoch_ms(0) ? since : std::nullopt;
}

Member member_of(const JsonView& json) {
  return {TeamsUserId(lower_case(json["userId"].text())), json["displayName"].text(),
          json["email"].text(), sees_since_of(json["visibleHistoryStartDateTime"])};
}

std::vector<Member> members_of(const JsonView& list) {
  std::vector<Member> members;
  for (const JsonView each : list) members.push_back(member_of(each));
  return members;
}

Result<sync::RemoteSubscription> read_subscription(const JsonView& json) {
  sync::RemoteSubscription subscription;
  subscription.id = SubscriptionId(json["id"].text());
  const auto expires = time_of(json["expirationDateTime"]);
  if (subscription.id.empty() || !expires)
    return fail(ErrorKind::refused, "a subscription without id or expiry");
  subscription.resource = json["resource"].text();
  subscription.change_types = json["changeType"].text();
  subscription.notification_url = json["notificationUrl"].text();
  subscription.expires = *expires;
  return subscription;
}

}  // namespace

Result<ChatAnswer> chat_from_json(std::string_view bytes) {
  const auto json = JsonView::parse(bytes);
  if (!json) return fail(json.error());
  ChatAnswer answer;
  answer.chat.id = ChatId((*json)["id"].text());
  if (answer.chat.id.empty()) return fail(ErrorKind::refused, "a chat without id");
  answer.chat.type = chat_type_of((*json)["chatType"]);
  answer.chat.topic = Content((*json)["topic"].text());
  answer.chat.members = members_of((*json)["members"]);
  answer.chat.web_url = (*json)["webUrl"].text();
  answer.chat.tenant = TenantId(lower_case((*json)["tenantId"].text()));
  answer.is_cut = !(*json)["members"].is_array() || !(*json)["members@odata.nextLink"].is_missing();
  return answer;
}

Result<sync::MemberPage> members_page_from_json(std::string_view bytes) {
  const auto page = page_from_json(bytes);
  if (!page) return fail(page.error());
  return sync::MemberPage{members_of(page->value), page->next_link};
}

Result<ChatsPage> chats_page_from_json(std::string_view bytes) {
  const auto list = page_from_json(bytes);
  if (!list) return fail(list.error());
  ChatsPage page;
  page.next_link = list->next_link;
  for (const JsonView each : list->value) {
    ChatId id(each["id"].text());
    if (id.empty()) continue;
    page.chats.push_back({std::move(id), chat_type_of(each["chatType"]),
                          time_of(each["lastMessagePreview"]["createdDateTime"]),
                          time_of(each["viewpoint"]["lastMessageReadDateTime"]),
                          TenantId(lower_case(each["tenantId"].text()))});
  }
  return page;
}

bool is_active_presence(std::string_view availability, std::string_view activity) {
  // Graph, "presence resource type". `OutOfOffice` is about the calendar, not the desk: the other
  // property decides.
  constexpr std::array<std::string_view, 5> away = {"offline", "offwork", "inactive", "away",
                                                    "presenceunknown"};
  const auto is_away = [&away](std::string_view word) {
    return std::any_of(away.begin(), away.end(),
                       [word](std::string_view each) { return same_without_case(each, word); });
  };
  return !(availability.empty() && activity.empty()) && !is_away(availability) &&
         !is_away(activity);
}

Result<std::vector<sync::Presence>> presences_from_json(std::string_view bytes) {
  const auto page = page_from_json(bytes);
  if (!page) return fail(page.error());
  std::vector<sync::Presence> presences;
  for (const JsonView each : page->value)
    presences.push_back({TeamsUserId(lower_case(each["id"].text())),
                         is_active_presence(each["availability"].text(), each["activity"].text())});
  return presences;
}

std::string presence_request_to_json(std::span<const TeamsUserId> users) {
  std::string ids;
  for (const TeamsUserId& user : users) {
    if (!ids.empty()) ids += ',';
    ids += json_string(user.text());
  }
  return fmt::format(R"({{"ids":[{}]}})", ids);
}

Result<sync::TeamsProfile> profile_from_json(std::string_view bytes) {
  const auto json = JsonView::parse(bytes);
  if (!json) return fail(json.error());
  sync::TeamsProfile profile;
  profile.user = TeamsUserId(lower_case((*json)["id"].text()));
  if (profile.user.empty()) return fail(ErrorKind::refused, "a user without id");
  profile.display_name = (*json)["displayName"].text();
  profile.mail = (*json)["mail"].text();
  if (profile.mail.empty()) profile.mail = (*json)["userPrincipalName"].text();
  return profile;
}

Result<sync::RemoteSubscription> subscription_from_json(std::string_view bytes) {
  const auto json = JsonView::parse(bytes);
  if (!json) return fail(json.error());
  return read_subscription(*json);
}

Result<SubscriptionsPage> subscriptions_page_from_json(std::string_view bytes) {
  const auto list = page_from_json(bytes);
  if (!list) return fail(list.error());
  SubscriptionsPage page;
  page.next_link = list->next_link;
  for (const JsonView each : list->value) {
    auto subscription = read_subscription(each);
    if (!subscription) return fail(subscription.error());
    page.subscriptions.push_back(*std::move(subscription));
  }
  return page;
}

std::string subscription_to_json(const sync::SubscriptionRequest& request) {
  std::string body = fmt::format(
      R"({{"changeType":{},"notificationUrl":{},"lifecycleNotificationUrl":{},"resource":{},"expirationDateTime":{},"clientState":{})",
      json_string(request.spec.change_types), json_string(request.notification_url),
      json_string(request.lifecycle_url), json_string(request.spec.resource),
      json_string(format_iso8601(request.expires)), json_string(request.client_state.reveal()));
  if (request.spec.rich)
    body += fmt::format(
        R"(,"includeResourceData":true,"encryptionCertificate":{},"encryptionCertificateId":{})",
        json_string(request.certificate_base64),
        json_string(request.certificate.value_or(CertificateId{}).text()));
  return body + R"(,"latestSupportedTlsVersion":"v1_2"})";
}

std::string renewal_to_json(WallTime expires, const EncryptionCertificate* certificate) {
  std::string body =
      fmt::format(R"({{"expirationDateTime":{})", json_string(format_iso8601(expires)));
  if (certificate != nullptr)
    body += fmt::format(R"(,"encryptionCertificate":{},"encryptionCertificateId":{})",
                        json_string(certificate->certificate_base64),
                        json_string(certificate->id.text()));
  return body + '}';
}

Result<std::optional<WallTime>> secret_expiry_from_json(std::string_view bytes,
                                                        const Secret& in_use) {
  const auto json = JsonView::parse(bytes);
  if (!json) return fail(json.error());
  std::optional<WallTime> latest;
  for (const JsonView each : (*json)["passwordCredentials"]) {
    const std::string hint = each["hint"].text();
    const auto ends = time_of(each["endDateTime"]);
    if (hint.empty() || !ends || !in_use.reveal().starts_with(hint)) continue;
    if (!latest || *latest < *ends) latest = ends;
  }
  return latest;
}

}  // namespace belfry::net
