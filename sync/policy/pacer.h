#pragma once

#include <cstddef>
#include <unordered_map>

#include "sync/base/id.h"
#include "sync/base/mutex.h"
#include "sync/base/time.h"

namespace belfry::sync {

/// Each gap is a little more than Graph wants: a request may travel faster than the one before it.
/// Source: Graph, "throttling limits".
struct PacePolicy {
  Duration per_chat = std::chrono::milliseconds{1050};    ///< 1/s: all requests on one chat
  Duration per_messages = std::chrono::milliseconds{52};  ///< 20/s for app and tenant
  Duration per_other = std::chrono::milliseconds{34};     ///< 30/s for app and tenant
  Duration per_person = std::chrono::milliseconds{210};   ///< 5/s: chats and their lists
  /// So much longer what is not urgent waits for its place, so that what is urgent has it first. Of
  /// messages, which live ones need most, every other place is left.
  Duration messages_yield = std::chrono::milliseconds{52};
  Duration other_yield = std::chrono::milliseconds{6};
  /// A sweep that had no place for so long waits no longer than live reads do, which might leave it
  /// none all day: at worst it takes a tenth of the messages' places.
  Duration patience = std::chrono::milliseconds{500};
  std::size_t most_remembered = 10'000;  ///< chats, and people; beyond, free ones are forgotten
};

/// A request as Graph's limits see it.
struct PacedRead {
  enum class Limit { messages, other };
  Limit limit = Limit::other;
  ChatId chat;              ///< empty: it is about no single one
  MattermostUserId person;  ///< who has 5/s of it; empty: nobody

  [[nodiscard]] static PacedRead messages(const ChatId& chat);
  /// The chat itself, as `reader` is shown it; empty: the app.
  [[nodiscard]] static PacedRead chat_of(const ChatId& chat, const MattermostUserId& reader);
  /// Its members and hosted contents.
  [[nodiscard]] static PacedRead part_of(const ChatId& chat);
  /// Whoever asks.
  [[nodiscard]] static PacedRead chat_list(const MattermostUserId& person);
};

/// Keeps our reads of Teams within Graph's rates, whoever of us asks, so that 429 stays the
/// exception. Safe from any thread.
class Pacer {
 public:
  explicit Pacer(PacePolicy policy = {});

  /// Who books: what is not urgent leaves places to what is.
  enum class Urgency { live, sweep };

  /// Books the next free place for a request if it is free now and returns `now`; else books
  /// nothing and returns when to ask again.
  [[nodiscard]] Instant book(const PacedRead& read, Instant now, Urgency urgency = Urgency::live);
  /// Before then no chat and no person has a place: asking for each of many is not worth it.
  [[nodiscard]] Instant first_place(PacedRead::Limit limit, Urgency urgency);

 private:
  /// The requests of one limit, one after the other.
  struct Lane {
    Duration gap;
    Duration yield;
    Instant next;
    Instant swept;  ///< when a sweep last had a place
  };
  [[nodiscard]] Lane& lane_of(PacedRead::Limit limit) REQUIRES(mutex_);
  [[nodiscard]] Instant place(const Lane& lane, Urgency urgency) const;

  const PacePolicy policy_;
  Mutex mutex_;
  std::unordered_map<ChatId, Instant> next_of_chat_ GUARDED_BY(mutex_);
  std::unordered_map<MattermostUserId, Instant> next_of_person_ GUARDED_BY(mutex_);
  Lane messages_ GUARDED_BY(mutex_);
  Lane other_ GUARDED_BY(mutex_);
};

}  // namespace belfry::sync
