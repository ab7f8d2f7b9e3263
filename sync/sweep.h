#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "sync/agenda.h"
#include "sync/allowance.h"
#include "sync/base/time.h"
#include "sync/chat_book.h"
#include "sync/chat_reading.h"
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
#include "sync/server_time.h"
#include "sync/step.h"
#include "sync/sweep_request.h"
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
  /// How long one request waits in all for its tries, or for a token that somebody else may be
  /// refreshing: no chat is read before the lists, so that everybody waits for the slowest. Who
  /// fails is swept again soon.
  Duration patience = std::chrono::minutes{2};
  int most_pages = 200;  ///< of one list of chats; 10,000 entries
  /// Of one list of messages, one after the other, that come no further back: 50,000 messages where
  /// the list is in no order.
  int most_message_pages = 1000;
  /// Rounds in which a chat that stands in somebody's own list may be refused to everybody, before
  /// it counts as one that cannot be read.
  int most_refused_rounds = 3;
  std::size_t most_refused_chats = 10'000;  ///< of which that is remembered
  /// Of one chat in memory, so that it is told oldest first although pages come newest first.
  std::size_t most_held = 2000;
  std::size_t most_held_bytes = std::size_t{4} << 20;
  std::size_t most_old_held = 50'000;  ///< of one chat, for one summary
  /// A link whose route is that much behind the other is dropped: all since then would be read, and
  /// paid for, twice.
  Duration delta_lives = std::chrono::days{1};
  /// Chats that did not move, read for edits and deletions: at least so many in a round, else this
  /// share of its lists and of the chats that moved. A quarter of them are the latest to be told
  /// of, half come in turn from all that somebody was told of, the rest from all that are known.
  std::size_t least_quiet = 20;
  std::size_t quiet_percent = 25;
  /// How far back the latest are read, and all of them in the first turn.
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
///            quiet chats, in turn ─read─▶ INBOX, then how far the turn has come
///
/// Promises  The watermark of an account moves when all its chats were read, and never before what
///           was found is in the inbox. A chat of several accounts is read by one who is shown all
///           of it. An account that cannot be swept keeps its watermark and
///           holds up no other; one whose cursor is damaged or lies in the future is swept anew, as
///           far back as what was seen is remembered. Every chat that somebody was told of, or
///           that a webhook ever named for an account, has its turn within a bounded number of
///           rounds of all. The order of a list is not believed before it was seen.
/// Threads   step() from one worker at a time.
/// Source    Graph, "List chats", "List messages in a chat", "chatMessage: delta".
class Sweep {
 public:
  struct Ports {
    SweepStore& store;
    IntakeStore& intake;
    AccountStore& accounts;
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
    const ServerTime& server_time;
  };
  Sweep(Ports ports, Peers peers, SweepPolicy policy);
  /// `announced_since` tells from when on a subscription that is in force announces what is written
  /// in a chat; none: nobody promised any webhook for it. Set before the first step.
  void ask_since_when_announced(
      std::function<std::optional<WallTime>(const ChatId&, WallTime)> announced_since) {
    announced_since_ = std::move(announced_since);
  }

  /// A new round begins; what is left of the one before is forgotten.
  void begin(SweepTrigger trigger, const KnownTroubles& troubles, Moment now);
  enum class Scope { some, all };
  /// More accounts for the round, from their cursors on. Once all that was added is done.
  struct Wanted {
    Scope scope = Scope::all;  ///< of the round: quiet chats have their turn in rounds of all
    std::vector<Account> accounts;
    bool more_follow = false;  ///< of the same round
    /// Everybody was swept up to then, but who is tried again: who is in a chat may not be known
    /// yet.
    std::optional<WallTime> others_swept_to;
    std::vector<ChatId> chats;  ///< by themselves, from where everybody in them was swept to
    SweepSince since;
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
    enum class State {
      waiting,
      done,
      failed,
      ended  ///< nobody wants it any more: the account was disconnected meanwhile
    };
    State state = State::waiting;
    Instant due;
    std::optional<Instant> awaits_token_since;
    std::string link;
    int pages = 0;
    std::optional<WallTime> front;     ///< of what stood first when the pages were begun
    std::optional<WallTime> known_to;  ///< read before: only what came to the front since is wanted
    std::optional<WallTime> last;      ///< of what stood last on the page before
    bool has_no_order = false;         ///< nothing that follows is known to be older
    bool brought_more = true;          ///< chats that were not known to have moved; at first all
    bool has_stopped_early = false;    ///< what followed was older, if the list was in order
    int tries = 0;
    Duration waited{};                 ///< for those tries
    std::vector<Reader> refused;       ///< may not read this, or have done so
    std::vector<Reader> unauthorized;  ///< whose token was void once
    /// Why a reader was refused who may not be another time: an answer that cannot be read, a void
    /// token.
    std::optional<Error> unclear;
    std::optional<Error> unclear_to_app;  ///< the same of the app, where it was asked first
    std::optional<Error> why;             ///< failed: the last error

    void succeeded() {
      tries = 0;
      waited = Duration{0};
    }
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
  struct ChatSweep {
    SweepWindow window;
    std::vector<std::size_t> accounts;     ///< whose sweep waits for it
    std::vector<MattermostUserId> people;  ///< who may read it
    std::optional<ChatReading> reading;    ///< by the present reader; none before it begins
    std::optional<WallTime> members_changed;
    bool is_read = false;           ///< only to be stored yet
    bool is_by_itself = false;      ///< no account's sweep found it: its people's look again
    bool is_foreign = false;        ///< another organisation hosts it: the app does not see it
    std::optional<bool> is_shared;  ///< is_shared(); none: not looked up yet
    bool was_told_all = false;      ///< read by the app, to whom nothing is hidden
    bool was_told_some = false;     ///< read by a member, who may have come after the others
    std::optional<Error> unreached;
    Errand errand;
  };
  /// A chat that may be read though it did not move.
  struct QuietChat {
    ChatId chat;
    std::uint64_t told = 0;  ///< creation_order() of the newest message that somebody was told of
    std::vector<MattermostUserId> people;  ///< of ours who may read it
  };
  /// Those of some people who are connected, and when the first of them was.
  struct Connected {
    std::vector<MattermostUserId> people;
    WallTime since = WallTime::max();
  };
  /// A part of a turn, stored when its chats were read.
  struct TakenTurn {
    QuietKind kind = QuietKind::told;
    QuietTurn turn;
    bool is_over = false;
    std::vector<ChatId> chats;
  };

  /// The search for quiet chats.
  struct QuietSearch {
    std::size_t most = 0;  ///< that may be added in all
    std::size_t added = 0;
    std::size_t looked_at = 0;  ///< of one kind
    // The latest to be told of, of those who were listed.
    std::size_t most_latest = 0;
    std::map<MattermostUserId, WallTime> since;
    std::vector<QuietChat> latest;
    ChatId after;
    bool are_latest_added = false;
    // Then those whose turn it is.
    std::deque<QuietKind> kinds;
    std::optional<TakenTurn> taken;
    std::size_t room = 0;
  };

  /// Whose token serves next.
  struct Asker {
    Reader reader;
    Secret token;
  };
  struct NobodyMay {};
  /// The step's outcome: the token has to be waited for, or another reader is next.
  using NextAsker = std::variant<Asker, NobodyMay, StepOutcome>;

  // One request each; the state of the errand tells what came of it.
  StepOutcome list(std::size_t index, Moment now);
  StepOutcome read(const ChatId& chat, ChatSweep& sweep, Moment now);
  StepOutcome follow_delta(AccountSweep& sweep, Moment now);
  Result<> settle_failed(const Reservation& reserved, const Error& error, Moment now);
  StepOutcome delta_failed(AccountSweep& sweep, const Secret& bearer, const Error& error,
                           Moment now);

  Result<> add_chat(const ChatId& chat, std::optional<WallTime> others_swept_to, Moment now);
  Result<std::vector<SweepCursor>> sound_cursors(const Account& account, Moment now);
  /// When the round began, as the messages tell the time: whose lists were read is swept up to
  /// then. To be asked after the first answer, which tells Graph's time.
  [[nodiscard]] WallTime swept_to(Moment now);
  void note_swept(WallTime watermark);
  void note_failed(const AccountSweep& sweep);
  StepOutcome nobody_lists(AccountSweep& sweep, Moment now);
  void keep_listed(const ChatListPage& page, const Reader& reader, std::size_t index, Moment now);
  [[nodiscard]] bool is_in_order(const ChatListPage& page, const Errand& errand) const;
  /// Lists that were left before their end, because they seemed to be in order.
  void read_lists_to_their_end();
  /// True: it was not known that this account's chat moved.
  bool want(const ChatId& chat, const SweepWindow& window, std::size_t index);
  /// The chat's sweep, or none where this round has read as much before. True: it is new.
  std::pair<ChatSweep*, bool> place_for(const ChatId& chat, const SweepWindow& window);

  /// A page of the store at a time; true: all that are to be read are added.
  Result<bool> look_for_quiet_chats(Moment now);
  [[nodiscard]] std::optional<QuietSearch> quiet_search() const;
  Result<> look_for_latest(QuietSearch& search, Moment now);
  void add_latest(QuietSearch& search, Moment now);
  Result<> take_turn(QuietSearch& search, Moment now);
  Result<TakenTurn> turn_of(QuietKind kind, Moment now);
  /// A page of candidates of that kind; empty: there are no more.
  Result<std::vector<QuietChat>> quiet_chats(QuietKind kind, const ChatId& after);
  Result<std::vector<MattermostUserId>> accounts_among(const std::vector<Member>& members);
  Result<Connected> connected_among(const std::vector<MattermostUserId>& people);
  void keep_turns();
  /// False: what follows is older than what is wanted.
  bool keep_found(ChatSweep& sweep, const MessagePage& page, Moment now) const;
  void begin_reading(ChatSweep& sweep, WallTime since) const;
  StepOutcome nobody_reads(const ChatId& chat, ChatSweep& sweep, Moment now);
  /// Stores it, oldest first; what did not fit into memory is then read in parts.
  StepOutcome finish_reading(const ChatId& chat, ChatSweep& sweep, Moment now);
  Result<> store_read(const ChatId& chat, const ChatReading& reading,
                      const MattermostUserId& shown_to, Moment now);
  Result<> keep_delta(AccountSweep& sweep, const DeltaPage& page, Moment now);
  Result<> sum_up_delta(AccountSweep& sweep, Moment now);
  Result<> store_found(std::vector<Change> changes, std::span<const OldMessages> old,
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
  /// The first of `readers` who was not refused; an app before others has none to wait for.
  NextAsker next_asker(const std::vector<Reader>& readers, Errand& errand, Moment now);
  [[nodiscard]] static std::optional<Reader> first_left(const std::vector<Reader>& readers,
                                                        const Errand& errand);
  /// Members are shown nothing of what was written before they came, where Teams hides it.
  [[nodiscard]] static bool asks_app_first(const ChatSweep& sweep);
  /// Whether others of ours may be in it as well, perhaps of a later part of the round.
  Result<bool> is_shared(const ChatId& chat, const ChatSweep& sweep);
  [[nodiscard]] static std::vector<Reader> readers_of(const ChatSweep& sweep);
  static void add_people(ChatSweep& sweep, const std::vector<MattermostUserId>& people);
  /// `chat` empty: of delta, which is no single chat's.
  void tell_unreadable(const ChatId& chat, std::size_t entries);
  [[nodiscard]] MessageReconciled event_of(const MessageRef& ref, WallTime now) const;
  StepOutcome failed(Errand& errand, const Error& error, Moment now);
  StepOutcome failed_as(Errand& errand, const Reader& reader, const Secret& token,
                        const Error& error, Moment now);
  StepOutcome try_again(Errand& errand, Duration delay, Moment now) const;
  StepOutcome await_token(Errand& errand, Instant at, Moment now) const;
  [[nodiscard]] bool has_left(const Account& account);
  StepOutcome store_failed(const char* where, const Error& error, Moment now);
  void try_other_route(AccountSweep& sweep, const Error& why);
  static void give_up(Errand& errand, const Error& why);

  SweepStore& store_;
  IntakeStore& intake_;
  AccountStore& account_store_;
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
  const ServerTime& server_time_;
  const SweepPolicy policy_;
  std::function<std::optional<WallTime>(const ChatId&, WallTime)> announced_since_ =
      [](const ChatId&, WallTime) { return WallTime::min(); };

  SweepEnded result_;
  KnownTroubles troubles_;
  Instant began_;
  std::optional<WallTime> swept_to_;
  std::vector<AccountSweep> accounts_;
  std::map<ChatId, ChatSweep> chats_;
  std::map<ChatId, SweepWindow> read_before_;  ///< in this round, for accounts that are done
  std::set<MattermostUserId> failed_;
  std::optional<WallTime> others_swept_to_;
  bool quiet_was_added_ = false;
  std::optional<QuietSearch> quiet_search_;
  Scope scope_ = Scope::all;
  bool is_in_parts_ = false;           ///< not all accounts of the round are added at once
  std::vector<TakenTurn> turns_;       ///< of the chats that are being read
  std::set<QuietKind> turned_around_;  ///< in this round: once is enough
  /// Graph was asked for an order and gave none: for the rest of the round all pages are read.
  bool lists_have_no_order_ = false;
  std::map<ChatId, int> refused_rounds_;  ///< of chats that stand in somebody's own list
  Instant pause_until_;                   ///< Graph asked for it
};

}  // namespace belfry::sync
