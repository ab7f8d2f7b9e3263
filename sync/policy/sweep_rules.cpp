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

bool lies_ahead(const Account& account, std::span<const SweepCursor> cursors, WallTime now,
                const SweepRules& rules) {
  // What is less than the overlap ahead is read again anyway.
  const WallTime latest = std::max(now + rules.overlap, account.connected_at);
  return std::any_of(cursors.begin(), cursors.end(), [latest](const SweepCursor& cursor) {
    return cursor.watermark > latest || cursor.round_began > latest;
  });
}

WallTime reading_since(WallTime watermark, WallTime now, const SweepRules& rules) {
  // A clock that went back must not hide what comes next.
  return std::max(std::min(watermark, now) - rules.overlap, now - rules.most_back);
}

FoundChanges changes_of(const FoundMessage& found, const SweepWindow& window, WallTime now,
                        const SweepRules& rules) {
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
    if (!result.is_old) result.changes.push_back(change_from(found, ChangeKind::created, now));
  }
  const bool is_edited = message.edited && *message.edited > window.changed_since;
  // What a policy blocks counts as no edit.
  const bool is_blocked = message.policy_notice && message.modified > window.changed_since;
  if (is_edited || is_blocked)
    result.changes.push_back(change_from(found, ChangeKind::edited, now));
  return result;
}

OldMessage old_of(const FoundMessage& found) {
  OldMessage old{found.message.ref.message};
  const auto& sender = found.message.sender;
  if (sender && sender->kind == Sender::Kind::user) old.sender = sender->user;
  return old;
}

bool tells_of_members(const FoundMessage& found, const SweepWindow& window) {
  return found.message.is_system_event && found.message.created > window.changed_since;
}

bool is_newest_first(std::span<const ListedChat> page, std::optional<WallTime> before,
                     const SweepRules& rules) {
  for (const ListedChat& listed : page) {
    // One without any message says nothing of those behind it.
    if (!listed.last_message) continue;
    if (before && *listed.last_message > *before + rules.overlap) return false;
    before = std::min(before.value_or(*listed.last_message), *listed.last_message);
  }
  return true;
}

void sort_by_creation(std::vector<OldMessage>& messages) {
  std::sort(messages.begin(), messages.end(), [](const OldMessage& a, const OldMessage& b) {
    return creation_order(a.id, WallTime{}) < creation_order(b.id, WallTime{});
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
