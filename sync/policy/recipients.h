#pragma once

#include <map>
#include <optional>
#include <vector>

#include "sync/base/id.h"
#include "sync/base/time.h"
#include "sync/model/account.h"
#include "sync/model/change.h"
#include "sync/model/chat.h"
#include "sync/model/message.h"
#include "sync/port/graph.h"
#include "sync/port/journal.h"

namespace belfry::sync {

struct SkippedRecipient {
  MattermostUserId user;
  SkipReason reason = SkipReason::sender;
};

struct Recipients {
  std::vector<Account> told;
  std::vector<SkippedRecipient> skipped;
};

/// Members who are users of Teams.
[[nodiscard]] std::vector<TeamsUserId> people_of(const Chat& chat);

/// The members with an account, minus the sender, minus who switched notifications off or muted the
/// chat, minus the disconnected. What presence has to say comes later: leave_out_active().
[[nodiscard]] Recipients choose_recipients(const Message& message,
                                           const std::vector<Account>& members);

/// Moves those to the skipped ones from whom Teams hides what was said before they joined, when the
/// message is older than that.
[[nodiscard]] Recipients leave_out_newcomers(Recipients recipients, const Message& message,
                                             const std::vector<Member>& members);

/// Moves to the skipped ones who connected after the message was written at `created`.
[[nodiscard]] Recipients leave_out_late(Recipients recipients, WallTime created);

/// Up to where people have read a chat in Teams; none: not known.
using ReadMarks = std::map<MattermostUserId, std::optional<WallTime>>;

/// Moves to the skipped ones who have read in Teams all that a sweep found.
[[nodiscard]] Recipients leave_out_readers(Recipients recipients, const Change& found,
                                           const ReadMarks& read_to, const Chat& chat);

/// What a summary tells `reader`: of the messages of others that came since they connected, that
/// Teams shows them, and that they have not read.
[[nodiscard]] MissedMessages missed_by(const Account& reader, const MissedMessages& missed,
                                       std::optional<WallTime> read_to, const Chat& chat);

/// Moves those who are active in Teams to the skipped ones; who has no presence counts as away.
[[nodiscard]] Recipients leave_out_active(Recipients recipients,
                                          const std::vector<Presence>& presence);

}  // namespace belfry::sync
