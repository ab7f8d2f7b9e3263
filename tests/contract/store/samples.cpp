#include "tests/contract/store/samples.h"

#include <algorithm>

#include <fmt/format.h>

namespace belfry::contract {
namespace {

Change change(int number, int chat, ChangeKind kind) {
  Change result;
  result.ref = message(number, chat);
  result.kind = kind;
  result.source = number % 2 == 0 ? Source::reconciler : Source::webhook;
  result.received = after_start(number + 250);
  return result;
}

}  // namespace

TeamsUserId teams_user(int number) {
  return TeamsUserId{fmt::format("87d349ed-44d7-43e1-9a83-{:012d}", number)};
}

WallTime after_start(std::int64_t ms) {
  return from_epoch_ms(k_start_ms + ms);
}

MessageRef message(int number, int chat) {
  return {ChatId{fmt::format("19:{:032x}@thread.v2", chat)},
          MessageId{std::to_string(k_start_ms + number)}};
}

Change created(int number, int chat) {
  return change(number, chat, ChangeKind::created);
}
Change edited(int number, int chat) {
  return change(number, chat, ChangeKind::edited);
}
Change deleted(int number, int chat) {
  return change(number, chat, ChangeKind::deleted);
}

Change rich(int number) {
  Change result = created(number);
  result.resource = EncryptedResource{std::string(3000, 'd') + std::to_string(number),
                                      "signature",
                                      "key",
                                      CertificateId{"belfry-1"},
                                      {"first.validation.token", "second.validation.token"},
                                      TenantId{"84bd8158-6d4d-4958-8b9f-9d6445542f95"}};
  return result;
}

MattermostUserId person(int number) {
  return MattermostUserId{fmt::format("person{:020d}", number)};
}

Change found(int number, int chat) {
  Change result = created(number, chat);
  result.source = Source::reconciler;
  result.found = Content{"{\"id\": \"the found words " + std::to_string(number) + "\"}"};
  result.shown_to = person(number);
  return result;
}

Change metered(Change change, WallTime received, const char* subscription) {
  change.metered_by = SubscriptionId{subscription};
  change.metered_in = month_of(received);
  change.received = received;
  return change;
}

OldMessages old_messages(const std::vector<int>& numbers, int chat) {
  OldMessages old;
  old.chat = message(1, chat).chat;
  old.shown_to = person(chat);
  for (const int number : numbers)
    old.messages.push_back({message(number, chat).message, teams_user(number)});
  return old;
}

DeliveryKey key_for(int recipient, const Change& change) {
  return {person(recipient), creation_order(change.ref.message, {}), change.ref, change.kind};
}

PlannedDelivery planned_for(int recipient, const Change& change) {
  PlannedDelivery planned;
  planned.key = key_for(recipient, change);
  planned.text =
      Content{"**Adele Vance** messaged you\n> the plan for " + change.ref.message.text()};
  planned.mark = BelfryRef{"mark-of-" + change.ref.message.text()};
  planned.said_at = after_start(1);
  planned.source = change.source;
  if (change.kind == ChangeKind::edited) planned.edited = after_start(5000);
  planned.files = {
      {PlannedFile::Kind::shared,
       Content{"attachment-1"},
       Content{"https://contoso-my.sharepoint.com/personal/adele/Documents/the plan.docx"},
       {},
       Content{"the plan.docx"},
       Content{"📎 the plan.docx"}},
      {PlannedFile::Kind::hosted, Content{"picture-1"}, Content{"aWQ9eF8wLXd1cy1kMQ=="}, change.ref,
       Content{"picture"}, Content{"🖼️ picture"}}};
  planned.language = "de";
  if (change.kind == ChangeKind::deleted) planned.shows = PostShows::deleted;
  return planned;
}

Delivery delivery_for(int recipient, const Change& change) {
  return {change.ref,
          person(recipient),
          PostId{"post-of-" + change.ref.message.text()},
          ChannelId{fmt::format("channel{:019d}", recipient)},
          change.kind == ChangeKind::edited ? std::optional(after_start(5000)) : std::nullopt,
          after_start(9000),
          {{Content{"attachment-1"}, {}, FileId{"file-1"}},
           {Content{"picture-1"}, Content{"🖼️ picture"}}},
          PostShows::withheld,
          after_start(8000)};
}

Error failure(const std::string& text) {
  return {ErrorKind::refused, text, std::nullopt, 400, "badrequest"};
}

Account account(int number) {
  Account result;
  result.user = person(number);
  result.username = fmt::format("user.{}", number);
  result.teams_user = teams_user(number);
  result.teams_name = fmt::format("Teams User {}", number);
  result.mail = fmt::format("user.{}@contoso.example", number);
  result.connected_at = after_start(number);
  result.preferences.notifications = number % 2 == 1;
  result.preferences.muted = {ChatId{"19:muted@thread.v2"}, ChatId{"19:other@thread.v2"}};
  result.direct_channel = ChannelId{fmt::format("channel{:019d}", number)};
  result.reconnect_asked = number % 2 == 0;
  result.reading = {"de-AT", "Europe/Vienna"};
  return result;
}

AccountTokens tokens(int number) {
  return {Secret{fmt::format("access-token-{}", number)}, after_start(3'600'000),
          Secret{fmt::format("refresh-token-{}", number)}, "Chat.Read offline_access"};
}

Chat chat(int number) {
  Chat result;
  result.id = message(1, number).chat;
  result.type = Chat::Type::group;
  result.topic = Content{"the secret launch"};
  result.members = {{teams_user(1), "Adele Vance", "adele@contoso.example", after_start(-5)},
                    {{}, "A guest", "", {}}};
  result.web_url = "https://teams.example/l/chat";
  result.tenant = TenantId{"84bd8158-6d4d-4958-8b9f-9d6445542f95"};
  result.fetched_at = after_start(77);
  return result;
}

Subscription subscription(int number) {
  Subscription result;
  result.id = SubscriptionId{fmt::format("76222963-cd7b-42eb-8862-{:012d}", number)};
  result.spec = {"/chats/getAllMessages", "created,updated,deleted", number % 2 == 1};
  result.client_state = Secret{"the-client-state"};
  result.certificate = CertificateId{"belfry-1"};
  result.notification_url = "https://belfry.example/changes";
  result.created_at = after_start(1);
  result.expires = after_start(2);
  result.renewed_at = after_start(3);
  return result;
}

EncryptionCertificate certificate(int number) {
  return {CertificateId{fmt::format("belfry-{}", number)}, Secret{"-----BEGIN PRIVATE KEY-----"},
          "MIIC", after_start(100 - number)};
}

SweepCursor cursor(int account, SweepRoute route, int moved) {
  SweepCursor result;
  result.account = person(account);
  result.route = route;
  result.watermark = after_start(100 * account + moved);
  if (route == SweepRoute::delta) {
    result.link = fmt::format("https://graph.example/delta?&%24skiptoken=the-link-{}", moved);
    result.round_began = after_start(7 * moved);
  }
  return result;
}

TrafficProfile traffic_profile(int number) {
  TrafficProfile profile;
  for (std::size_t hour = 0; hour < TrafficProfile::k_hours; ++hour) {
    profile.per_hour[hour] = static_cast<float>(hour) * 0.3F + static_cast<float>(number);
    profile.weeks[hour] = static_cast<std::uint16_t>(hour * 300 + static_cast<std::size_t>(number));
  }
  profile.counted_to = after_start(number);
  return profile;
}

bool are_equal(const AccountTokens& a, const AccountTokens& b) {
  return a.access == b.access && a.access_expires == b.access_expires && a.refresh == b.refresh &&
         a.scopes == b.scopes;
}

bool are_equal(const Chat& a, const Chat& b) {
  const auto is_same_member = [](const Member& x, const Member& y) {
    return x.user == y.user && x.display_name == y.display_name && x.mail == y.mail &&
           x.sees_since == y.sees_since;
  };
  return a.id == b.id && a.type == b.type && a.topic == b.topic && a.web_url == b.web_url &&
         a.tenant == b.tenant && a.fetched_at == b.fetched_at &&
         std::equal(a.members.begin(), a.members.end(), b.members.begin(), b.members.end(),
                    is_same_member);
}

bool are_equal(const Subscription& a, const Subscription& b) {
  return a.id == b.id && a.spec == b.spec && a.client_state == b.client_state &&
         a.certificate == b.certificate && a.notification_url == b.notification_url &&
         a.created_at == b.created_at && a.expires == b.expires && a.renewed_at == b.renewed_at;
}

bool are_equal(const EncryptionCertificate& a, const EncryptionCertificate& b) {
  return a.id == b.id && a.private_key_pem == b.private_key_pem &&
         a.certificate_base64 == b.certificate_base64 && a.made_at == b.made_at;
}

}  // namespace belfry::contract
