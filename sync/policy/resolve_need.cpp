#include "sync/policy/resolve_need.h"

#include <algorithm>

#include "sync/policy/recipients.h"

namespace belfry::sync {
namespace {

bool contains(const std::vector<Reader>& readers, const Reader& reader) {
  return std::find(readers.begin(), readers.end(), reader) != readers.end();
}

/// Connected members first, since the app may not see chats that another tenant hosts, then who
/// else has the chat, then the app itself. What is missing to a member is there or not as the app
/// sees it.
std::optional<Reader> next_reader(const ResolveKnown& known) {
  const Reader app;
  const bool may_ask_app = !contains(known.refused, app);
  if (known.is_missing_to_some && may_ask_app) return app;
  for (const Account& account : known.accounts) {
    const Reader reader{account.user};
    if (account.state == Account::State::connected && !contains(known.refused, reader))
      return reader;
  }
  for (const Reader& witness : known.witnesses) {
    if (!contains(known.refused, witness)) return witness;
  }
  return may_ask_app ? std::optional(app) : std::nullopt;
}

template <class Fetch>
ResolveNeed fetch(const ResolveKnown& known) {
  if (const auto reader = next_reader(known)) return Fetch{*reader};
  Error why = known.last_refusal.value_or(
      Error{ErrorKind::forbidden, "nobody may read this chat", std::nullopt, 0, {}});
  // Who was refused for a void token may read it with the next one.
  if (!known.unauthorized.empty()) why.kind = ErrorKind::transient;
  return GiveUp{std::move(why)};
}

/// The chat of something new. What nobody of ours is known to have, and the app may not see, is
/// another organisation's affair, until somebody's sweep shows it.
ResolveNeed fetch_chat_of_new(const ResolveKnown& known) {
  const bool is_clear = known.unauthorized.empty() && known.last_refusal &&
                        (known.last_refusal->kind == ErrorKind::forbidden ||
                         known.last_refusal->kind == ErrorKind::gone);
  if (known.accounts.empty() && is_clear && !next_reader(known))
    return Drop{ChangeResult::foreign, {}};
  return fetch<FetchChat>(known);
}

bool sender_is_member(const Message& message, const Chat& chat) {
  if (!message.sender || message.sender->kind != Sender::Kind::user) return true;
  return std::any_of(chat.members.begin(), chat.members.end(),
                     [&](const Member& member) { return member.user == message.sender->user; });
}

/// Not told are those from whom Teams hides the message, and nobody is told late of what was said
/// before they connected. The chat is known.
Recipients those_to_tell(const Change& change, const ResolveKnown& known) {
  Recipients recipients = leave_out_newcomers(choose_recipients(*known.message, known.accounts),
                                              *known.message, known.chat->members);
  if (change.source == Source::webhook) return recipients;
  return leave_out_late(std::move(recipients), known.message->created);
}

const Account* whose_mark_is_missing(const Recipients& recipients, const ResolveKnown& known) {
  const auto& told = recipients.told;
  const auto found = std::find_if(told.begin(), told.end(), [&](const Account& account) {
    return !known.read_to.contains(account.user);
  });
  return found == told.end() ? nullptr : &*found;
}

/// A snippet's code stands in the text, so it is read before; without it the message is told all
/// the same.
std::optional<FetchSnippet> missing_snippet(const ResolveKnown& known) {
  for (Snippet& snippet : snippets_of(*known.message)) {
    if (known.snippets.contains(snippet.attachment)) continue;
    if (const auto reader = next_reader(known)) return FetchSnippet{*reader, std::move(snippet)};
  }
  return std::nullopt;
}

ResolveNeed need_for_created(const Change& change, const ResolveKnown& known,
                             const ResolveRules& rules) {
  const Message& message = *known.message;
  if (message.is_system_event) return Drop{ChangeResult::system_event, {}};
  if (message.deleted) return Drop{ChangeResult::gone, {}};
  // Member events are not promised: a sender whom we do not know tells that our members are old.
  if (!known.chat || (!sender_is_member(message, *known.chat) && !known.chat_was_fetched)) {
    return fetch_chat_of_new(known);
  }
  Recipients recipients = those_to_tell(change, known);
  if (rules.skip_active && !recipients.told.empty()) {
    if (!known.presence) {
      std::vector<TeamsUserId> users;
      for (const Account& account : recipients.told) users.push_back(account.teams_user);
      return FetchPresence{std::move(users)};
    }
    recipients = leave_out_active(std::move(recipients), *known.presence);
  }
  if (change.source == Source::reconciler) {
    if (const Account* person = whose_mark_is_missing(recipients, known))
      return FetchReadMark{*person};
    recipients = leave_out_readers(std::move(recipients), change, known.read_to, *known.chat);
  }
  std::vector<std::pair<MattermostUserId, SkipReason>> skipped;
  for (const SkippedRecipient& one : recipients.skipped) skipped.emplace_back(one.user, one.reason);
  if (recipients.told.empty()) return Drop{ChangeResult::nobody, std::move(skipped)};
  if (change.kind == ChangeKind::created) {
    if (auto snippet = missing_snippet(known)) return std::move(*snippet);
  }
  return Ready{change.kind, std::move(recipients.told), std::move(skipped)};
}

ResolveNeed need_for_deletion(const ResolveKnown& known, const ResolveRules& rules) {
  std::vector<Account> told;
  for (const Account& account : known.accounts) {
    // Where deletions are ignored what was posted stays; nothing new is posted of what is deleted.
    if (!rules.announce_deletions && !known.buried.contains(account.user)) continue;
    const auto shown = known.deleted_for.find(account.user);
    const bool is_shown = shown != known.deleted_for.end() && !known.message_is_gone &&
                          shown->second >= *known.message->deleted;
    if (!is_shown) told.push_back(account);
  }
  if (told.empty())
    return Drop{rules.announce_deletions ? ChangeResult::known : ChangeResult::not_delivered, {}};
  if (!known.chat) return fetch<FetchChat>(known);
  return Ready{ChangeKind::deleted, std::move(told), {}};
}

/// The announcement may be older than what the message is by now: an undone deletion, an edit and
/// then a deletion.
ResolveNeed need_for_later_change(ChangeKind announced, const ResolveKnown& known,
                                  const ResolveRules& rules) {
  if (known.message_is_gone || known.message->deleted) return need_for_deletion(known, rules);
  const bool is_edit =
      announced == ChangeKind::edited && (known.message->edited || known.message->policy_notice);
  if (!is_edit && !known.was_withdrawn) return Drop{ChangeResult::reaction, {}};
  if (!known.chat) return fetch<FetchChat>(known);
  if (auto snippet = missing_snippet(known)) return std::move(*snippet);
  return Ready{ChangeKind::edited, known.accounts, {}};
}

ResolveNeed need_for_chat(const ResolveKnown& known) {
  if (known.is_concern_certain && known.accounts.empty()) return Drop{ChangeResult::nobody, {}};
  if (known.chat_was_fetched)
    return Drop{known.accounts.empty() ? ChangeResult::nobody : ChangeResult::chat_noted, {}};
  // What nobody of ours may see, or what is gone by now, has no message for anybody either.
  // A void token says nothing of that: the next one may see it.
  if (next_reader(known) || !known.unauthorized.empty()) return fetch<FetchChat>(known);
  return Drop{ChangeResult::gone, {}};
}

}  // namespace

bool may_be_outdated(const InboxEntry& entry, const Message& content, const ResolveKnown& known) {
  const bool hides = content.deleted || content.policy_notice;
  if (entry.change.found) return entry.retried || (known.was_withdrawn && !hides);
  return entry.retried || known.was_withdrawn || hides;
}

ResolveNeed next_need(const Change& change, const ResolveKnown& known, const ResolveRules& rules) {
  if (change.kind == ChangeKind::chat) return need_for_chat(known);
  const bool is_created = tells_of_new(change.kind);
  if (!is_created && known.accounts.empty()) return Drop{ChangeResult::not_delivered, {}};
  if (is_created && known.message_is_gone) return Drop{ChangeResult::gone, {}};
  const bool concerns_nobody = known.accounts.empty() && (known.chat || known.is_concern_certain);
  if (is_created && concerns_nobody && known.is_concern_certain)
    return Drop{ChangeResult::nobody, {}};
  if (!known.message && !known.message_is_gone) {
    if ((change.resource || change.found) && !known.resource_is_closed) return OpenResource{};
    if (is_created && concerns_nobody) return Drop{ChangeResult::nobody, {}};
    // What is told of a text that was hidden is read last, so that nothing comes in between.
    if (is_created && !known.chat) return fetch_chat_of_new(known);
    if (known.was_withdrawn && !known.chat) return fetch<FetchChat>(known);
    return fetch<FetchMessage>(known);
  }
  return is_created ? need_for_created(change, known, rules)
                    : need_for_later_change(change.kind, known, rules);
}

}  // namespace belfry::sync
