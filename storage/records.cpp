#include "storage/records.h"

#include "storage/fields.h"

namespace belfry::storage {
namespace {

template <class Enum>
std::int64_t as_number(Enum value) {
  return static_cast<std::int64_t>(value);
}

template <class Record>
std::optional<Record> if_sound(const FieldReader& fields, Record record) {
  if (!fields.is_sound()) return std::nullopt;
  return record;
}

// A tag never changes its meaning; see storage/fields.h. The writers below take each struct apart
// by name, so that a field that is added to the model does not compile until it is stored.
namespace resource_tag {
constexpr Tag k_data = 1, k_signature = 2, k_key = 3, k_certificate = 4, k_validation_token = 5,
              k_tenant = 6;
}
namespace inbox_tag {
constexpr Tag k_chat = 1, k_message = 2, k_kind = 3, k_source = 4, k_received = 5, k_resource = 6,
              k_attempts = 7, k_next_try = 8, k_last_error = 9;
}
namespace outbox_tag {
constexpr Tag k_text = 1, k_mark = 2, k_said_at = 3, k_edited = 4, k_source = 5, k_entered = 6,
              k_attempting_since = 7, k_attempts = 8, k_next_try = 9, k_last_error = 10;
}
namespace delivery_tag {
constexpr Tag k_chat = 1, k_message = 2, k_recipient = 3, k_post = 4, k_channel = 5, k_edited = 6,
              k_delivered_at = 7;
}
namespace account_tag {
constexpr Tag k_user = 1, k_username = 2, k_teams_user = 3, k_teams_name = 4, k_mail = 5,
              k_connected_at = 6, k_state = 7, k_notifications = 8, k_muted = 9,
              k_direct_channel = 10, k_reconnect_asked = 11;
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
              k_renewed_at = 10;
}
namespace certificate_tag {
constexpr Tag k_id = 1, k_private_key = 2, k_certificate = 3, k_made_at = 4;
}
namespace journal_tag {
constexpr Tag k_at = 1, k_event = 2, k_detail = 3;
}
namespace grave_tag {
constexpr Tag k_stage = 1, k_chat = 2, k_message = 3, k_kind = 4, k_recipient = 5, k_attempts = 6,
              k_reason = 7, k_last_error = 8, k_family = 9, k_entry_key = 10, k_form = 11,
              k_content = 12;
}

std::string encode(const EncryptedResource& resource) {
  namespace tag = resource_tag;
  const auto& [data, signature, key, certificate, validation_tokens, tenant] = resource;
  FieldWriter fields;
  fields.text(tag::k_data, data)
      .text(tag::k_signature, signature)
      .text(tag::k_key, key)
      .text(tag::k_certificate, certificate.text())
      .text(tag::k_tenant, tenant.text());
  for (const std::string& token : validation_tokens) fields.text(tag::k_validation_token, token);
  return fields.take();
}

std::optional<EncryptedResource> decode_resource(std::string_view bytes) {
  namespace tag = resource_tag;
  EncryptedResource resource;
  FieldReader fields(bytes);
  while (fields.next()) {
    switch (fields.tag()) {
      case tag::k_data:
        resource.data = fields.text();
        break;
      case tag::k_signature:
        resource.signature = fields.text();
        break;
      case tag::k_key:
        resource.key = fields.text();
        break;
      case tag::k_certificate:
        resource.certificate = CertificateId{fields.text()};
        break;
      case tag::k_validation_token:
        resource.validation_tokens.push_back(fields.text());
        break;
      case tag::k_tenant:
        resource.tenant = TenantId{fields.text()};
        break;
      default:
        break;
    }
  }
  return if_sound(fields, std::move(resource));
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
  return if_sound(fields, std::move(member));
}

}  // namespace

std::string encode(const InboxEntry& entry) {
  namespace tag = inbox_tag;
  const auto& [sequence, change, attempts, next_try, last_error] = entry;
  const auto& [ref, kind, source, received, resource] = change;
  static_cast<void>(sequence);  // is the key
  FieldWriter fields;
  fields.text(tag::k_chat, ref.chat.text())
      .text(tag::k_message, ref.message.text())
      .number(tag::k_kind, as_number(kind))
      .number(tag::k_source, as_number(source))
      .time(tag::k_received, received);
  if (resource) fields.text(tag::k_resource, encode(*resource));
  if (attempts != 0) fields.number(tag::k_attempts, attempts);
  if (next_try != WallTime{}) fields.time(tag::k_next_try, next_try);
  if (!last_error.empty()) fields.text(tag::k_last_error, last_error);
  return fields.take();
}

std::optional<InboxEntry> decode_inbox(Sequence sequence, std::string_view bytes) {
  namespace tag = inbox_tag;
  InboxEntry entry;
  entry.sequence = sequence;
  Change& change = entry.change;
  FieldReader fields(bytes);
  while (fields.next()) {
    switch (fields.tag()) {
      case tag::k_chat:
        change.ref.chat = ChatId{fields.text()};
        break;
      case tag::k_message:
        change.ref.message = MessageId{fields.text()};
        break;
      case tag::k_kind:
        change.kind = fields.choice(ChangeKind::deleted);
        break;
      case tag::k_source:
        change.source = fields.choice(Source::reconciler);
        break;
      case tag::k_received:
        change.received = fields.time();
        break;
      case tag::k_resource:
        change.resource = decode_resource(fields.view());
        if (!change.resource) return std::nullopt;
        break;
      case tag::k_attempts:
        entry.attempts = static_cast<int>(fields.number());
        break;
      case tag::k_next_try:
        entry.next_try = fields.time();
        break;
      case tag::k_last_error:
        entry.last_error = fields.text();
        break;
      default:
        break;
    }
  }
  return if_sound(fields, std::move(entry));
}

std::string encode(const OutboxEntry& entry) {
  namespace tag = outbox_tag;
  const auto& [planned, entered, attempting_since, attempts, next_try, last_error] = entry;
  const auto& [key, text, mark, said_at, edited, source] = planned;
  static_cast<void>(key);  // is the key
  FieldWriter fields;
  fields.text(tag::k_text, text.reveal())
      .text(tag::k_mark, mark.text())
      .time(tag::k_said_at, said_at)
      .time(tag::k_edited, edited)
      .number(tag::k_source, as_number(source))
      .time(tag::k_entered, entered)
      .time(tag::k_attempting_since, attempting_since);
  if (attempts != 0) fields.number(tag::k_attempts, attempts);
  if (next_try != WallTime{}) fields.time(tag::k_next_try, next_try);
  if (!last_error.empty()) fields.text(tag::k_last_error, last_error);
  return fields.take();
}

std::optional<OutboxEntry> decode_outbox(const DeliveryKey& key, std::string_view bytes) {
  namespace tag = outbox_tag;
  OutboxEntry entry;
  entry.planned.key = key;
  FieldReader fields(bytes);
  while (fields.next()) {
    switch (fields.tag()) {
      case tag::k_text:
        entry.planned.text = Content{fields.text()};
        break;
      case tag::k_mark:
        entry.planned.mark = BelfryRef{fields.text()};
        break;
      case tag::k_said_at:
        entry.planned.said_at = fields.time();
        break;
      case tag::k_edited:
        entry.planned.edited = fields.time();
        break;
      case tag::k_source:
        entry.planned.source = fields.choice(Source::reconciler);
        break;
      case tag::k_entered:
        entry.entered = fields.time();
        break;
      case tag::k_attempting_since:
        entry.attempting_since = fields.time();
        break;
      case tag::k_attempts:
        entry.attempts = static_cast<int>(fields.number());
        break;
      case tag::k_next_try:
        entry.next_try = fields.time();
        break;
      case tag::k_last_error:
        entry.last_error = fields.text();
        break;
      default:
        break;
    }
  }
  return if_sound(fields, std::move(entry));
}

std::string encode(const Delivery& delivery) {
  namespace tag = delivery_tag;
  const auto& [ref, recipient, post, channel, edited, delivered_at] = delivery;
  return FieldWriter{}
      .text(tag::k_chat, ref.chat.text())
      .text(tag::k_message, ref.message.text())
      .text(tag::k_recipient, recipient.text())
      .text(tag::k_post, post.text())
      .text(tag::k_channel, channel.text())
      .time(tag::k_edited, edited)
      .time(tag::k_delivered_at, delivered_at)
      .take();
}

std::optional<Delivery> decode_delivery(std::string_view bytes) {
  namespace tag = delivery_tag;
  Delivery delivery;
  FieldReader fields(bytes);
  while (fields.next()) {
    switch (fields.tag()) {
      case tag::k_chat:
        delivery.ref.chat = ChatId{fields.text()};
        break;
      case tag::k_message:
        delivery.ref.message = MessageId{fields.text()};
        break;
      case tag::k_recipient:
        delivery.recipient = MattermostUserId{fields.text()};
        break;
      case tag::k_post:
        delivery.post = PostId{fields.text()};
        break;
      case tag::k_channel:
        delivery.channel = ChannelId{fields.text()};
        break;
      case tag::k_edited:
        delivery.edited = fields.time();
        break;
      case tag::k_delivered_at:
        delivery.delivered_at = fields.time();
        break;
      default:
        break;
    }
  }
  return if_sound(fields, std::move(delivery));
}

std::string encode(const Account& account) {
  namespace tag = account_tag;
  const auto& [user, username, teams_user, teams_name, mail, connected_at, state, preferences,
               direct_channel, reconnect_asked] = account;
  const auto& [notifications, muted] = preferences;
  FieldWriter fields;
  fields.text(tag::k_user, user.text())
      .text(tag::k_username, username)
      .text(tag::k_teams_user, teams_user.text())
      .text(tag::k_teams_name, teams_name)
      .text(tag::k_mail, mail)
      .time(tag::k_connected_at, connected_at)
      .number(tag::k_state, as_number(state))
      .number(tag::k_notifications, notifications ? 1 : 0)
      .text(tag::k_direct_channel, direct_channel.text())
      .number(tag::k_reconnect_asked, reconnect_asked ? 1 : 0);
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
      default:
        break;
    }
  }
  return if_sound(fields, std::move(account));
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
  return if_sound(fields, std::move(tokens));
}

std::string encode(const Chat& chat) {
  namespace tag = chat_tag;
  const auto& [id, type, topic, members, web_url, tenant, fetched_at] = chat;
  FieldWriter fields;
  fields.text(tag::k_id, id.text())
      .number(tag::k_type, as_number(type))
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
  return if_sound(fields, std::move(chat));
}

std::string encode(const Subscription& subscription) {
  namespace tag = subscription_tag;
  const auto& [id, spec, client_state, certificate, notification_url, created_at, expires,
               renewed_at] = subscription;
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
      case tag::k_renewed_at:
        subscription.renewed_at = fields.time();
        break;
      default:
        break;
    }
  }
  return if_sound(fields, std::move(subscription));
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
  return if_sound(fields, std::move(certificate));
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
  return if_sound(fields, std::move(record));
}

std::string encode(const Grave& grave) {
  namespace tag = grave_tag;
  return FieldWriter{}
      .text(tag::k_stage, grave.letter.stage)
      .text(tag::k_chat, grave.letter.ref.chat.text())
      .text(tag::k_message, grave.letter.ref.message.text())
      .number(tag::k_kind, as_number(grave.letter.kind))
      .text(tag::k_recipient, grave.letter.recipient.text())
      .number(tag::k_attempts, grave.letter.attempts)
      .text(tag::k_reason, grave.letter.reason)
      .text(tag::k_last_error, grave.letter.last_error)
      .number(tag::k_family, as_number(grave.family))
      .text(tag::k_entry_key, grave.entry_key)
      .number(tag::k_form, as_number(grave.form))
      .text(tag::k_content, grave.content)
      .take();
}

std::optional<Grave> decode_grave(std::string_view key, std::string_view bytes) {
  namespace tag = grave_tag;
  Grave grave;
  grave.letter.id = keys::dead_id(key);
  grave.letter.since = keys::dead_since(key);
  FieldReader fields(bytes);
  while (fields.next()) {
    switch (fields.tag()) {
      case tag::k_stage:
        grave.letter.stage = fields.text();
        break;
      case tag::k_chat:
        grave.letter.ref.chat = ChatId{fields.text()};
        break;
      case tag::k_message:
        grave.letter.ref.message = MessageId{fields.text()};
        break;
      case tag::k_kind:
        grave.letter.kind = fields.choice(ChangeKind::deleted);
        break;
      case tag::k_recipient:
        grave.letter.recipient = MattermostUserId{fields.text()};
        break;
      case tag::k_attempts:
        grave.letter.attempts = static_cast<int>(fields.number());
        break;
      case tag::k_reason:
        grave.letter.reason = fields.text();
        break;
      case tag::k_last_error:
        grave.letter.last_error = fields.text();
        break;
      case tag::k_family:
        grave.family = fields.choice(Family::outbox);
        break;
      case tag::k_entry_key:
        grave.entry_key = fields.text();
        break;
      case tag::k_form:
        grave.form = fields.choice(Grave::Form::raw);
        break;
      case tag::k_content:
        grave.content = fields.text();
        break;
      default:
        break;
    }
  }
  return if_sound(fields, std::move(grave));
}

}  // namespace belfry::storage
