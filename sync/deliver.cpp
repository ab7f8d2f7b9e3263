#include "sync/deliver.h"

#include <algorithm>
#include <utility>

#include "sync/deliver_files.h"
#include "sync/policy/post_change.h"

namespace belfry::sync {
namespace {

/// Behind the mark of a post: the mark of what is told beside it.
constexpr const char* k_mark_of_notices = "-files";

}  // namespace

Deliver::Deliver(DeliveryStore& store, AccountStore& accounts, MattermostApi& mattermost,
                 CarryFiles& files, UpstreamGate& gate, const Clock& clock, Random& random,
                 Journal& journal, DeliverPolicy policy)
    : store_(store),
      accounts_(accounts),
      mattermost_(mattermost),
      files_(files),
      gate_(gate),
      clock_(clock),
      random_(random),
      journal_(journal),
      policy_(policy) {}

Deliver::Due Deliver::step(const MattermostUserId& lane, Moment now) {
  const auto head = store_.head(lane);
  if (!head) return store_failed("head of a lane", head.error(), now);
  if (!head->has_value()) {
    forget_files(lane);
    return std::nullopt;
  }
  const OutboxEntry& entry = **head;
  if (entry.next_try > now.wall) {
    return now.steady + std::min<Duration>(entry.next_try - now.wall, policy_.retry.most_obeyed);
  }
  if (now.wall - entry.entered > policy_.retry.age_limit) {
    return give_up(
        entry,
        Error{ErrorKind::refused, "older than the age limit: " + entry.last_error, {}, 0, {}}, now);
  }
  const auto account = accounts_.account(lane);
  if (!account) return store_failed("account", account.error(), now);
  if (!account->has_value()) return finish(entry, DeliveryResult::obsolete, now);
  LaneMemory& memory = memory_of(lane, entry.planned.key);
  switch (entry.planned.key.kind) {
    case ChangeKind::created:
    case ChangeKind::summary:
      return post(entry, **account, memory, now);
    case ChangeKind::edited:
    case ChangeKind::deleted:
      return change_post(entry, **account, memory, now);
    case ChangeKind::chat:
      break;  // tells nobody, so it has no entry here
  }
  return finish(entry, DeliveryResult::obsolete, now);
}

Deliver::Due Deliver::post(const OutboxEntry& entry, const Account& account, LaneMemory& memory,
                           Moment now) {
  if (entry.planned.shows == PostShows::deleted && !entry.attempting_since)
    return never_posted(entry, now);
  const bool is_reachable = !account.direct_channel.empty() && memory.user_known_until > now.steady;
  // A post in doubt had all its files.
  if (is_reachable && !entry.attempting_since) {
    if (const auto again = carry_files(entry, account, memory, now)) return again;
  }
  if (const auto closed = gate_.closed_until(now.steady)) return closed;
  if (memory.progress.lacks_files) return name_left_out(entry, memory.progress, now);
  if (account.direct_channel.empty()) return find_channel(account, now);
  if (memory.user_known_until <= now.steady) return ask_user(entry, memory, now);
  if (memory.progress.found) return correct(entry, account, memory.progress, now);
  if (entry.attempting_since && !memory.progress.search.is_over)
    return look_for(entry, account, memory.progress, now);
  if (entry.planned.shows == PostShows::deleted) return never_posted(entry, now);
  return send(entry,
              {account.direct_channel,
               text_of_post(entry, *policy_.catalogue),
               entry.planned.mark,
               {},
               files_of_post(entry),
               {}},
              memory, now);
}

Deliver::Due Deliver::carry_files(const OutboxEntry& entry, const Account& account,
                                  LaneMemory& memory, Moment now) {
  const Due again = files_.step(entry, account, memory.files, now);
  // Whether Mattermost is there is asked with less than a file.
  if (std::exchange(memory.files.doubts_mattermost, false)) memory.user_known_until = Instant{};
  return again;
}

Deliver::Due Deliver::find_channel(const Account& account, Moment now) {
  const auto channel =
      through(gate_, now.steady, [&] { return mattermost_.direct_channel(account.user); });
  const auto head = store_.head(account.user);
  if (!head) return store_failed("head of a lane", head.error(), now);
  if (!channel) return head->has_value() ? failed(**head, channel.error(), now) : std::nullopt;
  Account with_channel = account;
  with_channel.direct_channel = *channel;
  if (const auto stored = accounts_.update_account(with_channel); !stored) {
    return store_failed("direct channel", stored.error(), now);
  }
  return now.steady;
}

Deliver::Due Deliver::ask_user(const OutboxEntry& entry, LaneMemory& memory, Moment now) {
  // Mattermost takes posts for deactivated users without a word: nobody would ever read them.
  const auto user =
      through(gate_, now.steady, [&] { return mattermost_.user(entry.planned.key.recipient); });
  if (!user) {
    if (user.error().kind == ErrorKind::gone) return finish(entry, DeliveryResult::obsolete, now);
    return failed(entry, user.error(), now);
  }
  if (!user->is_active) return finish(entry, DeliveryResult::obsolete, now);
  memory.user_known_until = now.steady + policy_.user_checked_for;
  return now.steady;
}

Deliver::Due Deliver::look_for(const OutboxEntry& entry, const Account& account, Progress& progress,
                               Moment now) {
  MarkSearch& search = progress.search;
  if (search.next_page == 0) {
    journal_.record(DeliveryInDoubt{entry.planned.key.ref, entry.planned.key.recipient});
  }
  const auto page = through(gate_, now.steady, [&] {
    return mattermost_.posts_page(account.direct_channel, search.next_page);
  });
  if (!page) return failed(entry, page.error(), now);
  const WallTime since = *entry.attempting_since - policy_.clock_margin;
  if (const PostSummary* found =
          search.look_through(*page, entry.planned.mark, since, policy_.most_pages)) {
    CreatedPost post{found->id, found->files};
    if (entry.is_amended) {
      progress.found = std::move(post);
      return now.steady;
    }
    return stands(entry, {std::move(post), account.direct_channel, DeliveryResult::found}, progress,
                  now);
  }
  return now.steady;
}

Deliver::Due Deliver::send(const OutboxEntry& entry, const PostRequest& request, LaneMemory& memory,
                           Moment now) {
  if (!entry.attempting_since) {
    if (const auto marked = store_.mark_attempting(entry, now.wall); !marked) {
      return store_failed("mark attempting", marked.error(), now);
    }
  }
  const auto posted = through(gate_, now.steady, [&] { return mattermost_.create_post(request); });
  // Whatever comes of this, the next look at a post in doubt begins anew.
  memory.progress = Progress{entry.planned.key};
  if (!posted) {
    const bool may_stand = posted.error().kind == ErrorKind::in_doubt;
    return failed(entry, posted.error(), may_stand ? Doubt::remains : Doubt::none, now);
  }
  return stands(entry, {*posted, request.channel}, memory.progress, now);
}

Deliver::Due Deliver::stands(const OutboxEntry& entry, Posted posted, Progress& progress,
                             Moment now) {
  const DeliveryKey& key = entry.planned.key;
  // A summary is no message's post: an edit of the message that names it must not find it.
  if (key.kind == ChangeKind::summary) return finish(entry, posted.result, now);
  if (key.kind == ChangeKind::edited) {
    const auto known = store_.delivery(key.ref, key.recipient);
    if (!known) return store_failed("delivery", known.error(), now);
    if (!known->has_value()) return finish(entry, DeliveryResult::replied, now);
    if (!(*known)->is_removed())
      return record(entry, turned_by(entry.planned, **known), DeliveryResult::replied, now);
  }
  const auto left_out = left_out_of(entry, posted.post.files);
  if (left_out.empty()) return record_post(entry, posted, now);
  for (std::size_t i = 0; i < left_out.size(); ++i) {
    journal_.record(FileLeftOut{key.ref, key.recipient, FileTrouble::refused,
                                "Mattermost left it out of the post"});
  }
  progress.lacks_files = std::move(posted);
  return now.steady;
}

Deliver::Due Deliver::name_left_out(const OutboxEntry& entry, Progress& progress, Moment now) {
  if (progress.is_frozen) return name_beside(entry, progress, now);
  const Posted& posted = *progress.lacks_files;
  // Once more after a crash: the same text changes nothing.
  const Content text = text_of_post(as_posted(entry, posted.post.files), *policy_.catalogue);
  const auto named =
      through(gate_, now.steady, [&] { return mattermost_.patch_post(posted.post.id, text); });
  if (named) return record_post(entry, posted, now);
  if (is_retryable(named.error().kind)) return failed(entry, named.error(), now);
  progress.is_frozen = true;
  progress.search = {};
  return now.steady;
}

Deliver::Due Deliver::name_beside(const OutboxEntry& entry, Progress& progress, Moment now) {
  const Posted& posted = *progress.lacks_files;
  const BelfryRef mark{entry.planned.mark.text() + k_mark_of_notices};
  MarkSearch& search = progress.search;
  if (!search.is_over) {
    const auto page = through(gate_, now.steady, [&] {
      return mattermost_.posts_page(posted.channel, search.next_page);
    });
    if (!page) return failed(entry, page.error(), now);
    const WallTime since = *entry.attempting_since - policy_.clock_margin;
    const bool is_told = search.look_through(*page, mark, since, policy_.most_pages) != nullptr;
    return is_told ? record_post(entry, posted, now) : now.steady;
  }
  const PostRequest notices{posted.channel,
                            notices_of(as_posted(entry, posted.post.files), *policy_.catalogue),
                            mark,
                            {},
                            {},
                            posted.post.id};
  const auto told = through(gate_, now.steady, [&] { return mattermost_.create_post(notices); });
  search = {};
  if (!told && is_retryable(told.error().kind)) return failed(entry, told.error(), now);
  // Where nothing can be said there either, the post is gone.
  return record_post(entry, posted, now);
}

Deliver::Due Deliver::record_post(const OutboxEntry& entry, const Posted& posted, Moment now) {
  const DeliveryKey& key = entry.planned.key;
  Delivery delivery{key.ref,
                    key.recipient,
                    posted.post.id,
                    posted.channel,
                    entry.planned.edited,
                    now.wall,
                    delivered_files(as_posted(entry, posted.post.files), *policy_.catalogue)};
  delivery.shows = entry.planned.shows;
  // A text that is hidden is without its files.
  if (delivery.shows != PostShows::message) delivery.files.clear();
  // A text that is back: what hid it is past.
  if (key.kind == ChangeKind::edited) delivery.turned = entry.planned.said_at;
  return record(entry, delivery, posted.result, now);
}

Deliver::Due Deliver::record(const OutboxEntry& entry, const Delivery& delivery,
                             DeliveryResult result, Moment now) {
  if (const auto stored = store_.record_delivery(entry, delivery); !stored) {
    return store_failed("record delivery", stored.error(), now);
  }
  tell(entry, result);
  return now.steady;
}

Deliver::Due Deliver::finish(const OutboxEntry& entry, DeliveryResult result, Moment now) {
  if (const auto stored = store_.finish(entry); !stored) {
    return store_failed("finish", stored.error(), now);
  }
  tell(entry, result);
  return now.steady;
}

Deliver::Due Deliver::failed(const OutboxEntry& entry, const Error& error, Moment now) {
  return failed(entry, error, entry.attempting_since ? Doubt::remains : Doubt::none, now);
}

Deliver::Due Deliver::failed(const OutboxEntry& entry, const Error& error, Doubt doubt,
                             Moment now) {
  if (error.kind == ErrorKind::unauthorized) {
    journal_.record(AdministratorNeeded{Upstream::mattermost, error});
  }
  if (!is_retryable(error.kind)) {
    // What was refused does not stand: whoever takes the dead letter back need not look for it.
    if (doubt == Doubt::none) {
      const auto cleared = store_.postpone(entry, doubt, entry.attempts, now.wall, error);
      if (!cleared) return store_failed("postpone", cleared.error(), now);
    }
    return give_up(entry, error, now);
  }
  Duration delay = delay_after(error, entry.attempts, policy_.retry, random_);
  if (doubt == Doubt::remains) delay = std::max(delay, policy_.doubt_pause);
  const int attempts = entry.attempts + 1;
  if (const auto stored = store_.postpone(entry, doubt, attempts, now.wall + delay, error);
      !stored) {
    return store_failed("postpone", stored.error(), now);
  }
  journal_.record(DeliveryPostponed{entry.planned.key.ref, entry.planned.key.recipient, attempts,
                                    delay, error});
  return now.steady + delay;
}

Deliver::Due Deliver::give_up(const OutboxEntry& entry, const Error& error, Moment now) {
  if (const auto stored = store_.give_up(entry, error, now.wall); !stored) {
    return store_failed("give up", stored.error(), now);
  }
  journal_.record(DeliveryDead{entry.planned.key.ref, entry.planned.key.recipient, error});
  return now.steady;
}

Deliver::Due Deliver::store_failed(const char* where, const Error& error, Moment now) {
  journal_.record(StoreTrouble{where, error});
  return now.steady + policy_.store_pause;
}

void Deliver::tell(const OutboxEntry& entry, DeliveryResult result) {
  const auto latency = std::max(clock_.now().wall - entry.planned.said_at, Duration{0});
  journal_.record(Delivered{entry.planned.key.ref, entry.planned.key.recipient, result,
                            entry.planned.source, latency});
}

void Deliver::forget_files(const MattermostUserId& lane) {
  MutexLock lock(mutex_);
  if (const auto found = lanes_.find(lane); found != lanes_.end()) found->second.files = {};
}

Deliver::LaneMemory& Deliver::memory_of(const MattermostUserId& lane, const DeliveryKey& head) {
  MutexLock lock(mutex_);
  LaneMemory& memory = lanes_[lane];
  if (memory.progress.key != head) {
    memory.progress = Progress{head};
    memory.files = {};
  }
  return memory;
}

}  // namespace belfry::sync
