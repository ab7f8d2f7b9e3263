#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sync/base/id.h"
#include "sync/base/secret.h"
#include "sync/base/time.h"

namespace belfry {

/// A member of a chat. Anonymous guests, Skype and personal accounts have no `user`.
struct Member {
  TeamsUserId user;
  std::string display_name;
  std::string mail;
  std::optional<WallTime>
      sees_since;  ///< nothing older is shown to this member; none: everything is
};

/// A chat with its members, as of `fetched_at`.
struct Chat {
  enum class Type : std::uint8_t { one_on_one, group, meeting, other };
  ChatId id;
  Type type = Type::other;
  Content topic;  ///< groups and meetings only, may be empty
  std::vector<Member> members;
  std::string web_url;
  TenantId tenant;
  WallTime fetched_at;
};

}  // namespace belfry
