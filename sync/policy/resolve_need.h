#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "sync/base/result.h"
#include "sync/model/account.h"
#include "sync/model/change.h"
#include "sync/model/chat.h"
#include "sync/model/delivery.h"
#include "sync/model/message.h"
#include "sync/plan_files.h"
#include "sync/port/graph.h"
#include "sync/port/journal.h"

namespace belfry::sync {

/// With whose token Graph is asked: a connected member's, or the app's own (empty user).
struct Reader {
  MattermostUserId user;

  [[nodiscard]] bool is_app() const { return user.empty(); }
  friend bool operator==(const Reader&, const Reader&) = default;
};

/// What is known so far of one inbox entry. Lives in memory only; a restart begins anew.
struct ResolveKnown {
  // from the entry
  bool resource_is_closed = false;  ///< content that came along cannot be opened: read by GET
  bool is_forged = false;           ///< a validation token was refused
  std::optional<Message> message;
  bool message_is_gone = false;  ///< 404
  /// 404 to a member, from whom Teams may hide what was written before that member came.
  bool is_missing_to_some = false;
  /// Content that came along and hides the text, but may be outdated: for a message that nobody may
  /// read.
  std::optional<Message> announced;

  // from the store
  bool store_was_asked = false;
  std::optional<Chat> chat;       ///< fresh enough to be believed
  std::vector<Account> accounts;  ///< created: of the chat's members; else: of those who were told
                                  ///< or are about to be
  std::vector<Reader> witnesses;  ///< are known to have the chat, members or not by now
  bool is_concern_certain = false;  ///< a one-to-one chat: its two people never change
  bool was_withdrawn = false;       ///< see PlanStore::was_withdrawn; later changes only
  /// Whose post shows the deletion, and since when in Teams' time.
  std::map<MattermostUserId, WallTime> deleted_for;
  std::set<MattermostUserId> buried;  ///< whose post lies in the dead letters

  // from Graph
  bool chat_was_fetched = false;
  /// A large chat whose members are being read, page by page.
  std::optional<Chat> chat_in_parts;
  std::string members_link;
  int member_pages = 0;
  std::optional<std::vector<Presence>> presence;
  /// Up to where people have read the chat in Teams; none: it cannot be known.
  std::map<MattermostUserId, std::optional<WallTime>> read_to;
  std::string list_link;  ///< of the list in which somebody's mark is being looked for
  int list_pages = 0;
  bool list_was_unauthorized = false;
  /// Code of snippets, by attachment; none: it cannot be had, and is carried or named instead.
  std::map<std::string, std::optional<Content>> snippets;
  std::vector<Reader> refused;       ///< whose token did not help
  std::vector<Reader> unauthorized;  ///< whose token was void once and was replaced
  std::optional<Error> last_refusal;
};

struct ResolveRules {
  bool skip_active = true;
  bool announce_deletions = true;  ///< false: `deliver.on_delete = "ignore"`
};

/// What has to be done next for an entry.
struct OpenResource {};
struct FetchMessage {
  Reader reader;
};
struct FetchChat {
  Reader reader;
};
struct FetchPresence {
  std::vector<TeamsUserId> users;
};
struct FetchReadMark {
  Account person;
};
struct FetchSnippet {
  Reader reader;
  Snippet snippet;
};
struct Ready {
  ChangeKind kind = ChangeKind::created;
  std::vector<Account> told;
  std::vector<std::pair<MattermostUserId, SkipReason>> skipped;
};
struct Drop {
  ChangeResult result = ChangeResult::nobody;
  std::vector<std::pair<MattermostUserId, SkipReason>> skipped;
};
struct GiveUp {
  Error why;
};
using ResolveNeed = std::variant<OpenResource, FetchMessage, FetchChat, FetchPresence,
                                 FetchReadMark, FetchSnippet, Ready, Drop, GiveUp>;

/// Whether an edit or a deletion has to be read by GET though its content came along: content that
/// hides a text, or may show one that was hidden since. What a sweep found it has just read, and
/// finds again and again.
[[nodiscard]] bool may_be_outdated(const InboxEntry& entry, const Message& content,
                                   const ResolveKnown& known);

/// Decides from values alone. `known` has to hold what the store tells (chat, accounts) before it
/// is asked.
///
/// A change of a chat itself asks for the chat, and that is all.
/// Edits and deletions of what nobody was told of end here without a request; so does a one-to-one
/// chat that names two people without an account. A basic notification asks for the chat first,
/// since most chats of a company concern nobody; a rich one is opened first, since opening costs no
/// request and a membership event must be seen. A message whose text was hidden once is told as it
/// is now, whatever was announced of it: its deletion may have been undone. What a sweep found is
/// not told to whom has read it in Teams, which each person's own list of chats tells: asked for
/// last, of those who are left.
[[nodiscard]] ResolveNeed next_need(const Change& change, const ResolveKnown& known,
                                    const ResolveRules& rules);

}  // namespace belfry::sync
