#include "storage/fields.h"
#include "storage/records.h"

// Records of what does not move: accounts, chats, subscriptions; and of the journal.
namespace belfry::storage {
namespace {

// A tag never changes its meaning; see storage/fields.h. The writers below take each struct apart
// by name, so that a field that is added to the model does not compile until it is stored.
namespace account_tag {
constexpr Tag k_user = 1, k_username = 2, k_teams_user = 3, k_teams_name = 4, k_mail = 5,
              k_connected_at = 6, k_state = 7, k_notifications = 8, k_muted = 9,
              k_direct_channel = 10, k_reconnect_asked = 11, k_locale = 12, k_time_zone = 13;
}
namespace tokens_tag {
constexpr Tag k_access = 1, k_access_expires = 2, k_refresh = 3, k_scopes = 4;
}
namespace chat_tag {
constexpr Tag k_id = 1, k_type = 2, k_topic = 3, k_member = 4, k_web_url = 5, k_tenant = 6,
              k_fetched_at = 7;
}
namespace member_tag {
constexpr Tag k_user = 1, k_display_name = 2, k_mail = 3, k_sees_since = 4;
}
namespace subscription_tag {
constexpr Tag k_id = 1, k_resource = 2, k_change_types = 3, k_rich = 4, k_client_state = 5,
              k_certificate = 6, k_notification_url = 7, k_created_at = 8, k_expires = 9,
              k_renewed_at = 10, k_reader = 11;
}
namespace certificate_tag {
constexpr Tag k_id = 1, k_private_key = 2, k_certificate = 3, k_made_at = 4;
}
namespace journal_tag {
constexpr Tag k_at = 1, k_event = 2, k_detail = 3;
}

std::string encode(const Member& member) {
  namespace tag = member_tag;
  const auto& [user, display_name, mail, sees_since] = member;
  return FieldWriter{}
      .text(tag::k_user, user.text())
      .text(tag::k_display_name, display_name)
      .text(tag::k_mail, mail)
      .time(tag::k_sees_since, sees_since)
      .take();
}

std::optional<Member> decode_member(std::string_view bytes) {
  namespace tag = member_tag;
  Member member;
  FieldReader fields(bytes);
  while (fields.next()) {
    switch (fields.tag()) {
      case tag::k_user:
        member.user = TeamsUserId{fields.text()};
        break;
      case tag::k_display_name:
        member.display_name = fields.text();
        break;
      case tag::k_mail:
        member.mail = fields.text();
        break;
      case tag::k_sees_since:
        member.sees_since = fields.time();
        break;
      default:
        break;
    }
  }
  return fields.if_sound(std::move(member));
}

}  // namespace

std::string encode(const Account& account) {
  namespace tag = account_tag;
  const auto& [user, username, teams_user, teams_name, mail, connected_at, state, preferences,
               direct_channel, reconnect_asked, reading] = account;
  const auto& [notifications, muted] = preferences;
  const auto& [locale, time_zone] = reading;
  FieldWriter fields;
  fields.text(tag::k_user, user.text())
      .text(tag::k_username, username)
      .text(tag::k_teams_user, teams_user.text())
      .text(tag::k_teams_name, teams_name)
      .text(tag::k_mail, mail)
      .time(tag::k_connected_at, connected_at)
      .choice(tag::k_state, state)
      .number(tag::k_notifications, notifications ? 1 : 0)
      .text(tag::k_direct_channel, direct_channel.text())
      .number(tag::k_reconnect_asked, reconnect_asked ? 1 : 0)
      .text(tag::k_locale, locale)
      .text(tag::k_time_zone, time_zone);
  for (const ChatId& chat : muted) fields.text(tag::k_muted, chat.text());
  return fields.take();
}

std::optional<Account> decode_account(std::string_view bytes) {
  namespace tag = account_tag;
  Account account;
  FieldReader fields(bytes);
  while (fields.next()) {
    switch (fields.tag()) {
      case tag::k_user:
        account.user = MattermostUserId{fields.text()};
        break;
      case tag::k_username:
        account.username = fields.text();
        break;
      case tag::k_teams_user:
        account.teams_user = TeamsUserId{fields.text()};
        break;
      case tag::k_teams_name:
        account.teams_name = fields.text();
        break;
      case tag::k_mail:
        account.mail = fields.text();
        break;
      case tag::k_connected_at:
        account.connected_at = fields.time();
        break;
      case tag::k_state:
        account.state = fields.choice(Account::State::disconnected);
        break;
      case tag::k_notifications:
        account.preferences.notifications = fields.number() != 0;
        break;
      case tag::k_muted:
        account.preferences.muted.insert(ChatId{fields.text()});
        break;
      case tag::k_direct_channel:
        account.direct_channel = ChannelId{fields.text()};
        break;
      case tag::k_reconnect_asked:
        account.reconnect_asked = fields.number() != 0;
        break;
      case tag::k_locale:
        account.reading.locale = fields.text();
        break;
      case tag::k_time_zone:
        account.reading.time_zone = fields.text();
        break;
      default:
        break;
    }
  }
  return fields.if_sound(std::move(account));
}

std::string encode(const AccountTokens& tokens) {
  namespace tag = tokens_tag;
  const auto& [access, access_expires, refresh, scopes] = tokens;
  return FieldWriter{}
      .text(tag::k_access, access.reveal())
      .time(tag::k_access_expires, access_expires)
      .text(tag::k_refresh, refresh.reveal())
      .text(tag::k_scopes, scopes)
      .take();
}

std::optional<AccountTokens> decode_tokens(std::string_view bytes) {
  namespace tag = tokens_tag;
  AccountTokens tokens;
  FieldReader fields(bytes);
  while (fields.next()) {
    switch (fields.tag()) {
      case tag::k_access:
        tokens.access = Secret{fields.text()};
        break;
      case tag::k_access_expires:
        tokens.access_expires = fields.time();
        break;
      case tag::k_refresh:
        tokens.refresh = Secret{fields.text()};
        break;
      case tag::k_scopes:
        tokens.scopes = fields.text();
        break;
      default:
        break;
    }
  }
  return fields.if_sound(std::move(tokens));
}

std::string encode(const Chat& chat) {
  namespace tag = chat_tag;
  const auto& [id, type, topic, members, web_url, tenant, fetched_at] = chat;
  FieldWriter fields;
  fields.text(tag::k_id, id.text())
      .choice(tag::k_type, type)
      .text(tag::k_topic, topic.reveal())
      .text(tag::k_web_url, web_url)
      .text(tag::k_tenant, tenant.text())
      .time(tag::k_fetched_at, fetched_at);
  for (const Member& member : members) fields.text(tag::k_member, encode(member));
  return fields.take();
}

std::optional<Chat> decode_chat(std::string_view bytes) {
  namespace tag = chat_tag;
  Chat chat;
  FieldReader fields(bytes);
  while (fields.next()) {
    switch (fields.tag()) {
      case tag::k_id:
        chat.id = ChatId{fields.text()};
        break;
      case tag::k_type:
        chat.type = fields.choice(Chat::Type::other);
        break;
      case tag::k_topic:
        chat.topic = Content{fields.text()};
        break;
      case tag::k_member: {
        auto member = decode_member(fields.view());
        if (!member) return std::nullopt;
        chat.members.push_back(std::move(*member));
        break;
      }
      case tag::k_web_url:
        chat.web_url = fields.text();
        break;
      case tag::k_tenant:
        chat.tenant = TenantId{fields.text()};
        break;
      case tag::k_fetched_at:
        chat.fetched_at = fields.time();
        break;
      default:
        break;
    }
  }
  return fields.if_sound(std::move(chat));
}

std::string encode(const Subscription& subscription) {
  namespace tag = subscription_tag;
  const auto& [id, spec, client_state, certificate, notification_url, created_at, expires,
               renewed_at, reader] = subscription;
  const auto& [resource, change_types, rich] = spec;
  return FieldWriter{}
      .text(tag::k_id, id.text())
      .text(tag::k_resource, resource)
      .text(tag::k_change_types, change_types)
      .number(tag::k_rich, rich ? 1 : 0)
      .text(tag::k_client_state, client_state.reveal())
      .text(tag::k_certificate, certificate.text())
      .text(tag::k_notification_url, notification_url)
      .time(tag::k_created_at, created_at)
      .time(tag::k_expires, expires)
      .time(tag::k_renewed_at, renewed_at)
      .text(tag::k_reader, reader.text())
      .take();
}

std::optional<Subscription> decode_subscription(std::string_view bytes) {
  namespace tag = subscription_tag;
  Subscription subscription;
  FieldReader fields(bytes);
  while (fields.next()) {
    switch (fields.tag()) {
      case tag::k_id:
        subscription.id = SubscriptionId{fields.text()};
        break;
      case tag::k_resource:
        subscription.spec.resource = fields.text();
        break;
      case tag::k_change_types:
        subscription.spec.change_types = fields.text();
        break;
      case tag::k_rich:
        subscription.spec.rich = fields.number() != 0;
        break;
      case tag::k_client_state:
        subscription.client_state = Secret{fields.text()};
        break;
      case tag::k_certificate:
        subscription.certificate = CertificateId{fields.text()};
        break;
      case tag::k_notification_url:
        subscription.notification_url = fields.text();
        break;
      case tag::k_created_at:
        subscription.created_at = fields.time();
        break;
      case tag::k_expires:
        subscription.expires = fields.time();
        break;
      case tag::k_reader:
        subscription.reader = MattermostUserId{fields.text()};
        break;
      case tag::k_renewed_at:
        subscription.renewed_at = fields.time();
        break;
      default:
        break;
    }
  }
  return fields.if_sound(std::move(subscription));
}

std::string encode(const EncryptionCertificate& certificate) {
  namespace tag = certificate_tag;
  const auto& [id, private_key_pem, certificate_base64, made_at] = certificate;
  return FieldWriter{}
      .text(tag::k_id, id.text())
      .text(tag::k_private_key, private_key_pem.reveal())
      .text(tag::k_certificate, certificate_base64)
      .time(tag::k_made_at, made_at)
      .take();
}

std::optional<EncryptionCertificate> decode_certificate(std::string_view bytes) {
  namespace tag = certificate_tag;
  EncryptionCertificate certificate;
  FieldReader fields(bytes);
  while (fields.next()) {
    switch (fields.tag()) {
      case tag::k_id:
        certificate.id = CertificateId{fields.text()};
        break;
      case tag::k_private_key:
        certificate.private_key_pem = Secret{fields.text()};
        break;
      case tag::k_certificate:
        certificate.certificate_base64 = fields.text();
        break;
      case tag::k_made_at:
        certificate.made_at = fields.time();
        break;
      default:
        break;
    }
  }
  return fields.if_sound(std::move(certificate));
}

std::string encode(const sync::JournalRecord& record) {
  namespace tag = journal_tag;
  const auto& [at, event, detail] = record;
  return FieldWriter{}
      .time(tag::k_at, at)
      .text(tag::k_event, event)
      .text(tag::k_detail, detail)
      .take();
}

std::optional<sync::JournalRecord> decode_journal(std::string_view bytes) {
  namespace tag = journal_tag;
  sync::JournalRecord record;
  FieldReader fields(bytes);
  while (fields.next()) {
    switch (fields.tag()) {
      case tag::k_at:
        record.at = fields.time();
        break;
      case tag::k_event:
        record.event = fields.text();
        break;
      case tag::k_detail:
        record.detail = fields.text();
        break;
      default:
        break;
    }
  }
  return fields.if_sound(std::move(record));
}

}  // namespace belfry::storage
