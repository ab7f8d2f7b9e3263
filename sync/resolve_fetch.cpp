#include <algorithm>
#include <utility>

#include "sync/policy/recipients.h"
#include "sync/policy/sweep_rules.h"
#include "sync/reader_token.h"
#include "sync/resolve.h"

/// What resolving asks of Graph: one request a step.
namespace belfry::sync {

std::variant<Secret, Resolve::Outcome> Resolve::token_of(const Reader& reader, ResolveKnown& known,
                                                         Moment now) {
  const ReaderToken token = sync::token_of(tokens_, reader, now);
  if (const auto* ready = std::get_if<Secret>(&token)) return *ready;
  if (const auto* again = std::get_if<AskAgain>(&token)) return Outcome{Wait{again->at}};
  known.refused.push_back(reader);
  known.last_refusal = std::get<CannotRead>(token).why;
  return Outcome{Wait{now.steady}};
}

std::variant<Secret, Resolve::Outcome> Resolve::admission(const Reader& reader,
                                                          const PacedRead& read,
                                                          ResolveKnown& known, Moment now) {
  auto token = token_of(reader, known, now);
  if (std::holds_alternative<Outcome>(token)) return token;
  if (const Instant free = pacer_.book(read, now.steady); free > now.steady)
    return Outcome{Wait{free}};
  if (const auto closed = gate_.closed_until(now.steady)) return Outcome{Wait{*closed}};
  return token;
}

Resolve::Outcome Resolve::fetch_message(const InboxEntry& entry, ResolveKnown& known,
                                        const Reader& reader, Moment now) {
  const MessageRef& ref = entry.change.ref;
  const auto admitted = admission(reader, PacedRead::messages(ref.chat), known, now);
  if (const auto* instead = std::get_if<Outcome>(&admitted)) return *instead;
  const Secret& token = std::get<Secret>(admitted);
  if (const auto expected = store_.expect_deletion(ref); !expected)
    return store_failed("expect a deletion", expected.error(), now);
  auto message = through(gate_, now.steady, [&] { return graph_.message(token, ref); });
  if (message) {
    known.message = std::move(*message);
  } else if (message.error().kind == ErrorKind::gone) {
    known.message_is_gone = reader.is_app();
    known.is_missing_to_some = true;
    known.refused.push_back(reader);
    known.last_refusal = message.error();
  } else {
    return read_failed(entry, known, reader, token, message.error(), now);
  }
  return Wait{now.steady};
}

Resolve::Outcome Resolve::fetch_chat(const InboxEntry& entry, ResolveKnown& known,
                                     const Reader& reader, Moment now) {
  if (known.chat_in_parts) return fetch_members(entry, known, reader, now);
  const ChatId& id = entry.change.ref.chat;
  const auto admitted = admission(reader, PacedRead::chat_of(id, reader.user), known, now);
  if (const auto* instead = std::get_if<Outcome>(&admitted)) return *instead;
  const Secret& token = std::get<Secret>(admitted);
  auto chat = through(gate_, now.steady, [&] { return graph_.chat(token, id); });
  if (!chat) return read_failed(entry, known, reader, token, chat.error(), now);
  // Believed from its first part on: what changes while its members are read is not in it.
  chat->fetched_at = now.wall;
  if (!chat->members.empty()) return keep_chat(entry, known, std::move(*chat), now);
  // A request of its own: Graph allows one a second for each chat.
  known.chat_in_parts = std::move(*chat);
  return Wait{now.steady};
}

Resolve::Outcome Resolve::fetch_members(const InboxEntry& entry, ResolveKnown& known,
                                        const Reader& reader, Moment now) {
  const ChatId& id = entry.change.ref.chat;
  const auto admitted = admission(reader, PacedRead::part_of(id), known, now);
  if (const auto* instead = std::get_if<Outcome>(&admitted)) return *instead;
  const Secret& token = std::get<Secret>(admitted);
  const auto page =
      through(gate_, now.steady, [&] { return graph_.members(token, id, known.members_link); });
  if (!page) return read_failed(entry, known, reader, token, page.error(), now);
  Chat& chat = *known.chat_in_parts;
  chat.members.insert(chat.members.end(), page->members.begin(), page->members.end());
  known.members_link = page->next;
  if (page->next.empty()) return keep_chat(entry, known, std::move(chat), now);
  if (++known.member_pages >= policy_.most_member_pages)
    return give_up(entry, Error{ErrorKind::refused, "the list of members does not end", {}, 0, {}},
                   now);
  return Wait{now.steady};
}

Resolve::Outcome Resolve::keep_chat(const InboxEntry& entry, ResolveKnown& known, Chat chat,
                                    Moment now) {
  known.chat_in_parts.reset();
  known.members_link.clear();
  const auto accounts = accounts_of(people_of(chat));
  if (!accounts) return store_failed("accounts", accounts.error(), now);
  // Other people's chats: only their members' bare ids are kept, so that they are not asked for
  // again.
  Chat kept = chat;
  if (accounts->empty()) {
    kept.topic = Content{};
    for (Member& member : kept.members) {
      member.display_name.clear();
      member.mail.clear();
    }
  }
  if (const auto cached = store_.cache_chat(kept); !cached) {
    return store_failed("cache a chat", cached.error(), now);
  }
  if (!is_later_change(entry.change.kind)) known.accounts = *accounts;
  known.chat = std::move(chat);
  known.chat_was_fetched = true;
  return Wait{now.steady};
}

Resolve::Outcome Resolve::fetch_presence(ResolveKnown& known, const std::vector<TeamsUserId>& users,
                                         Moment now) {
  const Reader app;
  const auto admitted = token_of(app, known, now);
  // Presence is a courtesy: when it cannot be had, everybody counts as away and is told.
  if (const auto* instead = std::get_if<Outcome>(&admitted)) {
    if (std::find(known.refused.begin(), known.refused.end(), app) == known.refused.end())
      return *instead;
    known.presence.emplace();
    return Wait{now.steady};
  }
  if (gate_.closed_until(now.steady)) {
    known.presence.emplace();
    return Wait{now.steady};
  }
  const Secret& token = std::get<Secret>(admitted);
  const auto presence = through(gate_, now.steady, [&] { return graph_.presence(token, users); });
  if (presence) {
    presence_.remember(users, *presence, now.steady);
    known.presence = *presence;
  } else {
    if (presence.error().kind == ErrorKind::unauthorized) tokens_.reject_app(token);
    presence_.remember(users, {}, now.steady);
    known.presence.emplace();
  }
  return Wait{now.steady};
}

bool Resolve::knows_read_mark(const Change& change, ResolveKnown& known, const Account& person,
                              Moment now) const {
  const auto mark = chats_.read_mark(person.user, change.ref.chat);
  if (!mark) return false;
  const auto newest =
      from_epoch_ms(static_cast<std::int64_t>(creation_order(change.ref.message, change.received)));
  const bool has_read_all = mark->read_to && *mark->read_to >= newest;
  if (!has_read_all && mark->as_of + policy_.read_mark_lives < now.steady) return false;
  known.read_to[person.user] = mark->read_to;
  return true;
}

Resolve::Outcome Resolve::fetch_read_mark(const InboxEntry& entry, ResolveKnown& known,
                                          const Account& person, Moment now) {
  // A courtesy as well: who cannot be asked for it is told.
  const auto settled = [&](std::optional<WallTime> read_to) {
    known.read_to[person.user] = read_to;
    known.list_link.clear();
    known.list_pages = 0;
    known.list_was_unauthorized = false;
    return Wait{now.steady};
  };
  const Reader reader{person.user};
  const ReaderToken token = sync::token_of(tokens_, reader, now);
  if (const auto* again = std::get_if<AskAgain>(&token)) return Wait{again->at};
  if (std::holds_alternative<CannotRead>(token)) return settled(std::nullopt);
  if (const Instant free = pacer_.book(PacedRead::chat_list(person.user), now.steady);
      free > now.steady)
    return Wait{free};
  if (const auto closed = gate_.closed_until(now.steady)) return Wait{*closed};
  const Secret& bearer = std::get<Secret>(token);
  const auto page = through(gate_, now.steady, [&] {
    return chat_lists_.chat_list(bearer, person.teams_user, known.list_link);
  });
  if (!page) {
    const Error& error = page.error();
    if (error.kind == ErrorKind::unauthorized) {
      reject_token(tokens_, reader, bearer);
      if (!std::exchange(known.list_was_unauthorized, true)) return Wait{now.steady};
    } else if (is_retryable(error.kind) && entry.attempts < policy_.most_read_mark_tries) {
      return postpone(entry, error, now);
    }
    return settled(std::nullopt);
  }
  std::optional<ListedChat> listed;
  for (const ListedChat& one : page->chats) {
    chats_.note_listed(person.user, one.chat, one.last_message.value_or(WallTime{}));
    chats_.note_read(person.user, one.chat, {one.read_to, now.steady});
    if (one.chat == entry.change.ref.chat) listed = one;
  }
  if (listed) return settled(listed->read_to);
  const bool is_ordered = page->is_ordered && is_newest_first(page->chats, std::nullopt, {});
  const bool is_past =
      is_ordered && !page->chats.empty() &&
      page->chats.back().last_message.value_or(WallTime::max()) < known.message->created;
  const bool is_end = page->next.empty() || is_past;
  if (is_end || ++known.list_pages >= policy_.most_list_pages) return settled(std::nullopt);
  known.list_link = page->next;
  return Wait{now.steady};
}

Resolve::Outcome Resolve::fetch_snippet(const InboxEntry& entry, ResolveKnown& known,
                                        const FetchSnippet& ask, Moment now) {
  const auto admitted =
      admission(ask.reader, PacedRead::part_of(entry.change.ref.chat), known, now);
  if (const auto* instead = std::get_if<Outcome>(&admitted)) return *instead;
  const Secret& token = std::get<Secret>(admitted);
  auto code = through(gate_, now.steady, [&] {
    return files_.hosted_content(token, entry.change.ref, ask.snippet.content,
                                 policy_.most_snippet);
  });
  if (code) {
    known.snippets[ask.snippet.attachment] = std::move(code->bytes);
    return Wait{now.steady};
  }
  const Error& error = code.error();
  const bool may_be_had = is_retryable(error.kind) ? entry.attempts < policy_.most_snippet_tries
                                                   : error.kind == ErrorKind::unauthorized ||
                                                         error.kind == ErrorKind::forbidden;
  if (may_be_had) return read_failed(entry, known, ask.reader, token, error, now);
  known.snippets[ask.snippet.attachment] = std::nullopt;
  return Wait{now.steady};
}

Resolve::Outcome Resolve::read_failed(const InboxEntry& entry, ResolveKnown& known,
                                      const Reader& reader, const Secret& token, const Error& error,
                                      Moment now) {
  // The next reader begins anew: a link is of the one who was given it.
  known.chat_in_parts.reset();
  known.members_link.clear();
  switch (error.kind) {
    case ErrorKind::unauthorized: {
      reject_token(tokens_, reader, token);
      const auto& before = known.unauthorized;
      const bool is_second = std::find(before.begin(), before.end(), reader) != before.end();
      known.unauthorized.push_back(reader);
      if (is_second) known.refused.push_back(reader);
      known.last_refusal = error;
      return Wait{now.steady};
    }
    case ErrorKind::forbidden:
    case ErrorKind::gone:
      // A chat that this reader does not see may be seen by the next one.
      known.refused.push_back(reader);
      known.last_refusal = error;
      return Wait{now.steady};
    case ErrorKind::transient:
    case ErrorKind::throttled:
    case ErrorKind::exhausted:
    case ErrorKind::in_doubt:
      return postpone(entry, error, now);
    case ErrorKind::refused:
    case ErrorKind::damaged:
      return give_up(entry, error, now);
  }
  return give_up(entry, error, now);
}

}  // namespace belfry::sync
