#include "sync/policy/recipients.h"

#include <algorithm>
#include <optional>

namespace belfry::sync {
namespace {

std::optional<SkipReason> reason_to_skip(const Message& message, const Account& account) {
  if (message.sender && message.sender->kind == Sender::Kind::user &&
      message.sender->user == account.teams_user) {
    return SkipReason::sender;
  }
  if (account.state == Account::State::disconnected) return SkipReason::disconnected;
  if (!account.preferences.notifications) return SkipReason::notifications_off;
  if (account.preferences.muted.contains(message.ref.chat)) return SkipReason::muted;
  return std::nullopt;
}

}  // namespace

Recipients choose_recipients(const Message& message, const std::vector<Account>& members) {
  Recipients chosen;
  for (const Account& account : members) {
    if (const auto reason = reason_to_skip(message, account)) {
      chosen.skipped.push_back({account.user, *reason});
    } else {
      chosen.told.push_back(account);
    }
  }
  return chosen;
}

Recipients leave_out_active(Recipients recipients, const std::vector<Presence>& presence) {
  const auto is_active = [&presence](const Account& account) {
    return std::any_of(presence.begin(), presence.end(), [&account](const Presence& entry) {
      return entry.user == account.teams_user && entry.active;
    });
  };
  std::vector<Account> away;
  for (Account& account : recipients.told) {
    if (is_active(account)) {
      recipients.skipped.push_back({account.user, SkipReason::active_in_teams});
    } else {
      away.push_back(std::move(account));
    }
  }
  recipients.told = std::move(away);
  return recipients;
}

}  // namespace belfry::sync
