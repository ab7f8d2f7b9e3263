#include "tests/contract/store/inventory.h"

#include <fmt/format.h>

#include "tests/contract/store/samples.h"
#include "tests/contract/store/subjects.h"

namespace belfry::contract {
namespace {

std::string shown(WallTime time) {
  return format_iso8601(time);
}
std::string shown(const std::optional<WallTime>& time) {
  return time ? shown(*time) : "none";
}
std::string shown(const MessageRef& ref) {
  return ref.chat.text() + "/" + ref.message.text();
}

std::string shown(const std::optional<EncryptedResource>& resource) {
  if (!resource) return "none";
  return fmt::format("[{} {} {} {} {} {}]", resource->data.size(), resource->signature,
                     resource->key, resource->certificate.text(),
                     fmt::join(resource->validation_tokens, ","), resource->tenant.text());
}

/// What a sweep adds to a change; nothing for the others.
std::string shown_of_sweep(const Change& change) {
  std::string text;
  if (change.found) text += " found=" + change.found->reveal();
  if (change.missed) {
    text += fmt::format(" missed={} {} {}", change.missed->count, shown(change.missed->first),
                        shown(change.missed->last));
    for (const auto& [written, sender] : change.missed->each)
      text += fmt::format(" {}:{}", shown(written), sender.text());
  }
  return text;
}

/// Nothing for what has always been.
std::string shown(PostShows shows) {
  switch (shows) {
    case PostShows::message:
      return "";
    case PostShows::withheld:
      return " withheld";
    case PostShows::deleted:
      return " deleted";
  }
  return "";
}

std::string shown(const InboxEntry& entry) {
  return fmt::format("inbox {} {} {} received={} resource={} attempts={} next_try={} error={}{}\n",
                     shown(entry.change.ref), name_of(entry.change.kind),
                     name_of(entry.change.source), shown(entry.change.received),
                     shown(entry.change.resource), entry.attempts, shown(entry.next_try),
                     entry.last_error, shown_of_sweep(entry.change));
}

std::string shown(const OutboxEntry& entry) {
  const PlannedDelivery& planned = entry.planned;
  return fmt::format(
      "outbox {} {} {} {} text={} mark={} said={} edited={} source={} entered={} attempting={} "
      "attempts={} next_try={} error={}{}{}\n",
      planned.key.recipient.text(), planned.key.due_order, shown(planned.key.ref),
      name_of(planned.key.kind), planned.text.reveal(), planned.mark.text(), shown(planned.said_at),
      shown(planned.edited), name_of(planned.source), shown(entry.entered),
      shown(entry.attempting_since), entry.attempts, shown(entry.next_try), entry.last_error,
      shown(planned.shows), entry.is_amended ? " amended" : "");
}

std::string shown(const Delivery& delivery) {
  std::string text =
      fmt::format("delivery {} {} post={} channel={} edited={} at={}{}", shown(delivery.ref),
                  delivery.recipient.text(), delivery.post.text(), delivery.channel.text(),
                  shown(delivery.edited), shown(delivery.delivered_at), shown(delivery.shows));
  if (delivery.turned) text += " turned=" + shown(delivery.turned);
  for (const DeliveredFile& file : delivery.files)
    if (!file.file.empty()) text += " file=" + file.file.text();
  if (!delivery.letter.empty()) text += " buried";
  return text + "\n";
}

std::string shown(const DeadLetter& letter) {
  return fmt::format("dead since={} {} {} {} {} attempts={} reason={} error={}\n",
                     shown(letter.since), letter.stage, shown(letter.ref), name_of(letter.kind),
                     letter.recipient.text(), letter.attempts, letter.reason, letter.last_error);
}

std::string shown(const Account& account, const std::optional<AccountTokens>& tokens) {
  std::string muted;
  for (const ChatId& chat : account.preferences.muted) muted += chat.text() + ",";
  std::string text = fmt::format(
      "account {} {} teams={} name={} mail={} since={} state={} notifications={} muted={} "
      "channel={} reconnect_asked={}\n",
      account.user.text(), account.username, account.teams_user.text(), account.teams_name,
      account.mail, shown(account.connected_at), static_cast<int>(account.state),
      account.preferences.notifications, muted, account.direct_channel.text(),
      account.reconnect_asked);
  // Stores of earlier versions have none.
  if (account.reading != Reading{})
    text += fmt::format("reads {} {}\n", account.reading.locale, account.reading.time_zone);
  if (!tokens) return text;
  return text + fmt::format("tokens access={} until={} refresh={} scopes={}\n",
                            tokens->access.reveal(), shown(tokens->access_expires),
                            tokens->refresh.reveal(), tokens->scopes);
}

std::string shown(const Chat& chat) {
  std::string text = fmt::format("chat {} type={} topic={} url={} tenant={} fetched={}\n",
                                 chat.id.text(), static_cast<int>(chat.type), chat.topic.reveal(),
                                 chat.web_url, chat.tenant.text(), shown(chat.fetched_at));
  for (const Member& member : chat.members) {
    text += fmt::format("member {} {} {} sees_since={}\n", member.user.text(), member.display_name,
                        member.mail, shown(member.sees_since));
  }
  return text;
}

std::string shown(const Subscription& subscription) {
  return fmt::format(
      "subscription {} {} {} rich={} state={} certificate={} url={} created={} expires={} "
      "renewed={}\n",
      subscription.id.text(), subscription.spec.resource, subscription.spec.change_types,
      subscription.spec.rich, subscription.client_state.reveal(), subscription.certificate.text(),
      subscription.notification_url, shown(subscription.created_at), shown(subscription.expires),
      shown(subscription.renewed_at));
}

std::string shown(const SweepCursor& cursor) {
  return fmt::format("cursor {} {} watermark={} link={} round={}\n", cursor.account.text(),
                     name_of(cursor.route), shown(cursor.watermark), cursor.link,
                     shown(cursor.round_began));
}

std::string shown(const Spending& spending) {
  const std::string closing = spending.closed_until
                                  ? fmt::format(" until={} by {}", shown(*spending.closed_until),
                                                name_of(spending.closed_by))
                                  : "";
  return fmt::format("allowance {} spent={} refusals={} closed={}{} warned={} told={}\n",
                     name_of(spending.bucket), spending.spent, spending.refusals,
                     shown(spending.closed_at), closing, spending.warned_percent,
                     spending.told_percent);
}

std::string shown(const TrafficProfile& profile) {
  return fmt::format("traffic {} {} until {}\n", fmt::join(profile.per_hour, ","),
                     fmt::join(profile.weeks, ","), shown(profile.counted_to));
}

std::string shown(const EncryptionCertificate& certificate) {
  return fmt::format("certificate {} {} {} made={}\n", certificate.id.text(),
                     certificate.private_key_pem.reveal(), certificate.certificate_base64,
                     shown(certificate.made_at));
}

}  // namespace

std::string inventory(storage::RocksStore& store) {
  std::string text = fmt::format("instance {}\nlast webhook {}\n", store.instance_id(),
                                 shown(must(store.last_webhook_time())));
  for (const auto& each : must(store.inbox_from(Sequence{0}, 100))) text += shown(each);
  for (const auto& lane : must(store.lanes())) text += shown(*must(store.head(lane.recipient)));
  for (const auto& each : must(store.deliveries_of(message(1)))) text += shown(each);
  for (const auto& each : must(store.dead_letters("", 100))) text += shown(each);
  for (const auto& each : must(store.accounts(MattermostUserId{}, 100))) {
    text += shown(each, must(store.tokens(each.user)));
  }
  if (const auto cached = must(store.cached_chat(chat(1).id))) text += shown(*cached);
  for (const auto& each : must(store.subscriptions())) text += shown(each);
  for (const auto& each : must(store.certificates())) text += shown(each);
  for (const int number : {1, 2}) {
    for (const auto& each : must(store.cursors(person(number)))) text += shown(each);
  }
  for (const Bucket bucket : {Bucket::notifications, Bucket::exports}) {
    const auto spending = must(store.spending(bucket, k_start_month));
    if (spending.spent > 0) text += shown(spending);
  }
  if (const auto profile = must(store.traffic())) text += shown(*profile);
  for (const auto& each : must(store.newest_records(100))) {
    text += fmt::format("journal {} {} {}\n", shown(each.at), each.event, each.detail);
  }
  return text + fmt::format("counts inbox={} outbox={} dead={} connected={}\n",
                            store.inbox_entries(), store.outbox_entries(),
                            store.dead_letter_count(), store.connected_accounts());
}

}  // namespace belfry::contract
