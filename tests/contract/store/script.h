#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/contract/store/samples.h"
#include "tests/contract/store/subjects.h"

/// A small life of a store, for tests that disturb it: every transition at least once, and what
/// must be found after it.
namespace belfry::contract {

/// Calls a transition, and calls it again when it failed, as the engine does.
using Persist = std::function<void(const std::function<Result<>()>&)>;

namespace script {

template <class T>
Result<> ignoring(const Result<T>& result) {
  if (!result) return belfry::fail(result.error());
  return {};
}

template <class Store>
void accept_all(Store& store, const Persist& persist, const std::vector<Change>& changes) {
  persist([&] { return ignoring(store.accept(changes)); });
}

/// Plans the oldest change for `recipients`, or gives it up when there are none.
template <class Store>
void plan_oldest(Store& store, const Persist& persist, const std::vector<int>& recipients) {
  InboxEntry entry;
  persist([&]() -> Result<> {
    auto entries = store.inbox_from(Sequence{0}, 1);
    if (!entries) return belfry::fail(entries.error());
    entry = entries->at(0);
    return {};
  });
  std::vector<PlannedDelivery> planned;
  for (const int recipient : recipients) planned.push_back(planned_for(recipient, entry.change));
  if (planned.empty()) {
    persist([&] { return store.give_up(entry, failure("gone"), after_start(400)); });
  } else {
    persist([&] { return ignoring(store.plan(entry, planned, std::nullopt, after_start(300))); });
  }
}

template <class Store>
OutboxEntry head(Store& store, const Persist& persist, int recipient) {
  OutboxEntry entry;
  persist([&]() -> Result<> {
    auto found = store.head(person(recipient));
    if (!found) return belfry::fail(found.error());
    entry = found->value();
    return {};
  });
  return entry;
}

/// A message is deleted while its post lies in the dead letters.
template <class Store>
void amend(Store& store, const Persist& persist, int number, int recipient) {
  accept_all(store, persist, {deleted(number)});
  InboxEntry entry;
  Delivery buried;
  persist([&]() -> Result<> {
    auto entries = store.inbox_from(Sequence{0}, 100);
    if (!entries) return belfry::fail(entries.error());
    entry = entries->back();
    auto known = store.delivery(message(number), person(recipient));
    if (!known) return belfry::fail(known.error());
    buried = known->value();
    return {};
  });
  persist([&] { return store.expect_deletion(message(number)); });
  const PlannedDelivery planned = planned_for(recipient, entry.change);
  persist([&] {
    return ignoring(store.plan(entry, std::span(&planned, 1), std::nullopt, after_start(720)));
  });
  const OutboxEntry deletion = head(store, persist, recipient);
  buried.shows = PostShows::deleted;
  persist([&] { return ignoring(store.amend(deletion, buried)); });
}

/// What the reconciler does; each of it may be repeated.
template <class Store>
void sweep(Store& store, const Persist& persist) {
  const std::vector<Change> changes = {found(4), found(5)};
  const std::vector<OldMessages> old = {old_messages({1, 20, 21}, 2), old_messages({4}, 1)};
  const std::vector<SweepCursor> moves = {cursor(1, SweepRoute::list), cursor(1, SweepRoute::delta),
                                          cursor(9, SweepRoute::list)};
  persist([&] { return ignoring(store.accept_found(changes, old, moves, after_start(650))); });
  // All that there is: what a repetition finds left is nothing, so it cannot take more.
  persist([&] { return ignoring(store.reserve(Bucket::exports, 1, 20, 20, after_start(650))); });
  persist([&] { return ignoring(store.mark_warned(Bucket::exports, k_start_month, 80)); });
  persist([&] { return store.mark_told(Bucket::exports, k_start_month, 80); });
  persist([&] {
    return store.close_bucket(Bucket::exports, k_start_month,
                              {Refusal::billing, after_start(660), after_start(860)});
  });
}

}  // namespace script

template <class Store>
void live(Store& store, const Persist& persist) {
  using sync::DeliveryStore;
  persist([&] { return store.connect(account(1), tokens(1)); });
  persist([&] { return store.connect(account(2), tokens(2)); });
  persist([&] { return store.put_subscription(subscription(1)); });
  persist([&] { return store.put_certificate(certificate(1)); });
  script::accept_all(store, persist, {rich(1), created(2)});
  script::accept_all(store, persist,
                     {rich(1), metered(created(3), after_start(3)), created(4), deleted(1)});
  persist([&] { return store.cache_chat(chat(1)); });
  script::plan_oldest(store, persist, {1, 2});
  script::plan_oldest(store, persist, {1});
  script::plan_oldest(store, persist, {});
  const OutboxEntry first = script::head(store, persist, 1);
  persist([&] { return store.record_upload(first, 1, {FileUploaded{FileId{"file-1"}}, 0, {}}); });
  persist([&] { return store.mark_attempting(first, after_start(500)); });
  persist([&] { return store.record_delivery(first, delivery_for(1, rich(1))); });
  const OutboxEntry other = script::head(store, persist, 2);
  persist([&] { return store.mark_attempting(other, after_start(500)); });
  persist([&] {
    return store.postpone(other, DeliveryStore::Doubt::none, 1, after_start(600), failure("away"));
  });
  const OutboxEntry second = script::head(store, persist, 1);
  persist([&] { return store.give_up(second, failure("archived"), after_start(700)); });
  script::amend(store, persist, 2, 1);
  persist([&] { return store.store_tokens(person(1), tokens(3)); });
  persist([&] { return store.mark_disconnected(person(2)); });
  script::sweep(store, persist);
  persist([&] { return store.set_clean_shutdown(); });
}

template <class Store>
void portray_sweeps(Store& store, std::vector<std::string>& lines) {
  for (const int number : {1, 2, 9}) {
    for (const SweepCursor& cursor : must(store.cursors(person(number)))) {
      lines.push_back("cursor " + cursor.account.text() + " " + name_of(cursor.route) + " " +
                      format_iso8601(cursor.watermark) + " " + cursor.link);
    }
  }
  for (const Bucket bucket : {Bucket::notifications, Bucket::exports}) {
    const Spending spending = must(store.spending(bucket, k_start_month));
    lines.push_back(std::string(name_of(bucket)) + " " + std::to_string(spending.spent) +
                    (spending.is_closed(after_start(700)) ? " closed " : " open ") +
                    std::to_string(spending.warned_percent) + " " +
                    std::to_string(spending.told_percent));
  }
  for (const auto& newest : must(store.delivered_chats(ChatId{}, 100)))
    lines.push_back("newest " + newest.ref.message.text());
}

/// What can be seen of a store after live(), as text that two stores can be compared by. Places in
/// the inbox and ids of dead letters are left out: they differ by right.
template <class Store>
std::vector<std::string> portrait(Store& store) {
  std::vector<std::string> lines;
  const auto line = [&lines](std::string text) { lines.push_back(std::move(text)); };
  for (const InboxEntry& entry : must(store.inbox_from(Sequence{0}, 100))) {
    line("inbox " + entry.change.ref.message.text() + " " + name_of(entry.change.kind) +
         (entry.change == rich(1) ? " rich" : "") + (entry.change.found ? " found" : "") +
         (entry.change.missed ? " for " + std::to_string(entry.change.missed->count) : ""));
  }
  for (const auto& lane : must(store.lanes())) {
    const auto head = must(store.head(lane.recipient));
    line("lane " + lane.recipient.text() + " " + head->planned.text.reveal() + " " +
         std::to_string(head->attempts) + (head->attempting_since ? " in doubt" : ""));
  }
  for (const DeadLetter& letter : must(store.dead_letters("", 100))) {
    line("dead " + letter.stage + " " + letter.ref.message.text() + " " + letter.last_error);
  }
  for (const Delivery& delivery : must(store.deliveries_of(message(1)))) {
    line("delivery " + delivery.recipient.text() + " " + delivery.post.text());
  }
  for (const Delivery& delivery : must(store.deliveries_of(message(2)))) {
    line("delivery " + delivery.recipient.text() + (delivery.is_buried() ? " buried" : "") +
         (delivery.shows == PostShows::deleted ? " deleted" : ""));
  }
  line(must(store.was_withdrawn(message(2))) ? "withdrawn" : "not withdrawn");
  for (const Account& each : must(store.accounts(MattermostUserId{}, 100))) {
    const auto kept = must(store.tokens(each.user));
    line("account " + each.username + (each.state == Account::State::connected ? " on " : " off ") +
         (kept ? kept->refresh.reveal() : "no tokens"));
  }
  portray_sweeps(store, lines);
  line("subscriptions " + std::to_string(must(store.subscriptions()).size()));
  line("certificates " + std::to_string(must(store.certificates()).size()));
  line("counts " + std::to_string(store.inbox_entries()) + " " +
       std::to_string(store.outbox_entries()) + " " + std::to_string(store.dead_letter_count()) +
       " " + std::to_string(store.connected_accounts()));
  return lines;
}

/// The portrait that every store must show in the end.
[[nodiscard]] std::vector<std::string> expected_portrait();

}  // namespace belfry::contract
