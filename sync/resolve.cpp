#include "sync/resolve.h"

#include <algorithm>
#include <utility>

#include "sync/base/invariant.h"
#include "sync/policy/recipients.h"

namespace belfry::sync {
namespace {

template <class... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};
template <class... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

}  // namespace

Resolve::Resolve(Ports ports, ChatBook& chats, Tokens& tokens, UpstreamGate& gate, Agenda& agenda,
                 ResolvePolicy policy)
    : store_(ports.store),
      accounts_(ports.accounts),
      graph_(ports.graph),
      chat_lists_(ports.chat_lists),
      files_(ports.files),
      resources_(ports.resources),
      signer_(ports.signer),
      random_(ports.random),
      wakeup_(ports.wakeup),
      journal_(ports.journal),
      chats_(chats),
      tokens_(tokens),
      gate_(gate),
      agenda_(agenda),
      policy_(std::move(policy)),
      keys_(ports.resources, ports.random, ports.journal, policy_.keys),
      max_post_runes_(policy_.plan.max_post_runes) {}

void Resolve::step(const InboxEntry& entry, Moment now) {
  const Sequence sequence = entry.sequence;
  Outcome outcome = advance(entry, known_of(sequence), now);
  std::visit(Overloaded{
                 [&](const Finished&) {
                   forget(sequence);
                   agenda_.finish(sequence);
                 },
                 [&](const Wait& wait) { agenda_.wait(sequence, wait.until); },
                 [&](Postponed& postponed) {
                   forget(sequence);
                   agenda_.postpone(sequence, std::move(postponed.changed), now);
                 },
             },
             outcome);
}

Resolve::Outcome Resolve::advance(const InboxEntry& entry, ResolveKnown& known, Moment now) {
  if (now.wall - entry.entered() > policy_.retry.age_limit) {
    return give_up(
        entry,
        Error{ErrorKind::refused, "older than the age limit: " + entry.last_error, {}, 0, {}}, now);
  }
  if (!known.store_was_asked) {
    if (const auto asked = look_up(entry.change, known, now); !asked) {
      return store_failed("look up", asked.error(), now);
    }
  }
  // Steps that need no request follow one another at once; each answers a question, so this ends.
  for (;;) {
    const ResolveNeed need = next_need(entry.change, known, policy_.rules);
    if (std::holds_alternative<OpenResource>(need) && entry.change.found) {
      keep_message(entry, resources_.read(*entry.change.found, entry.change.ref), known);
      continue;
    }
    if (std::holds_alternative<OpenResource>(need)) {
      switch (resources_.verify(*entry.change.resource, entry.change.received)) {
        case TokenVerdict::invalid:
          distrust(entry, known);
          continue;
        case TokenVerdict::unknown_key:
          return fetch_keys(entry, known, now);
        case TokenVerdict::valid:
          open_resource(entry, known);
          continue;
      }
    }
    if (const auto* ask = std::get_if<FetchPresence>(&need)) {
      known.presence = presence_.find(ask->users, now.steady);
      if (known.presence) continue;
      return fetch_presence(known, ask->users, now);
    }
    if (const auto* ask = std::get_if<FetchReadMark>(&need)) {
      if (knows_read_mark(entry.change, known, ask->person, now)) continue;
      return fetch_read_mark(entry, known, ask->person, now);
    }
    if (const auto* ask = std::get_if<FetchMessage>(&need)) {
      return fetch_message(entry, known, ask->reader, now);
    }
    if (const auto* ask = std::get_if<FetchChat>(&need))
      return fetch_chat(entry, known, ask->reader, now);
    if (const auto* ask = std::get_if<FetchSnippet>(&need))
      return fetch_snippet(entry, known, *ask, now);
    if (const auto* ready = std::get_if<Ready>(&need)) return plan(entry, known, *ready, now);
    if (const auto* end = std::get_if<Drop>(&need)) return drop(entry, known, *end, now);
    const Error& why = std::get<GiveUp>(need).why;
    const bool is_unseen = known.is_missing_to_some && !known.message && !known.message_is_gone;
    if (is_unseen && !is_retryable(why.kind)) {
      known.message_is_gone = true;
      continue;
    }
    if (known.announced && !known.message && !is_retryable(why.kind)) {
      // Nobody may read it any more: better its text is hidden than that it stays.
      known.message = std::exchange(known.announced, std::nullopt);
      continue;
    }
    return is_retryable(why.kind) ? postpone(entry, why, now) : give_up(entry, why, now);
  }
}

void Resolve::open_resource(const InboxEntry& entry, ResolveKnown& known) {
  keep_message(entry, resources_.open(*entry.change.resource, entry.change.ref), known);
}

void Resolve::keep_message(const InboxEntry& entry, Result<Message> message, ResolveKnown& known) {
  if (message && is_later_change(entry.change.kind) && may_be_outdated(entry, *message, known)) {
    known.resource_is_closed = true;
    if (message->deleted || message->policy_notice) known.announced = std::move(*message);
    return;
  }
  if (message) {
    known.message = std::move(*message);
    return;
  }
  known.resource_is_closed = true;
  journal_.record(ResourceUnreadable{entry.change.ref, message.error()});
}

void Resolve::distrust(const InboxEntry& entry, ResolveKnown& known) {
  // Not dropped: the true notification of this change may have come meanwhile and been taken for a
  // repetition of this one. What Graph itself says of the message is true, whoever announced it.
  known.resource_is_closed = true;
  known.is_forged = true;
  journal_.record(ResourceUnreadable{
      entry.change.ref,
      Error{ErrorKind::refused, "a validation token is not Microsoft's", {}, 0, {}}});
}

Resolve::Outcome Resolve::fetch_keys(const InboxEntry& entry, ResolveKnown& known, Moment now) {
  const auto again = keys_.read_for_unknown(now);
  if (again) return Wait{*again};
  // Read a moment ago, and the key is not among them, or they cannot be had. A forged entry is
  // harmless once it is read by GET.
  known.resource_is_closed = true;
  journal_.record(ResourceUnreadable{entry.change.ref, again.error()});
  return Wait{now.steady};
}

Result<bool> Resolve::is_outdated(const InboxEntry& entry, const ResolveKnown& known) {
  const bool came_along =
      (entry.change.resource || entry.change.found) && !known.resource_is_closed;
  if (entry.change.kind != ChangeKind::created || !came_along) return false;
  if (entry.retried) return true;
  const auto passed_over = store_.was_passed_over(entry.change.ref);
  if (!passed_over || *passed_over) return passed_over;
  return store_.was_withdrawn(entry.change.ref);
}

Resolve::Outcome Resolve::plan(const InboxEntry& entry, ResolveKnown& known, const Ready& ready,
                               Moment now) {
  const auto outdated = is_outdated(entry, known);
  if (!outdated) return store_failed("passed over", outdated.error(), now);
  if (*outdated) {
    known.resource_is_closed = true;
    known.message.reset();
    known.snippets.clear();
    return Wait{now.steady};
  }
  ResolvedChange change{entry.change.ref,    ready.kind, entry.change.source, {}, *known.chat,
                        entry.change.missed, {}};
  if (known.message) change.message = *known.message;
  for (const auto& [attachment, code] : known.snippets) {
    if (code) change.snippets.emplace(attachment, *code);
  }
  change.message.ref = entry.change.ref;
  change.was_withdrawn = known.was_withdrawn;
  PlanPolicy policy = policy_.plan;
  policy.max_post_runes = max_post_runes_;
  const auto deliveries = plan_deliveries(change, {ready.told, known.accounts, known.read_to},
                                          now.wall, policy, signer_);
  // What may hide a text or bring it back is known by its post, not by the time of an edit.
  const bool is_plain_edit =
      ready.kind == ChangeKind::edited && !change.was_withdrawn && !change.message.policy_notice;
  const auto edited = is_plain_edit ? change.message.edited : std::optional<WallTime>{};
  const auto planned = store_.plan(entry, deliveries, edited, now.wall);
  if (!planned) return store_failed("plan", planned.error(), now);
  if (*planned == PlanOutcome::known) {
    tell(entry, ChangeResult::known, 0);
    return Finished{};
  }
  tell_skipped(entry, ready.skipped);
  tell(entry, ChangeResult::planned, deliveries.size());
  for (const PlannedDelivery& delivery : deliveries) {
    agenda_.wake_lane(delivery.key.recipient, now.steady);
    wakeup_.work_arrived(Slot::mattermost);
  }
  return Finished{};
}

Resolve::Outcome Resolve::drop(const InboxEntry& entry, ResolveKnown& known, const Drop& drop,
                               Moment now) {
  if (drop.result == ChangeResult::system_event) {
    if (const auto dropped = store_.distrust_chat(entry.change.ref.chat, now.wall); !dropped) {
      return store_failed("distrust a chat", dropped.error(), now);
    }
  }
  if (drop.result == ChangeResult::not_delivered) {
    if (const auto passed = store_.pass_over(entry); !passed)
      return store_failed("pass over", passed.error(), now);
    tell(entry, drop.result, 0);
    return Finished{};
  }
  const bool is_not_to_be_had =
      drop.result == ChangeResult::gone || drop.result == ChangeResult::foreign;
  if (is_not_to_be_had && entry.change.kind == ChangeKind::created) {
    if (has_new_witnesses(entry, known)) {
      // A sweep has shown the chat to somebody meanwhile, and takes what waits here for known.
      known = ResolveKnown{};
      return Wait{now.steady};
    }
    // Graph may show a message later than it announces it.
    if (known.message_is_gone && entry.attempts < policy_.most_missing_tries)
      return postpone(entry, Error{ErrorKind::transient, "announced, and not there yet", {}, 0, {}},
                      now);
    // Should it come to be there, or its deletion be undone, or somebody's sweep show it, its
    // announcement must not count as a repetition.
    return refuse(entry, known.is_forged ? ChangeResult::forged : drop.result, now);
  }
  if (const auto planned = store_.plan(entry, {}, std::nullopt, now.wall); !planned) {
    return store_failed("drop", planned.error(), now);
  }
  if (entry.change.kind == ChangeKind::chat) note_chat(entry, known, now);
  if (!known.accounts.empty()) tell_skipped(entry, drop.skipped);
  tell(entry, drop.result, 0);
  return Finished{};
}

bool Resolve::has_new_witnesses(const InboxEntry& entry, const ResolveKnown& known) const {
  if (known.is_concern_certain) return false;
  const auto people = chats_.people_of(entry.change.ref.chat);
  return std::any_of(people.begin(), people.end(), [&known](const MattermostUserId& person) {
    return std::none_of(known.witnesses.begin(), known.witnesses.end(),
                        [&person](const Reader& one) { return one.user == person; });
  });
}

void Resolve::note_chat(const InboxEntry& entry, const ResolveKnown& known, Moment now) {
  std::vector<MattermostUserId> people;
  for (const Account& account : known.accounts) {
    if (account.state == Account::State::connected && known.chat_was_fetched)
      people.push_back(account.user);
  }
  chats_.note_members(entry.change.ref.chat, people, now.wall);
}

Resolve::Outcome Resolve::refuse(const InboxEntry& entry, ChangeResult result, Moment now) {
  if (const auto refused = store_.refuse(entry); !refused) {
    return store_failed("refuse", refused.error(), now);
  }
  tell(entry, result, 0);
  return Finished{};
}

Resolve::Outcome Resolve::give_up(const InboxEntry& entry, const Error& error, Moment now) {
  if (const auto given = store_.give_up(entry, error, now.wall); !given) {
    return store_failed("give up", given.error(), now);
  }
  journal_.record(ChangeDead{entry.change.ref, error});
  tell(entry, ChangeResult::dead, 0);
  return Finished{};
}

Resolve::Outcome Resolve::postpone(const InboxEntry& entry, const Error& error, Moment now) {
  const Duration delay = delay_after(error, entry.attempts, policy_.retry, random_);
  InboxEntry changed = entry;
  changed.attempts = entry.attempts + 1;
  changed.next_try = now.wall + delay;
  changed.last_error = error.text;
  if (const auto stored = store_.postpone(entry, changed.attempts, changed.next_try, error);
      !stored) {
    return store_failed("postpone", stored.error(), now);
  }
  journal_.record(ChangePostponed{entry.change.ref, changed.attempts, delay, error});
  return Postponed{std::move(changed)};
}

Resolve::Outcome Resolve::store_failed(const char* where, const Error& error, Moment now) {
  journal_.record(StoreTrouble{where, error});
  return Wait{now.steady + policy_.store_pause};
}

void Resolve::tell(const InboxEntry& entry, ChangeResult result, std::size_t recipients) {
  journal_.record(
      ChangeDone{entry.change.ref, entry.change.kind, entry.change.source, result, recipients});
}

void Resolve::tell_skipped(const InboxEntry& entry,
                           const std::vector<std::pair<MattermostUserId, SkipReason>>& skipped) {
  for (const auto& [user, reason] : skipped) {
    journal_.record(RecipientSkipped{entry.change.ref, user, reason});
  }
}

ResolveKnown& Resolve::known_of(Sequence sequence) {
  MutexLock lock(mutex_);
  auto& place = known_[static_cast<std::uint64_t>(sequence)];
  if (!place) place = std::make_unique<ResolveKnown>();
  return *place;
}

void Resolve::forget(Sequence sequence) {
  MutexLock lock(mutex_);
  known_.erase(static_cast<std::uint64_t>(sequence));
}

}  // namespace belfry::sync
