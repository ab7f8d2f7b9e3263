#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "sync/base/id.h"
#include "sync/base/result.h"
#include "sync/base/time.h"
#include "sync/chat_book.h"
#include "sync/model/account.h"
#include "sync/policy/backoff.h"
#include "sync/policy/pacer.h"
#include "sync/policy/resolve_need.h"
#include "sync/port/journal.h"
#include "sync/port/random.h"
#include "sync/port/sweep.h"
#include "sync/step.h"
#include "sync/tokens.h"
#include "sync/upstream_gate.h"

namespace belfry::sync {

struct ChatListPolicy {
  /// Chats that may be subscribed to in all: nobody's list is read much further.
  std::size_t most_chats = 5000;
  /// Chats that are read of each person at least; beyond, everybody's share of twice `most_chats`.
  std::size_t least_share = 50;
  int most_pages = 200;  ///< of one list
  /// A list that failed so often waits for `again_after`.
  int most_tries = 3;
  Duration again_after = std::chrono::minutes{15};
  RetryPolicy retry;
};

/// Reads into the chat book which chats people have: once after the start and once after they
/// connected. What comes later is told by webhooks and sweeps: Microsoft's terms want no polling.
///
/// Promises  The person's own token is tried first, since the app does not see chats that another
///           tenant hosts. One person's trouble holds up no other.
/// Threads   One at a time.
/// Source    Graph, "List chats".
class ChatLists {
 public:
  struct Ports {
    SweepApi& graph;
    Random& random;
    Journal& journal;
  };
  /// Who else has a hand in it.
  struct Peers {
    ChatBook& book;
    Tokens& tokens;
    UpstreamGate& gate;
    Pacer& pacer;
  };
  ChatLists(Ports ports, Peers peers, ChatListPolicy policy);

  /// These are connected now: who is new is read, who has left is forgotten.
  void follow(const std::vector<Account>& accounts, Moment now);
  /// Nobody is followed any more.
  void stop();

  /// Everybody was read; who failed is tried again.
  [[nodiscard]] bool is_complete() const { return waiting_.empty() && failed_.empty(); }
  /// Somebody's chats are not known yet, and are about to be read.
  [[nodiscard]] bool is_reading() const { return !waiting_.empty(); }
  /// When step() has something to do; Instant::max() for never.
  [[nodiscard]] Instant due() const;
  /// At most one outside call.
  [[nodiscard]] StepOutcome step(Moment now);

 private:
  struct Errand {
    MattermostUserId person;
    TeamsUserId user;
    std::string link;
    std::size_t read = 0;
    int pages = 0;
    int tries = 0;
    std::vector<Reader> refused;
    bool was_unauthorized = false;
    std::optional<WallTime> front{};     ///< of what stood first when the pages were begun
    std::optional<WallTime> known_to{};  ///< read before: only what came to the front since is new
    bool is_read_again = false;
  };

  void keep(Errand errand, const ChatListPage& page);
  StepOutcome failed(Errand errand, const Reader& reader, const Secret& token, const Error& error,
                     Moment now);
  StepOutcome put_off(Errand errand, const Error& error, Moment now);
  [[nodiscard]] std::size_t share() const;

  SweepApi& graph_;
  Random& random_;
  Journal& journal_;
  ChatBook& book_;
  Tokens& tokens_;
  UpstreamGate& gate_;
  Pacer& pacer_;
  const ChatListPolicy policy_;
  std::set<MattermostUserId> people_;  ///< who is connected
  std::deque<Errand> waiting_;         ///< the first one is next
  std::vector<Errand> failed_;
  Instant next_{};
  Instant failed_due_{};
};

}  // namespace belfry::sync
