#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "sync/base/id.h"
#include "sync/base/mutex.h"
#include "sync/base/time.h"
#include "sync/policy/chat_choice.h"

namespace belfry::sync {

/// The chats of connected accounts, when somebody last wrote in each, and up to where their people
/// have read it in Teams: what subscriptions to single chats follow, with whose token a chat may be
/// read that the app does not see, and who need not be told late. Lives in memory; lists, sweeps
/// and webhooks fill it again.
///
/// Promises  Over its bound the least active chats are forgotten, a quarter at a time.
/// Threads   Any.
class ChatBook {
 public:
  /// Up to where somebody had read a chat, as Graph said then.
  struct ReadMark {
    std::optional<WallTime> read_to;  ///< none: Graph does not say
    Instant as_of;
  };

  explicit ChatBook(std::size_t most = 20'000) : most_(most) {}

  /// `person` has the chat, in which the newest message was written then.
  void note_listed(const MattermostUserId& person, const ChatId& chat, WallTime written);
  /// What that person's own list says of a chat that is known as theirs.
  void note_read(const MattermostUserId& person, const ChatId& chat, const ReadMark& mark);
  /// Moves a chat that is known; others are none of our business.
  void note_message(const ChatId& chat, WallTime written);
  /// These of ours are its members now, as of `seen`; with none it is forgotten.
  void note_members(const ChatId& chat, const std::vector<MattermostUserId>& people, WallTime seen);
  /// Was followed before a restart, with the token of `reader`; who else has it, lists will tell
  /// (see forget_unclaimed()).
  void restore(const ChatId& chat, WallTime written, const MattermostUserId& reader = {});

  /// Everybody else has left; their chats go, unless somebody shares them.
  void keep_only(const std::set<MattermostUserId>& people);
  /// What was restored, and nobody turned out to have.
  void forget_unclaimed();

  /// All of them, the most active first.
  [[nodiscard]] std::vector<ChatActivity> by_activity() const;
  [[nodiscard]] std::vector<MattermostUserId> people_of(const ChatId& chat) const;
  /// None: nobody has asked.
  [[nodiscard]] std::optional<ReadMark> read_mark(const MattermostUserId& person,
                                                  const ChatId& chat) const;
  [[nodiscard]] std::size_t size() const;

  /// Whether a chat came or went since this was asked last.
  [[nodiscard]] bool take_news();
  /// `told` is called when there is news that nobody has taken yet, by the thread that brought it,
  /// with no lock held. Set before the first use.
  void tell_of_news(std::function<void()> told) { told_ = std::move(told); }

 private:
  struct Known {
    WallTime written;
    std::map<MattermostUserId, std::optional<ReadMark>> people;
  };

  Known& place_of(const ChatId& chat) REQUIRES(mutex_);
  void drop_least_active() REQUIRES(mutex_);

  const std::size_t most_;
  std::function<void()> told_ = [] {};
  mutable Mutex mutex_;
  bool has_news_ GUARDED_BY(mutex_) = false;
  std::map<ChatId, Known> chats_ GUARDED_BY(mutex_);
};

}  // namespace belfry::sync
