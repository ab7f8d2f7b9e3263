#include "storage/fields.h"
#include "storage/records.h"

// Records of messages on their way out and after it: the outbox, deliveries, dead letters.
namespace belfry::storage {
namespace {

// Tags: see storage/records_inbox.cpp.
namespace outbox_tag {
constexpr Tag k_text = 1, k_mark = 2, k_said_at = 3, k_edited = 4, k_source = 5, k_entered = 6,
              k_attempting_since = 7, k_attempts = 8, k_next_try = 9, k_last_error = 10,
              k_planned_file = 11, k_file_state = 12, k_language = 13, k_shows = 14,
              k_is_amended = 15;
}
namespace delivery_tag {
constexpr Tag k_chat = 1, k_message = 2, k_recipient = 3, k_post = 4, k_channel = 5, k_edited = 6,
              k_delivered_at = 7, k_file = 8, k_shows = 9, k_turned = 10, k_letter = 11;
}
namespace grave_tag {
constexpr Tag k_stage = 1, k_chat = 2, k_message = 3, k_kind = 4, k_recipient = 5, k_attempts = 6,
              k_reason = 7, k_last_error = 8, k_family = 9, k_entry_key = 10, k_form = 11,
              k_content = 12;
}

}  // namespace

std::string encode(const OutboxEntry& entry) {
  namespace tag = outbox_tag;
  const auto& [planned, entered, attempting_since, attempts, next_try, last_error, files,
               is_amended] = entry;
  const auto& [key, text, mark, said_at, edited, source, planned_files, language, shows] = planned;
  static_cast<void>(key);  // is the key
  FieldWriter fields;
  fields.text(tag::k_text, text.reveal())
      .text(tag::k_mark, mark.text())
      .time(tag::k_said_at, said_at)
      .time(tag::k_edited, edited)
      .choice(tag::k_source, source)
      .time(tag::k_entered, entered)
      .time(tag::k_attempting_since, attempting_since);
  for (const PlannedFile& file : planned_files) fields.text(tag::k_planned_file, encode(file));
  for (const FileState& state : files) fields.text(tag::k_file_state, encode(state));
  if (!language.empty()) fields.text(tag::k_language, language);
  if (shows != PostShows::message) fields.choice(tag::k_shows, shows);
  if (is_amended) fields.number(tag::k_is_amended, 1);
  if (attempts != 0) fields.number(tag::k_attempts, attempts);
  if (next_try != WallTime{}) fields.time(tag::k_next_try, next_try);
  if (!last_error.empty()) fields.text(tag::k_last_error, last_error);
  return fields.take();
}

std::optional<OutboxEntry> decode_outbox(const DeliveryKey& key, std::string_view bytes) {
  namespace tag = outbox_tag;
  OutboxEntry entry;
  entry.planned.key = key;
  // Older versions said it by the kind alone.
  if (key.kind == ChangeKind::deleted) entry.planned.shows = PostShows::deleted;
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
      case tag::k_planned_file: {
        auto file = decode_planned_file(fields.view());
        if (!file) return std::nullopt;
        entry.planned.files.push_back(*std::move(file));
        break;
      }
      case tag::k_file_state: {
        auto state = decode_file_state(fields.view());
        if (!state) return std::nullopt;
        entry.files.push_back(*std::move(state));
        break;
      }
      case tag::k_language:
        entry.planned.language = fields.text();
        break;
      case tag::k_shows:
        entry.planned.shows = fields.choice(k_last_post_shows);
        break;
      case tag::k_is_amended:
        entry.is_amended = fields.number() != 0;
        break;
      default:
        break;
    }
  }
  return fields.if_sound(std::move(entry));
}

std::string encode(const Delivery& delivery) {
  namespace tag = delivery_tag;
  const auto& [ref, recipient, post, channel, edited, delivered_at, files, shows, turned, letter] =
      delivery;
  FieldWriter fields;
  fields.text(tag::k_chat, ref.chat.text())
      .text(tag::k_message, ref.message.text())
      .text(tag::k_recipient, recipient.text())
      .text(tag::k_post, post.text())
      .text(tag::k_channel, channel.text())
      .time(tag::k_edited, edited)
      .time(tag::k_delivered_at, delivered_at)
      .time(tag::k_turned, turned);
  if (shows != PostShows::message) fields.choice(tag::k_shows, shows);
  if (!letter.empty()) fields.text(tag::k_letter, letter);
  for (const DeliveredFile& file : files) fields.text(tag::k_file, encode(file));
  return fields.take();
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
      case tag::k_file: {
        auto file = decode_delivered_file(fields.view());
        if (!file) return std::nullopt;
        delivery.files.push_back(*std::move(file));
        break;
      }
      case tag::k_shows:
        delivery.shows = fields.choice(k_last_post_shows);
        break;
      case tag::k_turned:
        delivery.turned = fields.time();
        break;
      case tag::k_letter:
        delivery.letter = fields.text();
        break;
      default:
        break;
    }
  }
  return fields.if_sound(std::move(delivery));
}

std::string encode(const Grave& grave) {
  namespace tag = grave_tag;
  return FieldWriter{}
      .text(tag::k_stage, grave.letter.stage)
      .text(tag::k_chat, grave.letter.ref.chat.text())
      .text(tag::k_message, grave.letter.ref.message.text())
      .choice(tag::k_kind, grave.letter.kind)
      .text(tag::k_recipient, grave.letter.recipient.text())
      .number(tag::k_attempts, grave.letter.attempts)
      .text(tag::k_reason, grave.letter.reason)
      .text(tag::k_last_error, grave.letter.last_error)
      .choice(tag::k_family, grave.family)
      .text(tag::k_entry_key, grave.entry_key)
      .choice(tag::k_form, grave.form)
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
        grave.letter.kind = fields.choice(k_last_change_kind);
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
  return fields.if_sound(std::move(grave));
}

}  // namespace belfry::storage
