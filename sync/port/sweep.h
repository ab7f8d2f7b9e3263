#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sync/base/id.h"
#include "sync/base/result.h"
#include "sync/base/secret.h"
#include "sync/base/time.h"
#include "sync/model/allowance.h"
#include "sync/model/change.h"
#include "sync/model/chat.h"
#include "sync/model/message.h"
#include "sync/model/sweep.h"

/// What the reconciler asks of the store and of Graph. Errors and threads as in sync/port/store.h
/// and sync/port/graph.h.
namespace belfry::sync {

/// What became of the changes that a sweep found.
struct FoundCount {
  std::vector<MessageRef> stored;  ///< `created` ones that nobody had announced
  std::size_t known = 0;
  std::vector<MessageRef> summed_up;  ///< old messages that a summary speaks of
};

/// Who was told, last of all, of a message in a chat: one of those, where there were several.
struct NewestDelivery {
  MessageRef ref;
  MattermostUserId recipient;
};

class SweepStore {
 public:
  virtual ~SweepStore() = default;

  /// Of all routes that the account was swept by. They go with the account, and when it is linked
  /// to another Teams user.
  virtual Result<std::vector<SweepCursor>> cursors(const MattermostUserId& account) = 0;

  /// Found changes and the moved cursors in one synced batch, so that a cursor can never be ahead
  /// of the inbox. Dedupe is that of IntakeStore::accept. Of `old`, those not seen before become
  /// one `summary` change a chat (named by the newest of them) and count as seen from now on. All
  /// may be empty. The cursor of an account that is gone is not stored.
  virtual Result<FoundCount> accept_found(std::span<const Change> changes,
                                          std::span<const OldMessages> old,
                                          std::span<const SweepCursor> moves, WallTime now) = 0;

  /// Chats that are known with their members, in order of id, those after `after`, at most `most`:
  /// a webhook or a sweep named each of them for somebody.
  virtual Result<std::vector<Chat>> known_chats(const ChatId& after, std::size_t most) = 0;

  /// As PlanStore's.
  virtual Result<> distrust_chat(const ChatId& chat, WallTime when) = 0;

  /// The newest delivery in each chat with deliveries (35 days), in order of chat, those after
  /// `after`, at most `most`; walks from chat to chat, not over all deliveries.
  virtual Result<std::vector<NewestDelivery>> delivered_chats(const ChatId& after,
                                                              std::size_t most) = 0;

  /// None before the first turn.
  virtual Result<std::optional<QuietTurn>> quiet_turn(QuietKind kind) = 0;
  /// Not synced: forgetting it means to read some chats again.
  virtual Result<> keep_quiet_turn(QuietKind kind, const QuietTurn& turn) = 0;

  /// After an incident everybody has to be swept; true until that is done, restarts included.
  virtual Result<bool> sweep_is_owed() = 0;
  virtual Result<> owe_sweep() = 0;     ///< synced
  virtual Result<> settle_sweep() = 0;  ///< not synced: swept twice does no harm

  virtual Result<std::optional<TrafficProfile>> traffic() = 0;
  virtual Result<> keep_traffic(const TrafficProfile& profile) = 0;  ///< not synced
};

/// The metered messages of each month. What is reserved counts as spent until it is settled, so a
/// crash in between leaves it spent: never over the cap. Webhook messages are counted by
/// IntakeStore::accept (Change::metered_by), in the same batch.
class AllowanceStore {
 public:
  virtual ~AllowanceStore() = default;

  /// None when fewer than `least` are left below `ceiling` in the month of `at`, or the bucket is
  /// closed then; else as many as are left, at most `most`. Two at once never get more than there
  /// is. Synced.
  virtual Result<std::optional<Reservation>> reserve(Bucket bucket, std::uint64_t least,
                                                     std::uint64_t most, std::uint64_t ceiling,
                                                     WallTime at) = 0;
  /// `spent` replaces what was reserved, in the month of the reservation; it may be more. Once for
  /// each reservation. Synced.
  virtual Result<> settle(const Reservation& reservation, std::uint64_t spent) = 0;
  /// A 402 came: of this month nothing more is reserved until the closing ends. Synced.
  virtual Result<> close_bucket(Bucket bucket, Month month, const Closing& closing) = 0;
  /// `percent` is warned of now. False: it was, or more, before. Synced.
  virtual Result<bool> mark_warned(Bucket bucket, Month month, int percent) = 0;
  /// All administrators were written to about `percent`. Synced.
  virtual Result<> mark_told(Bucket bucket, Month month, int percent) = 0;
  /// Zero where nothing was spent.
  virtual Result<Spending> spending(Bucket bucket, Month month) = 0;
};

/// One of a user's chats, as the list of chats tells it.
struct ListedChat {
  ChatId chat;
  Chat::Type type = Chat::Type::other;
  std::optional<WallTime> last_message;  ///< creation of the newest; edits do not move it
  std::optional<WallTime> read_to;       ///< up to there the token's user has read; own token only
  TenantId tenant{};                     ///< whose organisation hosts it; empty: not told
};

struct ChatListPage {
  std::vector<ListedChat> chats;
  std::string next;  ///< the link to the next page; empty: this was the last
  /// By newest message, newest first. Else all pages have to be read.
  bool is_ordered = true;
};

/// A message as a list brought it, with the JSON that it was read from.
struct FoundMessage {
  Message message;
  Content json;
};

/// Messages by their last change: after the one time and before the other, where that is named.
struct ChangedBetween {
  WallTime after;
  std::optional<WallTime> before{};
};

struct MessagePage {
  std::vector<FoundMessage> messages;  ///< by last change, newest first; perhaps older than asked
  std::string next;
  std::size_t unreadable = 0;  ///< entries that are no message
};

struct DeltaPage {
  std::vector<FoundMessage> messages;  ///< in no order; some may come again
  std::string link;                    ///< the next page's, or at the end of the round the delta's
  bool is_round_over = false;
  std::size_t unreadable = 0;  ///< entries that are no message: paid for all the same
};

/// Error::code of an `exhausted`, where Graph's words tell which it is; see Refusal.
inline constexpr const char* k_capacity_used_up = "capacityusedup";
inline constexpr const char* k_billing_missing = "billingmissing";
inline constexpr const char* k_licence_missing = "licencemissing";

/// Graph's reading routes. Each call is one request. Errors as GraphApi's; `exhausted` (402, with
/// one of the codes above) and `gone` (410, or a code that says so: the link is void) for delta.
/// Source: Graph, "List chats", "List messages in a chat", "chatMessage: delta".
class SweepApi {
 public:
  virtual ~SweepApi() = default;
  /// `link` empty: the first page.
  virtual Result<ChatListPage> chat_list(const Secret& bearer, const TeamsUserId& user,
                                         const std::string& link) = 0;
  /// What changed then. Graph ignores filters that it does not like, and some clouds have none: the
  /// caller looks at the times again.
  virtual Result<MessagePage> messages_since(const Secret& bearer, const ChatId& chat,
                                             const ChangedBetween& wanted,
                                             const std::string& link) = 0;
  /// App-only. `link` empty: a fresh start from `since`. At most `k_delta_page` messages. Leaves
  /// once at most. `transient` and `refused` without a status (no answer, or one that cannot be
  /// read) may have cost what an answer costs.
  virtual Result<DeltaPage> delta(const Secret& bearer, const TeamsUserId& user, WallTime since,
                                  const std::string& link) = 0;
};

/// Messages that one page of delta may bring: what has to be reserved for it.
inline constexpr std::uint64_t k_delta_page = 50;

}  // namespace belfry::sync
