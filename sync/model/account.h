#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "sync/base/id.h"
#include "sync/base/secret.h"
#include "sync/base/time.h"

namespace belfry {

/// What a person chose.
struct Preferences {
  bool notifications = true;
  std::set<ChatId> muted;

  friend bool operator==(const Preferences&, const Preferences&) = default;
};

/// How a person reads, as they set it in Mattermost. Empty: not known yet.
struct Reading {
  std::string locale{};     ///< as Mattermost names it: `de`, `pt-BR`
  std::string time_zone{};  ///< as IANA names it: `Europe/Berlin`

  /// With what is said now; what is not said stays as it was known.
  [[nodiscard]] Reading with(const Reading& said) const {
    return {said.locale.empty() ? locale : said.locale,
            said.time_zone.empty() ? time_zone : said.time_zone};
  }

  friend bool operator==(const Reading&, const Reading&) = default;
};

/// The link between one Mattermost user and one Teams user.
struct Account {
  enum class State : std::uint8_t {
    connected,
    disconnected,  ///< the grant died (`invalid_grant`); kept so that the person is asked once to
                   ///< reconnect
  };
  MattermostUserId user;
  std::string username;  ///< Mattermost's, without `@`
  TeamsUserId teams_user;
  std::string teams_name;
  std::string mail;
  WallTime connected_at;
  State state = State::connected;
  Preferences preferences;
  ChannelId direct_channel;      ///< with the bot; never changes once known
  bool reconnect_asked = false;  ///< disconnected: the one message that asks to reconnect is out
  Reading reading;

  friend bool operator==(const Account&, const Account&) = default;
};

/// An account's delegated tokens. Source: Entra, "OAuth 2.0 authorization code flow".
struct AccountTokens {
  Secret access;
  WallTime access_expires;
  Secret refresh;
  std::string scopes;  ///< as granted: a user may have consented to fewer than asked
};

}  // namespace belfry
