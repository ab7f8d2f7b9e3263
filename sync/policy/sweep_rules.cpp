#include "sync/policy/sweep_rules.h"

#include <algorithm>

namespace belfry::sync {
namespace {

Change change_from(const FoundMessage& found, ChangeKind kind, WallTime now) {
  Change change{found.message.ref, kind, Source::reconciler, now};
  change.found = found.json;
  return change;
}

}  // namespace

WallTime watermark_of(const Account& account, std::span<const SweepCursor> cursors) {
  WallTime watermark = account.connected_at;
  for (const SweepCursor& cursor : cursors) watermark = std::max(watermark, cursor.watermark);
  return watermark;
}

bool lies_ahead(std::span<const SweepCursor> cursors, WallTime now, const SweepRules& rules) {
  // What is less than the overlap ahead is read again anyway.
  const WallTime latest = now + rules.overlap;
  return std::any_of(cursors.begin(), cursors.end(), [latest](const SweepCursor& cursor) {
    return cursor.watermark > latest || cursor.round_began > latest;
  });
}

WallTime reading_since(WallTime watermark, WallTime now, const SweepRules& rules) {
  // A clock that went back must not hide what comes next.
  return std::max(std::min(watermark, now) - rules.overlap, now - rules.most_back);
}

FoundChanges changes_of(const FoundMessage& found, const SweepWindow& window,
                        std::span<const ReadTo> read_to, WallTime now, const SweepRules& rules) {
  const Message& message = found.message;
  FoundChanges result;
  if (message.is_system_event) return result;
  if (message.deleted) {
    if (message.modified > window.changed_since || *message.deleted > window.changed_since)
      result.changes.push_back(change_from(found, ChangeKind::deleted, now));
    return result;
  }
  if (message.created > window.created_since) {
    result.is_old = message.created < now - rules.max_age;
    if (!result.is_old) {
      Change created = change_from(found, ChangeKind::created, now);
      for (const auto& [user, time] : read_to) {
        if (time >= message.created) created.read_by.push_back(user);
      }
      result.changes.push_back(std::move(created));
    }
  }
  const bool is_edited = message.edited && *message.edited > window.changed_since;
  // What a policy blocks counts as no edit.
  const bool is_blocked = message.policy_notice && message.modified > window.changed_since;
  if (is_edited || is_blocked)
    result.changes.push_back(change_from(found, ChangeKind::edited, now));
  return result;
}

void sort_by_creation(std::vector<MessageId>& messages) {
  std::sort(messages.begin(), messages.end(), [](const MessageId& a, const MessageId& b) {
    return creation_order(a, WallTime{}) < creation_order(b, WallTime{});
  });
}

void sort_by_creation(std::vector<Change>& changes) {
  const auto place = [](const Change& change) {
    return std::pair{creation_order(change.ref.message, change.received), change.kind};
  };
  std::stable_sort(changes.begin(), changes.end(),
                   [&place](const Change& a, const Change& b) { return place(a) < place(b); });
}

}  // namespace belfry::sync
