#pragma once

#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "sync/base/time.h"
#include "sync/model/account.h"
#include "sync/model/change.h"
#include "sync/model/sweep.h"
#include "sync/port/sweep.h"

namespace belfry::sync {

struct SweepRules {
  /// Read again before the watermark: Graph shows a message in its lists a moment after its time,
  /// and clocks differ.
  Duration overlap = std::chrono::minutes{5};
  Duration max_age = std::chrono::hours{72};  ///< `reconcile.max_age`: what is older is summed up
  /// Not further back, ever: what was seen is remembered for 35 days, and would be told twice
  /// beyond.
  Duration most_back = std::chrono::days{30};
};

/// All that changed up to then is in the inbox, by whichever route; nothing from before the account
/// was connected is wanted.
[[nodiscard]] WallTime watermark_of(const Account& account, std::span<const SweepCursor> cursors);

/// A clock that was ahead has written one of them: nobody knows how far the account was swept.
[[nodiscard]] bool lies_ahead(std::span<const SweepCursor> cursors, WallTime now,
                              const SweepRules& rules);

/// From when on an account with that watermark is read.
[[nodiscard]] WallTime reading_since(WallTime watermark, WallTime now, const SweepRules& rules);

/// From when on the messages of one chat are wanted.
struct SweepWindow {
  WallTime created_since;  ///< messages themselves
  WallTime changed_since;  ///< edits and deletions; perhaps longer ago
};

/// Until when somebody has read a chat in Teams.
using ReadTo = std::pair<TeamsUserId, WallTime>;

/// What a found message amounts to.
struct FoundChanges {
  std::vector<Change> changes;
  bool is_old = false;  ///< to be summed up: nobody is told of it by itself any more
};

/// System events amount to nothing, reactions neither; a message that was edited since to itself
/// and its edit, since the first may have been announced.
[[nodiscard]] FoundChanges changes_of(const FoundMessage& found, const SweepWindow& window,
                                      std::span<const ReadTo> read_to, WallTime now,
                                      const SweepRules& rules);

/// In the order in which they were written; a message before its edit.
void sort_by_creation(std::vector<MessageId>& messages);
void sort_by_creation(std::vector<Change>& changes);

}  // namespace belfry::sync
