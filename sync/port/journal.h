#pragma once

#include <optional>
#include <string>
#include <variant>

#include "sync/base/id.h"
#include "sync/base/result.h"
#include "sync/base/time.h"
#include "sync/model/allowance.h"
#include "sync/model/change.h"
#include "sync/model/delivery.h"
#include "sync/model/file.h"
#include "sync/model/journal_record.h"
#include "sync/model/sweep.h"
#include "sync/policy/subscription_resource.h"

/// "This happened", as typed events. One writer (app/journal_writer) makes of each a log line, a
/// metric and, where it matters later, a record of the journal family; in the world they are a list
/// that the checkers read.
namespace belfry::sync {

/// A webhook body was taken in. Counts of its entries by result.
struct NotificationsReceived {
  std::size_t stored = 0;
  std::size_t known = 0;
  std::size_t wrong_client_state = 0;
  std::size_t unknown_subscription = 0;
  std::size_t malformed = 0;
};
/// The store could not take a webhook body, or the inbox is full: answered 503.
struct IntakeRefused {
  std::string why;
};
enum class ChangeResult {
  planned,        ///< at least one recipient
  nobody,         ///< chat without a connected account, or all recipients filtered out
  system_event,   ///< member, rename or call event: never posted
  chat_noted,     ///< a chat itself was made or changed: known now, with whom of ours it has
  not_delivered,  ///< an edit or deletion of a message that nobody was told of
  reaction,       ///< `updated` without a newer lastEditedDateTime
  gone,           ///< deleted before it could be read
  foreign,        ///< nobody of ours is known to be in the chat, and the app may not read it
  known,          ///< this edit was planned before
  forged,         ///< validation token, tenant or signature wrong
  dead,           ///< to the dead letters
};
[[nodiscard]] const char* name_of(ChangeResult result);
struct ChangeDone {
  MessageRef ref;
  ChangeKind kind = ChangeKind::created;
  Source source = Source::webhook;
  ChangeResult result = ChangeResult::planned;
  std::size_t recipients = 0;
};
struct ChangePostponed {
  MessageRef ref;
  int attempts = 0;
  Duration delay{};
  Error why;
};
struct ChangeDead {
  MessageRef ref;
  Error why;
};
/// Why a member with an account was not told.
enum class SkipReason {
  sender,
  notifications_off,
  active_in_teams,
  muted,
  disconnected,
  history_hidden,
  read_in_teams,    ///< before a sweep found it
  connected_later,  ///< than it was written
};
[[nodiscard]] const char* name_of(SkipReason reason);
struct RecipientSkipped {
  MessageRef ref;
  MattermostUserId user;
  SkipReason reason = SkipReason::sender;
};
/// A rich notification could not be opened and is read by GET instead.
struct ResourceUnreadable {
  MessageRef ref;
  Error why;
};

enum class DeliveryResult {
  posted,
  patched,
  replied,  ///< an edit after the server's time limit: told in a post that answers the first
  removed,
  found,     ///< was in doubt and stood there already
  amended,   ///< says now what a dead letter will say
  obsolete,  ///< nothing left to do: recipient deactivated, post gone, edit without a post
};
[[nodiscard]] const char* name_of(DeliveryResult result);
struct Delivered {
  MessageRef ref;
  MattermostUserId user;
  DeliveryResult result = DeliveryResult::posted;
  Source source = Source::webhook;
  Duration latency{};  ///< from Teams' time to the post
};
struct DeliveryPostponed {
  MessageRef ref;
  MattermostUserId user;
  int attempts = 0;
  Duration delay{};
  Error why;
};
struct DeliveryInDoubt {
  MessageRef ref;
  MattermostUserId user;
};
struct DeliveryDead {
  MessageRef ref;
  MattermostUserId user;
  Error why;
};

/// A file of a message was uploaded for its post.
struct FileCarried {
  MessageRef ref;
  MattermostUserId user;
  std::uint64_t bytes = 0;
};
/// A post goes without one of its files, and names it instead.
struct FileLeftOut {
  MessageRef ref;
  MattermostUserId user;
  FileTrouble trouble = FileTrouble::refused;
  std::string why;
};

enum class Upstream { graph, entra, mattermost };
[[nodiscard]] const char* name_of(Upstream upstream);
/// Told when the breaker of an upstream opens or closes, not for each failure.
struct UpstreamDown {
  Upstream upstream = Upstream::graph;
  Error why;
};
struct UpstreamBack {
  Upstream upstream = Upstream::graph;
};

struct SubscriptionCreated {
  SubscriptionId id;
  std::string resource;
  WallTime expires;
};
struct SubscriptionRenewed {
  SubscriptionId id;
  WallTime expires;
};
/// Graph removed it, or it expired; it is made anew. `since` = from when on notifications may be
/// missing.
struct SubscriptionLost {
  SubscriptionId id;
  std::string resource;
  std::string why;
  std::optional<WallTime> since;
};
struct SubscriptionFailed {
  std::string resource;
  Error why;
};
struct SubscriptionRemoved {
  SubscriptionId id;
  std::string resource;  ///< empty: a leftover's, which we did not make
  std::string why;
};
/// Nobody of ours may subscribe to this chat: its messages are found by sweeps.
struct ChatLeftToSweeps {
  ChatId chat;
  Error why;
};
/// Graph refuses a kind of subscriptions, and `teams.subscribe = "auto"` takes another.
struct SubscribeKindChanged {
  SubscribeKind from = SubscribeKind::automatic;
  SubscribeKind to = SubscribeKind::automatic;
  Error why;
};
struct CertificateMade {
  CertificateId id;
};
/// A lifecycle notification was believed.
struct LifecycleReceived {
  SubscriptionId id;
  std::string event;
};

struct AccountConnected {
  MattermostUserId user;
};
/// `by`: "user", "administrator" or "entra" (the grant is dead).
struct AccountDisconnected {
  MattermostUserId user;
  std::string by;
  std::string why;
};
/// A try to connect was turned down; `why` is what the person was told, and behind it what the
/// other side said.
struct ConnectRefused {
  MattermostUserId user;
  std::string why;
};
struct TokenRefreshed {
  bool app_only = false;
  bool ok = true;
  Error why;  ///< meaningful only when not ok
};
/// The app's registration is broken or the bot's token is refused: an administrator must act.
struct AdministratorNeeded {
  Upstream upstream = Upstream::entra;
  Error why;
};
/// Microsoft's signing keys could not be read anew; the old ones serve on.
struct SigningKeysUnread {
  Error why;
};
/// The store failed at something; the stage tries again.
struct StoreTrouble {
  std::string where;
  Error why;
};

/// A sweep found a message that no webhook had announced. `cause` = why that is likely so
/// (sync/policy/likely_cause).
struct MessageReconciled {
  MessageRef ref;
  SweepTrigger trigger = SweepTrigger::start;
  WallTime written;
  std::string cause;
  bool was_promised = true;  ///< a subscription in force should have announced it
};
/// A round of sweeps began or ended. Numbers of the whole round.
struct SweepBegan {
  SweepTrigger trigger = SweepTrigger::start;
  std::size_t accounts = 0;
};
struct SweepEnded {
  SweepTrigger trigger = SweepTrigger::start;
  std::size_t accounts = 0;
  std::size_t failed = 0;      ///< accounts whose watermark stayed
  std::size_t chats = 0;       ///< that were read
  std::size_t unreadable = 0;  ///< chats that nobody of ours may read
  std::size_t requests = 0;
  std::size_t found = 0;      ///< messages that no webhook had announced
  std::size_t promised = 0;   ///< of them those that a subscription in force should have announced
  std::size_t summed_up = 0;  ///< of them too old to be posted one by one
  /// Up to when the account that is furthest behind of those in the round was swept.
  std::optional<WallTime> oldest;
  Duration took{};
};
/// One account could not be swept; its watermark stays, or is set back where `anew` says so: what
/// the store had of it was damaged.
struct SweepFailed {
  MattermostUserId user;
  Error why;
  std::optional<WallTime> anew{};  ///< swept from then on
};
/// A share of the month's allowance is spent, for the first time in the month.
struct AllowanceWarning {
  Bucket bucket = Bucket::notifications;
  int percent = 80;
  std::uint64_t spent = 0;
  std::uint64_t cap = 0;
};
/// Graph refuses what is metered: this bucket is closed for a while.
struct BucketClosed {
  Bucket bucket = Bucket::exports;
  Closing closing;
  Error why;
};
/// The time of day of this machine differs from Microsoft's; once, until they agree again.
struct ClocksDiffer {
  Duration ahead{};  ///< ours; negative: behind
};
/// All of `mattermost.admins` that can be reached were written to about it.
struct AdministratorsTold {
  Bucket bucket = Bucket::notifications;
  int percent = 80;
  std::size_t people = 0;
};
/// Nobody of that name in `mattermost.admins` can be written to. Once for each name.
struct AdministratorUnknown {
  std::string username;
  std::string why;
};

/// A message of our own to a person (a welcome, the request to connect again) could not be posted
/// now.
struct NoticeFailed {
  MattermostUserId user;
  std::string notice;
  Error why;
};

using Event = std::variant<
    NotificationsReceived, IntakeRefused, ChangeDone, ChangePostponed, ChangeDead, RecipientSkipped,
    ResourceUnreadable, Delivered, DeliveryPostponed, DeliveryInDoubt, DeliveryDead, FileCarried,
    FileLeftOut, UpstreamDown, UpstreamBack, SubscriptionCreated, SubscriptionRenewed,
    SubscriptionLost, SubscriptionFailed, SubscriptionRemoved, ChatLeftToSweeps,
    SubscribeKindChanged, CertificateMade, LifecycleReceived, AccountConnected, AccountDisconnected,
    ConnectRefused, TokenRefreshed, AdministratorNeeded, StoreTrouble, NoticeFailed,
    SigningKeysUnread, MessageReconciled, SweepBegan, SweepEnded, SweepFailed, AllowanceWarning,
    AdministratorsTold, AdministratorUnknown, BucketClosed, ClocksDiffer>;

/// Safe from any thread; never throws, never blocks on an outside call.
class Journal {
 public:
  virtual ~Journal() = default;
  virtual void record(const Event& event) = 0;
  /// What the journal family says of it. The transition that stores the message stores the line as
  /// well (Change::line): record() does not.
  [[nodiscard]] virtual JournalRecord line_of(const MessageReconciled& event) const = 0;
};

}  // namespace belfry::sync
