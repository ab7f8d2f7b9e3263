#pragma once

#include <optional>
#include <unordered_map>

#include "sync/base/id.h"
#include "sync/base/mutex.h"
#include "sync/base/time.h"
#include "sync/carry_files.h"
#include "sync/model/account.h"
#include "sync/model/delivery.h"
#include "sync/policy/backoff.h"
#include "sync/policy/mark.h"
#include "sync/port/clock.h"
#include "sync/port/journal.h"
#include "sync/port/mattermost.h"
#include "sync/port/random.h"
#include "sync/port/store.h"
#include "sync/render/phrases.h"
#include "sync/upstream_gate.h"

namespace belfry::sync {

enum class OnDelete { mark, remove, ignore };  ///< `deliver.on_delete`

struct DeliverPolicy {
  RetryPolicy retry;
  OnDelete on_delete = OnDelete::mark;
  /// Before a post in doubt is looked for: lists of a cluster are read from replicas that may lag.
  Duration doubt_pause = std::chrono::seconds{2};
  /// By how much Mattermost's clock may be behind ours when we look for posts made since the
  /// attempt.
  Duration clock_margin = std::chrono::hours{1};
  /// Pages of 200 posts read in search of one post; 10,000 posts in one direct channel since the
  /// attempt.
  int most_pages = 50;
  /// How long a recipient counts as active in Mattermost without asking again.
  Duration user_checked_for = std::chrono::hours{1};
  /// After the store failed.
  Duration store_pause = std::chrono::seconds{1};
  /// For why a file is missing. Outlives the calls.
  const render::Catalogue* catalogue = &render::Catalogue::built_in();
};

/// Turns outbox entries into posts, lane by lane, each exactly once.
///
/// Promises  A message's files come first, then its post with those that could be had.
///           A lane leaves in Teams' order and never waits for another lane. An entry found
/// `attempting` is in doubt: it
///           is looked for before it is posted again.
/// Threads   step() from any worker; the agenda gives a lane to one of them at a time.
/// Errors    None leave this class: they become postpone() or give_up(), and a journal event.
/// Source    Mattermost, "Create a post": `pending_post_id` is remembered for 30 s, by one node.
class Deliver {
 public:
  Deliver(DeliveryStore& store, AccountStore& accounts, MattermostApi& mattermost,
          CarryFiles& files, UpstreamGate& gate, const Clock& clock, Random& random,
          Journal& journal, DeliverPolicy policy = {});

  /// At most one request. When the lane may be stepped again; none: it is empty.
  [[nodiscard]] std::optional<Instant> step(const MattermostUserId& lane, Moment now);

 private:
  /// The post of the head of a lane.
  struct Posted {
    CreatedPost post;
    ChannelId channel;
    DeliveryResult result = DeliveryResult::posted;
  };
  /// What is known so far of the head of a lane, beyond what the store holds.
  struct Progress {
    DeliveryKey key;
    MarkSearch search{};                 ///< for a post in doubt
    std::optional<CreatedPost> found{};  ///< a post in doubt that may say what is past
    std::optional<Error> refused_patch{};
    bool is_frozen = false;    ///< the server's time for edits is over, or the bot may not edit
    bool keeps_files = false;  ///< the bot may change the text only
    /// The post is there, without files that Mattermost could not attach: its text is to name them.
    std::optional<Posted> lacks_files{};
  };
  struct LaneMemory {
    Progress progress;
    Instant user_known_until;
    CarryFiles::Memory files;
  };
  using Due = std::optional<Instant>;
  using Doubt = DeliveryStore::Doubt;

  Due post(const OutboxEntry& entry, const Account& account, LaneMemory& memory, Moment now);
  Due carry_files(const OutboxEntry& entry, const Account& account, LaneMemory& memory, Moment now);
  Due find_channel(const Account& account, Moment now);
  Due ask_user(const OutboxEntry& entry, LaneMemory& memory, Moment now);
  Due look_for(const OutboxEntry& entry, const Account& account, Progress& progress, Moment now);
  Due send(const OutboxEntry& entry, const PostRequest& request, LaneMemory& memory, Moment now);
  /// The entry's post is there.
  Due stands(const OutboxEntry& entry, Posted posted, Progress& progress, Moment now);
  /// Names in the post's text what it lacks; then it is delivered.
  Due name_left_out(const OutboxEntry& entry, Progress& progress, Moment now);
  /// The same beside a post whose text can no longer be changed.
  Due name_beside(const OutboxEntry& entry, Progress& progress, Moment now);
  Due record_post(const OutboxEntry& entry, const Posted& posted, Moment now);

  // Edits and deletions: deliver_changes.cpp
  Due change_post(const OutboxEntry& entry, const Account& account, LaneMemory& memory, Moment now);
  Result<> apply(const OutboxEntry& entry, const Delivery& known, const Progress& progress);
  Due refused(const OutboxEntry& entry, const Error& error, Progress& progress, Moment now);
  /// Tells an edit beside its post.
  Due reply(const OutboxEntry& entry, const Account& account, const Delivery& known,
            LaneMemory& memory, Moment now);
  /// The post shows what the entry tells.
  Due show(const OutboxEntry& entry, const Delivery& known, const Progress& progress, Moment now);
  /// A text that is hidden takes the post away with it.
  [[nodiscard]] bool removes(const OutboxEntry& entry, const Progress& progress) const;
  Due ask_whether_gone(const OutboxEntry& entry, const Delivery& delivery, Progress& progress,
                       Moment now);
  /// The post that the entry changes waits in the dead letters.
  Due amend(const OutboxEntry& entry, const Delivery& buried, Moment now);
  /// A creation that was changed in the dead letters stands already as it was before.
  Due correct(const OutboxEntry& entry, const Account& account, Progress& progress, Moment now);
  /// A creation whose message was deleted before it could be posted.
  Due never_posted(const OutboxEntry& entry, Moment now);

  Due record(const OutboxEntry& entry, const Delivery& delivery, DeliveryResult result, Moment now);
  Due finish(const OutboxEntry& entry, DeliveryResult result, Moment now);
  /// After a call that leaves the entry's doubt as it is; only a post itself changes it.
  Due failed(const OutboxEntry& entry, const Error& error, Moment now);
  Due failed(const OutboxEntry& entry, const Error& error, Doubt doubt, Moment now);
  Due give_up(const OutboxEntry& entry, const Error& error, Moment now);
  Due store_failed(const char* where, const Error& error, Moment now);
  void tell(const OutboxEntry& entry, DeliveryResult result);
  /// What is held for the lane goes: it has nothing to deliver.
  void forget_files(const MattermostUserId& lane);
  LaneMemory& memory_of(const MattermostUserId& lane, const DeliveryKey& head);

  DeliveryStore& store_;
  AccountStore& accounts_;
  MattermostApi& mattermost_;
  CarryFiles& files_;
  UpstreamGate& gate_;
  const Clock& clock_;
  Random& random_;
  Journal& journal_;
  const DeliverPolicy policy_;
  Mutex mutex_;
  /// An element belongs to the worker that holds its lane; the map itself to mutex_.
  std::unordered_map<MattermostUserId, LaneMemory> lanes_ GUARDED_BY(mutex_);
};

}  // namespace belfry::sync
