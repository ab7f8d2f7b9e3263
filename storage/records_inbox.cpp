#include <map>

#include "storage/bytes.h"
#include "storage/fields.h"
#include "storage/records.h"

// Records of what was accepted and is not planned yet.
namespace belfry::storage {
namespace {

// A tag never changes its meaning; see storage/fields.h. The writers below take each struct apart
// by name, so that a field that is added to the model does not compile until it is stored.
namespace resource_tag {
constexpr Tag k_data = 1, k_signature = 2, k_key = 3, k_certificate = 4, k_validation_token = 5,
              k_tenant = 6;
}
namespace inbox_tag {
constexpr Tag k_chat = 1, k_message = 2, k_kind = 3, k_source = 4, k_received = 5, k_resource = 6,
              k_attempts = 7, k_next_try = 8, k_last_error = 9,
              k_found = 10,  // 11 was who had read it
    k_missed_count = 12, k_missed_first = 13, k_missed_last = 14, k_retried = 15,
              k_missed_sender = 16, k_missed_each = 17, k_shown_to = 18;
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
  return fields.if_sound(std::move(resource));
}

MissedMessages& missed_of(Change& change) {
  if (!change.missed) change.missed.emplace();
  return *change.missed;
}

/// Each sender once, and for each message its time and the sender's number from 1 on; 0: nobody.
void add_each(FieldWriter& fields, const std::vector<MissedMessage>& messages) {
  namespace tag = inbox_tag;
  std::map<TeamsUserId, std::uint32_t> numbers;
  std::string each;
  for (const auto& [written, sender] : messages) {
    std::uint32_t number = 0;
    if (!sender.empty()) {
      const auto next = static_cast<std::uint32_t>(numbers.size() + 1);
      const auto [place, is_new] = numbers.try_emplace(sender, next);
      if (is_new) fields.text(tag::k_missed_sender, sender.text());
      number = place->second;
    }
    append_u64(each, static_cast<std::uint64_t>(to_epoch_ms(written)));
    append_u32(each, number);
  }
  if (!each.empty()) fields.text(tag::k_missed_each, each);
}

/// False: damaged.
bool read_each(std::string_view bytes, const std::vector<TeamsUserId>& senders,
               std::vector<MissedMessage>& each) {
  constexpr std::size_t k_time_bytes = sizeof(std::uint64_t);
  constexpr std::size_t k_bytes = k_time_bytes + sizeof(std::uint32_t);
  if (bytes.size() % k_bytes != 0) return false;
  for (; !bytes.empty(); bytes.remove_prefix(k_bytes)) {
    const std::uint32_t number = read_u32(bytes.substr(k_time_bytes));
    if (number > senders.size()) return false;
    each.push_back({from_epoch_ms(static_cast<std::int64_t>(read_u64(bytes))),
                    number == 0 ? TeamsUserId{} : senders[number - 1]});
  }
  return true;
}

}  // namespace

std::string encode(const InboxEntry& entry) {
  namespace tag = inbox_tag;
  const auto& [sequence, change, attempts, next_try, last_error, retried] = entry;
  const auto& [ref, kind, source, received, resource, found, missed, shown_to, metered_by,
               metered_in, line] = change;
  static_cast<void>(sequence);    // is the key
  static_cast<void>(metered_by);  // was counted
  static_cast<void>(metered_in);
  static_cast<void>(line);  // was stored beside
  FieldWriter fields;
  fields.text(tag::k_chat, ref.chat.text())
      .text(tag::k_message, ref.message.text())
      .choice(tag::k_kind, kind)
      .choice(tag::k_source, source)
      .time(tag::k_received, received);
  if (resource) fields.text(tag::k_resource, encode(*resource));
  if (found) fields.text(tag::k_found, found->reveal());
  if (missed) {
    fields.number(tag::k_missed_count, missed->count)
        .time(tag::k_missed_first, missed->first)
        .time(tag::k_missed_last, missed->last);
    add_each(fields, missed->each);
  }
  if (!shown_to.empty()) fields.text(tag::k_shown_to, shown_to.text());
  if (attempts != 0) fields.number(tag::k_attempts, attempts);
  if (next_try != WallTime{}) fields.time(tag::k_next_try, next_try);
  if (!last_error.empty()) fields.text(tag::k_last_error, last_error);
  fields.time(tag::k_retried, retried);
  return fields.take();
}

std::optional<InboxEntry> decode_inbox(Sequence sequence, std::string_view bytes) {
  namespace tag = inbox_tag;
  InboxEntry entry;
  entry.sequence = sequence;
  Change& change = entry.change;
  std::vector<TeamsUserId> senders;
  std::string_view each;
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
        change.kind = fields.choice(k_last_change_kind);
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
      case tag::k_found:
        change.found = Content{fields.text()};
        break;
      case tag::k_missed_count:
        missed_of(change).count = static_cast<std::uint64_t>(fields.number());
        break;
      case tag::k_missed_first:
        missed_of(change).first = fields.time();
        break;
      case tag::k_missed_last:
        missed_of(change).last = fields.time();
        break;
      case tag::k_missed_sender:
        senders.emplace_back(fields.text());
        break;
      case tag::k_missed_each:
        each = fields.view();
        break;
      case tag::k_shown_to:
        change.shown_to = MattermostUserId{fields.text()};
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
      case tag::k_retried:
        entry.retried = fields.time();
        break;
      default:
        break;
    }
  }
  if (!each.empty() && !read_each(each, senders, missed_of(change).each)) return std::nullopt;
  return fields.if_sound(std::move(entry));
}

}  // namespace belfry::storage
