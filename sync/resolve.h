#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <unordered_map>
#include <variant>
#include <vector>

#include "sync/agenda.h"
#include "sync/base/mutex.h"
#include "sync/base/time.h"
#include "sync/chat_book.h"
#include "sync/model/account.h"
#include "sync/model/change.h"
#include "sync/model/chat.h"
#include "sync/model/message.h"
#include "sync/plan.h"
#include "sync/policy/backoff.h"
#include "sync/policy/pacer.h"
#include "sync/policy/resolve_need.h"
#include "sync/port/files.h"
#include "sync/port/graph.h"
#include "sync/port/journal.h"
#include "sync/port/random.h"
#include "sync/port/resource.h"
#include "sync/port/signer.h"
#include "sync/port/store.h"
#include "sync/port/sweep.h"
#include "sync/port/wakeup.h"
#include "sync/presence_cache.h"
#include "sync/signing_key_upkeep.h"
#include "sync/tokens.h"
#include "sync/upstream_gate.h"

namespace belfry::sync {

struct ResolvePolicy {
  RetryPolicy retry;
  ResolveRules rules;
  PlanPolicy plan;
  SigningKeyPolicy keys;
  /// How long the members of a chat are believed.
  Duration chat_lives = std::chrono::minutes{15};
  /// The same for a chat without any connected account: here a new member would be missed, there
  /// only named wrongly.
  Duration empty_chat_lives = std::chrono::minutes{5};
  int most_member_pages = 200;  ///< of one chat; a list that goes on longer is a mistake
  /// Bytes of a code snippet that is shown in the text; a larger one is carried as a file.
  std::size_t most_snippet = std::size_t{8} << 10;
  /// Failures of an entry after which its snippets are no longer waited for.
  int most_snippet_tries = 3;
  /// How long it is believed that somebody has not read a message.
  Duration read_mark_lives = std::chrono::minutes{15};
  /// Of a person's list of chats, in which a chat that just moved stands near the front.
  int most_list_pages = 20;
  /// Failures of an entry after which a person counts as one who has not read it.
  int most_read_mark_tries = 3;
  /// Failures of an entry after which what is not there is believed to be gone.
  int most_missing_tries = 3;
  /// After the store failed.
  Duration store_pause = std::chrono::seconds{1};
};

/// Turns an inbox entry into its deliveries: learns the full message, its chat and who is away, one
/// request a step, then replaces the entry by one outbox entry for each recipient.
///
/// Promises  What cannot be read is dead with its reason, what is forged is refused and forgotten.
/// Nothing of a chat
///           without a connected account is kept.
/// Threads   step() from any worker; the agenda gives an entry to one of them at a time.
/// Errors    None leave this class.
/// Source    Graph, "Get chatMessage", "Get chat", "change notifications with resource data".
class Resolve {
 public:
  /// The outside world as this stage sees it.
  struct Ports {
    PlanStore& store;
    AccountStore& accounts;
    GraphApi& graph;
    SweepApi& chat_lists;
    FileSource& files;
    ResourceOpener& resources;
    const Signer& signer;
    Random& random;
    Wakeup& wakeup;
    Journal& journal;
  };
  Resolve(Ports ports, ChatBook& chats, Tokens& tokens, UpstreamGate& gate, Agenda& agenda,
          ResolvePolicy policy = {});

  /// At most one outside call for an entry that the caller claimed; releases it to the agenda.
  void step(const InboxEntry& entry, Moment now);

  /// Shared by all who read Teams.
  [[nodiscard]] Pacer& pacer() { return pacer_; }

  /// Reads Microsoft's signing keys again once they are old; at most one outside call.
  [[nodiscard]] StepOutcome renew_keys(Moment now) { return keys_.step(now); }

  /// The server's MaxPostSize; until it is told, the smallest that any server has. From any thread.
  void limit_posts(std::size_t max_runes) { max_post_runes_ = max_runes; }

 private:
  /// The entry is released again ...
  struct Finished {};  ///< ... and gone
  struct Wait {
    Instant until;
  };  ///< ... and asked again then
  struct Postponed {
    InboxEntry changed;
  };  ///< ... after a failure that was stored
  using Outcome = std::variant<Finished, Wait, Postponed>;

  Outcome advance(const InboxEntry& entry, ResolveKnown& known, Moment now);
  /// What the store knows: the cached chat and the accounts that the change concerns.
  Result<> look_up(const Change& change, ResolveKnown& known, Moment now);
  Result<std::vector<Account>> accounts_of(const std::vector<TeamsUserId>& people);
  /// Whom a later change concerns, and what they were told.
  Result<> look_up_told(const Change& change, ResolveKnown& known);

  void distrust(const InboxEntry& entry, ResolveKnown& known);
  void open_resource(const InboxEntry& entry, ResolveKnown& known);
  /// What cannot be read, or may be outdated, is read by GET.
  void keep_message(const InboxEntry& entry, Result<Message> message, ResolveKnown& known);
  Outcome fetch_keys(const InboxEntry& entry, ResolveKnown& known, Moment now);
  Outcome fetch_message(const InboxEntry& entry, ResolveKnown& known, const Reader& reader,
                        Moment now);
  Outcome fetch_chat(const InboxEntry& entry, ResolveKnown& known, const Reader& reader,
                     Moment now);
  Outcome fetch_members(const InboxEntry& entry, ResolveKnown& known, const Reader& reader,
                        Moment now);
  Outcome keep_chat(const InboxEntry& entry, ResolveKnown& known, Chat chat, Moment now);
  Outcome fetch_presence(ResolveKnown& known, const std::vector<TeamsUserId>& users, Moment now);
  /// Fills in what the chat book knows: true when that is enough.
  bool knows_read_mark(const Change& change, ResolveKnown& known, const Account& person,
                       Moment now) const;
  Outcome fetch_read_mark(const InboxEntry& entry, ResolveKnown& known, const Account& person,
                          Moment now);
  Outcome fetch_snippet(const InboxEntry& entry, ResolveKnown& known, const FetchSnippet& ask,
                        Moment now);

  /// The reader's token, or what to do instead of the call.
  std::variant<Secret, Outcome> token_of(const Reader& reader, ResolveKnown& known, Moment now);
  /// The token when the call may be made now: the reader's token is there, the door is open and
  /// `read` has a place.
  std::variant<Secret, Outcome> admission(const Reader& reader, const PacedRead& read,
                                          ResolveKnown& known, Moment now);
  Outcome read_failed(const InboxEntry& entry, ResolveKnown& known, const Reader& reader,
                      const Secret& token, const Error& error, Moment now);

  /// Content that came along with an announcement may be older than an edit or a deletion that came
  /// before it: then, by GET.
  Result<bool> is_outdated(const InboxEntry& entry, const ResolveKnown& known);
  Outcome plan(const InboxEntry& entry, ResolveKnown& known, const Ready& ready, Moment now);
  Outcome drop(const InboxEntry& entry, ResolveKnown& known, const Drop& drop, Moment now);
  /// Whoever was in the chat, as far as was known, may have been too few.
  [[nodiscard]] bool has_new_witnesses(const InboxEntry& entry, const ResolveKnown& known) const;
  void note_chat(const InboxEntry& entry, const ResolveKnown& known, Moment now);
  Outcome refuse(const InboxEntry& entry, ChangeResult result, Moment now);
  Outcome give_up(const InboxEntry& entry, const Error& error, Moment now);
  Outcome postpone(const InboxEntry& entry, const Error& error, Moment now);
  Outcome store_failed(const char* where, const Error& error, Moment now);
  void tell(const InboxEntry& entry, ChangeResult result, std::size_t recipients);
  void tell_skipped(const InboxEntry& entry,
                    const std::vector<std::pair<MattermostUserId, SkipReason>>& skipped);
  ResolveKnown& known_of(Sequence sequence);
  void forget(Sequence sequence);

  PlanStore& store_;
  AccountStore& accounts_;
  GraphApi& graph_;
  SweepApi& chat_lists_;
  FileSource& files_;
  ResourceOpener& resources_;
  const Signer& signer_;
  Random& random_;
  Wakeup& wakeup_;
  Journal& journal_;
  ChatBook& chats_;
  Tokens& tokens_;
  UpstreamGate& gate_;
  Agenda& agenda_;
  const ResolvePolicy policy_;
  SigningKeyUpkeep keys_;
  Pacer pacer_;
  PresenceCache presence_;
  std::atomic<std::size_t> max_post_runes_;
  Mutex mutex_;
  /// An element belongs to the worker that holds its entry; the map itself to mutex_.
  std::unordered_map<std::uint64_t, std::unique_ptr<ResolveKnown>> known_ GUARDED_BY(mutex_);
};

}  // namespace belfry::sync
