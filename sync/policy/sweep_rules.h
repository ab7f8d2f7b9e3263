#pragma once

#include <optional>
#include <span>
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
/// Since when it is connected Graph's clock told, which our own may be behind.
[[nodiscard]] bool lies_ahead(const Account& account, std::span<const SweepCursor> cursors,
                              WallTime now, const SweepRules& rules);

/// From when on an account with that watermark is read.
[[nodiscard]] WallTime reading_since(WallTime watermark, WallTime now, const SweepRules& rules);

/// From when on the messages of one chat are wanted.
struct SweepWindow {
  WallTime created_since;  ///< messages themselves
  WallTime changed_since;  ///< edits and deletions; perhaps longer ago
};

/// What a found message amounts to.
struct FoundChanges {
  std::vector<Change> changes;
  bool is_old = false;  ///< to be summed up: nobody is told of it by itself any more
};

/// System events amount to nothing, reactions neither; a message that was edited since to itself
/// and its edit, since the first may have been announced.
[[nodiscard]] FoundChanges changes_of(const FoundMessage& found, const SweepWindow& window,
                                      WallTime now, const SweepRules& rules);

/// One that is summed up.
[[nodiscard]] OldMessage old_of(const FoundMessage& found);

/// Members came or went, or the chat was renamed, within the window.
[[nodiscard]] bool tells_of_members(const FoundMessage& found, const SweepWindow& window);

/// A page of a list of chats comes newest first, `before` being the last of the page before it.
/// Graph ignores an order that it does not know, in some clouds without a word. What is out of
/// order by less than what is read again is in order.
[[nodiscard]] bool is_newest_first(std::span<const ListedChat> page, std::optional<WallTime> before,
                                   const SweepRules& rules);

/// In the order in which they were written; a message before its edit.
void sort_by_creation(std::vector<OldMessage>& messages);
void sort_by_creation(std::vector<Change>& changes);

}  // namespace belfry::sync
