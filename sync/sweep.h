#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sync/agenda.h"
#include "sync/allowance.h"
#include "sync/base/time.h"
#include "sync/chat_book.h"
#include "sync/model/account.h"
#include "sync/model/sweep.h"
#include "sync/policy/backoff.h"
#include "sync/policy/likely_cause.h"
#include "sync/policy/pacer.h"
#include "sync/policy/resolve_need.h"
#include "sync/policy/route_choice.h"
#include "sync/policy/sweep_rules.h"
#include "sync/port/journal.h"
#include "sync/port/random.h"
#include "sync/port/store.h"
#include "sync/port/sweep.h"
#include "sync/port/wakeup.h"
#include "sync/step.h"
#include "sync/tokens.h"
#include "sync/upstream_gate.h"

namespace belfry::sync {

struct SweepPolicy {
  RouteChoice route = RouteChoice::automatic;
  PaymentModel model = PaymentModel::evaluation;
  /// Our own: chats that another hosts are read by their members' tokens, which delta cannot.
  TenantId tenant;
  SweepRules rules;
  /// Tries of one request; then its account or chat has failed for this round.
  int most_tries = 6;
  int most_pages = 200;  ///< of one list; 10,000 entries
  /// Of one chat in memory, so that it is told oldest first although pages come newest first.
  std::size_t most_held = 2000;
  std::size_t most_held_bytes = std::size_t{4} << 20;
  /// Graph, "throttling limits": 30/s for lists of chats, 5/s for each user.
  Duration list_gap = std::chrono::milliseconds{40};
  Duration list_gap_of_user = std::chrono::milliseconds{200};
  /// A link whose route is that much behind the other is dropped: all since then would be read, and
  /// paid for, twice.
  Duration delta_lives = std::chrono::days{1};
  /// Chats that did not move, read for edits and deletions: at least so many in a round, else this
  /// share of those that moved; half of them the latest to be told of, the others by chance.
  std::size_t least_quiet = 10;
  std::size_t quiet_percent = 25;
  Duration quiet_back = std::chrono::days{7};
  std::size_t most_quiet_known = 100'000;  ///< candidates looked at in a round
  /// With more waiting in the inbox nothing is added to it: live messages come first.
  std::uint64_t most_inbox = 10'000;
  Duration inbox_pause = std::chrono::seconds{2};
  RetryPolicy retry;
};

/// One round of sweeps in memory: the accounts that are swept together, so that a chat that several
/// of them share is read once. Everything in here can be lost: a round that is begun anew finds the
/// same, and the inbox knows what it had.
///
///   accounts ─list─▶ chats that moved ─read─▶ INBOX, then cursors
///            ─delta─▶ messages ──────────────▶ INBOX with each page's cursor, then the list for
///                     what other organisations host
///
/// Promises  The watermark of an account moves when all its chats were read, and never before what
///           was found is in the inbox. A chat of several accounts is read by one who is shown all
///           of it. An account that cannot be swept keeps its watermark and
///           holds up no other; one whose cursor is damaged or lies in the future is swept anew, as
///           far back as messages are still posted.
/// Threads   step() from one worker at a time.
/// Source    Graph, "List chats", "List messages in a chat", "chatMessage: delta".
class Sweep {
 public:
  struct Ports {
    SweepStore& store;
    IntakeStore& intake;
    SweepApi& graph;
    Random& random;
    Wakeup& wakeup;
    Journal& journal;
  };
  /// Who else has a hand in it.
  struct Peers {
    Tokens& tokens;
    UpstreamGate& gate;
    Pacer& pacer;
    Agenda& agenda;
    Allowance& allowance;
    ChatBook& chats;
  };
  Sweep(Ports ports, Peers peers, SweepPolicy policy);

  /// A new round begins; what is left of the one before is forgotten.
  void begin(SweepTrigger trigger, const KnownTroubles& troubles, Moment now);
  /// More accounts for the round, from their cursors on. Once all that was added is done.
  struct Wanted {
    std::vector<Account> accounts;
    std::optional<WallTime> since;          ///< from then on, if that is before the watermark
    WallTime fresh_from = WallTime::max();  ///< whose watermark is as new is left out
  };
  Result<> add(const Wanted& wanted, Moment now);

  /// All that was added is done: the caller adds more, or ends the round.
  [[nodiscard]] bool is_done() const;
  /// At most one outside call.
  [[nodiscard]] StepOutcome step(Moment now);
  [[nodiscard]] SweepEnded result(Moment now) const;
  /// Whose watermark stayed, and up to when the others were swept.
  [[nodiscard]] const std::set<MattermostUserId>& failed() const { return failed_; }
  [[nodiscard]] std::optional<WallTime> others_swept_to() const { return others_swept_to_; }

 private:
  /// A sequence of requests with its place, its readers and its failures.
  struct Errand {
    enum class State { waiting, done, failed };
    State state = State::waiting;
    Instant due;
    std::string link;
    int pages = 0;
    std::optional<WallTime> front;     ///< of what stood first when the pages were begun
    std::optional<WallTime> known_to;  ///< read before: only what came to the front since is wanted
    int tries = 0;
    std::vector<Reader> refused;       ///< may not read this, or have done so
    std::vector<Reader> unauthorized;  ///< whose token was void once
    /// Why a reader was refused who may not be another time: an answer that cannot be read, a void
    /// token.
    std::optional<Error> unclear;
    std::optional<Error> why;  ///< failed: the last error
  };
  struct AccountSweep {
    Account account;
    WallTime watermark;
    WallTime since;
    SweepRoute route = SweepRoute::list;
    SweepCursor delta;                           ///< what is held of that route
    WallTime delta_round;                        ///< when the delta round began that was read last
    std::map<ChatId, OldMessages> old_of_delta;  ///< not told of yet
    bool was_resynced = false;
    bool lists_foreign = false;  ///< after delta: the chats that another organisation hosts
    bool list_was_refused = false;
    bool delta_was_refused = false;
    Errand errand;
  };
  struct HeldChange {
    Change change;
    WallTime modified;
  };
  struct ChatSweep {
    SweepWindow window;
    std::vector<std::size_t> accounts;  ///< whose sweep waits for it
    std::vector<ReadTo> read_to;
    // What was found waits for the end of the list, since pages come newest first.
    std::optional<WallTime> read_from;
    std::deque<HeldChange> held;  ///< newest first
    std::size_t held_bytes = 0;
    std::vector<MessageId> old;
    bool is_cut = false;         ///< the newest of what was found did not fit
    bool is_read = false;        ///< only to be stored yet
    bool is_foreign = false;     ///< another organisation hosts it: the app does not see it
    bool was_told_all = false;   ///< read by the app, to whom nothing is hidden
    bool was_told_some = false;  ///< read by a member, who may have come after the others
    std::optional<Error> unclear_to_app;
    std::optional<Error> unreached;
    Errand errand;
  };
  /// A chat that did not move and may be read for its edits.
  struct QuietChat {
    ChatId chat;
    std::uint64_t told = 0;  ///< creation_order() of the newest message that somebody was told of
    std::vector<std::size_t> accounts;
  };

  // One request each; the state of the errand tells what came of it.
  StepOutcome list(std::size_t index, Moment now);
  StepOutcome read(const ChatId& chat, ChatSweep& sweep, Moment now);
  StepOutcome follow_delta(AccountSweep& sweep, Moment now);
  StepOutcome delta_failed(AccountSweep& sweep, const Secret& bearer, const Error& error,
                           Moment now);

  Result<std::vector<SweepCursor>> sound_cursors(const Account& account, Moment now);
  void note_swept(WallTime watermark);
  void note_failed(const AccountSweep& sweep);
  void keep_listed(const ChatListPage& page, std::size_t index);
  void want(const ChatId& chat, const SweepWindow& window, std::size_t index);
  Result<> add_quiet_chats(Moment now);
  Result<std::vector<QuietChat>> quiet_chats();
  /// False: what follows is older than what is wanted.
  bool keep_found(ChatSweep& sweep, const MessagePage& page, Moment now) const;
  static void forget_found(ChatSweep& sweep);
  /// Stores it, oldest first; what did not fit into memory is then read again.
  StepOutcome finish_reading(const ChatId& chat, ChatSweep& sweep, Moment now);
  Result<> keep_delta(AccountSweep& sweep, const DeltaPage& page, Moment now);
  Result<> sum_up_delta(AccountSweep& sweep, Moment now);
  Result<> store_found(std::span<const Change> changes, std::span<const OldMessages> old,
                       std::span<const SweepCursor> moves, Moment now);
  StepOutcome finish_accounts(Moment now);

  /// through() the door, but that Graph wants fewer sweeps closes it to nobody else: where all are
  /// meant, others are told so themselves.
  template <class Call>
  auto asked(Moment now, Call&& call) {
    auto result = call();
    const bool is_throttled = !result && result.error().kind == ErrorKind::throttled;
    gate_.told(result || is_throttled ? nullptr : &result.error(), now.steady);
    if (is_throttled) pause_until_ = now.steady + pause_after(result.error());
    return result;
  }
  [[nodiscard]] Duration pause_after(const Error& throttled) const;
  /// Of the accounts, then the app itself; none: all were refused.
  [[nodiscard]] std::optional<Reader> next_reader(const std::vector<std::size_t>& accounts,
                                                  const Errand& errand) const;
  /// Members are shown nothing of what was written before they came, where Teams hides it.
  [[nodiscard]] bool asks_app_first(const ChatSweep& sweep) const;
  [[nodiscard]] std::optional<Reader> next_reader(const ChatSweep& sweep) const;
  StepOutcome failed(Errand& errand, const Error& error, Moment now);
  StepOutcome failed_as(Errand& errand, const Reader& reader, const Secret& token,
                        const Error& error, Moment now);
  StepOutcome try_again(Errand& errand, Instant at, Moment now);
  StepOutcome store_failed(const char* where, const Error& error, Moment now);
  void try_other_route(AccountSweep& sweep, const Error& why);
  static void give_up(Errand& errand, const Error& why);

  SweepStore& store_;
  IntakeStore& intake_;
  SweepApi& graph_;
  Random& random_;
  Wakeup& wakeup_;
  Journal& journal_;
  Tokens& tokens_;
  UpstreamGate& gate_;
  Pacer& pacer_;
  Agenda& agenda_;
  Allowance& allowance_;
  ChatBook& book_;
  const SweepPolicy policy_;

  SweepEnded result_;
  KnownTroubles troubles_;
  Moment began_{};
  std::vector<AccountSweep> accounts_;
  std::map<ChatId, ChatSweep> chats_;
  std::map<ChatId, SweepWindow> read_before_;  ///< in this round, for accounts that are done
  std::set<MattermostUserId> failed_;
  std::optional<WallTime> others_swept_to_;
  bool quiet_was_added_ = false;
  Instant list_not_before_;
  Instant pause_until_;  ///< Graph asked for it
};

}  // namespace belfry::sync
