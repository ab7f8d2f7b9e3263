#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

#include "sync/base/time.h"
#include "sync/model/change.h"
#include "sync/model/sweep.h"
#include "sync/port/sweep.h"

namespace belfry::sync {

/// What changed in one chat, oldest first, although Graph lists it newest first and it may be more
/// than fits into memory:
///
///   since ──part 1──┼──part 2──┼── … ──┼──last part──▶ newest
///         ◀────────────── first list ────────────────
///         the oldest    dropped; where a part
///         stays held    begins is remembered
///
/// The first list is read to its end, then each part by a list of its own: every message is read
/// about twice, however many there are. The last part has no end, so what changes meanwhile, and
/// thereby moves to the front, falls into it.
///
/// Promises  Parts leave no gap, and none is larger than what is held, but by what has the same
///           millisecond. A list in no order is held as well: what did not fit is then read again
///           from where the held ended, in as many lists as that takes.
/// Source    Graph, "List messages in a chat": the newest change first, no other order.
class ChatReading {
 public:
  struct Limits {
    std::size_t most_changes = 0;
    std::size_t most_bytes = 0;  ///< of their content
    std::size_t most_old = 0;    ///< messages to be summed up
    int most_standing = 0;       ///< pages of one list that come no further back
  };
  ChatReading(WallTime since, const Limits& limits) : limits_(limits), since_(since) {}

  /// What is to be asked for.
  [[nodiscard]] ChangedBetween part() const;

  /// The list begins anew: what it brought so far is forgotten.
  void restart();
  /// A message stands next in the list. True: it belongs to the part that was asked for.
  [[nodiscard]] bool meets(WallTime modified);
  void hold(Change change, WallTime modified);
  void hold(OldMessage old, WallTime modified);
  void end_page();
  /// False: all that follows is older than what is wanted.
  [[nodiscard]] bool goes_on() const;
  /// Page after page comes no further back: nobody knows whether the list ends.
  [[nodiscard]] bool is_endless() const { return standing_ >= limits_.most_standing; }

  /// To be asked at the end of a list, before what it brought is stored. True: it begins anew. What
  /// changes meanwhile leaves a part, all behind it move up, and one may have been passed over.
  [[nodiscard]] bool must_repeat();
  /// Of the list so far, in no order.
  [[nodiscard]] std::vector<Change> changes() const;
  [[nodiscard]] std::vector<OldMessage> old() const;
  /// What is held was stored, its list is over. False: that was the last part.
  [[nodiscard]] bool next_part();
  /// Some of a single moment, of which there was more than can be held.
  [[nodiscard]] bool has_left_out() const { return has_left_out_; }

 private:
  template <class T>
  struct Held {
    T what;
    WallTime modified;
  };
  template <class T>
  static void insert(std::deque<Held<T>>& held, T what, WallTime modified);
  void drop_newest();

  Limits limits_;
  WallTime since_;
  /// Where the parts end, with that millisecond; the current one's last. Behind the first of them
  /// is the last part, which has no end.
  std::vector<WallTime> ends_;
  bool has_left_out_ = false;
  std::vector<WallTime> first_;  ///< when each message of the first list had changed
  bool is_first_ = true;
  std::size_t expected_ = 0;  ///< messages of the current part, unless some have left it

  // Of the current list.
  std::size_t met_ = 0;  ///< messages of the part
  int pages_ = 0;
  std::deque<Held<Change>> held_;  ///< newest first
  std::size_t held_bytes_ = 0;
  std::deque<Held<OldMessage>> old_;       ///< newest first
  std::optional<WallTime> dropped_since_;  ///< the oldest of what did not fit
  std::size_t dropped_ = 0;                ///< changes, since the last of `new_ends_`
  std::size_t dropped_bytes_ = 0;
  std::vector<WallTime> new_ends_;  ///< of parts into which the dropped is cut
  std::optional<WallTime> last_;    ///< of what stood last
  std::optional<WallTime> last_of_page_before_;
  bool has_no_order_ = false;  ///< nothing that follows is known to be older
  int standing_ = 0;           ///< pages, one after the other
};

}  // namespace belfry::sync
