#pragma once

#include <vector>

#include "sync/base/id.h"
#include "sync/model/account.h"
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

/// Moves to the skipped ones who had read the message already, and who connected after it was
/// written at `created`.
[[nodiscard]] Recipients leave_out_late(Recipients recipients, WallTime created,
                                        const std::vector<TeamsUserId>& read_by);

/// Moves those who are active in Teams to the skipped ones; who has no presence counts as away.
[[nodiscard]] Recipients leave_out_active(Recipients recipients,
                                          const std::vector<Presence>& presence);

}  // namespace belfry::sync
