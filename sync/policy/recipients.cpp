#include "sync/policy/recipients.h"

#include <algorithm>
#include <cstdint>
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

/// Teams shows them what was said then.
bool sees(const Account& account, WallTime said, const std::vector<Member>& members) {
  return std::none_of(members.begin(), members.end(), [&](const Member& member) {
    return member.user == account.teams_user && member.sees_since && said < *member.sees_since;
  });
}

/// Moves those to the skipped ones for whom `reason_of` has a reason.
template <class ReasonOf>
Recipients leave_out(Recipients recipients, const ReasonOf& reason_of) {
  std::vector<Account> left;
  for (Account& account : recipients.told) {
    if (const std::optional<SkipReason> reason = reason_of(account)) {
      recipients.skipped.push_back({account.user, *reason});
    } else {
      left.push_back(std::move(account));
    }
  }
  recipients.told = std::move(left);
  return recipients;
}

}  // namespace

std::vector<TeamsUserId> people_of(const Chat& chat) {
  std::vector<TeamsUserId> people;
  for (const Member& member : chat.members) {
    if (!member.user.empty()) people.push_back(member.user);
  }
  return people;
}

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

Recipients leave_out_newcomers(Recipients recipients, const Message& message,
                               const std::vector<Member>& members) {
  // Rich notifications cut the time to seconds; the id has it whole.
  const auto said = from_epoch_ms(
      static_cast<std::int64_t>(creation_order(message.ref.message, message.created)));
  return leave_out(std::move(recipients), [&](const Account& account) -> std::optional<SkipReason> {
    return sees(account, said, members) ? std::nullopt : std::optional(SkipReason::history_hidden);
  });
}

Recipients leave_out_late(Recipients recipients, WallTime created) {
  return leave_out(std::move(recipients), [&](const Account& account) -> std::optional<SkipReason> {
    return created < account.connected_at ? std::optional(SkipReason::connected_later)
                                          : std::nullopt;
  });
}

Recipients leave_out_readers(Recipients recipients, const Change& found, const ReadMarks& read_to,
                             const Chat& chat) {
  return leave_out(std::move(recipients), [&](const Account& account) -> std::optional<SkipReason> {
    const auto mark = read_to.find(account.user);
    const auto up_to = mark == read_to.end() ? std::nullopt : mark->second;
    const auto written =
        static_cast<std::int64_t>(creation_order(found.ref.message, found.received));
    const bool has_read = found.missed ? missed_by(account, *found.missed, up_to, chat).count == 0
                                       : up_to && *up_to >= from_epoch_ms(written);
    return has_read ? std::optional(SkipReason::read_in_teams) : std::nullopt;
  });
}

MissedMessages missed_by(const Account& reader, const MissedMessages& missed,
                         std::optional<WallTime> read_to, const Chat& chat) {
  if (missed.each.empty()) return missed;
  MissedMessages left;
  for (const MissedMessage& message : missed.each) {
    const bool is_own = message.sender == reader.teams_user;
    const bool is_read = read_to && message.written <= *read_to;
    if (is_own || is_read || message.written < reader.connected_at) continue;
    if (!sees(reader, message.written, chat.members)) continue;
    if (left.count++ == 0) left.first = message.written;
    left.last = message.written;
  }
  return left;
}

Recipients leave_out_active(Recipients recipients, const std::vector<Presence>& presence) {
  return leave_out(std::move(recipients), [&](const Account& account) -> std::optional<SkipReason> {
    const bool is_active =
        std::any_of(presence.begin(), presence.end(), [&account](const Presence& entry) {
          return entry.user == account.teams_user && entry.active;
        });
    return is_active ? std::optional(SkipReason::active_in_teams) : std::nullopt;
  });
}

}  // namespace belfry::sync
