#include "sync/deliver.h"
#include "sync/deliver_files.h"
#include "sync/policy/post_change.h"

/// What edits and deletions do to the posts that are there.
namespace belfry::sync {

Deliver::Due Deliver::change_post(const OutboxEntry& entry, const Account& account,
                                  LaneMemory& memory, Moment now) {
  const DeliveryKey& key = entry.planned.key;
  const auto known = store_.delivery(key.ref, key.recipient);
  if (!known) return store_failed("delivery", known.error(), now);
  if (!known->has_value() || is_past(entry.planned, **known))
    return finish(entry, DeliveryResult::obsolete, now);
  const Delivery& delivery = **known;
  if (delivery.is_buried()) return amend(entry, delivery, now);
  if (entry.planned.shows == PostShows::deleted && policy_.on_delete == OnDelete::ignore)
    return finish(entry, DeliveryResult::obsolete, now);
  // The message is back, its post is not: it is told anew.
  if (delivery.is_removed()) return post(entry, account, memory, now);
  if (const auto closed = gate_.closed_until(now.steady)) return closed;
  Progress& progress = memory.progress;
  if (progress.refused_patch) return ask_whether_gone(entry, delivery, progress, now);
  const bool is_told_beside = progress.is_frozen || entry.attempting_since;
  if (is_told_beside && entry.planned.shows == PostShows::message)
    return reply(entry, account, delivery, memory, now);

  const auto changed = through(gate_, now.steady, [&] { return apply(entry, delivery, progress); });
  if (changed) return show(entry, delivery, progress, now);
  return refused(entry, changed.error(), progress, now);
}

Deliver::Due Deliver::refused(const OutboxEntry& entry, const Error& error, Progress& progress,
                              Moment now) {
  if (error.kind == ErrorKind::gone) return finish(entry, DeliveryResult::obsolete, now);
  if (error.code == k_edit_time_over) {
    // The post stays as it is: an edit is told beside it, and what was deleted does not stay at
    // all.
    progress.is_frozen = true;
    return now.steady;
  }
  if (error.kind == ErrorKind::forbidden) {
    // The patch of a post that is gone answers 403 as well: ask.
    progress.refused_patch = error;
    return now.steady;
  }
  return failed(entry, error, now);
}

bool Deliver::removes(const OutboxEntry& entry, const Progress& progress) const {
  if (entry.planned.shows == PostShows::message) return false;
  const bool is_wanted =
      entry.planned.shows == PostShows::deleted && policy_.on_delete == OnDelete::remove;
  return is_wanted || progress.is_frozen;
}

Result<> Deliver::apply(const OutboxEntry& entry, const Delivery& known, const Progress& progress) {
  if (removes(entry, progress)) return mattermost_.delete_post(known.post);
  const Content text = entry.planned.shows == PostShows::message
                           ? text_of_edit(entry.planned, known.files)
                           : entry.planned.text;
  const auto kept = files_to_keep(entry.planned, known);
  // Without a word of its files a post keeps them.
  return kept && !progress.keeps_files ? mattermost_.patch_files(known.post, text, *kept)
                                       : mattermost_.patch_post(known.post, text);
}

Deliver::Due Deliver::reply(const OutboxEntry& entry, const Account& account, const Delivery& known,
                            LaneMemory& memory, Moment now) {
  if (entry.attempting_since && !memory.progress.search.is_over)
    return look_for(entry, account, memory.progress, now);
  return send(entry,
              {known.channel,
               text_of_edit(entry.planned, known.files),
               entry.planned.mark,
               {},
               {},
               known.post},
              memory, now);
}

Deliver::Due Deliver::show(const OutboxEntry& entry, const Delivery& known,
                           const Progress& progress, Moment now) {
  Delivery shown = turned_by(entry.planned, known);
  if (!progress.keeps_files) shown.files = files_left(entry.planned, known);
  if (!removes(entry, progress)) return record(entry, shown, DeliveryResult::patched, now);
  shown.post = PostId{};
  shown.files.clear();
  return record(entry, shown, DeliveryResult::removed, now);
}

Deliver::Due Deliver::ask_whether_gone(const OutboxEntry& entry, const Delivery& delivery,
                                       Progress& progress, Moment now) {
  const auto post = through(gate_, now.steady, [&] { return mattermost_.post(delivery.post); });
  const Error refused = *progress.refused_patch;
  progress.refused_patch.reset();
  if (post) {
    if (!progress.keeps_files && files_to_keep(entry.planned, delivery)) {
      progress.keeps_files = true;
      return now.steady;
    }
    // It stands, and the bot may not edit: as after the time limit.
    if (progress.is_frozen) return give_up(entry, refused, now);
    progress.is_frozen = true;
    return now.steady;
  }
  // A server that hides old posts answers 403 here too: nobody sees the post, so nothing is left to
  // do.
  if (post.error().kind == ErrorKind::gone || post.error().kind == ErrorKind::forbidden) {
    return finish(entry, DeliveryResult::obsolete, now);
  }
  return failed(entry, post.error(), now);
}

Deliver::Due Deliver::amend(const OutboxEntry& entry, const Delivery& buried, Moment now) {
  const auto amended = store_.amend(entry, turned_by(entry.planned, buried));
  if (!amended) return store_failed("amend", amended.error(), now);
  if (*amended) {
    tell(entry, DeliveryResult::amended);
    return now.steady;
  }
  // The letter was taken back into the lane, where it goes first, or it was dropped.
  const auto head = store_.head(entry.planned.key.recipient);
  if (!head) return store_failed("head of a lane", head.error(), now);
  const bool is_first = head->has_value() && (*head)->planned.key == entry.planned.key;
  return is_first ? finish(entry, DeliveryResult::obsolete, now) : now.steady;
}

Deliver::Due Deliver::correct(const OutboxEntry& entry, const Account& account, Progress& progress,
                              Moment now) {
  const Posted found{*progress.found, account.direct_channel, DeliveryResult::found};
  const bool is_hidden = entry.planned.shows != PostShows::message;
  const bool is_removed = removes(entry, progress);
  const auto changed = through(gate_, now.steady, [&] {
    if (is_removed) return mattermost_.delete_post(found.post.id);
    return is_hidden
               ? mattermost_.patch_files(found.post.id, entry.planned.text, {})
               : mattermost_.patch_post(found.post.id, text_of_post(entry, *policy_.catalogue));
  });
  if (!changed && changed.error().kind != ErrorKind::gone) {
    const bool is_final = !is_retryable(changed.error().kind);
    if (!is_final || is_removed) return failed(entry, changed.error(), now);
    if (is_hidden) {
      progress.is_frozen = true;  // what may not be edited does not stay at all
      return now.steady;
    }
  }
  if (is_removed) return never_posted(entry, now);
  return is_hidden ? record_post(entry, found, now) : stands(entry, found, progress, now);
}

Deliver::Due Deliver::never_posted(const OutboxEntry& entry, Moment now) {
  const DeliveryKey& key = entry.planned.key;
  const auto known = store_.delivery(key.ref, key.recipient);
  if (!known) return store_failed("delivery", known.error(), now);
  if (!known->has_value()) return finish(entry, DeliveryResult::obsolete, now);
  // Should the deletion be undone, the message is told like one whose post was removed.
  Delivery removed = **known;
  removed.letter.clear();
  return record(entry, removed, DeliveryResult::obsolete, now);
}

}  // namespace belfry::sync
